"""What a sweep of trainings has reached, told at its end."""

from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from elman.training.results import plot_kinds, read_kinds, table


class ReportSweep(Callback):
    """Tells the figures of all trainings of a sweep when the last has ended."""

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:  # noqa: ARG002
        """Prints the table and draws the plots."""
        folder = Path(config.hydra.sweep.dir)
        try:
            report([folder], folder)
        except FileNotFoundError as error:  # as after debug=one_batch
            print(f"\nNo table of the sweep: {error}")


def report(folders: list[Path], output: Path) -> None:
    """Prints what the trainings in `folders` have reached, and draws it into `output`.

    Args:
        folders: of runs, or of sweeps.
        output: the folder for a plot of each figure that any is judged by.

    Raises:
        FileNotFoundError: there is no finished training.
    """
    kinds = read_kinds(folders)
    print(f"\n{table(kinds)}\n")
    for figure in dict.fromkeys(kind.results[0].judged_by for kind in kinds):
        path = output / f"{figure}.png"
        plot_kinds([kind for kind in kinds if kind.results[0].judged_by == figure], path)
        print(f"  {path}")
