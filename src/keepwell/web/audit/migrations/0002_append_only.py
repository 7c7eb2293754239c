"""The database itself refuses to change the register, to take anything out of it, and to let its chain fork."""

from typing import Any, ClassVar

from django.db import migrations

NOT_THE_NEXT = "the event does not follow the last one of the register"
NEVER = "the register is written and read, never changed"

SQLITE = (
    """CREATE TRIGGER audit_event_moves_end AFTER INSERT ON audit_accessevent
    BEGIN UPDATE audit_chainend SET count = NEW.number, hash = NEW.hash; END""",
    f"""CREATE TRIGGER audit_end_moves_on BEFORE UPDATE ON audit_chainend
    WHEN NOT EXISTS (SELECT 1 FROM audit_accessevent
                     WHERE number = NEW.count AND hash = NEW.hash AND previous = OLD.hash AND number = OLD.count + 1)
    BEGIN SELECT RAISE(ABORT, '{NEVER}'); END""",
    *(
        f"CREATE TRIGGER {name} BEFORE {change} BEGIN SELECT RAISE(ABORT, '{NEVER}'); END"
        for name, change in (
            ("audit_event_no_update", "UPDATE ON audit_accessevent"),
            ("audit_event_no_delete", "DELETE ON audit_accessevent"),
            ("audit_end_no_delete", "DELETE ON audit_chainend"),
            ("audit_end_no_insert", "INSERT ON audit_chainend"),
        )
    ),
)
POSTGRESQL = (
    f"""CREATE FUNCTION audit_never() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{NEVER}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    f"""CREATE FUNCTION audit_move_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE audit_chainend SET count = NEW.number, hash = NEW.hash
        WHERE count = NEW.number - 1 AND hash = NEW.previous;
        IF NOT FOUND THEN
            RAISE EXCEPTION '{NOT_THE_NEXT}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL; END $$""",
    f"""CREATE FUNCTION audit_end_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM audit_accessevent WHERE number = NEW.count AND hash = NEW.hash
                       AND previous = OLD.hash AND number = OLD.count + 1) THEN
            RAISE EXCEPTION '{NEVER}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW; END $$""",
    """CREATE TRIGGER audit_event_moves_end AFTER INSERT ON audit_accessevent
    FOR EACH ROW EXECUTE FUNCTION audit_move_end()""",
    """CREATE TRIGGER audit_end_moves_on BEFORE UPDATE ON audit_chainend
    FOR EACH ROW EXECUTE FUNCTION audit_end_moves_on()""",
    """CREATE TRIGGER audit_event_never BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_accessevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_never()""",
    """CREATE TRIGGER audit_end_never BEFORE INSERT OR DELETE OR TRUNCATE ON audit_chainend
    FOR EACH STATEMENT EXECUTE FUNCTION audit_never()""",
)


def guard(apps: Any, editor: Any) -> None:
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("audit", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(guard)]
