import torch

from elman.tasks.speech.features import (
    MAX_SILENCE,
    augmented_features,
    features,
    noisy_features,
)
from elman.tasks.speech.log_mel import HOP, MEL_BANDS

SOUND = torch.sin(torch.arange(16_000) ** 1.5 / 500)  # a rising tone


def test_features_have_zero_mean_at_every_level() -> None:
    clean = features(SOUND)
    assert clean.shape[1] == MEL_BANDS
    torch.testing.assert_close(clean.mean(0), torch.zeros(MEL_BANDS), rtol=0, atol=1e-5)
    torch.testing.assert_close(features(SOUND * 500), clean, rtol=0, atol=1e-3)
    torch.testing.assert_close(
        features((SOUND * 20_000).short()), clean, rtol=0, atol=0.05
    )  # as in a file


def test_the_seed_determines_the_noise() -> None:
    first, again, other, louder = (
        noisy_features(SOUND, snr, seed) for snr, seed in ((10, 1), (10, 1), (10, 2), (0, 1))
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    clean = features(SOUND)
    assert (first - clean).square().mean() < (louder - clean).square().mean()


def test_augmentation_stays_within_its_limits() -> None:
    torch.manual_seed(0)
    lengths = {len(augmented_features(SOUND, 0, 0, None)) for _ in range(20)}
    T = len(features(SOUND))
    assert len(lengths) > 5  # random silence before and after
    assert min(lengths) >= T
    assert max(lengths) <= T + 2 * MAX_SILENCE // HOP

    for speed, vocal_tract, snr in ((0.2, 0, None), (0, 0.2, None), (0, 0, 0)):
        torch.manual_seed(1)
        plain = augmented_features(SOUND, 0, 0, None)
        torch.manual_seed(1)
        augmented = augmented_features(SOUND, speed, vocal_tract, snr)
        assert plain.shape != augmented.shape or not torch.allclose(plain, augmented, atol=0.1)
        if not speed:
            assert plain.shape == augmented.shape
