"""Which runs are under way or failed, and which recordings wait for one, without reading them all."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0005_waiting_for_analysis'),
        ('signals', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(
            """UPDATE evidence_recording r SET analyzed_at = n.at
               FROM (SELECT recording_id, max(finished_at) AS at FROM signals_run GROUP BY recording_id) n
               WHERE n.recording_id = r.id AND n.at IS NOT NULL""",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('finished_at__isnull', True)), fields=['-started_at'], name='run_under_way'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('failure', ''), _negated=True), fields=['failure'], name='run_failed'),
        ),
    ]
