"""The test of a trained network."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elman.data.description import test_data_of
from elman.output_files import check_output_folder
from elman.training.checkpoints.checkpoint import restore
from elman.training.objectives import summarize
from elman.training.progress import ProgressBar
from elman.training.trainer import build_trainer


@dataclass(frozen=True)
class Evaluate:
    """The values of `scripts/evaluate.py`, explained in `conf/evaluate.yaml`."""

    checkpoint: str
    trust: list[str]
    pictures: str | None
    data: dict[str, Any]
    trainer: dict[str, Any]

    def __post_init__(self) -> None:
        if self.pictures is not None:
            check_output_folder("pictures", self.pictures)


def evaluate(values: Evaluate) -> float:
    """Tests a checkpoint on the data it was trained on, or on others, and prints the metrics.

    Args:
        values: of the script.

    Returns:
        The main metric of the test.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the data cannot be loaded, or they do
            not fit each other.
    """
    callbacks = [] if values.trainer.get("enable_progress_bar") is False else [ProgressBar(2)]
    trainer = build_trainer(
        values.trainer, callbacks=callbacks, logger=False, enable_checkpointing=False
    )
    trained = restore(values.checkpoint, values.data, values.trust)
    objective = trained.build("objective")
    module = trained.build("training")(trained.network, objective)
    [metrics] = trainer.test(module, trained.data, verbose=False)
    print(f"{summarize(objective, metrics, test_data_of(trained.data))}.")
    pictures = None if values.pictures is None else Path(values.pictures)
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    if report := module.report(pictures):
        print(f"\n{report}")
    value: float = metrics[f"test/{objective.metric}"]
    return value
