"""The results of a sweep, printed and plotted when it ends."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from elman.checks import check_different
from elman.output_files import check_output_folder
from elman.training.runs.results import OF_HYDRA, plot_groups, read_failures, read_groups, table


class ReportSweep(Callback):
    """Lets a sweep go on after a training has failed, and prints a table of all when it ends."""

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **kwargs: Any) -> None:  # noqa: ARG002
        """Of a failed training, the sweep gets no value, instead of the error that would end it."""
        if config.hydra.mode.name == "MULTIRUN" and job_return.status == JobStatus.FAILED:
            job_return.status, job_return.return_value = JobStatus.COMPLETED, None

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:  # noqa: ARG002
        """Prints the table and draws the plots.

        Raises:
            SystemExit: a training has failed.
        """
        folder = Path(config.hydra.sweep.dir)
        try:
            report([folder], folder)
        except FileNotFoundError as error:  # as after debug=one_batch
            print(f"\nNo table of the sweep: {error}")
        if failures := read_failures([folder]):
            trainings = len(list(folder.glob(f"*/{OF_HYDRA}")))
            print(f"error: {len(failures)} of {trainings} trainings failed", file=sys.stderr)
            sys.exit(1)


@dataclass(frozen=True)
class Report:
    """The values of `scripts/report.py`, explained in `conf/report.yaml`."""

    runs: list[str]
    output_dir: str

    def __post_init__(self) -> None:
        check_different("runs", self.runs)
        check_output_folder("output_dir", self.output_dir)


def report(folders: list[Path], output: Path) -> None:
    """Prints a table of the runs in `folders`, and plots the main metrics of the finished ones.

    Args:
        folders: of runs, or of sweeps.
        output: the folder for the plots, one for each main metric.

    Raises:
        FileNotFoundError: no run has finished there.
    """
    failures = read_failures(folders)
    groups = read_groups(folders, empty=bool(failures))
    print(f"\n{table(groups, failures)}\n")
    output.mkdir(parents=True, exist_ok=True)
    for metric in dict.fromkeys(group.results[0].metric for group in groups):
        path = output / f"{metric}.png"
        plot_groups([group for group in groups if group.results[0].metric == metric], path)
        print(f"  {path}")
