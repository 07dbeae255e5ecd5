"""Results of training runs, compared."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from string import Formatter
from textwrap import shorten
from typing import Self

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from elman.data.state import check_numbers, check_state
from elman.training.checkpoints.stored_overrides import read_overrides
from elman.training.runs.folder import FAILURE, OVERRIDES, RESULT
from elman.training.runs.whole_file import whole_file

# Overrides that do not make an experiment another one.
OF_HYDRA = Path(".hydra/overrides.yaml")  # written before a training begins
NOT_COMPARED = ("seed", "threads", "sweep", "resume", "hydra.searchpath")
NUMBER_FORM = re.compile(r"[ +,]?\d?\d?,?(\.\d\d?)?[efg%EFG]?")  # such as .3f
SHORT_NAME = 35  # characters, of which three names fit beside each other


@dataclass(frozen=True)
class Result:
    """The test result of one training run.

    Attributes:
        metric: the name of the main metric.
        summary: a format string that states the main metric in words.
        label: the axis label of the main metric in plots.
        baseline_summary: a format string that states the metrics of the baselines.
        metrics: all metrics of the test, by name.
        parameters: number of trained parameters.
        seconds: duration of the training.
    """

    metric: str
    summary: str
    label: str
    baseline_summary: str
    metrics: dict[str, float]
    parameters: int
    seconds: float

    def write(self, run: Path) -> None:
        """Writes the result into the folder of a run."""
        with whole_file(run / RESULT) as file:
            file.write(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, run: Path) -> Self:
        """Reads the result from the folder of a run.

        Raises:
            ValueError: the file is not a result.
        """
        try:
            result = cls(**json.loads((run / RESULT).read_text(encoding="utf-8")))
            result.check()
        except (TypeError, ValueError, RecursionError) as error:
            raise ValueError(
                f"runs: {run / RESULT} is damaged, or another version wrote it ({error}); leave "
                "this run out"
            ) from error
        return result

    def check(self) -> None:
        """Raises ValueError unless all values have their types, and the texts name metrics."""
        texts = {"metric": str, "summary": str, "label": str, "baseline_summary": str}
        check_state(asdict(self), **texts, metrics=dict, parameters=int, seconds=int | float)
        check_numbers(asdict(self), "seconds")
        for name, value in self.metrics.items():
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise ValueError(f"the metric {name!r} is no number")
        if self.metric not in self.metrics:
            raise ValueError(f"it has no value of the metric {self.metric!r}")
        for text in (self.summary, self.baseline_summary):
            for _, field, form, conversion in Formatter().parse(text):
                if field is None:  # text after the last value
                    continue
                # Other forms reach into the objects of the program, or make texts of any length.
                if field not in self.metrics or conversion or not NUMBER_FORM.fullmatch(form or ""):
                    raise ValueError(f"{text!r} is no text with values of its metrics")


@dataclass(frozen=True)
class RunGroup:
    """Runs of one experiment that differ only in the seed.

    Attributes:
        overrides: the values that the runs share, as on the command line.
        results: one result for each run.
    """

    overrides: str
    results: Sequence[Result]

    @property
    def values(self) -> list[float]:
        """The main metric of each run."""
        return [result.metrics[result.metric] for result in self.results]

    @property
    def metrics(self) -> dict[str, float]:
        """The mean of each metric."""
        names = self.results[0].metrics
        return {name: mean(result.metrics[name] for result in self.results) for name in names}

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest main metric."""
        return min(self.values), max(self.values)

    @property
    def seconds(self) -> float:
        """The mean duration of a training."""
        return mean(result.seconds for result in self.results)

    def summary(self) -> str:
        """The mean of the main metric in words, and its range."""
        first = self.results[0]
        text = first.summary.format(**self.metrics)
        if len(self.results) == 1:
            return text
        form = {name: form or "" for _, name, form, _ in Formatter().parse(first.summary) if name}
        low, high = (format(value, form[first.metric]) for value in self.range)
        return f"{text} ({low} to {high})"

    def baselines(self) -> str:
        """The metrics of the baselines in words."""
        return self.results[0].baseline_summary.format(**self.metrics)


