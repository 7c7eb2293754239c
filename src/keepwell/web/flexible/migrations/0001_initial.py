"""The tables of flexible, as they began."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("places", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("flexible_working", "Flexible working"),
                            ("flexible_retirement", "Flexible retirement"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=20)),
                ("staff_group", models.CharField(max_length=40)),
                ("asked_on", models.DateField()),
                ("asked_for", models.JSONField(default=list)),
                ("longer_until", models.DateField(blank=True, null=True)),
                ("decided_on", models.DateField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(blank=True, max_length=20)),
                ("began_on", models.DateField(null=True)),
                ("appealed_on", models.DateField(null=True)),
                ("appeal_decided_on", models.DateField(null=True)),
                ("appeal_outcome", models.CharField(blank=True, max_length=20)),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("cleared_at", models.DateTimeField(null=True)),
                ("mistaken_at", models.DateTimeField(null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"),
                ),
            ],
            options={
                "ordering": ["asked_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("why", models.CharField(max_length=80)),
                ("kept", models.JSONField()),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="flexible.request"
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="Figures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("flexible_working", "Flexible working"),
                            ("flexible_retirement", "Flexible retirement"),
                        ],
                        max_length=20,
                    ),
                ),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("told", models.JSONField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "place",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"),
                ),
            ],
            options={
                "ordering": ["-first", "kind"],
                "constraints": [
                    models.UniqueConstraint(fields=("place", "kind", "first"), name="figures_once_a_half_year")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_on__isnull", True), ("decided_on__gte", models.F("asked_on")), _connector="OR"
                ),
                name="decided_after_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_on__isnull", True), ("outcome", "")),
                    models.Q(("decided_on__isnull", False), models.Q(("outcome", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_decision_has_a_day_and_an_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="request",
            constraint=models.UniqueConstraint(
                condition=models.Q(("mistaken_at__isnull", True), models.Q(("reference", ""), _negated=True)),
                fields=("place", "reference"),
                name="one_request_a_reference",
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(fields=("request", "number"), name="one_version_of_a_request"),
        ),
    ]
