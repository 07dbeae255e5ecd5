"""Trainings that diverge."""

import math
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.plugins import MixedPrecision
from omegaconf import DictConfig
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import elman
from elman.training.divergence import step_figures
from elman.training.divergence.callback import LARGEST_GROWTH, Divergence
from elman.training.divergence.error import DivergenceError
from elman.training.runs.folder import BEST, LAST
from elman.training.train import train
from elman.training.truncated_bptt import TruncatedBPTT

Configure = Callable[..., DictConfig]


def assert_finite(file: Path) -> None:
    checkpoint = torch.load(file, weights_only=True)
    for name, weight in checkpoint["state_dict"].items():
        assert weight.isfinite().all(), name


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            ["optimizer.lr=inf"],
            r"at step 2: the cost is nan \(learning rate inf, gradient norm nan",
        ),
        (["optimizer.lr=1e30"], r"at step 2: the cost has grown to .*e\+.*learning rate 5e\+29"),
        (["optimizer=sgd", "optimizer.lr=1e30"], r"at step \d+: the cost"),
    ],
)
def test_a_text_with_too_large_a_rate(
    configured: Configure, tmp_path: Path, overrides: list[str], message: str
) -> None:
    with pytest.raises(DivergenceError, match=f"training diverged {message}") as error:
        train(configured(*overrides, "trainer.max_epochs=2"))
    assert "a lower optimizer.lr" in str(error.value)
    assert f"{tmp_path / 'run' / LAST} is the last good checkpoint" in str(error.value)
    assert_finite(tmp_path / "run" / LAST)
    assert not (tmp_path / "run" / BEST).exists()


@pytest.mark.parametrize("experiment", ["digits_feedforward", "digits_convolutional"])
@pytest.mark.parametrize("rate", ["inf", "1e30"])
def test_digits_with_too_large_a_rate(
    on_pictures: Configure, tmp_path: Path, experiment: str, rate: str
) -> None:
    """The cost of sigmoid neurons stays finite; their weights do not, or are beyond all use."""
    options = [f"experiment={experiment}", f"optimizer.lr={rate}", "trainer.max_epochs=3"]
    with pytest.raises(DivergenceError, match="training diverged at step"):
        train(on_pictures(*options))
    assert_finite(tmp_path / "run" / LAST)
    assert not (tmp_path / "run" / BEST).exists()


def test_an_unbounded_recurrence_overflows(configured: Configure) -> None:
    options = ["rnn.nonlinearity=relu", "rnn.init_V=identity", "trainer.gradient_clip_val=null"]
    options += ["optimizer=sgd", "optimizer.lr=1e3", "data.chunk_length=100"]
    with pytest.raises(DivergenceError, match="clipping of the gradient"):
        train(configured(*options, "trainer.max_epochs=20"))


@pytest.fixture
def break_at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Multiplies the cost of one optimizer step of a text by a factor, the first `times` times."""
    whole = TruncatedBPTT.training_step

    def break_at(step: int, factor: float, times: int = 1) -> None:
        left = times

        def training_step(self: TruncatedBPTT, batch: Any, batch_idx: int) -> Tensor:
            nonlocal left
            cost = whole(self, batch, batch_idx)
            if self.trainer.global_step + 1 != step or left == 0:
                return cost
            left -= 1
            return cost * factor

        monkeypatch.setattr(TruncatedBPTT, "training_step", training_step)

    return break_at


@pytest.mark.parametrize(
    ("factor", "message"),
    [
        (math.nan, "the cost is nan"),
        (-math.inf, "the cost is -inf"),
        (2 * LARGEST_GROWTH, r"the cost has grown to 4\.\d+e\+07"),
        (-2 * LARGEST_GROWTH, r"the cost has grown to -4\.\d+e\+07"),
    ],
)
def test_the_step_is_not_taken_and_the_checkpoints_stay(
    configured: Configure,
    tmp_path: Path,
    break_at: Callable[..., None],
    factor: float,
    message: str,
) -> None:
    break_at(32, factor)  # of 44 steps, with validations after 22 and 44
    with pytest.raises(DivergenceError, match=f"at step 32: {message}") as error:
        train(configured("trainer.max_epochs=1"))
    assert f"{tmp_path / 'run' / LAST} is the last good checkpoint" in str(error.value)
    for file in (BEST, LAST):
        assert_finite(tmp_path / "run" / file)
        assert torch.load(tmp_path / "run" / file, weights_only=True)["global_step"] == 22


def test_a_high_but_honest_cost_is_no_divergence(
    configured: Configure, break_at: Callable[..., None]
) -> None:
    break_at(32, LARGEST_GROWTH / 4)
    train(configured("trainer.max_epochs=1"))


class Line(LightningModule):
    """A person's own training, of `y = w x`."""

    def __init__(self, automatic: bool = True, sparse: bool = False) -> None:
        super().__init__()
        self.automatic_optimization = automatic
        self.w = nn.Embedding(3, 1, sparse=sparse)

    def training_step(self, batch: list[Tensor], _: int) -> Tensor:
        x, y = batch
        cost = (self.w.weight[0] * x - y).square().mean() + self.w(torch.tensor([1])).sum()
        if not self.automatic_optimization:
            optimizer = self.optimizers()
            optimizer.zero_grad()
            self.manual_backward(cost)
            optimizer.step()
        return cost

    def validation_step(self, batch: list[Tensor], _: int) -> None:
        x, y = batch
        self.log("error", (self.w.weight[0] * x - y).square().mean())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), 0.01)


