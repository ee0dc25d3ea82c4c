"""A month is summed from an index alone; excuses that wait stand in their order."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coverage', '0002_awaited_minutes'),
        ('roster', '0005_long_lists'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='count',
            index=models.Index(condition=models.Q(('person__isnull', True), ('superseded_at__isnull', True)), fields=['shift'], include=('owed_ms', 'recorded_ms', 'excused_ms', 'awaited_ms', 'unexplained_ms', 'is_provisional'), name='count_of_crew'),
        ),
        migrations.AddIndex(
            model_name='excuse',
            index=models.Index(condition=models.Q(('state', 'asked')), fields=['asked_at'], name='excuse_asked'),
        ),
    ]