def read_groups(folders: Iterable[Path], *, empty: bool = False) -> list[RunGroup]:
    """All finished runs in and below the folders, grouped by their overrides.

    Args:
        folders: of runs, or of sweeps.
        empty: there may be none.

    Raises:
        FileNotFoundError: no run has finished there, and `empty` is false.
    """
    by_overrides: dict[str, list[Result]] = {}
    folders = list(folders)
    for folder in folders:
        # Sort by the number of a sweep's run: 10 comes after 9.
        for path in sorted(folder.rglob(str(RESULT)), key=lambda path: (len(str(path)), path)):
            by_overrides.setdefault(_overrides(path.parent), []).append(Result.read(path.parent))
    if not (by_overrides or empty):
        raise FileNotFoundError(
            f"runs must be folders of finished trainings, but there is no {RESULT} in "
            f"{', '.join(map(str, folders))}"
        )
    return [RunGroup(overrides, results) for overrides, results in by_overrides.items()]


def read_failures(folders: Iterable[Path]) -> dict[str, str]:
    """Why trainings of sweeps have failed, by their overrides; those that finished later are out.

    Args:
        folders: of runs, or of sweeps.
    """
    paths = sorted(
        (path for folder in folders for path in folder.rglob(str(FAILURE))),
        key=lambda path: (len(str(path)), path),
    )
    return {
        " ".join(read_overrides(path.parent / OF_HYDRA)): path.read_text(encoding="utf-8").strip()
        for path in paths
        if not (path.parent / RESULT).exists()
    }


def _overrides(run: Path) -> str:
    given = read_overrides(run / OVERRIDES)
    return " ".join(sorted(each for each in given if each.split("=")[0] not in NOT_COMPARED))


def table(groups: Sequence[RunGroup], failures: Mapping[str, str] | None = None) -> str:
    """A Markdown table with one row for each group of runs.

    Args:
        groups: the runs that have finished.
        failures: the reason, by the overrides, of each run that has failed.
    """
    lines = [
        ["`python scripts/train.py`", "test", "baselines", "runs", "parameters", "training"],
        ["---", "---", "---", "--:", "--:", "--:"],
        *(
            [
                f"`{group.overrides}`",
                group.summary(),
                group.baselines(),
                str(len(group.results)),
                f"{group.results[0].parameters:,}",
                f"{group.seconds:.0f} s",
            ]
            for group in groups
        ),
        *(
            [f"`{overrides}`", f"failed: {reason}", "", "", "", ""]
            for overrides, reason in (failures or {}).items()
        ),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def plot_groups(groups: Sequence[RunGroup], path: Path) -> None:
    """Plots the main metric over the number of parameters and over the training time.

    Args:
        groups: all with the same main metric.
        path: of the file to write.
    """
    names = _differences([group.overrides for group in groups])
    columns = 3 if max(map(len, names)) <= SHORT_NAME else 1
    figure = Figure(figsize=(11, 5 + 0.25 * len(names) / columns), layout="constrained")
    label = groups[0].results[0].label
    figure.suptitle(f"Test: {label}, mean and range over the seeds")
    by_parameters, by_seconds = figure.subplots(1, 2, sharey=True)
    for group, name in zip(groups, names, strict=True):
        low, high = group.range
        center = mean(group.values)
        spread = [[center - low], [high - center]]
        for axes, x in (
            (by_parameters, group.results[0].parameters),
            (by_seconds, group.seconds),
        ):
            axes.errorbar([x], [center], spread, fmt="o", capsize=4, label=name)
    by_parameters.set(xscale="log", xlabel="parameters", ylabel=label)
    by_seconds.set(xscale="log", xlabel="training time (s)")
    for axes in (by_parameters, by_seconds):
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.minorticks_off()
        axes.grid(alpha=0.25)
    handles, labels = by_seconds.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=columns)
    figure.savefig(path, dpi=120)


def _differences(overrides: Sequence[str]) -> list[str]:
    """The overrides of each group without those that all groups share."""
    given = [
        [each.lstrip("+").removeprefix("experiment=") for each in line.split(" ")]
        for line in overrides
    ]
    shared = set.intersection(*map(set, given))
    return [
        shorten(" ".join(each for each in own if each not in shared), 120) or "all defaults"
        for own in given
    ]
