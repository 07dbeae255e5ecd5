"""Augmentation of waveforms: speed perturbation, additive noise and level normalisation."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from elman.tasks.speech.audio import SAMPLE_RATE


def perturb_speed(waveform: Tensor, factor: float) -> Tensor:
    """Changes duration and pitch by resampling (Ko et al. 2015); `(N) → (N/factor)`.

    Args:
        waveform: `(N)`.
        factor: above 1 faster and higher, below 1 slower and lower.
    """
    samples = round(len(waveform) / factor)
    return functional.interpolate(waveform[None, None], samples, mode="linear")[0, 0]


def add_noise(
    waveform: Tensor, snr: float, slope: float, generator: torch.Generator | None = None
) -> Tensor:
    """Adds coloured noise at a given signal-to-noise ratio.

    Args:
        waveform: `(N)`.
        snr: `10 log₁₀(signal power / noise power)` in dB; infinity: no noise.
        slope: the power of the noise falls with the frequency f as `1/f^slope`, from 50 Hz on: 0 is
            white noise, 1 pink, 2 brown.
        generator: source of random numbers; None: torch's default one.
    """
    if snr == math.inf:
        return waveform
    samples = 1 << (len(waveform) - 1).bit_length()  # a power of two, for a fast transform
    spectrum = torch.randn(samples // 2 + 1, dtype=torch.complex64, generator=generator)
    f = torch.linspace(0, SAMPLE_RATE / 2, len(spectrum)).clamp(min=50)
    noise: Tensor = torch.fft.irfft(spectrum * f ** (-slope / 2))[: len(waveform)]
    gain = rms(waveform) / rms(noise) * math.pow(10, -snr / 20)
    return waveform + gain * noise


def normalize_rms(waveform: Tensor, target: float = 0.1) -> Tensor:
    """Scales a waveform to the root mean square `target`; silence stays silent."""
    return waveform * (target / rms(waveform))


def rms(waveform: Tensor) -> Tensor:
    """The root mean square, at least 1e-9."""
    root: Tensor = waveform.square().mean().sqrt()
    return root.clamp(min=1e-9)
