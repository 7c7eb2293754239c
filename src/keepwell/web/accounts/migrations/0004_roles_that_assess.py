"""Roles that a site has had since before there were assessments may take part in them."""

from __future__ import annotations

from typing import Any

from django.db import migrations

MAY = {
    "retention_lead": ("rate", "lead_assessments"),
    "hr_analyst": ("rate",),
    "line_manager": ("rate", "lead_assessments"),
    "practice_manager": ("rate", "lead_assessments"),
    "gp_clinical_lead": ("rate", "lead_assessments"),
    "ics_lead": ("rate", "lead_assessments"),
    "survey_lead": ("rate",),
}


def let_them(apps: Any, schema_editor: Any) -> None:
    for role in apps.get_model("accounts", "Role").objects.filter(key__in=MAY):
        role.abilities = list(dict.fromkeys([*role.abilities, *MAY[role.key]]))
        role.save(update_fields=["abilities"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_cache")]
    operations = [migrations.RunPython(let_them, migrations.RunPython.noop)]
