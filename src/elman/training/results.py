"""What trainings have reached, side by side."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from string import Formatter
from typing import Self

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from omegaconf import OmegaConf

from elman.training.run_folder import OVERRIDES, RESULT

# What tells trainings of the same kind apart, or has no part in what is reached.
NO_KIND = ("seed", "sweep", "resume")


@dataclass(frozen=True)
class Result:
    """What one training has reached.

    Attributes:
        judged_by: the name of the figure that people judge by.
        told: how it is told, as a format of the figures.
        label: what it is, on the axis of a plot.
        beside: what it is to be compared with, as a format of the figures.
        figures: all figures of its test, by name.
        weights: how many numbers were learned.
        seconds: that the training took.
    """

    judged_by: str
    told: str
    label: str
    beside: str
    figures: dict[str, float]
    weights: int
    seconds: float

    def write(self, run: Path) -> None:
        """Keeps it in a run's folder."""
        (run / RESULT).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, run: Path) -> Self:
        """That of a run's folder.

        Raises:
            ValueError: the folder holds something else.
        """
        try:
            return cls(**json.loads((run / RESULT).read_text(encoding="utf-8")))
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"runs: {run / RESULT} is damaged, or of another version; leave the run out"
            ) from error


@dataclass(frozen=True)
class Kind:
    """Trainings that differ in chance alone.

    Attributes:
        overrides: the values they have in common, as on the command line.
        results: one of each.
    """

    overrides: str
    results: Sequence[Result]

    @property
    def judged(self) -> list[float]:
        """The figure to judge by, of each."""
        return [result.figures[result.judged_by] for result in self.results]

    @property
    def figures(self) -> dict[str, float]:
        """The mean of each figure."""
        names = self.results[0].figures
        return {name: mean(result.figures[name] for result in self.results) for name in names}

    def told(self) -> str:
        """The mean of the figure to judge by, and from where to where it goes."""
        first = self.results[0]
        told = first.told.format(**self.figures)
        if len(self.results) == 1:
            return told
        form = {name: form or "" for _, name, form, _ in Formatter().parse(first.told) if name}
        low, high = (format(value, form[first.judged_by]) for value in self.range)
        return f"{told} ({low} to {high})"

    def beside(self) -> str:
        """What the figure is to be compared with."""
        return self.results[0].beside.format(**self.figures)

    @property
    def range(self) -> tuple[float, float]:
        """The least and the greatest figure."""
        return min(self.judged), max(self.judged)

    @property
    def seconds(self) -> float:
        """What a training took, in the mean."""
        return mean(result.seconds for result in self.results)


def read_kinds(folders: Iterable[Path]) -> list[Kind]:
    """All trainings in and below the folders, by kind.

    Args:
        folders: of runs, or of sweeps.

    Raises:
        FileNotFoundError: there is no finished training.
    """
    by_overrides: dict[str, list[Result]] = {}
    folders = list(folders)
    for folder in folders:
        # In the order of a sweep's numbers: 10 comes after 9.
        for path in sorted(folder.rglob(str(RESULT)), key=lambda path: (len(str(path)), path)):
            by_overrides.setdefault(_overrides(path.parent), []).append(Result.read(path.parent))
    if not by_overrides:
        raise FileNotFoundError(
            f"runs: there is no finished training in {', '.join(map(str, folders))} (a {RESULT})"
        )
    return [Kind(overrides, results) for overrides, results in by_overrides.items()]


def _overrides(run: Path) -> str:
    given: list[str] = OmegaConf.to_container(OmegaConf.load(run / OVERRIDES))  # type: ignore[assignment]
    return " ".join(sorted(each for each in given if each.split("=")[0] not in NO_KIND))


def table(kinds: Sequence[Kind]) -> str:
    """A Markdown table of what each kind has reached."""
    lines = [
        ["`python scripts/train.py`", "test", "beside it", "runs", "weights", "training"],
        ["---", "---", "---", "--:", "--:", "--:"],
        *(
            [
                f"`{kind.overrides}`",
                kind.told(),
                kind.beside(),
                str(len(kind.results)),
                f"{kind.results[0].weights:,}",
                f"{kind.seconds:.0f} s",
            ]
            for kind in kinds
        ),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def plot_kinds(kinds: Sequence[Kind], path: Path) -> None:
    """Draws the figure to judge by against the weights and against the seconds of training.

    Args:
        kinds: judged by the same figure.
        path: of the file to write.
    """
    figure = Figure(figsize=(11, 5), layout="constrained")
    by_weights, by_seconds = figure.subplots(1, 2, sharey=True)
    for kind in kinds:
        low, high = kind.range
        at = mean(kind.judged)
        spread = [[at - low], [high - at]]
        name = kind.overrides.replace("experiment=", "")
        for axes, across in ((by_weights, kind.results[0].weights), (by_seconds, kind.seconds)):
            axes.errorbar([across], [at], spread, fmt="o", capsize=4, label=name)
    by_weights.set(xscale="log", xlabel="weights", ylabel=kinds[0].results[0].label)
    by_seconds.set(xscale="log", xlabel="seconds of training")
    for axes in (by_weights, by_seconds):
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.minorticks_off()
        axes.grid(alpha=0.25)
    by_seconds.legend(loc="lower right")
    figure.savefig(path, dpi=120)
