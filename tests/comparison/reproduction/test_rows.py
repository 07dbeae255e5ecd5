from collections.abc import Callable
from typing import Any

import pytest
from omegaconf import DictConfig, OmegaConf

from elman.comparison.reproduction.rows import Criterion, check_seeds, read_rows, select

MakeRow = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("mse < 0.01", 0.009, True),
        ("mse < 0.01", 0.01, False),
        ("mse<=0.01", 0.01, True),
        ("mse > 1e-2", 0.01, False),
        ("mse > 1e-2", 0.02, True),
        ("mse >= 0.01", 0.01, True),
        ("mse < 0.01", float("nan"), False),
    ],
)
def test_a_criterion_compares_a_metric_with_a_number(text: str, value: float, holds: bool) -> None:
    criterion = Criterion.parse("here", text)
    assert criterion.holds({"mse": value, "cost": 0}) is holds
    assert Criterion.parse("here", criterion.text) == criterion


@pytest.mark.parametrize("text", ["mse", "mse = 1", "mse < low", "< 1", None])
def test_what_is_no_criterion_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match=r"^here must be a metric, a comparison and a number, .*"):
        Criterion.parse("here", text)


def test_a_metric_that_the_test_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^criterion: the test has no metric mse; metrics: cost$"):
        Criterion.parse("here", "mse < 1").holds({"cost": 1.0})


def test_a_row_that_lacks_an_entry_or_has_an_unknown_one_is_refused(tiny_row: MakeRow) -> None:
    row = tiny_row()
    with pytest.raises(ValueError, match=r"^rows.mine must have the entries \['criterion', .*"):
        read_rows({"mine": "mse < 1"})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match=r"^rows.mine: there is no entry colour; entries: "):
        read_rows({"mine": {**row, "colour": 1}})
    for name in row:
        with pytest.raises(ValueError, match=rf"^rows.mine: {name} is missing$"):
            read_rows({"mine": {key: value for key, value in row.items() if key != name}})


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            {"overrides": "experiment=adding"},
            r"overrides must be a list .*, got 'experiment=adding'",
        ),
        ({"overrides": None}, r"overrides must be a list such as \[experiment=adding\], got None"),
        ({"overrides": [{"data.length": 2}]}, "overrides must be a list"),
        ({"overrides": ["adding"]}, r"overrides must be a list .*, got \['adding'\]"),
        ({"published": 1.5}, r"published must be a text, got 1\.5"),
        ({"family": ["a"]}, r"family must be a text, got \['a'\]"),
        ({"minutes": "many"}, "minutes must be a number greater than zero, got 'many'"),
        ({"T": "long"}, "T must be an int, got 'long'"),
        ({"torch": "no"}, "torch must be True or False, got 'no'"),
    ],
)
def test_an_entry_of_another_kind_is_refused(
    tiny_row: MakeRow, entry: dict[str, Any], message: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=rf"^rows\.mine\.{message}"):
        read_rows({"mine": {**tiny_row(), **entry}})


def test_rows_are_selected_by_name_and_by_family(tiny_row: MakeRow) -> None:
    rows = read_rows(
        {
            "short": tiny_row(family="sums", T=2),
            "long": tiny_row(family="sums", T=9),
            "alone": tiny_row(),
        }
    )
    names = [(row.name, row.family, row.T) for row in rows]
    assert names == [("short", "sums", 2), ("long", "sums", 9), ("alone", None, None)]
    assert select(rows, None) == rows
    assert select(rows, ["sums"]) == rows[:2]
    assert select(rows, ["alone", "short"]) == [rows[0], rows[2]]
    message = r"^only: there is no row other; rows: alone, long, short, sums$"
    with pytest.raises(ValueError, match=message):
        select(rows, ["alone", "other"])


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        (["a"], "seeds must be an int, got 'a'"),
        ([0.5], r"seeds must be an int, got 0\.5"),
        ([-1], "seeds must be from 0 to 4294967295, got -1"),
        ([1, 1], r"seeds must be different values, got \[1, 1\]"),
        ([], "seeds must have at least one value"),
    ],
)
def test_seeds_that_are_none_are_refused(seeds: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        check_seeds("seeds", seeds)


def test_the_published_rows_compose(composed: Callable[..., DictConfig]) -> None:
    rows = read_rows(OmegaConf.to_container(composed("reproduce").rows))  # type: ignore[arg-type]
    assert len(rows) > 5
    for row in rows:
        for layer in ("elman", *(["torch"] if row.torch else [])):
            config = composed("train", *row.overrides, f"rnn={layer}", "output_dir=run")
            if row.T is not None:
                assert config.data.length == row.T
