"""The test of a trained network."""

from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig

from elman.training.checkpoint import restore
from elman.training.objectives import summarize
from elman.training.trainer import build_trainer


def evaluate(config: DictConfig) -> float:
    """Tests a checkpoint on the data it was trained on, or on others, and tells the figure.

    Args:
        config: as composed from `conf/evaluate.yaml`.

    Returns:
        The test figure to judge by.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the data are not to be had, or they do
            not fit each other.
    """
    network, data, checkpoint = restore(config.checkpoint, config.data)
    objective = instantiate(checkpoint["objective"])
    trainer = build_trainer(config.trainer, logger=False, enable_checkpointing=False)
    module = instantiate(checkpoint["training"])(network, objective)
    [figures] = trainer.test(module, data, verbose=False)
    print(f"{summarize(objective, figures, data.test_description)}.")
    pictures = Path(config.pictures) if config.pictures else None
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    if found := module.report(pictures):
        print(f"\n{found}")
    figure: float = figures[f"test/{objective.metric}"]
    return figure
