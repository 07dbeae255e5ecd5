"""The progress bar."""

from datetime import timedelta
from typing import Any

from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import RichProgressBar
from lightning.pytorch.callbacks.progress.rich_progress import (
    BatchesProcessedColumn,
    RichProgressBarTheme,
)
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.text import Text

from elman.checks import check_at_least

BAR_WIDTH = 8  # characters; the line must fit into 80
METRICS = RichProgressBarTheme(metrics_format=".4g")


class TimeLeftColumn(ProgressColumn):
    """The estimated time until the bar is full, or the time that it took."""

    max_refresh = 0.5  # seconds

    def render(self, task: Task) -> Text:
        """`0:01:23 left`, or `0:02:05` at the end."""
        if task.finished and task.finished_time is not None:
            return Text(str(timedelta(seconds=int(task.finished_time))))
        if task.time_remaining is None:
            return Text("-:--:-- left")
        return Text(f"{timedelta(seconds=int(task.time_remaining))} left")


class ProgressBar(RichProgressBar):
    """Lightning's progress bar on one line of 80 columns, with epochs counted from 1.

    Args:
        refresh_rate: updates per second.

    Raises:
        TypeError, ValueError: `refresh_rate` is not an int of at least 0.
    """

    def __init__(self, refresh_rate: int) -> None:
        check_at_least("callbacks.progress.refresh_rate", refresh_rate, 0)
        super().__init__(refresh_rate, theme=METRICS)

    def get_metrics(
        self, trainer: Trainer, pl_module: LightningModule
    ) -> dict[str, int | str | float | dict[str, float]]:
        """The main metric in training, `accuracy: 0.9`, and in validation, `val: 0.8`."""
        metrics: dict[str, Any] = super().get_metrics(trainer, pl_module)
        metrics.pop("v_num", None)  # the version of the logger
        return {_short(name): value for name, value in metrics.items()}

    def configure_columns(self, trainer: Trainer) -> list[ProgressColumn]:  # noqa: ARG002
        """Epoch, bar, batches and time left; the metrics come after them."""
        return [
            TextColumn("{task.description}"),
            BarColumn(BAR_WIDTH),
            BatchesProcessedColumn(style="none"),
            TimeLeftColumn(),
        ]

    def _get_train_description(self, current_epoch: int) -> str:
        epochs = self.trainer.max_epochs
        return f"Epoch {current_epoch + 1}" + (f"/{epochs}" if epochs and epochs > 0 else "")


def _short(name: str) -> str:
    split, _, metric = name.partition("/")
    return {"train": metric, "validation": "val"}.get(split, name)
