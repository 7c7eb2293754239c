"""The first tables of uploads."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import keepwell.web.uploads.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("places", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                (
                    "folder",
                    models.CharField(default=keepwell.web.uploads.models.drawn_folder, max_length=32, unique=True),
                ),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Being looked at"),
                            ("ready", "Waits for you"),
                            ("loading", "Being loaded"),
                            ("loaded", "Loaded"),
                            ("undoing", "Being taken out"),
                            ("undone", "Taken out"),
                            ("refused", "Refused"),
                            ("dropped", "Not loaded"),
                            ("forgotten", "Not loaded: nobody answered for a day"),
                        ],
                        default="received",
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("said", models.JSONField(default=dict)),
                ("looked", models.JSONField(null=True)),
                ("looked_at", models.DateTimeField(null=True)),
                ("published", models.BooleanField(default=False)),
                ("asked_at", models.DateTimeField(null=True)),
                ("load_number", models.PositiveIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("wrong", models.TextField(blank=True)),
                ("found", models.TextField(blank=True)),
                ("attempt", models.TextField(blank=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uploads", to="places.place"
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-received_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PracticePerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=30)),
                (
                    "staff_group",
                    models.CharField(
                        choices=[
                            ("GP", "GP"),
                            ("Nurses", "Nurse"),
                            ("Direct Patient Care", "Direct patient care, such as a pharmacist or paramedic"),
                            ("Admin/Non-Clinical", "Administration and other staff who see no patients"),
                        ],
                        max_length=30,
                    ),
                ),
                ("job_role", models.CharField(max_length=60)),
                ("hours", models.FloatField(null=True)),
                ("fte", models.FloatField(null=True)),
                ("start", models.DateField()),
                ("end", models.DateField(null=True)),
                ("birth_month", models.CharField(blank=True, max_length=7)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="practice_people", to="places.place"
                    ),
                ),
            ],
            options={
                "ordering": ["staff_group", "label"],
                "constraints": [models.UniqueConstraint(fields=("place", "label"), name="one_label_a_practice")],
            },
        ),
    ]
