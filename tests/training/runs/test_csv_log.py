from pathlib import Path

import pytest

from elman.training.runs.csv_log import CSVLog, cut, rows


def logged(folder: Path, *metrics: tuple[int, dict[str, float]]) -> Path:
    logger = CSVLog(folder, name="csv", version=0)
    for step, values in metrics:
        logger.log_metrics(values, step)
    logger.save()
    return folder / "csv/version_0/metrics.csv"


def values(path: Path) -> list[tuple[str, ...]]:
    columns, found = rows(path)
    return [tuple(columns), *(tuple(row[column] for column in columns) for row in found)]


def test_a_second_logger_continues_the_file(tmp_path: Path) -> None:
    logged(tmp_path, (1, {"a": 1.0}), (3, {"a": 2.0}))
    path = logged(tmp_path, (5, {"b": 3.0}), (7, {"a": 4.0}))
    assert [path] == list(tmp_path.rglob("*.csv"))
    assert values(path) == [
        ("a", "b", "step"),
        ("1.0", "", "1"),
        ("2.0", "", "3"),
        ("", "3.0", "5"),
        ("4.0", "", "7"),
    ]


@pytest.mark.parametrize(("step", "kept"), [(0, 0), (3, 1), (4, 2), (9, 2)])
def test_cut_removes_what_a_resumed_training_writes_again(
    tmp_path: Path, step: int, kept: int
) -> None:
    path = logged(tmp_path, (1, {"a": 1.0}), (3, {"a": 2.0}))
    cut(path, step)
    assert values(path) == [("a", "step"), ("1.0", "1"), ("2.0", "3")][: 1 + kept]


def test_cut_within_a_step_keeps_its_validation(tmp_path: Path) -> None:
    path = logged(
        tmp_path, (2, {"validation/a": 1.0}), (3, {"validation/a": 2.0}), (3, {"train/a": 3.0})
    )
    cut(path, 3, within_step=True)
    assert [row["step"] for row in rows(path)[1]] == ["2", "3"]
    assert rows(path)[1][1]["validation/a"] == "2.0"
    cut(path, 2, within_step=True)
    assert [row["step"] for row in rows(path)[1]] == ["2"]


def test_a_row_that_was_cut_short_is_left_out(tmp_path: Path) -> None:
    path = logged(tmp_path, (1, {"a": 1.0}), (30, {"a": 2.0}))
    path.write_bytes(path.read_bytes()[:-3])  # step 3 instead of 30
    assert values(path) == [("a", "step"), ("1.0", "1")]
    cut(path, 99)
    assert path.read_bytes() == b"a,step\r\n1.0,1\r\n"


def test_where_nothing_was_logged_there_is_nothing_to_cut(tmp_path: Path) -> None:
    cut(tmp_path / "metrics.csv", 5)
    assert not list(tmp_path.iterdir())
