"""The first tables of places."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("code", models.CharField(blank=True, max_length=12)),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("nation", "Nation"),
                            ("region", "Region"),
                            ("icb", "Integrated care board"),
                            ("trust", "Trust"),
                            ("network", "Primary care network"),
                            ("practice", "General practice"),
                            ("directorate", "Directorate"),
                            ("team", "Team"),
                        ],
                        max_length=12,
                    ),
                ),
                ("path", models.CharField(blank=True, db_index=True, max_length=400)),
                ("opened", models.DateField(blank=True, null=True)),
                ("closed", models.DateField(blank=True, null=True)),
                ("made_up", models.BooleanField(default=False)),
                (
                    "controller",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="places.place"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="places.place",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Belonging",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.DateField()),
                ("end", models.DateField(blank=True, null=True)),
                (
                    "parent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="belonging_here", to="places.place"
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="belongings", to="places.place"
                    ),
                ),
            ],
            options={
                "ordering": ["start"],
            },
        ),
        migrations.CreateModel(
            name="Succession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                (
                    "kind",
                    models.CharField(choices=[("merger", "merged into"), ("recode", "has a new code")], max_length=8),
                ),
                (
                    "after",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="predecessors", to="places.place"
                    ),
                ),
                (
                    "before",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="successors", to="places.place"
                    ),
                ),
            ],
            options={
                "ordering": ["on"],
            },
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True), fields=("code",), name="one_place_a_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="belonging",
            constraint=models.CheckConstraint(
                condition=models.Q(("end__isnull", True), ("end__gte", models.F("start")), _connector="OR"),
                name="ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="belonging",
            constraint=models.UniqueConstraint(
                condition=models.Q(("end__isnull", True)), fields=("place",), name="one_parent_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="succession",
            constraint=models.UniqueConstraint(fields=("before",), name="one_successor"),
        ),
        migrations.AddConstraint(
            model_name="succession",
            constraint=models.CheckConstraint(
                condition=models.Q(("before", models.F("after")), _negated=True), name="becomes_another"
            ),
        ),
    ]
