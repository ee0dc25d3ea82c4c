from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0002_categories")]

    operations = [
        migrations.AddField(
            model_name="export",
            name="handed_to",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
    ]
