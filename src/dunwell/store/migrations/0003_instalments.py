"""An invoice may be payable in instalments: several rows of one number; what is there becomes the first of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0002_casework'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='instalment',
            field=models.IntegerField(default=1),
        ),
        migrations.RemoveConstraint(
            model_name='invoice',
            name='invoice_once',
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(models.F('account'), models.F('invoice_number'), models.F('instalment'), name='invoice_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('instalment__gte', 1)), name='invoice_instalment'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('instalment__gt', 1)), fields=['instalment'], name='invoice_instalments'),
        ),
    ]
