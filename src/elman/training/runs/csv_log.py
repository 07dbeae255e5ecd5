"""The metrics of a training in one CSV file, also if it was interrupted."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lightning.fabric.loggers.logger import rank_zero_experiment
from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.loggers.csv_logs import ExperimentWriter

from elman.training.runs.whole_file import whole_file


class CSVLog(CSVLogger):
    """Lightning's CSV logger, except that a resumed training continues the file."""

    @property
    @rank_zero_experiment
    def experiment(self) -> ExperimentWriter:
        """Writes the rows."""
        if self._experiment is None:
            self._experiment = _Continued(self.log_dir)
        return self._experiment  # type: ignore[return-value]


class _Continued(ExperimentWriter):
    """Appends to the rows that are there."""

    def __init__(self, log_dir: str) -> None:
        super().__init__(log_dir)
        if (path := Path(self.metrics_file_path)).is_file():
            self.metrics_keys, _ = rows(path)

    def _check_log_dir_exists(self) -> None:
        """Keeps the file, which Lightning would delete."""

    def _rewrite_with_new_header(self, fieldnames: list[str]) -> None:
        path = Path(self.metrics_file_path)
        _write(path, fieldnames, rows(path)[1])


def cut(path: Path, step: int, *, within_step: bool = False) -> None:
    """Removes the rows of a CSV file from `step` on, and a last one that was cut short.

    A training that continues after that many steps writes them again.

    Args:
        path: the file.
        step: the number of steps.
        within_step: it continues between two batches of a step. A validation there was logged with
            the number of that step, and may not be done again.
    """
    if path.is_file():
        columns, found = rows(path)
        kept = [
            row
            for row in found
            if int(row["step"]) < step
            or (within_step and int(row["step"]) == step and _is_of_validation(row))
        ]
        _write(path, columns, kept)


def _is_of_validation(row: Mapping[str, str]) -> bool:
    return any(value for name, value in row.items() if name.startswith("validation/"))


def _write(path: Path, columns: Sequence[str], values: Iterable[Mapping[str, Any]]) -> None:
    with whole_file(path) as file:
        writer = csv.DictWriter(file, fieldnames=columns)
        writer.writeheader()
        writer.writerows(values)


def rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The names of the columns of a CSV file, and its rows but for one that was cut short.

    Raises:
        ValueError: it is not a table of metrics by step.
    """
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader((line for line in file if line.endswith("\n")), restkey="")
        try:
            found = []
            for row in reader:
                int(row["step"])
                _ = [float(value) for value in row.values() if value]
                found.append(row)
            return list(reader.fieldnames or ()), found
        except (KeyError, TypeError, ValueError, csv.Error) as error:
            raise ValueError(
                f"{path}, line {reader.line_num}: it is not a table of metrics by step"
            ) from error
