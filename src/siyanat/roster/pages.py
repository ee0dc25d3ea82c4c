"""What pages of lists and acts have in common: a page of rows, the list as a file, a form that does one act.

For the views of this room and of the rooms above. Nothing here decides who may do what: queries and operations do.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from siyanat.lib import errors, jalali, tabular
from siyanat.roster import gates
from siyanat.ui import formatting
from siyanat.ui import forms as ui_forms

PAGE_ROWS = 50
MOST_ROWS = 10_000  # a longer list is filtered or taken as a file, not paged through
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than ``MOST_ROWS``: nobody pages beyond, and counting them all takes longer than the page."""

    @functools.cached_property
    def count(self) -> int:
        """Rows that can be paged through."""
        rows = self.object_list
        return rows.order_by()[:MOST_ROWS].count() if isinstance(rows, QuerySet) else len(rows)


def page_of(
    request: gates.ViewerRequest, rows: QuerySet[Any] | Sequence[Any], *, size: int = PAGE_ROWS
) -> Page[Any]:
    """The page of the list that ``?page=`` asks for; out of range is the nearest there is."""
    return CappedPaginator(rows, size).get_page(request.GET.get("page"))


def typed_in_box(request: gates.ViewerRequest) -> str:
    """What stands in the box that asks for offers (`fields.PickInput`)."""
    return request.GET.get(request.headers.get("HX-Trigger-Name", "q"), "")


def wanted_file(request: gates.ViewerRequest) -> str:
    """``csv`` or ``xlsx`` when the list is asked for as a file, else empty."""
    wanted = request.GET.get("format", "")
    return wanted if wanted in ("csv", "xlsx") else ""


def send_file(
    request: gates.ViewerRequest,
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    kind: str = "",
) -> HttpResponse:
    """A list as CSV or XLSX, named after what it holds and the day."""
    kind = kind or wanted_file(request) or "csv"
    day = jalali.format_date(jalali.local_date(request.now), language="en").replace("/", "-")
    if kind == "xlsx":
        rtl = formatting.language() == "fa"
        content = tabular.write_xlsx(header=header, rows=rows, sheet=name[:31], right_to_left=rtl)
    else:
        content = tabular.write_csv(header=header, rows=rows)
    response = HttpResponse(content, content_type=XLSX if kind == "xlsx" else "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{day}.{kind}"'
    return response


def moment_cell(moment: dt.datetime | None) -> str:
    """A moment in a file: Jalali, in Tehran, with Latin digits, as the import reads it back."""
    return "" if moment is None else jalali.format_datetime(moment, language="en")


def act(
    request: gates.ViewerRequest,
    form: forms.Form,
    *,
    title: str | Promise,
    submit: str | Promise,
    back: str,
    do: Callable[[dict[str, Any]], str],
    done: str | Promise,
    lead: str | Promise = "",
    danger: bool = False,
    template: str = "roster/act.html",
    **context: object,
) -> HttpResponse:
    """Show a form, do its act, say that it is done and go to the address that ``do`` returns.

    A refusal is shown on the form, so that nothing typed is lost. Without ``done``, ``do`` says it itself.
    """
    if request.method == "POST" and form.is_valid():
        try:
            target = do(form.cleaned_data)
        except errors.NotFound:
            raise
        except errors.Refusal as refusal:
            ui_forms.add_refusal(form, refusal)
        else:
            if said := str(done):
                messages.success(request, said)
            return redirect(target)
    status = 422 if form.errors else 200
    shown = {
        "form": form,
        "title": title,
        "submit": submit,
        "back": back,
        "lead": lead,
        "danger": danger,
        **context,
    }
    return render(request, template, shown, status=status)
