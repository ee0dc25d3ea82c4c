"""What a command's exit code means, the same for every command."""

from __future__ import annotations

DONE = 0
FOUND = 1
USAGE = 2
FAULT = 3
BROKEN = 4
STOPPED = 130

MEANINGS = {
    DONE: "Done; nothing to look at.",
    FOUND: "Done, and something was found or set aside; or the call was refused, and the sentence says why.",
    USAGE: "The call was wrong: an unknown option, a missing argument, a folder that is not there.",
    FAULT: "A passing fault: a full disk, a database that is away. Nothing is half-done; run it again.",
    BROKEN: "A broken promise: bytes, clock or log are not what they were. Nothing was mended; a person decides.",
    STOPPED: "Stopped by Ctrl-C.",
}
