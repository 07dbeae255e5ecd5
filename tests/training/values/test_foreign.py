import os
from typing import Any

import pytest
import torch
from lightning import Trainer
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint

from elman.training.gradient_descent import GradientDescent
from elman.training.values.foreign import RANGES, check_foreign

MOST = max(2, os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("accelerator", ["cpu", "gpu", "auto"], ["nosuch"]),
        ("accumulate_grad_batches", [1, 4], [0, -1]),
        ("check_val_every_n_epoch", [1, None], [0]),
        ("deterministic", [True, "warn", None], ["nosuch"]),
        ("devices", ["auto", -1, 1, 2, "1", "0,1", [0]], [0, 10**6, -2, "x", [], [-1], [10**6]]),
        ("fast_dev_run", [True, False, 3], [-1]),
        ("gradient_clip_algorithm", ["norm", "value", None], ["nosuch"]),
        ("gradient_clip_val", [1, 0.1, None], [0, -1]),
        ("limit_test_batches", [1, 0.5, 7], [0, -1, 1.5]),
        ("limit_train_batches", [1, 1.0, 7], [0, 0.0, -1, 1.5]),
        ("limit_val_batches", [0, 1.0, 7, None], [-1, 1.5]),
        ("log_every_n_steps", [1], [0]),
        ("max_epochs", [1], [0, -1]),
        ("max_steps", [-1, 1], [0, -2]),
        ("max_time", ["00:01:00:00"], ["", "soon", "1:2"]),
        ("num_nodes", [1], [0, 99]),
        ("num_sanity_val_steps", [-1, 0], [-2]),
        ("profiler", ["simple", None], ["nosuch"]),
        ("strategy", ["auto", "ddp", "fsdp"], ["nosuch"]),
        ("val_check_interval", [1, 0.25, 1.0, "00:00:10:00"], [0, 0.0, -1, 1.5, "soon"]),
        ("logger", [], [True]),
    ],
)
def test_arguments_of_the_trainer(name: str, right: list[Any], wrong: list[Any]) -> None:
    for value in right:
        check_foreign(Trainer, name, f"trainer.{name}", value)
    for value in wrong:
        with pytest.raises((TypeError, ValueError), match=rf"^trainer\.{name} must "):
            check_foreign(Trainer, name, f"trainer.{name}", value)


def test_several_nodes_need_a_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_RANK", "0")
    check_foreign(Trainer, "num_nodes", "trainer.num_nodes", 2)


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.SGD, GradientDescent])
def test_arguments_of_every_optimizer(kind: type) -> None:
    for name, wrong in (
        ("lr", 0),
        ("lr", -1),
        ("lr", float("nan")),
        ("eps", 1e30),
        ("weight_decay", -1),
    ):
        with pytest.raises(ValueError, match=rf"^optimizer\.{name} must be a number "):
            check_foreign(kind, name, f"optimizer.{name}", wrong)
    for rate in (0.5, 1e30):  # a training that is too fast tells so
        check_foreign(kind, "lr", "optimizer.lr", rate)
    with pytest.raises(ValueError, match=r"^each of optimizer\.betas must be a number from 0"):
        check_foreign(kind, "betas", "optimizer.betas", [0.9, 1])


def test_arguments_of_callbacks() -> None:
    with pytest.raises(ValueError, match=r"^mode must be one of min, max, got 'middle'$"):
        check_foreign(ModelCheckpoint, "mode", "mode", "middle")
    with pytest.raises(ValueError, match=r"^patience must be greater than zero, got 0$"):
        check_foreign(EarlyStopping, "patience", "patience", 0)


def test_the_table_names_arguments_that_there_are() -> None:
    takers = {torch.optim.Optimizer: [torch.optim.Adam, torch.optim.SGD, torch.optim.RMSprop]}
    for kind, checks in RANGES.items():
        named = {
            name for taker in takers.get(kind, [kind]) for name in taker.__init__.__annotations__
        }
        assert checks.keys() <= named, kind
