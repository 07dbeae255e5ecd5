from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from omegaconf import OmegaConf

from elman.training.runs.folder import OVERRIDES
from elman.training.runs.results import Result, RunGroup, plot_groups, read_groups, table


def result(accuracy: float, seconds: float = 10.0, **others: float) -> Result:
    figures = {"accuracy": accuracy, **others}
    baselines = "guessing {guessing:.0%}" if "guessing" in others else ""
    summary = "accuracy {accuracy:.1%}"
    return Result("accuracy", summary, "accuracy", baselines, figures, 1234, seconds)


def save(run: Path, outcome: Result, *overrides: str) -> None:
    run.mkdir(parents=True)
    OmegaConf.save(list(overrides), run / OVERRIDES)
    outcome.write(run)


def test_runs_that_differ_in_the_seed_are_one_group(tmp_path: Path) -> None:
    save(tmp_path / "a" / "0", result(0.9), "seed=0", "experiment=one")
    save(tmp_path / "a" / "1", result(0.8), "experiment=one", "seed=1", "sweep=digits", "threads=1")
    save(tmp_path / "b", result(0.7), "experiment=one", "rnn=torch")
    (tmp_path / "c").mkdir()  # a run that was interrupted
    groups = read_groups([tmp_path / "a", tmp_path / "b", tmp_path / "c"])
    found = {group.overrides: group.values for group in groups}
    assert found == {"experiment=one": [0.9, 0.8], "experiment=one rnn=torch": [0.7]}


def test_the_runs_of_a_sweep_keep_their_order(tmp_path: Path) -> None:
    for n in range(12):
        save(tmp_path / str(n), result(0.1), f"lr={n}")
    assert [group.overrides for group in read_groups([tmp_path])] == [f"lr={n}" for n in range(12)]


def test_the_table_has_mean_range_and_baselines() -> None:
    groups = [
        RunGroup("experiment=one", [result(0.9, 10, guessing=0.1), result(0.8, 20, guessing=0.3)]),
        RunGroup("experiment=other", [result(0.7, 30)]),
    ]
    assert table(groups).splitlines() == [
        "| `python scripts/train.py` | test | baselines | runs | parameters | training |",
        "| --- | --- | --- | --: | --: | --: |",
        "| `experiment=one` | accuracy 85.0% (80.0% to 90.0%) | guessing 20% | 2 | 1,234 | 15 s |",
        "| `experiment=other` | accuracy 70.0% |  | 1 | 1,234 | 30 s |",
    ]


def test_the_plot_is_written(tmp_path: Path) -> None:
    path = tmp_path / "accuracy.png"
    plot_groups(
        [RunGroup("one", [result(0.9), result(0.8)]), RunGroup("other", [result(0.7, 30)])], path
    )
    assert path.stat().st_size > 1000


@pytest.mark.parametrize("content", ["{}", "[]", '{"metric": "accuracy"', ""])
def test_a_damaged_result(tmp_path: Path, content: str) -> None:
    save(tmp_path / "a", result(0.9))
    (tmp_path / "a" / "result.json").write_text(content)
    with pytest.raises(
        ValueError, match=r"^runs: .*result\.json is damaged, or another version wrote it"
    ):
        read_groups([tmp_path])


def test_no_finished_training(tmp_path: Path) -> None:
    with pytest.raises(
        FileNotFoundError, match=r"runs must be folders of finished trainings, but .*/nix"
    ):
        read_groups([tmp_path / "nix"])


def test_the_legend_names_what_differs(tmp_path: Path, drawn: list[Figure]) -> None:
    shared = "++trainer.max_epochs=1 data.path=a_long_path_to_a_book_of_somebody.txt"
    groups = [
        RunGroup(f"{shared} optimizer.lr=0.1", [result(0.9)]),
        RunGroup(f"{shared} optimizer.lr=0.2", [result(0.8)]),
        RunGroup(shared, [result(0.7)]),
    ]
    plot_groups(groups, tmp_path / "accuracy.png")
    [legend] = drawn[0].legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["optimizer.lr=0.1", "optimizer.lr=0.2", "all defaults"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"metrics": {"accuracy": "x"}}, "the metric 'accuracy' is no number"),
        ({"metrics": {}}, "it has no value of the metric"),
        ({"metrics": [1]}, r"its 'metrics' is \[1\]"),
        ({"metric": None}, "its 'metric' is None"),
        ({"parameters": 1.5}, "its 'parameters' is 1.5"),
        ({"seconds": float("inf")}, "its 'seconds' has inf"),
        ({"summary": "{nosuch}"}, "is no text with values of its metrics"),
        ({"summary": "{accuracy"}, "expected '}'"),
        ({"summary": "{accuracy.__class__}"}, "is no text with values of its metrics"),
        ({"summary": "{accuracy:>999999999}"}, "is no text with values of its metrics"),
        ({"baseline_summary": "{accuracy!r:{accuracy}}"}, "is no text with values of its metrics"),
    ],
)
def test_a_result_with_a_wrong_value(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    save(tmp_path / "run", replace(result(0.5), **change), "seed=0")
    with pytest.raises(ValueError, match=rf"runs: .*result\.json is damaged.*{reason}"):
        read_groups([tmp_path])
