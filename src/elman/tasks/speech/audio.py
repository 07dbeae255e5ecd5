"""Sound files as samples at one rate."""

import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.io import wavfile
from scipy.signal import resample_poly
from torch import Tensor

RATE = 16_000  # samples a second, of all that the networks hear


def read_wav(path: str | Path) -> Tensor:
    """The samples of a WAV file, its channels averaged, at `RATE`.

    Args:
        path: 8, 16, 24 or 32 bits or floats, any rate, any number of channels.

    Returns:
        From −1 to 1, float32 `(N)`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no such file, cut short or empty, or holds what is no number.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Chunk .* not understood")
            warnings.filterwarnings("error", message=".*EOF", category=wavfile.WavFileWarning)
            rate, samples = wavfile.read(path)
    except Exception as error:  # scipy raises whatever it stumbles over, struct.error for one
        raise ValueError(f"{path} is no whole WAV file ({error})") from error
    if rate <= 0 or samples.size == 0:
        raise ValueError(f"{path} holds no sound: {samples.size} samples at {rate} Hz")
    waveform = _from_minus_1_to_1(samples)
    if not np.isfinite(waveform).all():
        raise ValueError(f"{path} holds samples that are no finite numbers")
    if waveform.ndim == 2:  # (N, channels)
        waveform = waveform.mean(axis=1)
    return torch.from_numpy(resample(waveform, rate).astype(np.float32))


def resample(waveform: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """The same sound at `RATE`, without what that rate cannot hold; `(N) → (N·RATE/rate)`."""
    divisor = np.gcd(rate, RATE)
    resampled: NDArray[np.float64] = resample_poly(waveform, RATE // divisor, rate // divisor)
    return resampled


def _from_minus_1_to_1(samples: NDArray[np.generic]) -> NDArray[np.float64]:
    if samples.dtype == np.uint8:  # the one kind whose zero is in the middle
        return (samples.astype(np.float64) - 128) / 128
    # 24 bits come in the upper bits of 32
    full = 2.0 ** (8 * samples.dtype.itemsize - 1) if samples.dtype.kind == "i" else 1.0
    return samples.astype(np.float64) / full
