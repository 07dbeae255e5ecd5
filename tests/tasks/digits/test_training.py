"""Whole trainings of autoencoders."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig

from elman.tasks.digits.principal_components import principal_components
from elman.training.checkpoint import restore
from elman.training.evaluate import evaluate
from elman.training.results import Result, RunGroup
from elman.training.train import train

Compose = Callable[..., DictConfig]


@pytest.mark.parametrize("experiment", ["digits_autoencoder", "sequence_autoencoder"])
def test_learns_to_draw_again_what_it_has_coded(
    on_pictures: Compose,
    composed: Compose,
    tmp_path: Path,
    experiment: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    options = [
        "trainer.max_epochs=20",
        "data.batch_size=8",
        "~scheduler",
        "~callbacks.learning_rate",
    ]
    error = train(on_pictures(f"experiment={experiment}", *options))
    run = tmp_path / "run"
    assert "principal components 0." in RunGroup("", [Result.read(run)]).baselines()
    network, data, _ = restore(run, {"path": str(tmp_path / "pictures.csv")})
    data.setup()
    (seen, _), (unseen, _) = data.pictures("train"), data.pictures("test")
    with torch.no_grad():
        assert error == pytest.approx(((network(unseen) - unseen) ** 2).mean().item(), rel=1e-5)
    assert error < 0.7 * ((unseen - seen.mean(0)) ** 2).mean()  # the best picture for all

    of_pca = principal_components(seen, 32).reconstruct(unseen)
    told = f"(mse_of_pca {((of_pca - unseen) ** 2).mean():.4g})"
    assert told in caplog.text
    for picture in ("reconstructions.png", "codes.png"):
        assert (run / picture).exists()
        assert picture in caplog.text

    options = [f"checkpoint={run}", f"data.path={tmp_path}/pictures.csv"]
    quiet = "+trainer.enable_progress_bar=false"
    assert evaluate(composed("evaluate", *options, quiet)) == error
