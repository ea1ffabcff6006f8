"""Decisions in chunks of many; letters and holds name the run that made them."""

import django.db.models.deletion
import polars as pl
from django.db import migrations, models

from dunwell.store import bulk
from dunwell.store.decision_chunks import chunks_of

_TEXTS = ("currency", "policy", "hold", "action", "step", "letter_kind")
_COLUMNS = (
    "account_id",
    "currency",
    "policy",
    "open_minor",
    "overdue_minor",
    "chaseable_minor",
    "oldest_days_past_due",
    "current_minor",
    "days_1_30_minor",
    "days_31_60_minor",
    "days_61_90_minor",
    "days_over_90_minor",
    "unapplied_minor",
    "exposure_minor",
    "credit_limit_minor",
    "late_fee_minor",
    "interest_minor",
    "compensation_minor",
    "total_due_minor",
    "requests_sent",
    "unanswered_requests",
    "episode_start_on",
    "last_request_on",
    "last_response_on",
    "paused_until_on",
    "last_letter_on",
    "last_pay_by_on",
    "warned_on",
    "warning_pay_by_on",
    "promised_until_on",
    "excluded_until_on",
    "released_on",
    "held_on",
    "cure_by_on",
    "held_open_minor",
    "hold",
    "action",
    "step",
    "step_day",
    "letter_kind",
    "pay_by_on",
    "next_look_on",
    "reasons",
)


def _type_of(name):
    return pl.String() if name in _TEXTS else pl.Date() if name.endswith("_on") else pl.Int64()


def _pack(apps, schema_editor):
    """Put the rows of every run into chunks, and tell letters and holds of which run they are."""
    chunk = apps.get_model("store", "DecisionChunk")
    schema = pl.Schema({name: _type_of(name) for name in _COLUMNS})
    names = ", ".join(_COLUMNS)
    for run_id in (
        apps.get_model("store", "Decision").objects.values_list("run_id", flat=True).distinct().order_by("run_id")
    ):
        rows = bulk.frame(f"SELECT {names} FROM store_decision WHERE run_id = {run_id}", schema)
        for one in chunks_of(rows.sort("account_id", "currency")):
            chunk.objects.create(
                run_id=run_id,
                first_account_id=one.first_account_id,
                last_account_id=one.last_account_id,
                count=one.count,
                account_ids=one.account_ids,
                content=one.content,
            )
    for table in ("letter", "hold"):
        schema_editor.execute(
            f"UPDATE store_{table} SET run_id = (SELECT d.run_id FROM store_decision d WHERE d.id = decision_id)"
            " WHERE decision_id IS NOT NULL"
        )
    if schema_editor.connection.vendor == "postgresql":  # which alters no table with constraints left to check
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0005_found_at_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="DecisionChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("run", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.run")),
                ("first_account_id", models.BigIntegerField()),
                ("last_account_id", models.BigIntegerField()),
                ("count", models.IntegerField()),
                ("account_ids", models.TextField()),
                ("content", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("run"), models.F("first_account_id"), name="decision_chunk_once"),
                    models.CheckConstraint(condition=models.Q(("count__gte", 1)), name="decision_chunk_filled"),
                ],
            },
        ),
        migrations.AddField(
            model_name="letter",
            name="run",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="store.run"
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="run",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="store.run"
            ),
        ),
        migrations.RunPython(_pack),
        migrations.RemoveField(model_name="letter", name="decision"),
        migrations.RemoveField(model_name="hold", name="decision"),
        migrations.DeleteModel(name="Decision"),
    ]
