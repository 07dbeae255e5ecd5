import math

import hypothesis.strategies as st
import numpy as np
import torch
from hypothesis import given

from elman.tasks.speech.audio import RATE
from elman.tasks.speech.log_mel import FLOOR, HOP, MELS, WINDOW, frames, log_mel, mel_filters, stack


def naive(x: np.ndarray) -> np.ndarray:
    """The definition, a sum at a time."""
    n = np.arange(WINDOW)
    w = 0.5 - 0.5 * np.cos(2 * np.pi * n / WINDOW)
    dft = np.exp(-2j * np.pi * np.outer(np.arange(WINDOW // 2 + 1), n) / WINDOW)

    def mel(f: float) -> float:
        return 2595 * math.log10(1 + f / 700)

    corners = [700 * (10 ** (mel(RATE / 2) * m / (MELS + 1) / 2595) - 1) for m in range(MELS + 2)]
    features = []
    for begin in range(0, len(x) - WINDOW + 1, HOP):
        power = np.abs(dft @ (w * x[begin : begin + WINDOW])) ** 2
        bands = []
        for left, tip, right in zip(corners, corners[1:], corners[2:], strict=False):
            band = 0.0
            for k, p in enumerate(power):
                f = k * RATE / WINDOW
                if left < f <= tip:
                    band += p * (f - left) / (tip - left)
                elif tip < f < right:
                    band += p * (right - f) / (right - tip)
            bands.append(math.log(band / WINDOW + FLOOR))
        features.append(bands)
    return np.array(features)


def test_is_the_definition() -> None:
    x = np.random.default_rng(0).normal(size=(2, 1000))
    ours = log_mel(torch.from_numpy(x)).numpy()
    for b in range(2):
        np.testing.assert_allclose(ours[b], naive(x[b]), rtol=0, atol=1e-10)


def test_a_tone_is_strongest_in_its_band() -> None:
    t = torch.arange(4000, dtype=torch.float64) / RATE
    highest = [
        int(log_mel(torch.sin(2 * torch.pi * f * t)[None]).mean((0, 1)).argmax())
        for f in (200, 1000, 4000)
    ]
    tips = mel_filters().argmax(0) * RATE / WINDOW
    for band, f in zip(highest, (200, 1000, 4000), strict=True):
        neighbours = tips[max(0, band - 1) : band + 2]
        assert neighbours.min() <= f <= neighbours.max()


@given(samples=st.integers(WINDOW, 3000))
def test_frames(samples: int) -> None:
    assert log_mel(torch.zeros(1, samples)).shape == (1, frames(samples), MELS)


def test_too_short_for_a_frame() -> None:
    assert frames(WINDOW - 1) == 0
    assert frames(0) == 0


def test_silence_is_finite() -> None:
    torch.testing.assert_close(
        log_mel(torch.zeros(1, 800)), torch.full((1, 3, MELS), math.log(FLOOR))
    )


def test_stack_keeps_the_order_and_leaves_out_the_rest() -> None:
    features = torch.arange(5 * 3).view(5, 3)
    assert stack(features, 2, 0).tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]


def test_stack_holds_frames_around() -> None:
    features = torch.arange(1, 7.0).view(6, 1)
    assert stack(features, 2, 1).tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 0]]
    assert stack(features[:5], 2, 2).tolist() == [[0, 0, 1, 2, 3, 4], [1, 2, 3, 4, 0, 0]]
    wide = stack(torch.arange(12.0).view(4, 3), 1, 1)
    assert wide[1].tolist() == list(range(9))  # frame after frame


def test_a_longer_throat_has_lower_formants() -> None:
    t = torch.arange(4000, dtype=torch.float64) / RATE
    high, low = (torch.sin(2 * torch.pi * f * t).unsqueeze(0) for f in (2000.0, 2000 / 1.2))
    as_it_is, lowered, wanted = (
        int(log_mel(sound, throat).mean((0, 1)).argmax())
        for sound, throat in ((high, 1.0), (high, 1.2), (low, 1.0))
    )
    assert lowered == wanted < as_it_is


@given(throat=st.floats(0.7, 1.4))
def test_every_band_hears_something_with_every_throat(throat: float) -> None:
    filters = mel_filters(throat)
    assert torch.isfinite(filters).all()
    assert (filters >= 0).all()
    assert (filters.sum(0)[1:] > 0.3).all()
