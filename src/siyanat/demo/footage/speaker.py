"""A child process that speaks: utterances in as JSON lines, samples out. Drives eSpeak NG through ctypes.

eSpeak NG is C under the GPL and keeps global state: it stays out of the program's own process. One line in,
``{"text", "voice", "rate", "pitch", "range"}``; out: a line with the number of bytes and the sample rate,
then as many bytes of 16-bit mono samples. Ends with its input. Never writes a file.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Mapping

import espeakng_loader

# From espeak-ng/speak_lib.h (NG 1.52).
_SYNCHRONOUS = 2
_CHARS_UTF8 = 1
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


def main() -> int:
    """Speak until the input ends; 1 when eSpeak NG can't start."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    if rate <= 0:
        return 1
    heard = bytearray()

    def keep(samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            heard.extend(ctypes.string_at(samples, count * 2))
        return 0

    callback = _CALLBACK(keep)
    library.espeak_SetSynthCallback(callback)
    for line in sys.stdin.buffer:
        heard.clear()
        _speak(library, json.loads(line))
        sys.stdout.buffer.write(f"{len(heard)} {rate}\n".encode() + heard)
        sys.stdout.buffer.flush()
    return 0


def _speak(library: ctypes.CDLL, order: Mapping[str, object]) -> None:
    library.espeak_SetVoiceByName(str(order["voice"]).encode())
    for parameter, key in ((_RATE, "rate"), (_PITCH, "pitch"), (_RANGE, "range")):
        library.espeak_SetParameter(parameter, int(str(order[key])), 0)
    library.espeak_SetParameter(_VOLUME, 100, 0)
    text = str(order["text"]).encode()
    library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 1, 0, _CHARS_UTF8, None, None)
    library.espeak_Synchronize()


if __name__ == "__main__":
    sys.exit(main())
