from pathlib import Path

from elman.comparison.reproduction.cells import Cell
from elman.comparison.reproduction.rows import Criterion, Row
from elman.comparison.reproduction.table import HEADER, lines
from elman.training.runs.results import Result


def result(cost: float, third: float) -> Result:
    metrics = {"cost": cost, "third": third}
    return Result("cost", "cost {cost:.2f}", "cost", "", metrics, parameters=1, seconds=2.0)


def table_line(criterion: str, *results: Result) -> dict[str, str]:
    row = Row("bits", "xor", "it falls", "Elman", (), Criterion.parse("", criterion), 1.0)
    cells = [Cell(row, "elman", seed, Path()) for seed in range(len(results))]
    [line] = lines([row], dict(zip(cells, results, strict=True)))
    return dict(zip(HEADER, line, strict=True))


def test_the_metric_of_the_criterion_is_stated_too() -> None:
    line = table_line("third < 0.25", result(0.5, 0.1), result(0.5, 0.3))
    assert line["ours"].startswith("third 0.2 (0.1 to 0.3); ")
    assert line["verdict"] == "third < 0.25 in 1 of 2"
    assert table_line("third < 0.25", result(0.5, 0.1))["ours"].startswith("third 0.1; cost 0.5")


def test_a_criterion_of_the_main_metric_states_it_once() -> None:
    line = table_line("cost < 0.6", result(0.5, 0.1))
    assert line["ours"].count("0.5") == 1
    assert "third" not in line["ours"]
