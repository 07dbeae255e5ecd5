"""The page of networks that write words: a translator and a captioner."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.inspection.unfolded.page import Inspect, inspect_network
from elman.training.runs.folder import GRADIENT_FLOW_PAGE
from elman.training.train import train

Trained = Callable[..., list[dict[str, Any]]]
COLOURS = {"red": "rote", "green": "grüne", "blue": "blaue", "old": "alte", "new": "neue"}
THINGS = {"pump": "Pumpe", "lamp": "Lampe", "door": "Tür", "clock": "Uhr", "bell": "Klingel"}


@pytest.fixture
def trained(composed: Callable[..., DictConfig], tmp_path: Path) -> Trained:
    """Trains for a moment and inspects the first example; returns the cells of the page."""

    def train_and_inspect(*overrides: str) -> list[dict[str, Any]]:
        run = tmp_path / "run"
        run.mkdir()
        train(
            composed(
                "train",
                f"output_dir={run}",
                "logger=none",
                "network.hidden_size=5",
                "trainer.max_epochs=1",
                "~callbacks.progress",
                "+trainer.enable_progress_bar=false",
                *overrides,
            )
        )
        inspect_network(read_values(Inspect, composed("inspect", f"checkpoint={run}")))
        page = (run / GRADIENT_FLOW_PAGE).read_text(encoding="utf-8")
        cells: list[dict[str, Any]] = json.loads(page.split('id="data">')[1].split("</script>")[0])[
            "cells"
        ]
        return cells

    return train_and_inspect


def sentence(tokens: list[str]) -> str:
    """The text of tokens of which "##" continues a word, and "␣" begins one."""
    text = "".join(token if token.startswith("##") else f" {token}" for token in tokens)
    return text.replace("##", "").replace("␣", "").strip()


def targets(cell: dict[str, Any]) -> list[str]:
    return [prediction["target"] for prediction in cell["predictions"]]


def test_the_subwords_of_encoder_and_decoder(trained: Trained, tmp_path: Path) -> None:
    pairs = {
        f"the {colour} {thing}": f"die {farbe} {ding}"
        for colour, farbe in COLOURS.items()
        for thing, ding in THINGS.items()
    }
    file = tmp_path / "pairs.tsv"
    file.write_text("".join(f"{x}\t{y}\n" for x, y in pairs.items()), encoding="utf-8")
    cells = trained(
        "experiment=translation",
        f"data.path={file}",
        "data.vocabulary_size=60",
        "data.validation=0.1",
        "data.test=0.1",
        "network.attention_size=8",
    )
    decoder, ahead, back = cells
    assert decoder["name"].startswith("decoder")
    assert decoder["tokens"][0] == "(begin)"
    assert pairs[sentence(ahead["tokens"])] == sentence(decoder["tokens"][1:])
    assert back["tokens"] == ahead["tokens"][::-1]
    assert targets(decoder) == [*decoder["tokens"][1:], "(end)"]
    assert not any(ahead["predictions"] + back["predictions"])


def test_the_words_of_a_caption(trained: Trained, shapes: Path) -> None:
    [cell] = trained(
        "experiment=captioning",
        f"data.path={shapes}",
        "data.side=16",
        "data.combination_size=2",
        "network.channels=[4,4]",
        "network.embedding_size=4",
        "trainer.check_val_every_n_epoch=1",
    )
    begin, colour, shape = cell["tokens"]
    assert begin == "(begin)"
    assert targets(cell) == [colour, shape, "(end)"]
    assert f"{colour}-{shape}-0.png" in {path.name for path in shapes.iterdir()}
