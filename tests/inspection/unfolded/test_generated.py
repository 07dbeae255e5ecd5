"""The page of a network that was trained on generated sequences."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.inspection.unfolded.page import Inspect, inspect_network
from elman.tasks.memory.adding import AddingData
from elman.tasks.memory.embedded_reber import SYMBOLS, EmbeddedReberData
from elman.training.runs.folder import GRADIENT_FLOW, GRADIENT_FLOW_PAGE
from elman.training.train import train

Trained = Callable[..., tuple[Path, dict[str, Any]]]


@pytest.fixture
def trained(composed: Callable[..., DictConfig], tmp_path: Path) -> Trained:
    """Trains for a moment and inspects example 5; returns the run and the page's data."""

    def train_and_inspect(task: str, *overrides: str) -> tuple[Path, dict[str, Any]]:
        train(
            composed(
                "train",
                f"experiment={task}",
                "logger=none",
                f"output_dir={tmp_path}",
                "data.batch_size=4",
                "data.batches=2",
                "data.validation=8",
                "data.test=8",
                "network.hidden_size=5",
                "trainer.max_epochs=1",
                "~callbacks.progress",
                "+trainer.enable_progress_bar=false",
                *overrides,
            )
        )
        inspect_network(
            read_values(Inspect, composed("inspect", f"checkpoint={tmp_path}", "example=5"))
        )
        page = (tmp_path / GRADIENT_FLOW_PAGE).read_text(encoding="utf-8")
        return tmp_path, json.loads(page.split('id="data">')[1].split("</script>")[0])

    return train_and_inspect


def test_the_numbers_to_add_and_their_marks(trained: Trained) -> None:
    run, data = trained("adding", "callbacks=[error,gradient_flow]", "data.length=9")
    [cell] = data["cells"]
    _, (X, _) = AddingData(length=9, batch_size=4, validation=8).val_dataloader()
    assert cell["tokens"] == [f"{x:.2g} {mark:.0f}" for x, mark in X[:, 1].tolist()]
    assert cell["predictions"] == [None] * 9  # O is no probability
    assert [(cost["s"], cost["t"]) for cost in cell["costs"]] == [(None, 8)]
    first, *_ = sorted((run / GRADIENT_FLOW).iterdir())
    with np.load(first) as arrays:
        assert arrays["inputs.0"].shape == (9, 4, 2)
        assert arrays["rnn.cells.0.G"].shape == (1, 9, 4)


def test_the_symbols_of_a_string_and_those_that_may_come_next(trained: Trained) -> None:
    run, data = trained("embedded_reber", "callbacks=[strings,gradient_flow]")
    [cell] = data["cells"]
    _, (X, y) = EmbeddedReberData(batch_size=4, validation=8).val_dataloader()
    T = int(X[:, 1].sum())
    string = [SYMBOLS[k] for k in X[:T, 1].argmax(-1).tolist()]
    assert cell["tokens"] == string
    for t, prediction in enumerate(cell["predictions"]):
        targets = prediction["target"].split("/")
        assert targets == [SYMBOLS[k] for k in y[t, 1].nonzero().flatten().tolist()]
        assert cell["tokens"][t + 1 : t + 2] in ([], *([target] for target in targets))
    assert [cost["t"] for cost in cell["costs"]] == [*range(T)]
    stage = sorted((run / GRADIENT_FLOW).iterdir())[-1]
    with np.load(stage) as arrays:
        T, B = arrays["costs"].shape
        assert B == 4
        assert arrays["rnn.cells.0.G"].shape == (T, T, 4)
