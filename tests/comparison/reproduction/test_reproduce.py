import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from elman.comparison.reproduction import cells
from elman.comparison.reproduction.reproduce import Reproduce, reproduce

MakeRow = Callable[..., dict[str, Any]]
OnRows = Callable[..., Reproduce]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Collects the overrides of each training."""
    train, trained = cells.train, []

    def count(overrides: list[str], **options: Any) -> Any:
        trained.append(overrides)
        return train(overrides, **options)

    monkeypatch.setattr(cells, "train", count)
    return trained


def test_a_table_is_printed_and_goes_on_where_it_was_interrupted(
    on_rows: OnRows,
    tiny_row: MakeRow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    drawn: list[Figure],
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    trained = counted(monkeypatch)
    rows = {
        "short": tiny_row(family="sums", T=2),
        "long": tiny_row("data.length=4", family="sums", T=4, torch=False, criterion="mse < 0"),
    }
    config = on_rows(rows, "seeds=[0,1]", "torch_seeds=[3]")
    assert reproduce(config)
    assert [overrides[-3:-1] for overrides in trained] == [
        ["rnn=elman", "seed=0"],
        ["rnn=elman", "seed=1"],
        ["rnn=torch", "seed=3"],
        ["rnn=elman", "seed=0"],
        ["rnn=elman", "seed=1"],
    ]
    output = capsys.readouterr().out
    mse = [
        json.loads((tmp_path / f"table/short/elman-{seed}/result.json").read_text())["metrics"]
        for seed in (0, 1)
    ]
    low, high = sorted(each["mse"] for each in mse)
    summary = f"mean squared error {(low + high) / 2:.4f} ({low:.4f} to {high:.4f})"
    assert low != high
    assert f"{summary}; constant answer 0.1667" in output
    assert "0.167 (nobody 1990)" in output
    assert "mse < 100 in 2 of 2" in output
    assert "mse < 0 in 0 of 2" in output
    assert summary in (tmp_path / "table/table.md").read_text()

    _, _, over_length = drawn[-3:]
    assert over_length.axes[0].get_xlabel() == "time steps T"
    ours = over_length.axes[0].containers[0].lines[0]
    assert ours.get_xdata().tolist() == [2, 4]
    assert ours.get_ydata()[0] == pytest.approx((low + high) / 2)
    for name in ("short", "long", "sums_over_length"):
        assert (tmp_path / f"table/{name}.png").exists()

    trained.clear()
    (tmp_path / "table/short/elman-1/result.json").unlink()  # as if it had been interrupted
    rows["long"] = tiny_row("data.length=6", family="sums", T=6, torch=False)  # changed
    assert reproduce(on_rows(rows, "seeds=[0,1]", "torch_seeds=[3]"))
    assert [overrides[-2] for overrides in trained] == ["seed=1", "seed=0", "seed=1"]
    assert summary in capsys.readouterr().out


def test_a_failed_training_is_named_and_the_others_go_on(
    on_rows: OnRows,
    tiny_row: MakeRow,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    rows = {"bad": tiny_row("data.length=1"), "good": tiny_row()}
    assert not reproduce(on_rows(rows, "seeds=[0]", "torch_seeds=[]"))
    output = capsys.readouterr().out
    reason = "data.length must be at least 2, got 1"
    assert f"failed: rnn=elman, seed=0: {reason}" in output
    assert "mse < 100 in 0 of 1; failed" in output
    assert "mse < 100 in 1 of 1" in output
    assert output.rstrip().endswith("failed: bad, rnn=elman, seed=0")


def test_a_metric_that_the_test_lacks_is_named_and_the_others_are_printed(
    on_rows: OnRows,
    tiny_row: MakeRow,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    rows = {"bad": tiny_row(criterion="msee < 1"), "good": tiny_row()}
    assert not reproduce(on_rows(rows, "seeds=[0]", "torch_seeds=[]"))
    output = capsys.readouterr().out
    reason = "criterion: the test has no metric msee; metrics: "
    assert f"bad, rnn=elman, seed=0: failed: {reason}" in output
    assert "mse < 100 in 1 of 1" in output
    assert output.rstrip().endswith("failed: bad, rnn=elman, seed=0")


def test_texts_in_brackets_are_printed(
    on_rows: OnRows,
    tiny_row: MakeRow,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    rows = {"bad": tiny_row("data.length='[a]'", published="0.167 [see below]")}
    assert not reproduce(on_rows(rows, "seeds=[0]", "torch_seeds=[]"))
    output = capsys.readouterr().out
    assert "0.167 [see below] (nobody 1990)" in output
    assert output.count("data.length must be an int, got '[a]'") == 2


def test_lengths_without_a_family_and_a_family_of_different_metrics(
    on_rows: OnRows, tiny_row: MakeRow, tmp_path: Path, drawn: list[Figure]
) -> None:
    copying = {
        "overrides": [
            *("experiment=copy_memory", "data.delay=1", "data.batches=2", "data.batch_size=4"),
            *("data.validation=4", "data.test=4", "network.hidden_size=4", "trainer.max_epochs=1"),
            "logger=csv",
        ],
        "criterion": "cost < 100",
    }
    family = {"sums": tiny_row(family="both", T=2), "copies": tiny_row(family="both", T=21)}
    family["copies"].update(copying)
    rows = {**family, "one": tiny_row(T=2), "two": tiny_row("data.length=3", T=3)}
    assert reproduce(on_rows(rows, "seeds=[0]", "torch_seeds=[]"))
    assert [path.name for path in (tmp_path / "table").glob("*over_length.png")] == [
        "both_over_length.png"
    ]
    assert drawn[-1].axes[0].get_ylabel() == "test: mean squared error, cost in nats"


def test_slow_trainings_run_on_request_alone(
    on_rows: OnRows,
    tiny_row: MakeRow,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    trained = counted(monkeypatch)
    rows = {"fast": tiny_row(minutes=10), "endless": tiny_row(minutes=11)}
    few = ("seeds=[0]", "torch_seeds=[]")
    assert reproduce(on_rows(rows, *few))
    assert len(trained) == 1
    assert "endless takes about 11 minutes a run: slow=true" in capsys.readouterr().out
    assert reproduce(on_rows(rows, *few, "slow=true"))
    assert len(trained) == 2
    assert "takes about" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("seeds=[a]", r"seeds must be a list of ints, got \['a'\]"),
        ("seeds=[]", "seeds must have at least one value"),
        ("seeds=[0,0]", "seeds must be different values"),
        ("torch_seeds=[0.5]", "torch_seeds must be a list of ints"),
        ("torch_seeds=[-1]", "torch_seeds must be from 0 to"),
        ("only=[]", "only must have at least one value"),
        ("only=[fest]", "only: there is no row fest; rows: fast"),
        ("slow=maybe", "slow must be true or false, got 'maybe'"),
    ],
)
def test_bad_values_are_refused_before_any_training(
    on_rows: OnRows, tiny_row: MakeRow, override: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        reproduce(on_rows({"fast": tiny_row()}, override))
    assert not (tmp_path / "table").exists()
