from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0002_search_and_intake'),
    ]

    operations = [
        migrations.AlterField(
            model_name='quarantined',
            name='reason',
            field=models.CharField(choices=[('empty', 'empty file'), ('not_media', 'not a media file'), ('truncated', 'cut short and unreadable'), ('zero_duration', 'no duration'), ('no_video', 'no video'), ('no_timestamp', 'no time of recording'), ('future_timestamp', 'time of recording in the future'), ('unknown_camera', 'unknown camera'), ('unreadable', 'reading it broke the reader'), ('past_timestamp', 'time of recording before its camera existed'), ('second_person', 'a second person must say what it is')], max_length=20),
        ),
    ]
