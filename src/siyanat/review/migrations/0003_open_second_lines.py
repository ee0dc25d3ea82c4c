"""Which first lines are blind: found without joining every open review with itself."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('review', '0002_late_footage'),
        ('roster', '0005_long_lists'),
        ('triage', '0002_late_footage'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('first__isnull', False), ('signed_off_at__isnull', True)), fields=['first'], name='review_second_open'),
        ),
    ]
