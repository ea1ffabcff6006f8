"""Found at once: invoices without a due date, which every run names, and the letters that a person moved last."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0004_audit'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('due_on__isnull', True)), fields=['account'], name='invoice_undated'),
        ),
        migrations.AddIndex(
            model_name='lettertransition',
            index=models.Index(condition=models.Q(('to_state__in', ['sent', 'delivered', 'bounced', 'cancelled']), models.Q(('by', 'run'), _negated=True)), fields=['id'], name='letter_moved_by_hand'),
        ),
    ]
