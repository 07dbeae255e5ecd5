"""The results of a sweep, printed and plotted when it ends."""

from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from elman.training.results import plot_groups, read_groups, table


class ReportSweep(Callback):
    """Prints a table of all runs of a sweep after the last one."""

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:  # noqa: ARG002
        """Prints the table and draws the plots."""
        folder = Path(config.hydra.sweep.dir)
        try:
            report([folder], folder)
        except FileNotFoundError as error:  # as after debug=one_batch
            print(f"\nNo table of the sweep: {error}")


def report(folders: list[Path], output: Path) -> None:
    """Prints a table of the finished runs in `folders`, and plots their main metrics.

    Args:
        folders: of runs, or of sweeps.
        output: the folder for the plots, one for each main metric.

    Raises:
        FileNotFoundError: no run has finished there.
    """
    groups = read_groups(folders)
    print(f"\n{table(groups)}\n")
    for metric in dict.fromkeys(group.results[0].metric for group in groups):
        path = output / f"{metric}.png"
        plot_groups([group for group in groups if group.results[0].metric == metric], path)
        print(f"  {path}")
