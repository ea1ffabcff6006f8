"""People who use the web app, and their wrong passwords of the last quarter of an hour."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0007_matches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150)),
                ("address", models.CharField(max_length=45)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="sign_in_at")],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(default="viewer", max_length=13)),
                ("language", models.CharField(blank=True, default="", max_length=10)),
                ("theme", models.CharField(default="auto", max_length=5)),
                ("totp_secret", models.TextField(default="")),
                ("totp_last_at", models.BigIntegerField(default=0)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="person", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role", "viewer"),
                            ("role", "clerk"),
                            ("role", "approver"),
                            ("role", "administrator"),
                            _connector="OR",
                        ),
                        name="person_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("theme", "auto"), ("theme", "light"), ("theme", "dark"), _connector="OR"),
                        name="person_theme",
                    ),
                ],
            },
        ),
    ]
