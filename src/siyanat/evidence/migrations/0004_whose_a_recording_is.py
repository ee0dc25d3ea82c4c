"""A recording carries its current attribution, so that half a million are searched by officer and place."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cameras', '0002_rollout_and_firmware'),
        ('evidence', '0003_search_orders'),
        ('roster', '0005_long_lists'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='recording',
            name='recording_received',
        ),
        migrations.AddField(
            model_name='recording',
            name='person',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='roster.person'),
        ),
        migrations.AddField(
            model_name='recording',
            name='shift',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='roster.shift'),
        ),
        migrations.RunSQL(
            """UPDATE evidence_recording r SET person_id = a.person_id, shift_id = a.shift_id
               FROM evidence_attribution a WHERE a.recording_id = r.id AND a.superseded_at IS NULL""",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['received_at'], include=('size_bytes',), name='recording_received'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['person', '-starts_at'], name='recording_person_time'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(condition=models.Q(('person__isnull', True)), fields=['-starts_at'], name='recording_unattributed'),
        ),
    ]
