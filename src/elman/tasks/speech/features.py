"""An utterance as a network hears it: as it is, in noise, or disturbed by chance in training."""

import torch
from torch import Tensor
from torch.nn import functional

from elman.tasks.speech.augmentation import with_loudness, with_noise, with_speed
from elman.tasks.speech.log_mel import log_mel

WITHOUT_NOISE = 0.3  # share of the utterances in training
QUIETEST_NOISE = 30.0  # decibels
LONGEST_SILENCE = 3200  # samples, before and after


def features(waveform: Tensor, throat: float = 1.0) -> Tensor:
    """How strong each band is at each moment, less its own mean.

    Args:
        waveform: `(N)`, however loud.
        throat: see `mel_filters`.

    Returns:
        `(T, MELS)`.
    """
    bands = log_mel(with_loudness(waveform.float()).unsqueeze(0), throat).squeeze(0)
    # What a microphone, a room or a voice adds to a band throughout is taken away.
    return bands - bands.mean(0)


def features_in_noise(waveform: Tensor, decibels: float, seed: int) -> Tensor:
    """Features of an utterance with noise, `(N) → (T, MELS)`.

    Args:
        waveform: `(N)`.
        decibels: between speech and noise, see `with_noise`.
        seed: of the noise.
    """
    generator = torch.Generator().manual_seed(seed)
    slope = torch.rand((), generator=generator).item()
    return features(with_noise(waveform.float(), decibels, slope, generator))


def features_by_chance(
    waveform: Tensor, speed: float, throat: float, decibels: float | None
) -> Tensor:
    """Features of an utterance that is disturbed by chance, `(N) → (T, MELS)`.

    Args:
        waveform: `(N)`.
        speed: share by which it may be faster or slower.
        throat: share by which the speaker's throat may be longer or shorter.
        decibels: between speech and the loudest noise; None: no noise.
    """
    before, after, slope, noisy, loud = torch.rand(5).tolist()
    faster, longer = (2 * torch.rand(2) - 1).tolist()
    waveform = with_speed(waveform.float(), 1 + speed * faster)
    silences = int(LONGEST_SILENCE * before), int(LONGEST_SILENCE * after)
    waveform = functional.pad(waveform, silences)
    if decibels is not None and noisy > WITHOUT_NOISE:
        quieter = QUIETEST_NOISE + (decibels - QUIETEST_NOISE) * loud
        waveform = with_noise(waveform, quieter, slope)
    return features(waveform, throat=1 + throat * longer)
