"""The catalogue of conduct standards, versioned: an item is never changed once its version is in force."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from siyanat.ui import formatting


class CatalogueVersion(models.Model):
    """One edition of the catalogue; the newest with ``in_force_at`` in the past is used for new marks."""

    number = models.PositiveIntegerField(unique=True)
    in_force_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.number)


class ConductItem(models.Model):
    """A standard of conduct or a kind of recognition, with the article that it rests on."""

    class Theme(models.TextChoices):
        RESPECT = "respect", _("respect and dignity")
        FORCE = "force", _("use of force")
        LEGALITY = "legality", _("lawful procedure")
        INTEGRITY = "integrity", _("integrity and corruption")
        SERVICE = "service", _("service to the public")
        CAMERA = "camera", _("camera and equipment")
        RECOGNITION = "recognition", _("recognition")

    class Gravity(models.TextChoices):
        RECOGNITION = "recognition", _("recognition")
        COACHING = "coaching", _("coaching")
        MINOR = "minor", _("minor breach")
        SERIOUS = "serious", _("serious breach")

    GRAVITY_TONES: ClassVar[dict[str, str]] = {
        "recognition": "good",
        "coaching": "info",
        "minor": "warn",
        "serious": "bad",
    }

    version = models.ForeignKey(CatalogueVersion, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=16)  # stable over versions, e.g. R-03
    theme = models.CharField(max_length=16, choices=Theme)
    gravity = models.CharField(max_length=16, choices=Gravity)
    title_fa = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160)
    basis_fa = models.CharField(max_length=240, blank=True, default="")  # the rule that it rests on
    basis_en = models.CharField(max_length=240, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="conduct_item_once")]
        ordering = ["theme", "code"]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        """What the standard asks, in the reader's language."""
        return self.title_en if formatting.language() == "en" else self.title_fa

    @property
    def basis(self) -> str:
        """The rule that it rests on, in the reader's language."""
        return self.basis_en if formatting.language() == "en" else self.basis_fa
