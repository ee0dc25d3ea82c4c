"""The categories that every deployment starts with; their periods are the deployment's to change."""

from django.db import migrations

CATEGORIES = (
    ("routine", "عادی", "Routine", 90, True),
    ("intentional", "ضبط عمدی یا به‌کارگیری زور", "Intentional, or force used", 365, False),
    ("complaint", "مرتبط با شکایت یا پرونده، پس از مختومه شدن", "Linked to a complaint or case, after its closing", 365, False),
    ("custody", "تحت‌نظرگاه", "Custody", 548, False),
)


def load(apps, schema_editor):  # type: ignore[no-untyped-def]
    category = apps.get_model("archive", "RetentionCategory")
    for code, name_fa, name_en, keep_days, is_default in CATEGORIES:
        category.objects.get_or_create(
            code=code,
            defaults={"name_fa": name_fa, "name_en": name_en, "keep_days": keep_days, "is_default": is_default},
        )


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
