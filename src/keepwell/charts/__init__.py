"""Pictures of Released tables. One file a picture; nothing here takes anything else."""
