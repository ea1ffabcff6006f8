"""The ledger is kept in columns as well, so that to look at everybody need not read every row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0012_moved_by_hand"),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerColumns",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("frame", models.CharField(max_length=8)),
                ("part", models.IntegerField()),
                ("through_entry", models.BigIntegerField()),
                ("content", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("frame"), models.F("part"), name="ledger_columns_once"),
                ],
            },
        ),
    ]
