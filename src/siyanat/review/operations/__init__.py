"""Acts of a review: one public function, one act, one transaction, one log entry."""

from __future__ import annotations

from siyanat.review.operations.asking import answer_question, ask_officer
from siyanat.review.operations.course import (
    begin_review,
    escalate_overdue,
    open_review,
    sign_off_review,
    take_over_review,
)
from siyanat.review.operations.marking import make_mark, open_case_from_mark, withdraw_mark
from siyanat.review.operations.second_line import draw_second_line
from siyanat.review.operations.watching import (
    record_played,
    send_segment,
    serve_segment,
    serve_still,
    skip_item,
    take_back_skip,
)

__all__ = [
    "answer_question",
    "ask_officer",
    "begin_review",
    "draw_second_line",
    "escalate_overdue",
    "make_mark",
    "open_case_from_mark",
    "open_review",
    "record_played",
    "send_segment",
    "serve_segment",
    "serve_still",
    "sign_off_review",
    "skip_item",
    "take_back_skip",
    "take_over_review",
    "withdraw_mark",
]
