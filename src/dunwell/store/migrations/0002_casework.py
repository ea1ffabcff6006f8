"""Cases beside letters and holds: promises, disputes, exclusions, calls, notes, plans, offers, referrals."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("state", models.CharField(default="received", max_length=8)),
                ("opened_on", models.DateField()),
                ("requested_minor", models.BigIntegerField()),
                ("granted_minor", models.BigIntegerField(null=True)),
                ("closed_on", models.DateField(null=True)),
                ("document", models.TextField(default="")),
                ("note", models.TextField(default="")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.account")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "received")), fields=("account",), name="application_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "received"), ("state", "granted"), ("state", "refused"), _connector="OR"
                        ),
                        name="application_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("currency"), 3)
                        ),
                        name="application_currency",
                    ),
                    models.CheckConstraint(condition=models.Q(("requested_minor__gt", 0)), name="application_amount"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("currency", models.CharField(default="", max_length=3)),
                ("outcome", models.CharField(max_length=12)),
                ("spoke_with", models.TextField(default="")),
                ("note", models.TextField(default="")),
                ("by", models.TextField(default="")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.account")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "asked"),
                            ("outcome", "promised"),
                            ("outcome", "disputed"),
                            ("outcome", "answered"),
                            ("outcome", "called_us"),
                            ("outcome", "no_answer"),
                            ("outcome", "message_left"),
                            ("outcome", "wrong_number"),
                            _connector="OR",
                        ),
                        name="call_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("currency"), 3),
                            ("currency", ""),
                            _connector="OR",
                        ),
                        name="call_currency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=11)),
                ("case_id", models.BigIntegerField()),
                ("details", models.JSONField(null=True)),
                (
                    "letter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="case", to="store.letter"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "case_id"], name="case_letter_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "promise"),
                            ("kind", "dispute"),
                            ("kind", "exclusion"),
                            ("kind", "order"),
                            ("kind", "plan"),
                            ("kind", "offer"),
                            ("kind", "referral"),
                            ("kind", "application"),
                            ("kind", "check"),
                            _connector="OR",
                        ),
                        name="case_letter_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseTransition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=11)),
                ("case_id", models.BigIntegerField()),
                ("event", models.CharField(max_length=12)),
                ("from_state", models.CharField(default="", max_length=11)),
                ("to_state", models.CharField(max_length=11)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("on", models.DateField()),
                ("by", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("evidence", models.TextField(default="")),
                (
                    "account",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.account"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "case_id"], name="case_transition_case"),
                    models.Index(fields=["account", "on"], name="case_transition_account"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "promise"),
                            ("kind", "dispute"),
                            ("kind", "exclusion"),
                            ("kind", "order"),
                            ("kind", "plan"),
                            ("kind", "offer"),
                            ("kind", "referral"),
                            ("kind", "application"),
                            _connector="OR",
                        ),
                        name="case_transition_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(default="", max_length=3)),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("state", models.CharField(default="opened", max_length=9)),
                ("opened_on", models.DateField()),
                ("closed_on", models.DateField(null=True)),
                ("held_through_on", models.DateField(null=True)),
                ("note", models.TextField(default="")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.account")),
                (
                    "invoice",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.invoice"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state"], name="dispute_by_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "opened"),
                            ("state", "answered"),
                            ("state", "upheld"),
                            ("state", "credited"),
                            ("state", "rejected"),
                            ("state", "withdrawn"),
                            _connector="OR",
                        ),
                        name="dispute_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("currency"), 3),
                            ("currency", ""),
                            _connector="OR",
                        ),
                        name="dispute_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_minor__isnull", True),
                            models.Q(("amount_minor__gt", 0), ("invoice__isnull", False)),
                            _connector="OR",
                        ),
                        name="dispute_part",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(default="", max_length=3)),
                ("state", models.CharField(default="in_force", max_length=9)),
                ("opened_on", models.DateField()),
                ("until_on", models.DateField(null=True)),
                ("closed_on", models.DateField(null=True)),
                ("held_through_on", models.DateField(null=True)),
                ("note", models.TextField(default="")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.account")),
                (
                    "invoice",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.invoice"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state"], name="exclusion_by_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "in_force"), ("state", "ended"), ("state", "expired"), _connector="OR"
                        ),
                        name="exclusion_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("currency"), 3),
                            ("currency", ""),
                            _connector="OR",
                        ),
                        name="exclusion_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__isnull", True), ("until_on__gte", models.F("opened_on")), _connector="OR"
                        ),
                        name="exclusion_until",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("state", models.CharField(default="offered", max_length=9)),
                ("opened_on", models.DateField()),
                ("expires_on", models.DateField()),
                ("total_minor", models.BigIntegerField()),
                ("covered_minor", models.BigIntegerField()),
                ("interest_hundredths", models.IntegerField(default=0)),
                ("grace_days", models.IntegerField()),
                ("agreed_on", models.DateField(null=True)),
                ("agreed_by", models.TextField(default="")),
                ("agreed_how", models.TextField(default="")),
                ("closed_on", models.DateField(null=True)),
                ("held_through_on", models.DateField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.account")),
                (
                    "suspended_hold",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.hold"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state"], name="plan_by_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["offered", "accepted", "active"])),
                        fields=("account", "currency"),
                        name="plan_one_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "offered"),
                            ("state", "accepted"),
                            ("state", "active"),
                            ("state", "completed"),
                            ("state", "defaulted"),
                            ("state", "declined"),
                            ("state", "lapsed"),
                            ("state", "cancelled"),
                            _connector="OR",
                        ),
                        name="plan_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("currency"), 3)
                        ),
                        name="plan_currency",
                    ),
                    models.CheckConstraint(condition=models.Q(("total_minor__gt", 0)), name="plan_total"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["accepted", "active", "completed", "defaulted"]), _negated=True),
                            ("agreed_on__isnull", False),
                            _connector="OR",
                        ),
                        name="plan_agreed_on",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("due_on", models.DateField()),
                ("principal_minor", models.BigIntegerField()),
                ("interest_minor", models.BigIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                ("rest_minor", models.BigIntegerField()),
                ("paid_on", models.DateField(null=True)),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instalments",
                        to="store.plan",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("plan"), models.F("number"), name="instalment_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0), ("amount_minor__lte", 1000000000000000)),
                        name="instalment_amount",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("text", models.TextField()),
                ("by", models.TextField(default="")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.account")),
            ],
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("state", models.CharField(default="made", max_length=9)),
                ("opened_on", models.DateField()),
                ("until_on", models.DateField()),
                ("closed_on", models.DateField(null=True)),
                ("held_through_on", models.DateField(null=True)),
                ("note", models.TextField(default="")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.account")),
                (
                    "invoice",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.invoice"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state"], name="promise_by_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "made"),
                            ("state", "kept"),
                            ("state", "broken"),
                            ("state", "withdrawn"),
                            _connector="OR",
                        ),
                        name="promise_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0), ("amount_minor__lte", 1000000000000000)),
                        name="promise_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("currency"), 3)
                        ),
                        name="promise_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until_on__gte", models.F("opened_on"))), name="promise_until"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("kind", models.CharField(max_length=11)),
                ("state", models.CharField(default="offered", max_length=9)),
                ("opened_on", models.DateField()),
                ("expires_on", models.DateField()),
                ("pay_by_on", models.DateField()),
                ("pay_minor", models.BigIntegerField()),
                ("discount_minor", models.BigIntegerField()),
                ("discount_hundredths", models.IntegerField(default=0)),
                ("closed_on", models.DateField(null=True)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.account")),
                (
                    "promise",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.promise"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state"], name="offer_by_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "offered")),
                        fields=("account", "currency", "kind"),
                        name="offer_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "longer_line"), ("kind", "discount"), _connector="OR"),
                        name="offer_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "offered"),
                            ("state", "accepted"),
                            ("state", "declined"),
                            ("state", "lapsed"),
                            _connector="OR",
                        ),
                        name="offer_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("currency"), 3)
                        ),
                        name="offer_currency",
                    ),
                    models.CheckConstraint(condition=models.Q(("pay_minor__gt", 0)), name="offer_pay"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("option", models.TextField()),
                ("state", models.CharField(default="proposed", max_length=11)),
                ("opened_on", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("proposed_by", models.TextField(default="")),
                ("handed_over_on", models.DateField(null=True)),
                ("recovered_minor", models.BigIntegerField(null=True)),
                ("closed_on", models.DateField(null=True)),
                ("held_through_on", models.DateField(null=True)),
                ("note", models.TextField(default="")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.account")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "approved", "handed_over"])),
                        fields=("account", "currency"),
                        name="referral_one_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "proposed"),
                            ("state", "approved"),
                            ("state", "handed_over"),
                            ("state", "recovered"),
                            ("state", "closed"),
                            ("state", "withdrawn"),
                            _connector="OR",
                        ),
                        name="referral_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(django.db.models.functions.text.Length("currency"), 3)
                        ),
                        name="referral_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["handed_over", "recovered"]), _negated=True),
                            ("handed_over_on__isnull", False),
                            _connector="OR",
                        ),
                        name="referral_handed_over_on",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="order",
            name="description",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="order",
            name="reasons",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="order",
            name="waits_for_hold",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["state"], name="order_by_state"),
        ),
    ]
