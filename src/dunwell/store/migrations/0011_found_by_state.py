"""Letters and holds are found by their state, so that a list shows a page of them without reading the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0008_people"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="letter", name="letter_by_state"),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["state", "account", "currency", "id"], name="letter_in_state"),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(fields=["state", "released_on", "id"], name="hold_in_state"),
        ),
    ]
