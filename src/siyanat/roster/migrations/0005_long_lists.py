"""Lists of 120,000 shifts: their order whole in one index, units without visiting rows, places by any part of them."""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('roster', '0004_proposals'),
    ]

    operations = [
        migrations.AlterField(
            model_name='shift',
            name='starts_at',
            field=models.DateTimeField(),
        ),
        migrations.RemoveIndex(model_name='shift', name='shift_unit_start'),
        migrations.AddIndex(
            model_name='shift',
            index=models.Index(fields=['unit', '-starts_at'], include=('id',), name='shift_unit_start'),
        ),
        migrations.AddIndex(
            model_name='shift',
            index=models.Index(fields=['-starts_at', 'code'], name='shift_latest'),
        ),
        migrations.AddIndex(
            model_name='shift',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('place_fa'), name='gin_trgm_ops'), name='shift_place_fa'),
        ),
        migrations.AddIndex(
            model_name='shift',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('place_en'), name='gin_trgm_ops'), name='shift_place_en'),
        ),
    ]
