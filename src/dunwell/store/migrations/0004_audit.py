"""The audit trail, with the triggers that keep it append-only."""

from django.db import migrations, models

from dunwell.store.audit_triggers import drop_triggers, set_triggers


def _set(apps, schema_editor):
    set_triggers(schema_editor.connection)


def _drop(apps, schema_editor):
    drop_triggers(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0003_instalments'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.CharField(max_length=27)),
                ('on', models.DateField(null=True)),
                ('by', models.TextField(default='')),
                ('what', models.CharField(max_length=20)),
                ('subject_id', models.BigIntegerField(null=True)),
                ('account_id', models.BigIntegerField(null=True)),
                ('summary', models.TextField(default='')),
                ('previous_sha256', models.CharField(max_length=64)),
                ('sha256', models.CharField(max_length=64)),
            ],
            options={
                'indexes': [models.Index(fields=['account_id', 'number'], name='audit_by_account'), models.Index(fields=['what', 'number'], name='audit_by_what')],
            },
        ),
        migrations.RunPython(_set, _drop),
    ]
