"""What may happen to a voice on its way: noise, another speed, another loudness."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from elman.tasks.speech.audio import RATE


def with_speed(waveform: Tensor, speed: float) -> Tensor:
    """Played faster and higher with `speed` above 1, slower and lower below; `(N) → (N/speed)`."""
    samples = round(len(waveform) / speed)
    return functional.interpolate(waveform[None, None], samples, mode="linear")[0, 0]


def with_noise(
    waveform: Tensor, decibels: float, slope: float, generator: torch.Generator | None = None
) -> Tensor:
    """The sound with noise of an average power so many decibels below its own.

    Args:
        waveform: `(N)`.
        decibels: `10 log₁₀(power of the sound / power of the noise)`; infinite: no noise.
        slope: the noise's power falls with frequency, from 50 Hz, as `1/f^slope`: 0 is white
            noise, 1 pink, 2 brown.
        generator: source of chance.
    """
    if decibels == math.inf:
        return waveform
    samples = 1 << (len(waveform) - 1).bit_length()  # a power of two, for the transform's sake
    spectrum = torch.randn(samples // 2 + 1, dtype=torch.complex64, generator=generator)
    f = torch.linspace(0, RATE / 2, len(spectrum)).clamp(min=50)
    noise: Tensor = torch.fft.irfft(spectrum * f ** (-slope / 2))[: len(waveform)]
    loudness = rms(waveform) / rms(noise) * math.pow(10, -decibels / 20)
    return waveform + loudness * noise


def with_loudness(waveform: Tensor, loudness: float = 0.1) -> Tensor:
    """Brought to one root mean square, however loud the recording; silence stays silent."""
    return waveform * (loudness / rms(waveform))


def rms(waveform: Tensor) -> Tensor:
    """The root of the mean of the squares, never quite zero."""
    root: Tensor = waveform.square().mean().sqrt()
    return root.clamp(min=1e-9)
