"""Roles that a site has had since before there were plans may take part in them."""

from __future__ import annotations

from typing import Any

from django.db import migrations

MAY = {
    "retention_lead": ("write_plans", "lead_plans", "share_upward", "decide_requests"),
    "hr_analyst": ("write_plans", "decide_requests"),
    "line_manager": ("write_plans", "lead_plans", "decide_requests"),
    "practice_manager": ("write_plans", "lead_plans", "share_upward", "decide_requests"),
    "gp_clinical_lead": ("write_plans", "lead_plans", "share_upward"),
    "ics_lead": ("write_plans", "lead_plans", "share_upward", "run_support"),
    "national_analyst": ("run_support",),
    "survey_lead": ("write_plans",),
}


def let_them(apps: Any, schema_editor: Any) -> None:
    for role in apps.get_model("accounts", "Role").objects.filter(key__in=MAY):
        role.abilities = list(dict.fromkeys([*role.abilities, *MAY[role.key]]))
        role.save(update_fields=["abilities"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_roles_that_assess")]
    operations = [migrations.RunPython(let_them, migrations.RunPython.noop)]
