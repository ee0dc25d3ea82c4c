"""The catalogue of conduct: everybody reads it, integrity officers write its next version."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from siyanat.conduct import first_edition, models, operations, queries
from siyanat.lib import errors
from tests.cast import HOUR, NOW, Cast

SignIn = Callable[..., Client]
ITEM = {
    "code": "R-99",
    "theme": "respect",
    "gravity": "minor",
    "title_fa": "معيار",
    "title_en": "Standard",
    "basis_fa": "",
    "basis_en": "",
}


def test_the_first_edition_is_whole_in_both_languages() -> None:
    codes = [one.code for one in first_edition.STANDARDS]
    assert len(codes) == len(set(codes)) >= 25
    for one in first_edition.STANDARDS:
        assert one.theme in models.ConductItem.Theme.values
        assert one.gravity in models.ConductItem.Gravity.values
        assert all((one.title_fa, one.title_en, one.basis_fa, one.basis_en))
        assert (one.theme == "recognition") == (one.gravity == "recognition")


@pytest.mark.django_db
def test_a_fresh_deployment_has_the_first_edition_in_force() -> None:
    items = queries.list_current_items(now=NOW)
    assert items.count() == len(first_edition.STANDARDS)
    assert items.filter(code="L-01").get().title_en == "No needless taking of papers"


@pytest.mark.django_db
def test_a_new_version_leaves_the_old_one_as_it_was() -> None:
    old = queries.find_current_version(now=NOW)
    assert old is not None
    operations.draft_version(actor="test", now=NOW)
    operations.write_item(actor="test", now=NOW, **ITEM)
    operations.write_item(actor="test", now=NOW, **{**ITEM, "code": "L-01", "title_en": "Changed"})
    operations.remove_item(actor="test", code="L-02", now=NOW)
    assert queries.find_current_version(now=NOW) == old
    new = operations.put_in_force(actor="test", now=NOW)
    assert queries.find_current_version(now=NOW + HOUR) == new
    assert queries.find_current_version(now=NOW - HOUR) == old
    assert old.items.get(code="L-01").title_en == "No needless taking of papers"
    assert new.items.get(code="L-01").title_en == "Changed"
    assert new.items.get(code="R-99").title_fa == "معیار"
    assert not new.items.filter(code="L-02").exists()


@pytest.mark.django_db
def test_one_draft_at_a_time_and_nothing_without_one() -> None:
    with pytest.raises(errors.Refusal, match="no_draft"):
        operations.put_in_force(actor="test", now=NOW)
    operations.draft_version(actor="test", now=NOW)
    with pytest.raises(errors.Refusal, match="draft_exists"):
        operations.draft_version(actor="test", now=NOW)
    with pytest.raises(errors.Refusal, match="recognition_gravity"):
        operations.write_item(actor="test", now=NOW, **{**ITEM, "gravity": "recognition"})


@pytest.mark.parametrize("language", ["fa", "en"])
def test_everybody_reads_the_catalogue(cast: Cast, sign_in: SignIn, language: str) -> None:
    client = sign_in("arash")
    client.cookies["language"] = language
    page = client.get(reverse("conduct:catalogue"))
    assert page.status_code == 200
    assert ("No needless taking of papers" if language == "en" else "مدارک") in page.content.decode()


def test_an_integrity_officer_writes_the_next_version_in_the_browser(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("integrity")
    assert client.post(reverse("conduct:draft"), follow=True).status_code == 200
    assert client.get(reverse("conduct:add_item")).status_code == 200
    assert client.post(reverse("conduct:add_item"), ITEM).status_code == 302
    assert client.get(reverse("conduct:write_item", args=["R-99"])).status_code == 200
    assert client.post(reverse("conduct:remove_item", args=["R-99"])).status_code == 302
    assert client.post(reverse("conduct:put_in_force"), follow=True).status_code == 200


def test_nobody_else_writes_it(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in("head").post(reverse("conduct:draft")).status_code == 404
