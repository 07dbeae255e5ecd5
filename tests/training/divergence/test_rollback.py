"""A training that has diverged goes back to its last good checkpoint."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import DictConfig

from elman.tasks.language.samples import SampleText
from elman.training.divergence.error import DivergenceError
from elman.training.runs.csv_log import rows
from elman.training.runs.folder import BEST, LAST, METRICS
from elman.training.train import train
from elman.training.truncated_bptt import TruncatedBPTT

Configure = Callable[..., DictConfig]
STEPS = 22  # from a validation to the next; two validations an epoch
PARTS = ("state_dict", "optimizer_states", "lr_schedulers", "states", "earlier", "global_step")


@pytest.fixture
def break_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[int]], list[int]]:
    """The cost is nan at the given optimizer steps, at each once. Returns the steps taken."""

    def break_at(steps: list[int]) -> list[int]:
        whole, left, taken = TruncatedBPTT.training_step, list(steps), []

        def training_step(self: TruncatedBPTT, batch: Any, batch_idx: int) -> torch.Tensor:
            cost = whole(self, batch, batch_idx)
            step = self.trainer.global_step + 1
            taken.append(step)
            if step not in left:
                return cost
            left.remove(step)
            return cost * math.nan

        monkeypatch.setattr(TruncatedBPTT, "training_step", training_step)
        return taken

    return break_at


def final_state(run: Path) -> dict[str, Any]:
    return torch.load(run / LAST, weights_only=True)


def base_rate(run: Path) -> float:
    [schedule] = final_state(run)["lr_schedulers"]
    [rate] = schedule["base_lrs"]
    return float(rate)


def assert_same(one: Any, other: Any) -> None:
    torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_goes_back_and_on_at_half_the_rate(
    configured: Configure,
    tmp_path: Path,
    break_at: Callable[[list[int]], list[int]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """To the bit as if the run had ended at its last checkpoint and gone on with half the rate."""
    options = ["rnn.num_layers=2", "rnn.dropout=0.2", "training.look_back=40"]
    options += ["trainer.max_epochs=2", "on_divergence=rollback"]
    taken = break_at([3 * STEPS - 2])  # in the second epoch
    train(configured(*options))
    assert taken == [*range(1, 3 * STEPS - 1), *range(2 * STEPS + 1, 4 * STEPS + 1)]
    assert f"training diverged at step {3 * STEPS - 2}: the cost is nan" in caplog.text
    last = tmp_path / "run" / LAST
    assert f"Back to {last}, with half the learning rate (1 of at most 3 times)" in caplog.text

    class Interruption(Exception):  # noqa: N818
        """As if the power had failed."""

    def fail(callback: SampleText, *_: Any) -> None:
        callback.seen = getattr(callback, "seen", 0) + 1  # type: ignore[attr-defined]
        if callback.seen > 2:  # type: ignore[attr-defined]
            raise Interruption

    with monkeypatch.context() as patch:
        patch.setattr(SampleText, "on_validation_end", fail)
        with pytest.raises(Interruption):
            train(configured(*options, run="other"))
    half = ["callbacks.divergence.halvings=1", f"resume={tmp_path / 'other'}"]
    train(configured(*options, *half, run="other"))
    run, other = final_state(tmp_path / "run"), final_state(tmp_path / "other")
    for part in PARTS:
        assert_same(run[part], other[part])
    assert base_rate(tmp_path / "run") == 4e-3 / 2


@pytest.mark.parametrize("without", [[], ["~callbacks.last"]])
def test_before_the_first_validation_it_starts_again(
    configured: Configure,
    tmp_path: Path,
    break_at: Callable[[list[int]], list[int]],
    caplog: pytest.LogCaptureFixture,
    without: list[str],
) -> None:
    break_at([5])
    options = ["trainer.max_epochs=1", *without]
    train(configured(*options, "on_divergence=rollback", run="broken"))
    last = tmp_path / "broken" / LAST
    assert f"Back to {'the beginning' if without else last}, with half the learn" in caplog.text
    train(configured(*options, "optimizer.lr=2e-3", run="half"))
    broken, half = (
        torch.load(tmp_path / run / BEST, weights_only=True) for run in ("broken", "half")
    )
    assert_same(broken["state_dict"], half["state_dict"])
    steps = [
        [row["step"] for row in rows(tmp_path / run / METRICS)[1]] for run in ("broken", "half")
    ]
    assert steps[0] == steps[1]


def test_halves_at_most_three_times_and_a_resumed_run_keeps_it(
    configured: Configure, tmp_path: Path, break_at: Callable[[list[int]], list[int]]
) -> None:
    options = ["on_divergence=rollback", "trainer.max_epochs=2"]
    break_at([5, 30, 31, 70])
    with pytest.raises(DivergenceError, match="at step 70: the cost is nan") as error:
        train(configured(*options))
    assert error.value.halvings == 3
    assert "on_divergence" not in str(error.value)
    assert base_rate(tmp_path / "run") == 4e-3 / 8
    train(configured(*options, f"resume={tmp_path / 'run'}"))
    assert final_state(tmp_path / "run")["global_step"] == 4 * STEPS
    assert base_rate(tmp_path / "run") == 4e-3 / 8
    break_at([90])
    options[-1] = "trainer.max_epochs=3"
    with pytest.raises(DivergenceError, match="at step 90"):
        train(configured(*options, f"resume={tmp_path / 'run'}"))


def test_a_stopped_run_can_be_continued_with_rollback(
    configured: Configure, tmp_path: Path, break_at: Callable[[list[int]], list[int]]
) -> None:
    break_at([30, 30])
    with pytest.raises(DivergenceError, match="or on_divergence=rollback"):
        train(configured("trainer.max_epochs=1"))
    resumed = ["trainer.max_epochs=1", "on_divergence=rollback", f"resume={tmp_path / 'run'}"]
    train(configured(*resumed))
    assert base_rate(tmp_path / "run") == 4e-3 / 2


def test_an_infinite_rate_has_no_half(configured: Configure) -> None:
    with pytest.raises(DivergenceError, match=r"^training diverged at step ") as error:
        train(configured("on_divergence=rollback", "optimizer.lr=inf", "trainer.max_epochs=1"))
    assert error.value.halvings == 0


def test_refuses_another_answer(configured: Configure) -> None:
    with pytest.raises(ValueError, match="on_divergence must be stop or rollback, got 'ignore'"):
        train(configured("on_divergence=ignore"))
