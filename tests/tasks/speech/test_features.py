import torch

from elman.tasks.speech.features import (
    LONGEST_SILENCE,
    features,
    features_by_chance,
    features_in_noise,
)
from elman.tasks.speech.log_mel import HOP, MELS

SOUND = torch.sin(torch.arange(16_000) ** 1.5 / 500)  # ever higher


def test_features_are_what_changes() -> None:
    heard = features(SOUND)
    assert heard.shape[1] == MELS
    torch.testing.assert_close(heard.mean(0), torch.zeros(MELS), rtol=0, atol=1e-5)
    torch.testing.assert_close(features(SOUND * 500), heard, rtol=0, atol=1e-3)
    torch.testing.assert_close(
        features((SOUND * 20_000).short()), heard, rtol=0, atol=0.05
    )  # as a file holds it


def test_noise_is_the_same_for_the_same_seed() -> None:
    first, again, other, louder = (
        features_in_noise(SOUND, decibels, seed)
        for decibels, seed in ((10, 1), (10, 1), (10, 2), (0, 1))
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    clean = features(SOUND)
    assert (first - clean).square().mean() < (louder - clean).square().mean()


def test_chance_changes_only_what_it_may() -> None:
    torch.manual_seed(0)
    lengths = {len(features_by_chance(SOUND, 0, 0, None)) for _ in range(20)}
    T = len(features(SOUND))
    assert len(lengths) > 5  # silence stands around it
    assert min(lengths) >= T
    assert max(lengths) <= T + 2 * LONGEST_SILENCE // HOP

    for speed, throat, decibels in ((0.2, 0, None), (0, 0.2, None), (0, 0, 0)):
        torch.manual_seed(1)
        still = features_by_chance(SOUND, 0, 0, None)
        torch.manual_seed(1)
        disturbed = features_by_chance(SOUND, speed, throat, decibels)
        assert still.shape != disturbed.shape or not torch.allclose(still, disturbed, atol=0.1)
        if not speed:
            assert still.shape == disturbed.shape
