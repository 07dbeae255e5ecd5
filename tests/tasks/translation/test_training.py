"""Translators are trained, tested by what they write, and asked to translate."""

import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import DictConfig
from torch import nn

from elman import RNN
from elman.networks import EncoderDecoder, FeedforwardNetwork
from elman.tasks.translation.data import Target, TranslationData
from elman.tasks.translation.objective import NextToken
from elman.tasks.translation.subwords import BEGIN, END, PAD
from elman.tasks.translation.translate import translate
from elman.training.curves import read_curves
from elman.training.evaluate import evaluate
from elman.training.results import Result, RunGroup
from elman.training.train import train

Compose = Callable[..., DictConfig]
COLOURS = {"red": "rote", "green": "grüne", "blue": "blaue", "old": "alte", "new": "neue"}
THINGS = {"pump": "Pumpe", "lamp": "Lampe", "door": "Tür", "clock": "Uhr", "bell": "Klingel"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.tsv"
    lines = [
        f"the {colour} {thing}\tdie {farbe} {ding}\n"
        for colour, farbe in COLOURS.items()
        for thing, ding in THINGS.items()
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def configure(composed: Compose, path: Path, tmp_path: Path) -> Compose:
    def configured(*overrides: str, run: str = "run") -> DictConfig:
        (tmp_path / run).mkdir(exist_ok=True)
        return composed(
            "train",
            "experiment=translation",
            f"output_dir={tmp_path / run}",
            f"data.path={path}",
            "data.batch_size=5",
            "data.vocabulary_size=60",
            "data.validation=0.1",
            "data.test=0.1",
            "network.embedding_size=16",
            "network.hidden_size=24",
            "network.attention_size=8",
            "network.dropout=0",
            "optimizer.lr=1e-2",
            "trainer.max_epochs=3",
            "trainer.log_every_n_steps=2",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configured


def test_the_cost_is_the_average_of_the_time_steps_that_exist() -> None:
    torch.manual_seed(0)
    O = torch.randn(3, 2, 7, dtype=torch.float64)
    tokens = torch.tensor([[4, 5], [END, 6], [PAD, END]])
    y = Target(tokens, ["", ""])
    log_p = O.log_softmax(-1)
    costs = [-log_p[t, b, tokens[t, b]] for t in range(3) for b in range(2) if tokens[t, b] != PAD]
    right = torch.stack(costs).mean()
    objective = NextToken()
    torch.testing.assert_close(objective.cost(O, y), right, rtol=0, atol=1e-12)
    assert objective.count(y) == 5
    padded = Target(torch.cat([tokens, torch.full((2, 2), PAD)]), ["", ""])
    more = torch.cat([O, torch.full((2, 2, 7), 50.0, dtype=torch.float64)])
    torch.testing.assert_close(objective.cost(more, padded), right, rtol=0, atol=1e-12)

    smoothed = NextToken(label_smoothing=0.2)
    assert smoothed.cost(O, y) != right
    figures = smoothed.figures(smoothed.cost(O, y), O, y)
    torch.testing.assert_close(figures["cost"], right, rtol=0, atol=1e-12)


@pytest.mark.parametrize("layer", [RNN, nn.RNN])
def test_a_small_network_learns_20_pairs_by_heart(path: Path, layer: Any) -> None:
    torch.manual_seed(0)
    data = TranslationData(
        path=str(path), validation=0.1, test=0.1, batch_size=21, vocabulary_size=60
    )
    data.setup()
    network = EncoderDecoder(len(data.vocabulary), 16, 32, layer, attention_size=16)
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    [(inputs, y)] = data.train_dataloader()
    for _ in range(60):
        cost = NextToken().cost(network(*inputs), y)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    beams = network.translate(*inputs[:2], BEGIN, END, width=3, maximum_length=20)
    written = [data.vocabulary.decode(tokens) for tokens in beams.tokens[:, 0].tolist()]
    assert len(written) == 21
    assert written == y.texts


def test_trains_is_tested_and_translates(
    configure: Compose,
    composed: Compose,
    path: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level("INFO")
    chrf = train(configure("trainer.max_epochs=20"))
    told = f"Test: {chrf:.1f} chrF on 2 unseen pairs of {path} (cost "
    assert told in caplog.text
    for name in ("bleu", "copy_chrf", "copy_bleu", "nearest_chrf", "nearest_bleu"):
        assert f"{name} " in caplog.text
    assert f'python scripts/translate.py checkpoint={tmp_path / "run"} text="…"' in caplog.text
    run = tmp_path / "run"
    assert "nearest sentence " in RunGroup("", [Result.read(run)]).baselines()
    curves = read_curves(run)
    assert curves["train/cost"][-1][1] < 0.5 * curves["train/cost"][0][1]
    assert curves["validation/chrf"][-1][1] > curves["validation/chrf"][0][1]
    evaluate_config = composed(
        "evaluate", f"checkpoint={run}", "+trainer.enable_progress_bar=false"
    )
    assert evaluate(evaluate_config) == pytest.approx(chrf)
    assert told in capsys.readouterr().out

    picture = tmp_path / "map.png"
    asked = [f"checkpoint={run}", "text=the red pump", f"attention={picture}"]
    [alone] = translate(composed("translate", *asked))
    assert alone.startswith("die ")
    assert picture.exists()
    monkeypatch.setattr("sys.stdin", io.StringIO("the red pump\nthe old door\n\nthe new bell\n"))
    lines = translate(composed("translate", f"checkpoint={run}"))
    assert next(lines) == alone
    assert next(lines).startswith("die ")
    with pytest.raises(ValueError, match="standard input, line 3: is empty"):
        next(lines)
    for overrides, message in [
        (["text='the жpump я'"], "text: has characters that the network has never seen: 'ж' 'я'"),
        (["text=' '"], "text: is empty"),
        (["text='▁'"], "text: is empty"),  # a space, to the vocabulary
        ([f"attention={picture}"], "attention: a single text, text=…, is needed"),
        (["text=the red pump", "width=0"], "width must be greater than zero, got 0"),
    ]:
        with pytest.raises(ValueError, match=message):
            list(translate(composed("translate", f"checkpoint={run}", *overrides)))


@pytest.mark.parametrize("override", ["rnn=torch", "network.attention_size=null"])
def test_other_networks(
    configure: Compose, composed: Compose, tmp_path: Path, override: str
) -> None:
    assert math.isfinite(train(configure(override, "rnn.num_layers=2")))
    config = composed(
        "translate", f"checkpoint={tmp_path / 'run'}", "text=the red pump", "attention=map.png"
    )
    if "attention" in override:
        with pytest.raises(ValueError, match="attention: a network that has attention is needed"):
            list(translate(config))


def test_a_resumed_training_ends_where_an_uninterrupted_one_does(
    configure: Compose, tmp_path: Path
) -> None:
    options = ["~scheduler", "~callbacks.learning_rate", "network.dropout=0.2"]
    train(configure(*options, run="whole"))
    train(configure(*options, "trainer.max_epochs=1", run="parts"))
    train(configure(*options, f"resume={tmp_path / 'parts'}", run="parts"))
    whole, parts = (
        torch.load(tmp_path / run / "checkpoints/last.ckpt", weights_only=True)["state_dict"]
        for run in ("whole", "parts")
    )
    for name, weight in whole.items():
        assert torch.equal(parts[name], weight), name


def test_a_checkpoint_of_another_kind(composed: Compose, tmp_path: Path) -> None:
    checkpoint = {
        "network": {
            "_target_": "elman.networks.FeedforwardNetwork",
            "_partial_": True,
            "sizes": [2, 2],
        },
        "data": {"_target_": "elman.tasks.digits.data.DigitData"},
        "training": {},
        "objective": {},
        "state_dict": {
            f"network.{name}": weight
            for name, weight in FeedforwardNetwork([2, 2]).state_dict().items()
        },
    }
    torch.save(checkpoint, tmp_path / "digits.ckpt")
    config = composed("translate", f"checkpoint={tmp_path / 'digits.ckpt'}", "text=a")
    with pytest.raises(ValueError, match=r"digits.ckpt holds a FeedforwardNetwork, which does not"):
        list(translate(config))
