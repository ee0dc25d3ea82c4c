import datetime as dt
from typing import Any

from django.db import migrations

from siyanat.conduct import first_edition

IN_FORCE_AT = dt.datetime(2026, 3, 20, 20, 30, tzinfo=dt.UTC)  # the first day of 1405 in Tehran


def load(apps: Any, schema_editor: object) -> None:
    version = apps.get_model("conduct", "CatalogueVersion").objects.create(number=1, in_force_at=IN_FORCE_AT)
    item = apps.get_model("conduct", "ConductItem")
    item.objects.bulk_create(
        item(
            version=version, code=one.code, theme=one.theme, gravity=one.gravity, title_fa=one.title_fa,
            title_en=one.title_en, basis_fa=one.basis_fa, basis_en=one.basis_en,
        )
        for one in first_edition.STANDARDS
    )


def unload(apps: Any, schema_editor: object) -> None:
    apps.get_model("conduct", "ConductItem").objects.filter(version__number=1).delete()
    apps.get_model("conduct", "CatalogueVersion").objects.filter(number=1).delete()


class Migration(migrations.Migration):
    dependencies = [("conduct", "0001_initial")]

    operations = [migrations.RunPython(load, unload)]
