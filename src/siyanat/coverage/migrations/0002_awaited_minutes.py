"""Minutes that are not yet due are awaited, not unexplained: the database derives both from what is unaccounted."""

from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When


class Migration(migrations.Migration):
    dependencies = [("coverage", "0001_initial"), ("roster", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="count", name="count_adds_up"),
        migrations.RenameField(model_name="count", old_name="unexplained_ms", new_name="unaccounted_ms"),
        migrations.AddField(
            model_name="count",
            name="awaited_ms",
            field=models.GeneratedField(
                db_persist=True,
                expression=Case(When(is_provisional=True, then=F("unaccounted_ms")), default=Value(0, models.BigIntegerField())),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="count",
            name="unexplained_ms",
            field=models.GeneratedField(
                db_persist=True,
                expression=Case(When(is_provisional=True, then=Value(0, models.BigIntegerField())), default=F("unaccounted_ms")),
                output_field=models.BigIntegerField(),
            ),
        ),
        migrations.AddConstraint(
            model_name="count",
            constraint=models.CheckConstraint(
                condition=Q(owed_ms=F("recorded_ms") + F("excused_ms") + F("unaccounted_ms")), name="count_adds_up"
            ),
        ),
        migrations.AddIndex(
            model_name="count",
            index=models.Index(
                condition=Q(is_provisional=True, superseded_at__isnull=True), fields=["shift"], name="count_provisional"
            ),
        ),
    ]
