import math

import hypothesis.strategies as st
import numpy as np
import torch
from hypothesis import given

from elman.tasks.speech.audio import SAMPLE_RATE
from elman.tasks.speech.log_mel import (
    FLOOR,
    HOP,
    MEL_BANDS,
    WINDOW,
    frame_count,
    log_mel,
    mel_filters,
    stack_frames,
)


def definition(x: np.ndarray) -> np.ndarray:
    """The definition, one sum after another."""
    n = np.arange(WINDOW)
    w = 0.5 - 0.5 * np.cos(2 * np.pi * n / WINDOW)
    dft = np.exp(-2j * np.pi * np.outer(np.arange(WINDOW // 2 + 1), n) / WINDOW)

    def mel(f: float) -> float:
        return 2595 * math.log10(1 + f / 700)

    corners = [
        700 * (10 ** (mel(SAMPLE_RATE / 2) * m / (MEL_BANDS + 1) / 2595) - 1)
        for m in range(MEL_BANDS + 2)
    ]
    features = []
    for begin in range(0, len(x) - WINDOW + 1, HOP):
        power = np.abs(dft @ (w * x[begin : begin + WINDOW])) ** 2
        bands = []
        for left, tip, right in zip(corners, corners[1:], corners[2:], strict=False):
            band = 0.0
            for k, p in enumerate(power):
                f = k * SAMPLE_RATE / WINDOW
                if left < f <= tip:
                    band += p * (f - left) / (tip - left)
                elif tip < f < right:
                    band += p * (right - f) / (right - tip)
            bands.append(math.log(band / WINDOW + FLOOR))
        features.append(bands)
    return np.array(features)


def test_computes_the_definition() -> None:
    x = np.random.default_rng(0).normal(size=(2, 1000))
    ours = log_mel(torch.from_numpy(x)).numpy()
    for b in range(2):
        np.testing.assert_allclose(ours[b], definition(x[b]), rtol=0, atol=1e-10)


def test_a_tone_has_the_most_power_in_its_band() -> None:
    t = torch.arange(4000, dtype=torch.float64) / SAMPLE_RATE
    highest = [
        int(log_mel(torch.sin(2 * torch.pi * f * t)[None]).mean((0, 1)).argmax())
        for f in (200, 1000, 4000)
    ]
    tips = mel_filters().argmax(0) * SAMPLE_RATE / WINDOW
    for band, f in zip(highest, (200, 1000, 4000), strict=True):
        neighbours = tips[max(0, band - 1) : band + 2]
        assert neighbours.min() <= f <= neighbours.max()


@given(samples=st.integers(WINDOW, 3000))
def test_counts_the_frames(samples: int) -> None:
    assert log_mel(torch.zeros(1, samples)).shape == (1, frame_count(samples), MEL_BANDS)


def test_a_short_sound_has_no_frame() -> None:
    assert frame_count(WINDOW - 1) == 0
    assert frame_count(0) == 0


def test_the_features_of_silence_are_finite() -> None:
    torch.testing.assert_close(
        log_mel(torch.zeros(1, 800)), torch.full((1, 3, MEL_BANDS), math.log(FLOOR))
    )


def test_stacking_keeps_the_order_and_drops_incomplete_time_steps() -> None:
    features = torch.arange(5 * 3).view(5, 3)
    assert stack_frames(features, 2, 0).tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]


def test_stacking_adds_context_frames() -> None:
    features = torch.arange(1, 7.0).view(6, 1)
    assert stack_frames(features, 2, 1).tolist() == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 0]]
    assert stack_frames(features[:5], 2, 2).tolist() == [[0, 0, 1, 2, 3, 4], [1, 2, 3, 4, 0, 0]]
    wide = stack_frames(torch.arange(12.0).view(4, 3), 1, 1)
    assert wide[1].tolist() == list(range(9))  # frame after frame


def test_a_longer_vocal_tract_has_lower_formants() -> None:
    t = torch.arange(4000, dtype=torch.float64) / SAMPLE_RATE
    high, low = (torch.sin(2 * torch.pi * f * t).unsqueeze(0) for f in (2000.0, 2000 / 1.2))
    original, lowered, expected = (
        int(log_mel(sound, vocal_tract).mean((0, 1)).argmax())
        for sound, vocal_tract in ((high, 1.0), (high, 1.2), (low, 1.0))
    )
    assert lowered == expected < original


@given(vocal_tract=st.floats(0.7, 1.4))
def test_every_warped_filter_covers_some_frequencies(vocal_tract: float) -> None:
    filters = mel_filters(vocal_tract)
    assert torch.isfinite(filters).all()
    assert (filters >= 0).all()
    assert (filters.sum(0)[1:] > 0.3).all()
