"""The rows of the table: a published result, and the training that is to reach it."""

import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from elman.checks import check_different, check_flag, check_positive, check_seed, check_size

COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
CRITERION = re.compile(r"(\w+) *(<=|>=|<|>) *(\S+)")


@dataclass(frozen=True)
class Criterion:
    """When a training has reached the published result.

    Attributes:
        metric: the name of a metric of the test.
        comparison: "<", "<=", ">" or ">=".
        bound: what the metric is compared with.
    """

    metric: str
    comparison: str
    bound: float

    @classmethod
    def parse(cls, where: str, text: str) -> "Criterion":
        """Reads a criterion such as `mse < 0.01`.

        Raises:
            ValueError: the text is no criterion; the message says `where` it stands.
        """
        match = CRITERION.fullmatch(str(text).strip())
        try:
            metric, comparison, bound = match.groups()  # type: ignore[union-attr]
            return cls(metric, comparison, float(bound))
        except (AttributeError, ValueError):
            raise ValueError(
                f"{where} must be a metric, a comparison and a number, such as mse < 0.01, "
                f"got {text!r}"
            ) from None

    @property
    def text(self) -> str:
        """The criterion as one reads it: `mse < 0.01`."""
        return f"{self.metric} {self.comparison} {self.bound:g}"

    def holds(self, metrics: Mapping[str, float]) -> bool:
        """Whether the metrics of a test fulfil the criterion.

        Raises:
            ValueError: the test has no such metric.
        """
        if self.metric not in metrics:
            raise ValueError(
                f"criterion: the test has no metric {self.metric}; metrics: {', '.join(metrics)}"
            )
        return bool(COMPARISONS[self.comparison](metrics[self.metric], self.bound))


@dataclass(frozen=True)
class Row:
    """A published result, and the training that is to reach it.

    Attributes:
        name: of the row.
        task: in words.
        published: the published result in words.
        source: who published it.
        overrides: of `scripts/train.py`.
        criterion: when a training has reached the result.
        minutes: that a training takes on one processor core.
        family: rows of one family are plotted over T.
        T: length of the sequences.
        torch: whether `rnn=torch` can train the same network.
    """

    name: str
    task: str
    published: str
    source: str
    overrides: Sequence[str]
    criterion: Criterion
    minutes: float
    family: str | None = None
    T: int | None = None
    torch: bool = True


def read_rows(rows: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    """The rows of a configuration, by name.

    Raises:
        TypeError, ValueError: a row lacks an entry, has an unknown one or one of another kind, or
            its criterion is none; or it has no entries at all.
    """
    known = {field.name for field in fields(Row)} - {"name"}
    needed = {field.name for field in fields(Row) if field.default is not None} - {"name", "torch"}
    read = []
    for name, row in rows.items():
        if not isinstance(row, Mapping):
            raise ValueError(f"rows.{name} must have the entries {sorted(needed)}, got {row!r}")
        for entry in sorted(needed - set(row)):
            raise ValueError(f"rows.{name}: {entry} is missing")
        for entry in sorted(set(row) - known):
            raise ValueError(f"rows.{name}: there is no entry {entry}; entries: {sorted(known)}")
        criterion = Criterion.parse(f"rows.{name}.criterion", row["criterion"])
        overrides = row["overrides"]
        if not isinstance(overrides, list) or not all(map(_is_override, overrides)):
            raise TypeError(
                f"rows.{name}.overrides must be a list such as [experiment=adding], got "
                f"{overrides!r}"
            )
        for entry in ("task", "published", "source", "family"):
            if not isinstance(row.get(entry, ""), str):
                raise TypeError(f"rows.{name}.{entry} must be a text, got {row[entry]!r}")
        check_positive(f"rows.{name}.minutes", row["minutes"])
        check_flag(f"rows.{name}.torch", row.get("torch", True))
        if row.get("T") is not None:
            check_size(f"rows.{name}.T", row["T"])
        overrides = tuple(overrides)
        read.append(Row(**{**row, "name": name, "overrides": overrides, "criterion": criterion}))
    return read


def _is_override(value: object) -> bool:
    return isinstance(value, str) and ("=" in value or value.startswith("~"))


def select(rows: Sequence[Row], only: Sequence[str] | None) -> list[Row]:
    """The rows with these names or families; None: all rows.

    Raises:
        ValueError: there is no such row.
    """
    if only is None:
        return list(rows)
    check_different("only", only)
    known = {key for row in rows for key in (row.name, row.family) if key}
    for name in only:
        if name not in known:
            raise ValueError(f"only: there is no row {name}; rows: {', '.join(sorted(known))}")
    return [row for row in rows if row.name in only or row.family in only]


def check_seeds(argument: str, seeds: Sequence[int]) -> None:
    """Checks the seeds of the trainings of a row.

    Raises:
        TypeError, ValueError: there is none, one is no seed, or two are equal.
    """
    check_different(argument, seeds)
    for seed in seeds:
        check_seed(argument, seed)
