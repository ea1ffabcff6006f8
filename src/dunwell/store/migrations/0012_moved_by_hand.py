"""The holds and cases that a person moved last are found at once, however many the runs have moved since."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0011_found_by_state"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="holdtransition",
            index=models.Index(
                fields=["id"],
                condition=models.Q(to_state__in=["in_force", "released"]) & ~models.Q(by="run"),
                name="hold_moved_by_hand",
            ),
        ),
        migrations.AddIndex(
            model_name="casetransition",
            index=models.Index(fields=["id"], condition=~models.Q(by="run"), name="case_moved_by_hand"),
        ),
    ]
