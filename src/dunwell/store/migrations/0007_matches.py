"""Bank entries: what is stored of a statement, what is proposed for it, and every move it made."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0006_cheaper_decisions"),
    ]

    operations = [
        migrations.CreateModel(
            name="BankEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry_reference", models.CharField(max_length=200)),
                ("bank_account", models.TextField(default="")),
                ("booked_on", models.DateField()),
                ("valued_on", models.DateField(null=True)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("direction", models.CharField(max_length=3)),
                ("is_reversal", models.BooleanField(default=False)),
                ("is_batch", models.BooleanField(default=False)),
                ("payer_name", models.TextField(default="")),
                ("payer_account", models.TextField(default="")),
                ("structured_reference", models.TextField(default="")),
                ("remittance", models.TextField(default="")),
                ("end_to_end_id", models.TextField(default="")),
                ("bank_reference", models.TextField(default="")),
                ("batch_of", models.TextField(default="")),
                ("extra", models.JSONField(null=True)),
                ("state", models.CharField(default="unmatched", max_length=9)),
                ("is_by_hand", models.BooleanField(default=False)),
                (
                    "account",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.account"),
                ),
                (
                    "first_batch",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="store.importbatch",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["unmatched", "proposed"])),
                        fields=["booked_on"],
                        name="bankentry_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("batch_of", ""), _negated=True), fields=["batch_of"], name="bankentry_items"
                    ),
                    models.Index(
                        condition=models.Q(("is_batch", True)), fields=["bank_reference"], name="bankentry_batches"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("entry_reference"), name="bankentry_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("entry_reference"), 200
                            ),
                            models.Q(("entry_reference", ""), _negated=True),
                        ),
                        name="bankentry_reference_filled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "unmatched"),
                            ("state", "proposed"),
                            ("state", "applied"),
                            ("state", "set_aside"),
                            _connector="OR",
                        ),
                        name="bankentry_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction", "in"), ("direction", "out"), _connector="OR"),
                        name="bankentry_direction",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0), ("amount_minor__lte", 1000000000000000)),
                        name="bankentry_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("currency"), 3)
                        ),
                        name="bankentry_currency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=12)),
                ("from_state", models.CharField(default="", max_length=9)),
                ("to_state", models.CharField(max_length=9)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("on", models.DateField()),
                ("by", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("parts", models.TextField(default="")),
                (
                    "bankentry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="store.bankentry"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("by", "run"), _negated=True), fields=["id"], name="bankmove_by_hand"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_state", "unmatched"),
                            ("to_state", "proposed"),
                            ("to_state", "applied"),
                            ("to_state", "set_aside"),
                            _connector="OR",
                        ),
                        name="bankmove_to",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_state", ""),
                            ("from_state", "unmatched"),
                            ("from_state", "proposed"),
                            ("from_state", "applied"),
                            ("from_state", "set_aside"),
                            _connector="OR",
                        ),
                        name="bankmove_from",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.IntegerField()),
                ("sureness", models.CharField(max_length=8)),
                ("score", models.IntegerField()),
                ("parts", models.JSONField()),
                ("reasons", models.JSONField()),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.account")),
                (
                    "bankentry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="store.bankentry",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("bankentry"), models.F("rank"), name="bankproposal_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sureness", "sure"), ("sureness", "likely"), ("sureness", "possible"), _connector="OR"
                        ),
                        name="bankproposal_sureness",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", 100)), name="bankproposal_score"
                    ),
                ],
            },
        ),
    ]
