"""The roles with which a site begins, from content/roles.yaml. From then on the table holds."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from keepwell.content import load_yaml


def first_roles(apps: Any, schema_editor: Any) -> None:
    role = apps.get_model("accounts", "Role")
    for position, row in enumerate(load_yaml("roles.yaml")):
        role.objects.create(position=position, **row)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(first_roles, migrations.RunPython.noop)]
