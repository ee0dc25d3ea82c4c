"""The demo's log has a witness, so that everything about one can be looked at: this very deployment, over HTTP.

What its word is worth: nothing, for it is the same machine. In earnest a witness is another house's.
"""

from __future__ import annotations

import datetime as dt

from siyanat.ledger import keys, operations, witnessing

ACTOR = f"{operations.SYSTEM}:demo"


def register(*, now: dt.datetime) -> None:
    """Let the deployment witness its own log, once."""
    key = keys.load_signer().verifier()
    if not witnessing.list_logs().filter(origin=key.name).exists():
        witnessing.register_log(key=key.encode(), actor=ACTOR, now=now)


def setting(address: str) -> str:
    """``SIYANAT_LEDGER_WITNESSES`` for the deployment at ``address``."""
    return f"{address}/ledger/witness {keys.load_cosigner().verifier().encode()}"
