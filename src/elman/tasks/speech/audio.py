"""Sound files as samples at one sample rate."""

import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.io import wavfile
from scipy.signal import resample_poly
from torch import Tensor

SAMPLE_RATE = 16_000  # Hz, of all inputs of the networks
MIN_RATE, MAX_RATE = 1_000, 768_000  # Hz, of the files


def read_wav(path: str | Path) -> Tensor:
    """Reads a WAV file, averages its channels and resamples it to `SAMPLE_RATE`.

    Args:
        path: a file of 8, 16, 24 or 32-bit integers or floats, with any sample rate and any number
            of channels.

    Returns:
        Samples from −1 to 1, float32 `(N)`.

    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: the file is not a WAV file, is truncated or empty, or a sample is not finite.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Chunk .* not understood")
            warnings.filterwarnings("error", message=".*EOF", category=wavfile.WavFileWarning)
            rate, samples = wavfile.read(path)
    except Exception as error:  # scipy raises many types, such as struct.error
        raise ValueError(f"{path} is not a complete WAV file ({error})") from error
    if samples.size == 0:
        raise ValueError(f"{path} contains no sound: {samples.size} samples at {rate} Hz")
    if not MIN_RATE <= rate <= MAX_RATE:  # resampling from other rates takes any amount of memory
        raise ValueError(
            f"{path} has a sample rate of {rate} Hz; it must be from {MIN_RATE} to {MAX_RATE} Hz"
        )
    waveform = _normalize(samples)
    if not np.isfinite(waveform).all():
        raise ValueError(f"{path} contains samples that are not finite numbers")
    if waveform.ndim == 2:  # (N, channels)
        waveform = waveform.mean(axis=1)
    return torch.from_numpy(resample(waveform, rate).astype(np.float32))


def resample(waveform: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Resamples from `rate` to `SAMPLE_RATE` with a low-pass filter; `(N) → (N·SAMPLE_RATE/rate)`.

    Args:
        waveform: samples, `(N)`.
        rate: their sample rate in Hz.
    """
    divisor = np.gcd(rate, SAMPLE_RATE)
    resampled: NDArray[np.float64] = resample_poly(
        waveform, SAMPLE_RATE // divisor, rate // divisor
    )
    return resampled


def _normalize(samples: NDArray[np.generic]) -> NDArray[np.float64]:
    """Samples of any type as floats from −1 to 1."""
    if samples.dtype == np.uint8:  # the only unsigned type; silence is 128
        return (samples.astype(np.float64) - 128) / 128
    # scipy returns 24 bits as the upper bits of 32.
    full_scale = 2.0 ** (8 * samples.dtype.itemsize - 1) if samples.dtype.kind == "i" else 1.0
    return samples.astype(np.float64) / full_scale
