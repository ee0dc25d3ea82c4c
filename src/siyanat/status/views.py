"""The status board, its one act, and the same for programs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from siyanat.accounts import loopback
from siyanat.lib import errors
from siyanat.roster import gates
from siyanat.status import operations, problems, queries


@gates.admit(*queries.READERS)
@require_GET
def board(request: gates.ViewerRequest) -> HttpResponse:
    """Everything on one page; it asks for itself again every ten seconds."""
    now = request.now
    found = queries.read_health(now=now)
    context = {
        "problems": problems.describe(found.problems),
        "warnings": problems.describe(found.warnings),
        "queues": [(problems.name_queue(queue.name), queue) for queue in queries.list_queues()],
        "done": queries.count_done(now=now),
        "failed": [(problems.name_job(one.job.task_name), one) for one in queries.list_failed()],
        "failed_total": queries.count_failed(),
        "workers": [
            (worker, [problems.name_job(task) for task in worker.tasks])
            for worker in queries.list_workers(now=now)
        ],
        "disks": [(problems.FOLDERS[disk.name], disk) for disk in queries.list_disks(now=now)],
        "intake": queries.list_intake(request.viewer, now=now),
        "quarantine": queries.count_quarantine(),
        "analysis": queries.read_analysis(),
        "log": queries.read_log(now=now),
        "database_size": queries.database_size(),
        "versions": queries.list_versions(),
        "may_retry": request.viewer.holds(gates.Role.ADMINISTRATOR),
        "now": now,
    }
    return render(request, "status/board.html", context)


@gates.admit(gates.Role.ADMINISTRATOR)
@require_POST
def retry(request: gates.ViewerRequest, job_id: int) -> HttpResponse:
    """Try a failed job again."""
    operations.retry_job(viewer=request.viewer, job_id=job_id, now=request.now)
    messages.success(request, _("The job is back in its queue."))
    return redirect("status:board")


@gates.admit_public
@require_GET
def health(request: gates.ViewerRequest) -> JsonResponse:
    """Figures for a monitoring program: from this machine itself, or for an administrator who is signed in;
    ``healthy`` says whether anything is wrong, ``problems`` what; ``warnings`` what was never checked or set.
    """
    viewer: gates.Viewer | None = getattr(request, "viewer", None)
    administers = viewer is not None and viewer.second_factor and viewer.holds(gates.Role.ADMINISTRATOR)
    if not loopback.is_local(request) and not administers:
        raise errors.NotFound
    found = queries.read_health(now=request.now)
    body = {
        "healthy": not found.problems, "problems": found.problems, "warnings": found.warnings, **found.figures
    }  # fmt: skip
    return JsonResponse(body)
