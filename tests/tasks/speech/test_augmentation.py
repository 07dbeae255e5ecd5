import math

import pytest
import torch

from elman.tasks.speech.audio import SAMPLE_RATE
from elman.tasks.speech.augmentation import add_noise, normalize_rms, perturb_speed, rms


def tone(frequency: float, samples: int = 8000) -> torch.Tensor:
    return torch.sin(2 * torch.pi * frequency * torch.arange(samples) / SAMPLE_RATE)


@pytest.mark.parametrize("snr", [20, 10, 0, -5])
@pytest.mark.parametrize("slope", [0.0, 1.0])
def test_noise_has_the_given_snr(snr: float, slope: float) -> None:
    sound = tone(440, 7001)
    noise = add_noise(sound, snr, slope, torch.Generator().manual_seed(0)) - sound
    assert 20 * math.log10(rms(sound) / rms(noise)) == pytest.approx(snr, abs=1e-2)


def test_pink_noise_falls_with_frequency() -> None:
    sound = torch.ones(2**16)
    white, pink = (
        torch.fft.rfft(add_noise(sound, 0, slope, torch.Generator().manual_seed(0)) - sound)
        .abs()
        .square()
        for slope in (0.0, 1.0)
    )
    low, high = slice(800, 1200), slice(8000, 12000)  # ten times the frequency
    assert float(white[low].mean() / white[high].mean()) == pytest.approx(1, rel=0.2)
    assert float(pink[low].mean() / pink[high].mean()) == pytest.approx(10, rel=0.2)


def test_an_infinite_snr_adds_no_noise() -> None:
    sound = tone(440)
    assert add_noise(sound, math.inf, 0) is sound


def test_the_noise_depends_only_on_the_generator() -> None:
    first, again, other = (
        add_noise(tone(440), 10, 1, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_higher_speed_is_shorter_and_higher_in_pitch() -> None:
    faster = perturb_speed(tone(400, 8800), 1.1)
    assert len(faster) == 8000
    torch.testing.assert_close(faster[10:-10], tone(440)[10:-10], rtol=0, atol=0.2)
    assert int(torch.fft.rfft(faster).abs().argmax()) == 220  # cycles in half a second


def test_normalizes_the_level() -> None:
    for volume in (1e-4, 1.0, 3e4):
        assert float(rms(normalize_rms(volume * tone(440)))) == pytest.approx(0.1, rel=1e-5)
    assert torch.equal(normalize_rms(torch.zeros(10)), torch.zeros(10))
