"""What is measured of a recording, once, for every detector: small arrays whose size follows its length.

The meters fill them; detectors only read. No pixel and no sample is kept, and pitch and colour of speech are
there only while a file is being analysed: they are never stored.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

SAMPLE_RATE = 16_000
FRAME_SAMPLES = 512
"""One sound frame: 32 ms, the step of the speech model."""
TICK_SAMPLES = 32
"""One tick of the peak envelope: 2 ms, fine enough for the rise of a shot."""
TICKS_A_FRAME = FRAME_SAMPLES // TICK_SAMPLES
FLOOR_DB = -96.0
"""Digital silence of 16-bit sound; nothing below it is told apart."""
TICK_STEP_DB = 0.5
BAND_EDGES_HZ = (60, 150, 300, 500, 800, 1200, 1800, 2600, 3600, 5000, 7600)
"""Ten bands, about as wide as hearing's; what a voice, a siren and a covered microphone differ in."""
BANDS = len(BAND_EDGES_HZ) - 1


@dataclasses.dataclass(frozen=True, slots=True)
class Pictures:
    """One row a key frame, in order of time; all luma values on 0..255."""

    at_ms: Ints
    mean: Floats
    spread: Floats
    """Standard deviation of luma over the picture."""
    bright: Floats
    """The 99th percentile of luma: a lamp in the night keeps it high when the mean is low."""
    detail: Floats
    """Mean absolute step between neighbouring pixels."""
    flat_share: Floats
    """Share of the 144 blocks of 10 x 10 pixels with next to no structure."""
    change: Floats
    """Mean absolute difference to the frame before (0 for the first)."""
    moved_share: Floats
    """Share of pixels that changed by more than 18 once the change of overall brightness is taken off."""
    shift: Floats
    """Half the L1 distance to the histogram of the frame before, 0..1."""
    packet_bytes: Ints

    def ends_ms(self, duration_ms: int, longest_ms: int = 10_000) -> Ints:
        """Where each frame's time ends: at the next frame, at the end, at the latest after ``longest_ms``."""
        following = np.append(self.at_ms[1:], duration_ms)
        ends: Ints = np.clip(following, self.at_ms + 1, self.at_ms + longest_ms)
        return ends


@dataclasses.dataclass(frozen=True, slots=True)
class Sound:
    """One row a frame of 32 ms, in order of time; ``ticks`` has 16 entries a frame."""

    at_ms: Ints
    level_db: Floats
    """Root mean square, dBFS."""
    clipped_share: Floats
    """Share of samples at full scale."""
    speech: Floats
    """Probability of speech, 0..1, from the speech model."""
    pitch_hz: Floats
    """Fundamental of voiced speech frames, else NaN; lives only while the file is analysed."""
    balance_db: Floats
    """Energy of 1-5 kHz over that of 50-1000 Hz in speech frames (the alpha ratio), else NaN."""
    ticks: Bytes
    """Peak of the pre-emphasised sound in steps of 0.5 dB above -96 dBFS, one every 2 ms.

    Streets, engines and vowels live in the bass, shots everywhere: without the bass a shot stands out.
    """
    bands: Bytes
    """[frames, 10]: energy of each band in steps of 0.5 dB above -96 dBFS."""
    peak_hz: Floats
    """Where the spectrum's highest peak between 400 and 4000 Hz stands."""
    peak_share: Floats
    """Share of the energy between 300 and 4000 Hz that lies in that peak, 0..1: near 1 for a whistle or siren."""


@dataclasses.dataclass(frozen=True, slots=True)
class Measures:
    """A recording's measures; empty arrays where a track is missing."""

    duration_ms: int
    pictures: Pictures
    sound: Sound
    has_video: bool
    has_sound: bool
    between_bytes: Floats = dataclasses.field(default_factory=lambda: np.empty(0, dtype=np.float32))
    """Bytes between key frames in each second: what the encoder could not foresee, motion above all."""
    pictures_failed: int = 0
    sound_failed: int = 0

    def counted(self, source: str) -> tuple[int, int]:
        """Frames seen and failed of ``picture`` or ``sound``."""
        if source == "picture":
            return len(self.pictures.at_ms), self.pictures_failed
        return len(self.sound.at_ms), self.sound_failed

    @property
    def seconds(self) -> int:
        """Seconds in the recording, the last one begun counted whole."""
        return -(-self.duration_ms // 1000)
