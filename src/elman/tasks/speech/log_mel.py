"""Log-mel spectrograms.

The transform is `torch.stft`. The mel filters are computed here, because vocal tract length
perturbation needs filters with warped frequencies: `torchaudio.functional.melscale_fbanks` cannot
warp them, and `torchaudio.compliance.kaldi.fbank` warps them only within a different spectrogram.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from elman.tasks.speech.audio import SAMPLE_RATE

WINDOW = SAMPLE_RATE * 25 // 1000  # samples in a frame
HOP = SAMPLE_RATE * 10 // 1000  # samples from one frame to the next
MEL_BANDS = 40
FLOOR = 1e-3  # added to the power of a band, so that the logarithm of silence is finite
KNEE = 4800  # Hz, where the warping starts to fade


def frame_count(samples: int) -> int:
    """Number of complete frames in a waveform of `samples` samples."""
    return max(0, 1 + (samples - WINDOW) // HOP)


def log_mel(waveforms: Tensor, vocal_tract: float = 1.0) -> Tensor:
    """`log(|DFT(w ∘ x)|² M + FLOOR)` of each frame x, with Hann window w and mel filters M.

    Args:
        waveforms: `(B, N)` at `SAMPLE_RATE`, at least one frame long.
        vocal_tract: warping factor, see `mel_filters`.

    Returns:
        `(B, T, MEL_BANDS)`.
    """
    w = torch.hann_window(WINDOW, dtype=waveforms.dtype, device=waveforms.device)
    spectrum = torch.stft(waveforms, WINDOW, HOP, window=w, center=False, return_complex=True)
    power = spectrum.real.square() + spectrum.imag.square()  # (B, WINDOW/2 + 1, T)
    M = mel_filters(vocal_tract).to(power)  # (WINDOW/2 + 1, MEL_BANDS)
    return (power.transpose(1, 2) @ M / WINDOW + FLOOR).log()


def mel_filters(vocal_tract: float = 1.0) -> Tensor:
    """Triangular mel filters over the frequencies of the DFT, float64 `(WINDOW/2 + 1, MEL_BANDS)`.

    The corner frequencies are equally spaced in mel, `2595 log₁₀(1 + f/700)`, from 0 to
    SAMPLE_RATE/2. Each triangle starts and ends at the peaks of its neighbours.

    Args:
        vocal_tract: warping factor of vocal tract length perturbation (Jaitly & Hinton 2013). A
            longer vocal tract has lower formants, so the corner frequencies are multiplied by the
            factor: a speaker then sounds as if the vocal tract were longer by the factor. Above
            `KNEE` the factor falls to 1 at SAMPLE_RATE/2.
    """
    nyquist = SAMPLE_RATE / 2
    mels = np.linspace(0, 2595 * np.log10(1 + nyquist / 700), MEL_BANDS + 2)
    knee = KNEE / max(1, vocal_tract)
    corners = np.interp(
        700 * (10 ** (mels / 2595) - 1), [0, knee, nyquist], [0, knee * vocal_tract, nyquist]
    )
    frequencies = np.linspace(0, nyquist, WINDOW // 2 + 1)
    from_corners = frequencies[:, None] - corners  # (WINDOW/2 + 1, MEL_BANDS + 2)
    rising = from_corners[:, :-2] / np.diff(corners)[:-1]
    falling = -from_corners[:, 2:] / np.diff(corners)[1:]
    return torch.from_numpy(np.minimum(rising, falling).clip(min=0))


def stack_frames(features: Tensor, size: int, context: int) -> Tensor:
    """Concatenates neighbouring frames, `(T, I) → (T // size, (size + 2 context)·I)`.

    Args:
        features: `(T, I)`.
        size: frames from one time step to the next; frames that do not fill a last one are dropped.
        context: further frames on both sides in each time step; zero beyond the ends.
    """
    T = len(features) // size * size
    padded = functional.pad(features[:T], (0, 0, context, context))
    return padded.unfold(0, size + 2 * context, size).transpose(1, 2).flatten(1)
