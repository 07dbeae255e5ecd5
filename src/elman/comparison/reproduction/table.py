"""The table: published results beside ours."""

from collections.abc import Mapping, Sequence
from statistics import mean

from rich.markup import escape
from rich.table import Table

from elman.comparison.reproduction.cells import Cell
from elman.comparison.reproduction.rows import Row
from elman.training.runs.results import Result, RunGroup

Outcomes = Mapping[Cell, Result | str]  # a result, or why there is none
HEADER = ("task", "published", "ours", "rnn=torch", "seeds", "time of a run; torch", "verdict")


def lines(rows: Sequence[Row], outcomes: Outcomes) -> list[list[str]]:
    """The text of the table, one line for each row that has outcomes."""
    return [_line(row, _of_row(row, outcomes)) for row in rows if _of_row(row, outcomes)]


def rich_table(rows: Sequence[Row], outcomes: Outcomes) -> Table:
    """The table for a terminal."""
    table = Table(*HEADER, show_lines=True)
    for line in lines(rows, outcomes):
        table.add_row(*map(escape, line))
    return table


def markdown(rows: Sequence[Row], outcomes: Outcomes) -> str:
    """The table in Markdown."""
    body = [HEADER, ["---"] * len(HEADER), *lines(rows, outcomes)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in body)


def results_of(row: Row, rnn: str, outcomes: Outcomes) -> list[Result]:
    """The results of a row with this recurrent layer, in the order of the seeds."""
    return [
        outcome
        for cell, outcome in outcomes.items()
        if cell.row == row and cell.rnn == rnn and isinstance(outcome, Result)
    ]


def _of_row(row: Row, outcomes: Outcomes) -> dict[Cell, Result | str]:
    return {cell: outcome for cell, outcome in outcomes.items() if cell.row == row}


def _line(row: Row, outcomes: Outcomes) -> list[str]:
    ours, theirs = (results_of(row, rnn, outcomes) for rnn in ("elman", "torch"))
    seeds = [str(cell.seed) for cell in outcomes if cell.rnn == "elman"]
    baselines = RunGroup("", ours).baselines() if ours else ""
    return [
        row.task,
        f"{row.published} ({row.source})",
        _summary(row, ours) + (f"; {baselines}" if baselines else ""),
        _summary(row, theirs),
        ", ".join(seeds),
        "; ".join(f"{RunGroup('', each).seconds:.0f} s" for each in (ours, theirs) if each),
        _verdict(row, outcomes, ours),
    ]


def _summary(row: Row, results: Sequence[Result]) -> str:
    """The main metric, and that of the criterion if it is another one."""
    if not results:
        return ""
    summary = RunGroup("", results).summary()
    name = row.criterion.metric
    if name == results[0].metric:
        return summary
    values = [result.metrics[name] for result in results]
    spread = f" ({min(values):.3g} to {max(values):.3g})" if len(values) > 1 else ""
    return f"{name} {mean(values):.3g}{spread}; {summary}"


def _verdict(row: Row, outcomes: Outcomes, ours: Sequence[Result]) -> str:
    """How many runs fulfil the criterion, and which have failed."""
    criterion = row.criterion
    reached = sum(criterion.holds(result.metrics) for result in ours)
    runs = sum(cell.rnn == "elman" for cell in outcomes)
    failures = [
        f"failed: rnn={cell.rnn}, seed={cell.seed}: {outcome}"
        for cell, outcome in outcomes.items()
        if isinstance(outcome, str)
    ]
    return "; ".join([f"{criterion.text} in {reached} of {runs}", *failures])
