from pathlib import Path

import pytest
from omegaconf import OmegaConf

from elman.training.results import Kind, Result, plot_kinds, read_kinds, table
from elman.training.run_folder import OVERRIDES


def result(accuracy: float, seconds: float = 10.0, **others: float) -> Result:
    figures = {"accuracy": accuracy, **others}
    beside = "guessing {guessing:.0%}" if "guessing" in others else ""
    told = "{accuracy:.1%} right"
    return Result("accuracy", told, "told right", beside, figures, 1234, seconds)


def save(run: Path, of_it: Result, *overrides: str) -> None:
    run.mkdir(parents=True)
    OmegaConf.save(list(overrides), run / OVERRIDES)
    of_it.write(run)


def test_trainings_that_differ_in_their_seed_are_of_one_kind(tmp_path: Path) -> None:
    save(tmp_path / "a" / "0", result(0.9), "seed=0", "experiment=one")
    save(tmp_path / "a" / "1", result(0.8), "experiment=one", "seed=1", "sweep=digits")
    save(tmp_path / "b", result(0.7), "experiment=one", "rnn=torch")
    (tmp_path / "c").mkdir()  # a run that was interrupted
    kinds = read_kinds([tmp_path / "a", tmp_path / "b", tmp_path / "c"])
    found = {kind.overrides: kind.judged for kind in kinds}
    assert found == {"experiment=one": [0.9, 0.8], "experiment=one rnn=torch": [0.7]}


def test_a_sweeps_trainings_are_told_in_their_order(tmp_path: Path) -> None:
    for n in range(12):
        save(tmp_path / str(n), result(0.1), f"lr={n}")
    assert [kind.overrides for kind in read_kinds([tmp_path])] == [f"lr={n}" for n in range(12)]


def test_the_table_tells_mean_and_range_and_what_to_compare_with() -> None:
    kinds = [
        Kind("experiment=one", [result(0.9, 10, guessing=0.1), result(0.8, 20, guessing=0.3)]),
        Kind("experiment=other", [result(0.7, 30)]),
    ]
    assert table(kinds).splitlines() == [
        "| `python scripts/train.py` | test | beside it | runs | weights | training |",
        "| --- | --- | --- | --: | --: | --: |",
        "| `experiment=one` | 85.0% right (80.0% to 90.0%) | guessing 20% | 2 | 1,234 | 15 s |",
        "| `experiment=other` | 70.0% right |  | 1 | 1,234 | 30 s |",
    ]


def test_the_plot_is_written(tmp_path: Path) -> None:
    path = tmp_path / "accuracy.png"
    plot_kinds([Kind("one", [result(0.9), result(0.8)]), Kind("other", [result(0.7, 30)])], path)
    assert path.stat().st_size > 1000


@pytest.mark.parametrize("content", ["{}", "[]", '{"judged_by": "accuracy"', ""])
def test_a_damaged_result(tmp_path: Path, content: str) -> None:
    save(tmp_path / "a", result(0.9))
    (tmp_path / "a" / "result.json").write_text(content)
    with pytest.raises(
        ValueError, match=r"^runs: .*result\.json is damaged, or of another version"
    ):
        read_kinds([tmp_path])


def test_no_finished_training(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"runs: there is no finished training in .*/nix"):
        read_kinds([tmp_path / "nix"])
