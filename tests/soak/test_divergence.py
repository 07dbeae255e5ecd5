"""Trainings with rates of any size: they end with finite results, or with a sentence."""

import json
import math
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytestmark = pytest.mark.soak

TRAININGS = round(60 * float(os.environ.get("SOAK", "1")))
SMALL = ["logger=none", "~callbacks.learning_rate", "trainer.max_epochs=2"]
TEXT = ["data.batch_size=4", "data.chunk_length=18", "network.hidden_size=16"]
SUMS = ["experiment=adding", "data.length=10", "data.batches=30", "data.validation=64"]
SUMS += ["data.test=64", "network.hidden_size=16"]
DIGITS = ["experiment=digits_feedforward", "data.validation=20", "data.test=20"]


def draw(random: np.random.Generator, book: Path, pictures: Path) -> list[str]:
    """The overrides of one training."""
    kinds = [
        [f"data.path={book}", *TEXT],
        SUMS,
        [f"data.path={pictures}", *DIGITS],
    ]
    rate = random.choice([10 ** random.uniform(-3, 38), math.inf], p=[0.95, 0.05])
    chosen = [*kinds[random.integers(len(kinds))], f"optimizer.lr={rate:.3g}"]
    chosen.append(f"optimizer={random.choice(['adam', 'sgd', 'gradient_descent'])}")
    if "experiment=digits_feedforward" not in chosen:
        chosen.append(f"rnn.nonlinearity={random.choice(['tanh', 'relu'])}")
    if random.random() < 0.5:
        chosen.append("trainer.gradient_clip_val=null")
    if random.random() < 0.3:
        chosen.append("on_divergence=rollback")
    if random.random() < 0.3:
        chosen.append("trainer.accumulate_grad_batches=2")
    return chosen


def test_a_rate_of_any_size(
    run_script: Callable[..., Any],
    book: Path,
    pictures: Path,
    tmp_path: Path,
    record_property: Callable[[str, str], None],
) -> None:
    random = np.random.default_rng(0)
    ends: Counter[int] = Counter()
    for n in range(TRAININGS):
        run = tmp_path / str(n)
        overrides = draw(random, book, pictures)
        ended = run_script("train", *SMALL, *overrides, f"hydra.run.dir={run}", seconds=120)
        assert ended.code in (0, 3), (overrides, ended)
        ends[ended.code] += 1
        if ended.code == 3:
            assert ended.errors.startswith("error: training diverged at step "), overrides
            assert ended.errors.count("\n") == 1, (overrides, ended.errors)
        else:
            metrics = json.loads((run / "result.json").read_text())["metrics"]
            assert all(map(math.isfinite, metrics.values())), (overrides, metrics)
        for file in run.rglob("*.ckpt"):
            weights = torch.load(file, weights_only=True)["state_dict"]
            assert all(weight.isfinite().all() for weight in weights.values()), (overrides, file)
    record_property(
        "figure",
        f"rates from 0.001 to infinity: {ends[0]} trainings with finite results, {ends[3]} stopped "
        f"with a sentence, {TRAININGS - ends.total()} otherwise",
    )
