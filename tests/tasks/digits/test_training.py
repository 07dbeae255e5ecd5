"""Training of the autoencoders."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.tasks.digits.objective import Reconstruction
from elman.tasks.digits.training import ReconstructionTraining
from elman.training.checkpoints.checkpoint import restore
from elman.training.evaluate import Evaluate, evaluate
from elman.training.runs.results import Result, RunGroup
from elman.training.train import train

Compose = Callable[..., DictConfig]


def pca_mse(train_images: torch.Tensor, test_images: torch.Tensor, components: int) -> float:
    """The mean squared error of principal component analysis, from its definition."""
    mean = train_images.mean(0)
    Vh = torch.linalg.svd(train_images - mean, full_matrices=False).Vh[:components]
    reconstructions = mean + (test_images - mean) @ Vh.T @ Vh
    return float(((reconstructions - test_images) ** 2).mean())


@pytest.mark.parametrize("experiment", ["digits_autoencoder", "sequence_autoencoder"])
def test_an_autoencoder_learns_to_reconstruct_images(
    on_pictures: Compose,
    composed: Compose,
    tmp_path: Path,
    experiment: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    options = [
        "trainer.max_epochs=20",
        "+trainer.check_val_every_n_epoch=5",
        "data.batch_size=8",
        "~scheduler",
        "~callbacks.learning_rate",
    ]
    mse = train(on_pictures(f"experiment={experiment}", *options)).score
    run = tmp_path / "run"
    assert "principal components 0." in RunGroup("", [Result.read(run)]).baselines()
    network, data, _ = restore(run, {"path": str(tmp_path / "pictures.csv")})
    data.setup()
    (train_images, _), (test_images, _) = data.images("train"), data.images("test")  # type: ignore[attr-defined]
    with torch.no_grad():
        errors = network(test_images) - test_images
    assert mse == pytest.approx((errors**2).mean().item(), rel=1e-5)
    constant_mse = ((test_images - train_images.mean(0)) ** 2).mean()
    assert mse < 0.7 * constant_mse

    metrics = Result.read(run).metrics
    assert metrics["pca_mse"] == pytest.approx(pca_mse(train_images, test_images, 32), rel=1e-5)
    for plot in ("reconstructions.png", "codes.png"):
        assert (run / plot).exists()
        assert plot in caplog.text

    options = [f"checkpoint={run}", f"data.path={tmp_path}/pictures.csv"]
    quiet = "+trainer.enable_progress_bar=false"
    assert evaluate(read_values(Evaluate, composed("evaluate", *options, quiet))) == mse


def test_the_costs_of_a_batch_are_those_of_its_reconstruction() -> None:
    images, output = torch.rand(3, 5), torch.rand(3, 5)
    training = ReconstructionTraining(torch.nn.Identity(), Reconstruction())
    (cost,) = training.step_costs(output, (images, torch.tensor([4, 1, 0])))
    torch.testing.assert_close(cost, ((output - images) ** 2).sum(1).mean())
