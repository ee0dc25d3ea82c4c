"""The speech model: Silero VAD (MIT), taken as a file out of its package and run by ONNX Runtime on one
thread.

Only this module knows the file and its digest. The package itself is never imported: it would want torch. The
model says whether somebody speaks, never who.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from siyanat.analysis import measures
from siyanat.lib import errors

DIGEST = "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85"
VERSION = "silero-6.2"
CONTEXT = 64
"""Samples of the frame before that the model wants in front of each frame of 512."""
BATCH = 512
"""Frames a call: measured fastest between 100 and 1,000."""


class SpeechModel:
    """Probabilities of speech for a stream; the state is carried from call to call."""

    def __init__(self) -> None:
        self._session = _session()
        self.reset()

    def reset(self) -> None:
        """Forget what was heard: after a gap in the sound."""
        self._hidden = np.zeros((1, 1, 128), dtype=np.float32)
        self._cell = np.zeros((1, 1, 128), dtype=np.float32)
        self._context = np.zeros(CONTEXT, dtype=np.float32)

    def hear(self, samples: measures.Floats) -> measures.Floats:
        """Probability of speech for each 512 samples (16 kHz mono); the length is a multiple of 512."""
        stream = np.concatenate((self._context, samples))
        frames = np.lib.stride_tricks.sliding_window_view(stream, CONTEXT + measures.FRAME_SAMPLES)
        frames = frames[:: measures.FRAME_SAMPLES]
        heard: list[npt.NDArray[np.float32]] = []
        for first in range(0, len(frames), BATCH):
            block = np.ascontiguousarray(frames[first : first + BATCH])
            answer = self._session.run(
                ["speech_probs", "hn", "cn"], {"input": block, "h": self._hidden, "c": self._cell}
            )
            probabilities, self._hidden, self._cell = (np.asarray(part, dtype=np.float32) for part in answer)
            heard.append(probabilities.reshape(-1))
        self._context = stream[-CONTEXT:]
        return np.concatenate(heard) if heard else np.empty(0, dtype=np.float32)


def model_bytes() -> bytes:
    """The model's file, its digest checked.

    :raises errors.BrokenPromise: when the package is absent or its file is another one.
    """
    spec = importlib.util.find_spec("silero_vad")
    if spec is None or not spec.submodule_search_locations:
        raise errors.BrokenPromise("analysis.speech_model_absent")
    path = Path(spec.submodule_search_locations[0]) / "data" / "silero_vad_16k_sequence.onnx"
    content = path.read_bytes() if path.is_file() else b""
    digest = hashlib.sha256(content).hexdigest()
    if digest != DIGEST:
        raise errors.BrokenPromise("analysis.speech_model_differs", expected=DIGEST, found=digest)
    return content


@functools.lru_cache(maxsize=1)
def _session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = (
        3  # the export leaves unused initializers, reported as warnings at each start
    )
    return onnxruntime.InferenceSession(model_bytes(), options, providers=["CPUExecutionProvider"])
