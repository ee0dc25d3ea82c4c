from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator

from tests.ui import pages


def test_an_identifier_keeps_its_direction_and_is_escaped() -> None:
    shown = pages.render("{{ code|ident }}", "fa", code="<1405-014>")
    assert shown == '<bdi dir="ltr" class="ident">&lt;1405-014&gt;</bdi>'


def test_a_moment_is_machine_readable_too() -> None:
    shown = pages.render("{% when at %}", "fa", at=pages.NOW)
    assert shown == '<time datetime="2026-11-23T12:00:00+00:00">۱۴۰۵/۰۹/۰۲ ۱۵:۳۰</time>'


def test_a_state_takes_its_tone_from_the_model() -> None:
    camera = SimpleNamespace(state="lost", get_state_display=lambda: "Lost", STATE_TONES={"lost": "bad"})
    assert 'class="badge badge-bad"' in pages.render("{% state_badge camera %}", camera=camera)


def test_a_deadline_that_was_met_no_longer_presses() -> None:
    due = pages.NOW - dt.timedelta(days=3)
    source = "{% deadline due done=done now=now %}"
    assert "chip-overdue" in pages.render(source, due=due, done=None, now=pages.NOW)
    assert "chip-done" in pages.render(source, due=due, done=pages.NOW, now=pages.NOW)


def test_sorting_turns_round_and_goes_back_to_the_first_page() -> None:
    request = pages.get("/shifts/?sort=due_at&page=4&state=open")
    shown = pages.render('{% sort_header "due_at" "Deadline" %}', request=request)
    assert 'aria-sort="ascending"' in shown
    assert 'href="?sort=-due_at&amp;state=open"' in shown


def test_a_filter_that_is_dropped_leaves_the_bare_address() -> None:
    request = pages.get("/shifts/?state=open")
    assert pages.render("{% querystring_with state=None %}", request=request) == "/shifts/"


def test_the_pager_says_what_is_shown() -> None:
    page = Paginator(range(4000), 50).get_page(3)
    shown = pages.render("{% pager page %}", "fa", page=page)
    assert "۱۰۱ تا ۱۵۰ از ۴٬۰۰۰" in shown
    assert 'rel="prev"' in shown
    assert 'rel="next"' in shown


def test_a_timeline_says_in_words_what_it_draws() -> None:
    spans = [
        {"kind": "unexplained", "starts_at": pages.NOW, "ends_at": pages.NOW + dt.timedelta(minutes=7)},
    ]
    shown = pages.render(
        "{% timeline spans start end %}", spans=spans, start=pages.NOW, end=pages.NOW + dt.timedelta(hours=1)
    )
    assert "Unexplained: 15:30 – 15:37" in shown
    assert "url(#fill-unexplained)" in shown


def test_a_button_passes_on_its_question_and_escapes_it() -> None:
    shown = pages.render("{% button 'Dispose' kind='danger' data_confirm=ask %}", ask='"Really?"')
    assert 'data-confirm="&quot;Really?&quot;"' in shown


@pytest.mark.parametrize("chosen", ["dark", "light", "auto"])
def test_the_theme_is_in_the_first_byte(chosen: str) -> None:
    request = pages.get()
    request.COOKIES["theme"] = chosen
    assert pages.render("{% theme %}", request=request) == chosen


def test_a_forged_theme_is_ignored() -> None:
    request = pages.get()
    request.COOKIES["theme"] = '"><script>'
    assert pages.render("{% theme %}", request=request) == "auto"
