"""The tables of the register. They are managed for as long as it takes to make them."""

from typing import Any, ClassVar

from django.db import migrations, models

from keepwell.web.audit.chain import BEGINNING


def begin(apps: Any, editor: Any) -> None:
    apps.get_model("audit", "ChainEnd").objects.create(pk=1, count=0, hash=BEGINNING)


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="AccessEvent",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("person", models.PositiveBigIntegerField(db_index=True, null=True)),
                ("name", models.TextField(blank=True)),
                ("roles", models.TextField(blank=True)),
                ("kind", models.CharField(max_length=12)),
                ("what", models.TextField()),
                ("about", models.TextField(blank=True)),
                ("place", models.PositiveBigIntegerField(null=True)),
                ("place_name", models.TextField(blank=True)),
                ("policy", models.CharField(blank=True, max_length=20)),
                ("query", models.JSONField(default=dict)),
                ("previous", models.CharField(max_length=64, unique=True)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "audit_accessevent",
                "ordering": ["-number"],
                "indexes": [models.Index(fields=["place", "at"], name="event_of_a_place")],
            },
        ),
        migrations.CreateModel(
            name="ChainEnd",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("count", models.PositiveBigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={"db_table": "audit_chainend"},
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.AlterModelOptions(name="accessevent", options={"managed": False, "ordering": ["-number"]}),
        migrations.AlterModelOptions(name="chainend", options={"managed": False}),
    ]
