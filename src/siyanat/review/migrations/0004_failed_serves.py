"""What the server could not send or decode: proof for a skip as unplayable."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0006_agreed_and_lifted_restrictions'),
        ('review', '0003_open_second_lines'),
    ]

    operations = [
        migrations.CreateModel(
            name='FailedServe',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_ms', models.BigIntegerField()),
                ('ends_ms', models.BigIntegerField()),
                ('code', models.CharField(max_length=64)),
                ('failed_at', models.DateTimeField()),
                ('recording', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evidence.recording')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='failed', to='review.review')),
            ],
            options={
                'indexes': [models.Index(fields=['review', 'recording', 'starts_ms'], name='failed_review_recording')],
            },
        ),
    ]