def fit(
    module: LightningModule,
    x: Tensor,
    callback: Divergence,
    y: Tensor | None = None,
    more: Sequence[Callback] = (),
    **options: Any,
) -> Trainer:
    """Trains on one example after the other."""
    trainer = Trainer(
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        max_epochs=1,
        callbacks=[callback, *more],
        num_sanity_val_steps=0,
        **options,
    )
    train_data = DataLoader(TensorDataset(x, torch.ones_like(x)))
    y = x if y is None else y
    validation_data = DataLoader(TensorDataset(y, torch.ones_like(y)))
    trainer.fit(module, train_data, validation_data)
    return trainer


def numbers(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float32).unsqueeze(1)


@pytest.mark.parametrize("options", [{}, {"automatic": False}, {"sparse": True}])
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (math.nan, r"at step 3: the cost is nan \(learning rate 0.01, gradient norm nan\)"),
        (1e19, r"at step 3: .*, gradient norm inf\)"),  # its square overflows
    ],
)
def test_a_nan_in_the_data_of_a_training_of_ones_own(
    tmp_path: Path, options: dict[str, bool], bad: float, message: str
) -> None:
    module = Line(**options)
    with pytest.raises(DivergenceError, match=message):
        fit(module, numbers(1, 2, bad, 3), Divergence(str(tmp_path)))
    assert module.w.weight.isfinite().all()


@pytest.mark.parametrize("bad", [0, 1, 2, 3])
def test_each_batch_of_accumulated_gradients_counts(tmp_path: Path, bad: int) -> None:
    x = numbers(1, 2, 1, 2)
    x[bad] = math.inf
    module = Line()
    with pytest.raises(DivergenceError, match=f"at step {1 + bad // 2}:"):
        fit(module, x, Divergence(str(tmp_path)), accumulate_grad_batches=2)
    assert module.w.weight.isfinite().all()


class Arrival:
    """The event of a copy from a GPU."""

    def synchronize(self) -> None:
        pass


@pytest.fixture
def as_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_figures, "_sent_to_cpu", lambda values: (values, Arrival()))


@pytest.mark.usefixtures("as_on_a_gpu")
def test_on_a_gpu_the_figures_are_read_before_the_next_step(tmp_path: Path) -> None:
    module = Line()
    with pytest.raises(DivergenceError, match=r"at step 2: the cost is nan"):
        fit(module, numbers(1, math.nan, 1, 1), Divergence(str(tmp_path)))
    assert not module.w.weight.isfinite().all()  # of step 2


