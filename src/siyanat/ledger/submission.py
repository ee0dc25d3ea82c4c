"""Sending checkpoints to the witnesses of the level above: c2sp.org/tlog-witness, the side of the log.

Kept here: which witnesses there are, how far each is, and the one routine that brings it further. What a witness
answers is believed as far as its key signed it. A witness that holds another history of this log is a broken
promise: it is written down, told to oversight, and nothing here makes it go away. A witness that can't be reached
is tried again every minute; it delays nothing.
"""

from __future__ import annotations

import datetime as dt
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from siyanat.ledger import models, operations, tree
from siyanat.lib import cosignature, errors, merkle, signed_note

ACTOR = f"{operations.SYSTEM}:ledger"
TIMEOUT_SECONDS = 10
MAX_ANSWER_BYTES = 65_536
REFUSED_TRIED_AFTER = dt.timedelta(hours=1)
BEHIND_TOO_LONG = dt.timedelta(hours=1)
_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\n?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Configured:
    """A witness as the settings name it: the prefix of its addresses, and its key."""

    url: str
    key: cosignature.CosignerKey


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a witness is."""

    name: str
    state: models.Witness
    behind: int  # entries that it has not cosigned yet
    since: dt.datetime | None  # when the oldest checkpoint that it lacks was signed

    def is_late(self, now: dt.datetime) -> bool:
        """Whether somebody must look."""
        return self.since is not None and now - self.since > BEHIND_TOO_LONG


def list_configured() -> list[Configured]:
    """The witnesses of ``LEDGER_WITNESSES``.

    :raises errors.Refusal: ``ledger.witness_setting_unreadable``
    """
    found = []
    for one in filter(None, map(str.strip, settings.LEDGER_WITNESSES.split(","))):
        url, _, key = one.partition(" ")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise errors.Refusal("ledger.witness_setting_unreadable", value=url)
        found.append(Configured(url.rstrip("/"), cosignature.CosignerKey.parse(key.strip())))
    return found


def list_standings() -> list[Standing]:
    """How far each configured witness is behind the newest checkpoint."""
    head = models.Checkpoint.objects.order_by("-size").first()
    return [_standing(_state_of(one), head) for one in list_configured()]


def _standing(state: models.Witness, head: models.Checkpoint | None) -> Standing:
    missing = models.Checkpoint.objects.filter(size__gt=state.size).order_by("size").first()
    behind = max(0, head.size - state.size) if head else 0
    return Standing(state.name, state, behind, missing.signed_at if missing else None)


def is_due(configured: Configured, *, now: dt.datetime) -> bool:
    """Whether there is something to send; to one that refused, hourly."""
    state, head = _state_of(configured), models.Checkpoint.objects.order_by("-size").first()
    if state.refused_at is not None and state.tried_at is not None:
        return now - state.tried_at >= REFUSED_TRIED_AFTER
    return head is not None and head.size > state.size


def submit_all(*, now: dt.datetime) -> int:
    """Bring every witness to the newest checkpoint; how many have it. Those that fail have it written on their row."""
    return sum(submit(one, now=now) for one in list_configured() if is_due(one, now=now))


def submit(configured: Configured, *, now: dt.datetime) -> bool:
    """Send the newest checkpoint to one witness and keep its cosignature; whether it has it now.

    When the witness knows another size than we thought, it is asked once more from there.

    :raises errors.BrokenPromise: ``ledger.witness_refused``, once, when it begins to hold another history; that
        stands on its row by then.
    """
    head = models.Checkpoint.objects.order_by("-size").first()
    if head is None:
        return False
    state = _state_of(configured)
    try:
        status, text = _ask(configured, state.size, head)
        if status == http.client.CONFLICT:
            known = _read_size(text)
            if known > head.size:
                _refused(state, "ledger.witness_is_ahead", now, known=known, size=head.size)
                return False
            if known < state.size:
                _went_back(state, known, now)
            status, text = _ask(configured, known, head)
        if status == http.client.UNPROCESSABLE_ENTITY:
            _refused(state, "ledger.witness_disagrees_on_history", now, size=head.size)
            return False
        if status != http.client.OK:
            return _failed(state, "ledger.witness_answered", now, status=status)
        _keep(configured, state, head, _read_line(configured.key, head, text), now)
    except errors.PassingFault as fault:
        return _failed(state, fault.code, now, **fault.facts)
    return True


def _state_of(configured: Configured) -> models.Witness:
    row, _ = models.Witness.objects.get_or_create(origin=settings.LEDGER_ORIGIN, name=configured.key.name)
    return row


def _ask(configured: Configured, old_size: int, head: models.Checkpoint) -> tuple[int, str]:
    groups = merkle.plan_consistency(old_size=old_size, new_size=head.size)
    get_node = tree.reader(node for group in groups for node in group)
    proof = merkle.consistency_proof(old_size=old_size, new_size=head.size, get_node=get_node)
    body = cosignature.Submission(old_size, tuple(proof), head.note).encode()
    return _post(f"{configured.url}/add-checkpoint", body.encode())


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A witness has one address: what leads elsewhere is an answer like any other."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


def _post(url: str, body: bytes) -> tuple[int, str]:
    """Status and text of the answer.

    :raises errors.PassingFault: ``ledger.witness_unreachable_at``
    """
    request = urllib.request.Request(  # noqa: S310 (the scheme was checked when the settings were read)
        url, data=body, headers={"Content-Type": "text/plain; charset=utf-8", "User-Agent": "siyanat"}
    )
    try:
        with urllib.request.build_opener(_NoRedirects()).open(request, timeout=TIMEOUT_SECONDS) as answer:
            return answer.status, _text_of(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _text_of(error)
    except (OSError, http.client.HTTPException) as error:
        raise errors.PassingFault("ledger.witness_unreachable_at", address=url) from error


def _text_of(answer: IO[bytes]) -> str:
    return answer.read(MAX_ANSWER_BYTES).decode("utf-8", "replace")


def _read_size(text: str) -> int:
    size = _SIZE.fullmatch(text)
    if size is None:
        raise errors.PassingFault("ledger.witness_answer_unreadable")
    return int(size[1])


def _read_line(
    key: cosignature.CosignerKey, head: models.Checkpoint, text: str
) -> tuple[signed_note.Signature, dt.datetime]:
    """The witness's own line of its answer; lines of keys that we don't know are passed over."""
    note = signed_note.Note.parse(head.note)
    try:
        given = cosignature.parse_lines(text)
        time = key.seen_at(signed_note.Note(note.text, given))
    except errors.SiyanatError as error:
        raise errors.PassingFault("ledger.witness_answer_unreadable") from error
    if time is None:
        raise errors.PassingFault("ledger.witness_answer_unreadable")
    line = next(one for one in given if (one.name, one.key_id) == (key.name, key.key_id))
    return line, dt.datetime.fromtimestamp(time, dt.UTC)


@transaction.atomic
def _keep(
    configured: Configured,
    state: models.Witness,
    head: models.Checkpoint,
    answer: tuple[signed_note.Signature, dt.datetime],
    now: dt.datetime,
) -> None:
    line, cosigned_at = answer
    models.Cosignature.objects.get_or_create(
        checkpoint=head, witness=configured.key.name,
        defaults={"line": line.line(), "cosigned_at": cosigned_at},
    )  # fmt: skip
    state.size, state.cosigned_at, state.tried_at = head.size, cosigned_at, now
    state.failing_since = state.refused_at = None
    state.fault, state.facts = "", {}
    state.save()


def _failed(state: models.Witness, code: str, now: dt.datetime, **facts: object) -> bool:
    state.tried_at, state.failing_since = now, state.failing_since or now
    state.fault, state.facts = code, facts
    state.save()
    return False


def _refused(state: models.Witness, code: str, now: dt.datetime, **facts: object) -> None:
    """Two histories of this log are about: said once in the log, and on the board as long as it is so."""
    is_new = state.refused_at is None
    with transaction.atomic():
        if is_new:
            operations.append(
                kind="ledger.witness_refused", actor=ACTOR, subject=f"witness:{state.name}", now=now,
                facts={"code": code, **facts},
            )  # fmt: skip
        state.refused_at = state.refused_at or now
        _failed(state, code, now, **facts)
    if is_new:
        raise errors.BrokenPromise("ledger.witness_refused", witness=state.name)


@transaction.atomic
def _went_back(state: models.Witness, known: int, now: dt.datetime) -> None:
    """A witness that forgot what it cosigned (it was restored from a backup?) is brought forward again."""
    operations.append(
        kind="ledger.witness_went_back", actor=ACTOR, subject=f"witness:{state.name}", now=now,
        facts={"before": state.size, "now": known},
    )  # fmt: skip
    state.size = known
    state.save(update_fields=["size"])


def cosigned(checkpoint: models.Checkpoint) -> str:
    """The signed note of a checkpoint with every cosignature that it got."""
    return checkpoint.note + "".join(checkpoint.cosignatures.order_by("pk").values_list("line", flat=True))


def list_refusing() -> Sequence[models.Witness]:
    """Configured witnesses that hold another history of this log."""
    return [one.state for one in list_standings() if one.state.refused_at is not None]
