from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import DictConfig
from torch import nn

from elman import RNN
from elman.cli.values import read_values
from elman.networks import EncoderDecoder
from elman.tasks.translation.data import TranslationData
from elman.tasks.translation.objective import NextToken
from elman.tasks.translation.subwords import BEGIN, END
from elman.tasks.translation.training import TranslationTraining
from elman.training.evaluate import Evaluate, evaluate
from elman.training.runs.curves import read_curves
from elman.training.runs.results import Result, RunGroup
from elman.training.train import train

Compose = Callable[..., DictConfig]


@pytest.mark.parametrize("layer", [RNN, nn.RNN])
def test_a_small_network_memorizes_21_pairs(pairs_file: Path, layer: Any) -> None:
    torch.manual_seed(0)
    data = TranslationData(
        path=str(pairs_file), validation=0.1, test=0.1, batch_size=21, vocabulary_size=60
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
    beams = network.translate(*inputs[:2], BEGIN, END, 3, 20)
    written = [data.vocabulary.decode(tokens) for tokens in beams.tokens[:, 0].tolist()]
    assert len(written) == 21
    assert written == y.sentences


def test_a_training_reports_its_test_and_the_baselines(run: Any, pairs_file: Path) -> None:
    assert f"Test: {run.metric:.1f} chrF on 2 unseen pairs of {pairs_file} (cost " in run.log
    for name in ("bleu", "copy_chrf", "copy_bleu", "nearest_chrf", "nearest_bleu"):
        assert f"{name} " in run.log
    assert f'python scripts/translate.py checkpoint={run.folder} text="…"' in run.log
    assert "nearest sentence " in RunGroup("", [Result.read(run.folder)]).baselines()


def test_a_training_lowers_the_cost_and_raises_chrf(run: Any) -> None:
    curves = read_curves(run.folder)
    assert curves["train/cost"][-1][1] < 0.5 * curves["train/cost"][0][1]
    assert curves["validation/chrf"][-1][1] > curves["validation/chrf"][0][1]


def test_an_evaluation_of_the_checkpoint_repeats_the_test(
    run: Any, composed: Compose, capsys: pytest.CaptureFixture[str]
) -> None:
    config = read_values(
        Evaluate,
        composed("evaluate", f"checkpoint={run.folder}", "+trainer.enable_progress_bar=false"),
    )
    assert evaluate(config) == pytest.approx(run.metric)
    assert f"Test: {run.metric:.1f} chrF on 2 unseen pairs" in capsys.readouterr().out


def test_a_resumed_training_has_the_weights_of_an_uninterrupted_one(
    configure: Compose, tmp_path: Path
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    options = ["~scheduler", "~callbacks.learning_rate", "network.dropout=0.2"]
    train(configure(whole, *options, "trainer.max_epochs=2"))
    train(configure(parts, *options))
    train(configure(parts, *options, "trainer.max_epochs=2", f"resume={parts}"))
    expected, resumed = (
        torch.load(folder / "checkpoints/last.ckpt", weights_only=True)["state_dict"]
        for folder in (whole, parts)
    )
    for name, weight in expected.items():
        assert torch.equal(resumed[name], weight), name


@pytest.mark.parametrize(
    ("argument", "message"),
    [("beam_width", "from 1 to 10000, got 0"), ("maximum_length", "greater than zero, got 0")],
)
def test_a_decoding_option_of_zero_is_refused(argument: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"training.{argument} must be {message}"):
        TranslationTraining(nn.Identity(), NextToken(), **{argument: 0})
