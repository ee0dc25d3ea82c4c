"""Which recordings wait for the detectors is known without reading every run."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cameras', '0002_rollout_and_firmware'),
        ('evidence', '0004_whose_a_recording_is'),
        ('roster', '0005_long_lists'),
    ]

    operations = [
        migrations.AddField(
            model_name='recording',
            name='analyzed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(condition=models.Q(('analyzed_at__isnull', True), ('state', 'sealed')), fields=['received_at'], name='recording_unanalyzed'),
        ),
    ]
