"""Damaged and hostile recordings."""

import io
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import wavfile

from elman.tasks.speech.data import SpeechData

pytestmark = pytest.mark.soak


def test_a_mutated_sound_ends_in_a_sentence_or_is_read(
    inputs: Path,
    reads_first_batches: Callable[[Any], None],
    each_ends_well: Callable[..., None],
    kind: Any,
) -> None:
    folder = inputs / "speech"
    special = list(sounds((folder / "0.wav").read_bytes()))
    each_ends_well(
        "sounds",
        {
            "wav": kind(
                folder / "0.wav",
                lambda: reads_first_batches(SpeechData(["la"], str(folder))),
                special,
                binary=True,
            )
        },
    )


def sounds(original: bytes) -> Iterator[tuple[str, bytes]]:
    """Sounds of all kinds, and headers that lie."""
    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, 8000)
    kinds: dict[str, np.ndarray] = {
        "8 bits": (127 * x + 128).astype(np.uint8), "16 bits": (32767 * x).astype(np.int16),
        "32 bits": (2**31 * 0.99 * x).astype(np.int32), "float": x.astype(np.float32),
        "double": x, "stereo": np.stack([x, x], 1).astype(np.float32), "nan": np.full(8000, np.nan),
        "huge": np.full(8000, 1e300), "silence": np.zeros(8000, np.int16), "short": x[:9],
        "none": x[:0].astype(np.int16), "infinite": np.full(8000, np.inf, np.float32),
    }  # fmt: skip
    for name, samples in kinds.items():
        for rate in (16_000, 8_000, 44_100) if "bits" in name else (16_000,):
            buffer = io.BytesIO()
            wavfile.write(buffer, rate, samples)
            yield f"{name} at {rate}", buffer.getvalue()
    deep = b"".join(struct.pack("<i", int(v * 2**23))[:3] for v in x)
    yield "24 bits", wav(3, 1, 16_000, 24, deep)
    for rate in (0, 1, 999, 2**31 - 1, 2**32 - 1, 44_101, 191_999):
        yield f"rate {rate}", wav(1, 1, rate, 16, original[44:])
    for channels in (0, 2, 3, 255, 65_535):
        yield f"{channels} channels", wav(1, channels, 16_000, 16, original[44:])
    for bits in (0, 1, 4, 7, 12, 20, 24, 33, 48, 64, 65_535):
        yield f"{bits} bits of header", wav(1, 1, 16_000, bits, original[44:])
    for form in (0, 2, 3, 6, 7, 17, 85, 0xFFFE):
        yield f"format {form}", wav(form, 1, 16_000, 16, original[44:])
    for size in (0, 1, 2**31 - 1, 2**32 - 1):
        yield f"data of {size}", original[:40] + struct.pack("<I", size) + original[44:]
        yield f"file of {size}", original[:4] + struct.pack("<I", size) + original[8:]
        yield f"fmt of {size}", original[:16] + struct.pack("<I", size) + original[20:]
    yield "RIFX", b"RIFX" + original[4:]
    yield "RF64", b"RF64" + original[4:]


def wav(form: int, channels: int, rate: int, bits: int, data: bytes) -> bytes:
    """A WAV file with this header, right or wrong."""
    block = channels * (bits // 8)
    header = struct.pack("<HHIIHH", form, channels, rate, rate * block % 2**32, block % 2**16, bits)
    chunks = b"fmt " + struct.pack("<I", len(header)) + header
    chunks += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
