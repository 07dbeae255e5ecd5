"""The test of a trained network."""

from pathlib import Path

from omegaconf import DictConfig

from elman.data.description import test_data_of
from elman.training.checkpoint import restore
from elman.training.objectives import summarize
from elman.training.progress import ProgressBar
from elman.training.trainer import build_trainer


def evaluate(config: DictConfig) -> float:
    """Tests a checkpoint on the data it was trained on, or on others, and prints the metrics.

    Args:
        config: as composed from `conf/evaluate.yaml`.

    Returns:
        The main metric of the test.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the data cannot be loaded, or they do
            not fit each other.
    """
    trained = restore(config.checkpoint, config.data, config.trust)
    objective = trained.build("objective")
    callbacks = [] if config.trainer.get("enable_progress_bar") is False else [ProgressBar(2)]
    trainer = build_trainer(
        config.trainer, callbacks=callbacks, logger=False, enable_checkpointing=False
    )
    module = trained.build("training")(trained.network, objective)
    [metrics] = trainer.test(module, trained.data, verbose=False)
    print(f"{summarize(objective, metrics, test_data_of(trained.data))}.")
    pictures = Path(config.pictures) if config.pictures else None
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    if report := module.report(pictures):
        print(f"\n{report}")
    value: float = metrics[f"test/{objective.metric}"]
    return value
