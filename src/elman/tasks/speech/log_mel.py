"""What a network hears: how strong each pitch is at each moment, as the ear scales both."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from elman.tasks.speech.audio import RATE

WINDOW = RATE * 25 // 1000  # samples in which the sound is taken to stay the same
HOP = RATE * 10 // 1000  # samples from one window to the next
MELS = 40  # bands, equally wide to the ear
FLOOR = 1e-3  # added to the power of a band, whose logarithm silence would not have


def frames(samples: int) -> int:
    """Windows that fit into so many samples."""
    return max(0, 1 + (samples - WINDOW) // HOP)


def log_mel(waveforms: Tensor, throat: float = 1.0) -> Tensor:
    """`log(|DFT(w ∘ x)|² M + floor)` for each window x, w being Hann's, M the mel filters.

    Args:
        waveforms: `(B, N)` at `RATE`, at least one window long.
        throat: how many times as long the speaker's throat is made, see `mel_filters`.

    Returns:
        `(B, T, MELS)`.
    """
    w = torch.hann_window(WINDOW, dtype=waveforms.dtype, device=waveforms.device)
    spectrum = torch.stft(waveforms, WINDOW, HOP, window=w, center=False, return_complex=True)
    power = spectrum.real.square() + spectrum.imag.square()  # (B, WINDOW/2 + 1, T)
    M = mel_filters(throat).to(power)  # (WINDOW/2 + 1, MELS)
    return (power.transpose(1, 2) @ M / WINDOW + FLOOR).log()


def mel_filters(throat: float = 1.0) -> Tensor:
    """Triangles over the frequencies of the DFT, float64 `(WINDOW/2 + 1, MELS)`.

    Their corners are equally spaced in mel, `2595 log₁₀(1 + f/700)`, from 0 to RATE/2; each
    triangle begins and ends where its neighbours have their tips.

    Args:
        throat: a longer throat has lower formants; `throat` times the corners hear a speaker as if
            theirs were so much longer. (Above 4,800 Hz less and less so, since RATE/2 stays.)
    """
    highest = RATE / 2
    mels = np.linspace(0, 2595 * np.log10(1 + highest / 700), MELS + 2)
    knee = 4800 / max(1, throat)
    corners = np.interp(
        700 * (10 ** (mels / 2595) - 1), [0, knee, highest], [0, knee * throat, highest]
    )
    frequencies = np.linspace(0, highest, WINDOW // 2 + 1)
    from_corners = frequencies[:, None] - corners  # (WINDOW/2 + 1, MELS + 2)
    rising = from_corners[:, :-2] / np.diff(corners)[:-1]
    falling = -from_corners[:, 2:] / np.diff(corners)[1:]
    return torch.from_numpy(np.minimum(rising, falling).clip(min=0))


def stack(features: Tensor, size: int, context: int) -> Tensor:
    """Frames side by side, `(T, I) → (T // size, (size + 2 context)·I)`: a shorter T.

    Args:
        features: `(T, I)`.
        size: frames from one time step to the next.
        context: frames before and after these that a time step holds, too; zero where there are
            none.
    """
    T = len(features) // size * size
    around = functional.pad(features[:T], (0, 0, context, context))
    return around.unfold(0, size + 2 * context, size).transpose(1, 2).flatten(1)