@pytest.mark.usefixtures("as_on_a_gpu")
@pytest.mark.parametrize("steps", [22, 44])
def test_on_a_gpu_no_checkpoint_is_spoilt(
    configured: Configure,
    tmp_path: Path,
    break_at: Callable[..., None],
    steps: int,
) -> None:
    break_at(steps, math.nan)  # just before a validation
    with pytest.raises(DivergenceError, match=f"at step {steps}: the cost is nan"):
        train(configured("trainer.max_epochs=1"))
    assert (tmp_path / "run" / BEST).is_file() == (steps == 44)
    for file in (tmp_path / "run").rglob("*.ckpt"):
        assert_finite(file)
        assert torch.load(file, weights_only=True)["global_step"] < steps


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_no_checkpoint_holds_gradients_that_are_not_finite(tmp_path: Path, value: float) -> None:
    """In the middle of a step of several batches a checkpoint keeps their gradients so far."""

    class Save(Callback):
        def on_train_batch_end(self, trainer: Trainer, *_: Any, **__: Any) -> None:
            trainer.save_checkpoint(tmp_path / f"{trainer.fit_loop.total_batch_idx}.ckpt")

    x = numbers(1, 1, 1, value, 1, 1)
    with pytest.raises(DivergenceError, match="at step 2: the cost is"):
        fit(Line(), x, Divergence(str(tmp_path)), more=[Save()], accumulate_grad_batches=3)
    assert sorted(file.name for file in tmp_path.glob("*.ckpt")) == ["0.ckpt", "1.ckpt", "2.ckpt"]


def test_a_metric_that_is_monitored_must_be_finite(tmp_path: Path) -> None:
    callback = Divergence(str(tmp_path))
    nan = numbers(math.nan)
    fit(Line(), numbers(1, 2), callback, nan)  # nothing depends on this metric
    callback.monitor = "error"  # type: ignore[attr-defined]
    with pytest.raises(DivergenceError, match=r"at step 2: error is nan \(learning rate 0.01"):
        fit(Line(), numbers(1, 2), callback, nan)


def test_the_last_step_counts(tmp_path: Path) -> None:
    module = Line()
    module.configure_optimizers = lambda: torch.optim.SGD(module.parameters(), 1e30)  # type: ignore[method-assign]
    with pytest.raises(DivergenceError, match=r"at step 1: a weight has grown to .*e\+"):
        fit(module, numbers(1), Divergence(str(tmp_path)))


def half(scale: float) -> MixedPrecision:
    return MixedPrecision("16-mixed", "cpu", torch.amp.GradScaler("cpu", init_scale=scale))


def test_steps_that_a_scaler_leaves_out_are_no_divergence(tmp_path: Path) -> None:
    """The scaled cost overflows until the scale has been halved often enough."""
    module = Line()
    nn.init.constant_(module.w.weight, 3.0)
    plugin = half(2.0**127)
    fit(module, numbers(*[2] * 30), Divergence(str(tmp_path)), plugins=[plugin])
    assert plugin.scaler is not None
    assert plugin.scaler.get_scale() < 2.0**127
    assert module.w.weight.isfinite().all()
    assert module.w.weight[0].item() < 3


def test_a_scale_below_one_is_not_to_blame(tmp_path: Path) -> None:
    module = Line()
    with pytest.raises(DivergenceError, match="at step 5: the cost is nan"):  # 8, 4, 2, 1, 1/2
        fit(module, numbers(*[math.nan] * 9), Divergence(str(tmp_path)), plugins=[half(8.0)])
    assert module.w.weight.isfinite().all()


def test_a_scaled_cost_is_compared_unscaled(tmp_path: Path) -> None:
    messages = []
    for plugins in ([], [half(2.0**20)]):
        torch.manual_seed(0)
        with pytest.raises(DivergenceError, match="at step 2: the cost has grown to") as error:
            fit(Line(), numbers(1, 1e5), Divergence(str(tmp_path)), plugins=plugins)
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_python_raises_what_the_command_line_tells(book: Path, tmp_path: Path) -> None:
    overrides = [f"data.path={book}", f"output_dir={tmp_path}", "optimizer.lr=inf"]
    with pytest.raises(DivergenceError) as error:
        elman.train([*overrides, "data.batch_size=4", "data.chunk_length=18"], quiet=True)
    again = pickle.loads(pickle.dumps(error.value))  # noqa: S301 - from a process of a sweep
    assert again.args == error.value.args


def test_refuses_a_number_of_halvings_that_is_none() -> None:
    with pytest.raises(ValueError, match=r"callbacks\.divergence\.halvings must be at least 0"):
        Divergence("run", -1)
