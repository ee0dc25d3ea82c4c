"""Sentences of the errors that the log raises."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

MESSAGES = {
    "ledger.reason_missing": _("Say why the value is erased."),
    "ledger.history_changed": _(
        "The log no longer agrees with the checkpoint over %(size)s entries. Stop and ask the level above."
    ),
    "ledger.key_exposed": _(
        "The log's signing key %(path)s can be read by others. Give it mode 0600 and try again."
    ),
    "ledger.log_shrank": _(
        "The log has %(now)s entries, but %(signed)s were signed before. Stop and ask the level above."
    ),
    "ledger.no_such_level": _("There is no level %(level)s; choose presence, size or hash."),
    "ledger.node_missing": _("Node %(level)s/%(index)s of the log's tree is missing."),
    "ledger.not_sealed_yet": _("This entry is not under a signed checkpoint yet. Try again in a minute."),
    "ledger.witness_disagrees": _("The level above holds another history of this log: %(file)s."),
    "ledger.witness_unreachable": _(
        "The folder of the level above can't be reached: %(folder)s. It is tried again every minute."
    ),
    "ledger.witness_setting_unreadable": _(
        "SIYANAT_LEDGER_WITNESSES can't be read at %(value)s: write an address, a space and the key of each witness, "
        "separated by commas."
    ),
    "ledger.witness_unreachable_at": _(
        "The witness can't be reached at %(address)s. It is tried again every minute."
    ),
    "ledger.witness_answered": _(
        "The witness answered with the status %(status)s: 403 means that it knows another key of this log, 404 that "
        "it does not know this log."
    ),
    "ledger.witness_answer_unreadable": _("What the witness answered carries no signature of its key."),
    "ledger.witness_is_ahead": _(
        "The witness has cosigned %(known)s entries of this log, and here are %(size)s: entries are missing here, or "
        "another log uses the same key. Change nothing and ask the level above."
    ),
    "ledger.witness_disagrees_on_history": _(
        "The witness holds another history of this log: the head over %(size)s entries does not continue what it "
        "cosigned. Change nothing and ask the level above."
    ),
    "ledger.witness_refused": _(
        "The witness %(witness)s refuses this log: two histories of it are about. Change nothing and ask the level "
        "above."
    ),
    "ledger.no_witness_name": _(
        "This deployment witnesses no logs: SIYANAT_LEDGER_WITNESS_NAME gives it the name to do so."
    ),
    "ledger.log_registered": _("The log %(origin)s is witnessed already, with this key."),
    "ledger.refusal_noted": _("Somebody of oversight took this up already."),
    "ledger.cosignature_wrong": _(
        "The cosignature of %(witness)s under the checkpoint over %(size)s entries is wrong (%(reason)s)."
    ),
    "ledger.not_cosigned": _("No checkpoint is cosigned by %(witness)s."),
    "ledger.position_missing": _(
        "The log should have %(expected)s entries without a hole, but %(found)s were found."
    ),
    "ledger.nodes_missing": _(
        "Level %(level)s of the tree should have %(expected)s nodes, but %(found)s were found."
    ),
    "ledger.node_differs": _("Node %(level)s/%(index)s differs from what the entries give."),
    "ledger.body_differs": _("The body of entry %(position)s differs from its hash."),
    "ledger.columns_differ": _("The columns of entry %(position)s say something else than its body."),
    "ledger.disclosure_differs": _(
        "The personal value %(name)s of entry %(position)s is not the one committed to."
    ),
    "ledger.root_differs": _("The entries give another root than the checkpoint over %(size)s entries."),
    "ledger.signature_wrong": _(
        "The signature of the checkpoint over %(size)s entries is wrong (%(reason)s)."
    ),
    "ledger.checkpoint_differs_from_note": _(
        "The row of the checkpoint over %(size)s entries differs from its signed note."
    ),
    "ledger.clock_went_back": _("The checkpoint over %(size)s entries was signed before its predecessor."),
}
