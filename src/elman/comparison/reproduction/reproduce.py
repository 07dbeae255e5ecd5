"""Trains all rows of the table, and prints published results beside ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from elman.comparison.reproduction.cells import Cell, cells_of
from elman.comparison.reproduction.plots import plot_learning, plot_over_length
from elman.comparison.reproduction.rows import Row, check_seeds, read_rows, select
from elman.comparison.reproduction.table import Outcomes, markdown, results_of, rich_table
from elman.output_files import check_output_folder
from elman.training.runs.results import Result, RunGroup

SLOW = 10  # minutes of a training from which on it runs only on request


@dataclass(frozen=True)
class Reproduce:
    """The values of `scripts/reproduce.py`, explained in `conf/reproduce.yaml`."""

    rows: dict[str, Any]
    only: list[str] | None
    seeds: list[int]
    torch_seeds: list[int]
    slow: bool
    output_dir: str

    def __post_init__(self) -> None:
        check_seeds("seeds", self.seeds)
        if self.torch_seeds:  # none: no training with torch.nn.RNN
            check_seeds("torch_seeds", self.torch_seeds)
        check_output_folder("output_dir", self.output_dir)


def reproduce(values: Reproduce) -> bool:
    """Trains what has not been trained yet, prints the table and draws the plots.

    Args:
        values: of the script.

    Returns:
        Whether no training has failed.

    Raises:
        TypeError, ValueError: a value is out of range; this is checked before any training.
    """
    rows = select(read_rows(values.rows), values.only)
    output = Path(values.output_dir)
    output.mkdir(parents=True, exist_ok=True)
    chosen = [row for row in rows if values.slow or row.minutes <= SLOW]
    console = Console()
    outcomes = _run(cells_of(chosen, values.seeds, values.torch_seeds, output), console)
    console.print(rich_table(chosen, outcomes))
    for row in rows:
        if row not in chosen:
            console.print(f"{row.name} takes about {row.minutes:g} minutes a run: slow=true")
    (output / "table.md").write_text(markdown(chosen, outcomes), encoding="utf-8")
    console.print(f"\n  {output / 'table.md'}")
    for path in _plots(chosen, outcomes, output):
        console.print(f"  {path}")
    failures = [cell.name for cell, outcome in outcomes.items() if isinstance(outcome, str)]
    for name in failures:
        console.print(f"  failed: {name}")
    return not failures


def _run(cells: Sequence[Cell], console: Console) -> Outcomes:
    """The results of all trainings, of earlier calls and of this one."""
    outcomes: dict[Cell, Result | str] = {}
    minutes = {cell: 0.0 if cell.result() else cell.row.minutes for cell in cells}
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=sum(minutes.values()))
        for cell in cells:
            progress.update(task, description=cell.name)
            outcomes[cell] = outcome = _checked(cell, cell.result() or cell.run())
            progress.console.print(f"{cell.name}: {_sentence(outcome)}", markup=False)
            progress.advance(task, minutes[cell])
    return outcomes


def _checked(cell: Cell, outcome: Result | str) -> Result | str:
    """The outcome; or a sentence, if its test has no such metric as the row's criterion needs."""
    try:
        if isinstance(outcome, Result):
            cell.row.criterion.holds(outcome.metrics)
    except ValueError as error:
        return str(error)
    return outcome


def _sentence(outcome: Result | str) -> str:
    if isinstance(outcome, str):
        return f"failed: {outcome}"
    return f"{RunGroup('', [outcome]).summary()}, after {outcome.seconds:.0f} s"


def _plots(rows: Sequence[Row], outcomes: Outcomes, output: Path) -> list[Path]:
    """The plots of all rows and families with a result."""
    paths = []
    with_result = [
        row for row in rows if any(results_of(row, rnn, outcomes) for rnn in ("elman", "torch"))
    ]
    for row in with_result:
        paths.append(output / f"{row.name}.png")
        plot_learning(row, outcomes, paths[-1])
    for name in dict.fromkeys(row.family for row in with_result if row.family and row.T):
        family = [row for row in with_result if row.family == name and row.T]
        if len(family) > 1:  # lengths to compare
            paths.append(output / f"{name}_over_length.png")
            plot_over_length(family, outcomes, paths[-1])
    return paths
