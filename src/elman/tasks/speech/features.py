"""The input features of an utterance: clean, with noise, or with random augmentation."""

import torch
from torch import Tensor
from torch.nn import functional

from elman.tasks.speech.augmentation import add_noise, normalize_rms, perturb_speed
from elman.tasks.speech.log_mel import log_mel

CLEAN_FRACTION = 0.3  # of the training utterances has no added noise
MAX_SNR = 30.0  # dB, of the added noise in training
MAX_SILENCE = 3200  # samples before and after an utterance in training


def features(waveform: Tensor, vocal_tract: float = 1.0) -> Tensor:
    """The log-mel spectrogram minus its mean over time.

    Args:
        waveform: `(N)`, at any level.
        vocal_tract: warping factor, see `mel_filters`.

    Returns:
        `(T, MEL_BANDS)`.
    """
    spectrogram = log_mel(normalize_rms(waveform.float()).unsqueeze(0), vocal_tract).squeeze(0)
    # The mean contains the constant effect of the microphone, the room and the voice.
    return spectrogram - spectrogram.mean(0)


def noisy_features(waveform: Tensor, snr: float, seed: int) -> Tensor:
    """Features of an utterance with added noise of a random colour, `(N) → (T, MEL_BANDS)`.

    Args:
        waveform: `(N)`.
        snr: signal-to-noise ratio in dB, see `add_noise`.
        seed: of the noise.
    """
    generator = torch.Generator().manual_seed(seed)
    slope = torch.rand((), generator=generator).item()
    return features(add_noise(waveform.float(), snr, slope, generator))


def augmented_features(
    waveform: Tensor,
    speed_perturbation: float,
    vocal_tract_perturbation: float,
    min_snr: float | None,
) -> Tensor:
    """Features of a randomly augmented utterance, `(N) → (T, MEL_BANDS)`.

    Args:
        waveform: `(N)`.
        speed_perturbation: largest relative change of the speed.
        vocal_tract_perturbation: largest relative change of the vocal tract length.
        min_snr: smallest signal-to-noise ratio in dB; None: no noise.
    """
    before, after, slope, noisy, level = torch.rand(5).tolist()
    speed, vocal_tract = (2 * torch.rand(2) - 1).tolist()
    waveform = perturb_speed(waveform.float(), 1 + speed_perturbation * speed)
    waveform = functional.pad(waveform, (int(MAX_SILENCE * before), int(MAX_SILENCE * after)))
    if min_snr is not None and noisy > CLEAN_FRACTION:
        snr = MAX_SNR + (min_snr - MAX_SNR) * level
        waveform = add_noise(waveform, snr, slope)
    return features(waveform, 1 + vocal_tract_perturbation * vocal_tract)
