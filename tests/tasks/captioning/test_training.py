import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig
from PIL import Image

from elman.cli.values import read_values
from elman.tasks.captioning import data as data_module
from elman.tasks.captioning.training import caption_metrics
from elman.training.checkpoints.checkpoint import load_checkpoint
from elman.training.evaluate import Evaluate, evaluate
from elman.training.runs.curves import read_curves
from elman.training.runs.results import Result, RunGroup
from elman.training.train import train

Compose = Callable[..., DictConfig]


def test_a_network_names_unseen_combinations(run: Any) -> None:
    assert run.metric >= 0.6  # 0 by repeating training captions
    assert f"Test: exact match {run.metric:.1%} on " in run.log
    assert "12 for validation and 16 for the test" in run.log


def test_a_training_reports_the_baselines_and_draws_a_sheet(run: Any) -> None:
    assert "nearest_exact_match 0, " in run.log
    assert "frequent_exact_match 0, " in run.log
    assert "nearest image " in RunGroup("", [Result.read(run.folder)]).baselines()
    assert (run.folder / "curves.png").exists()
    with Image.open(run.folder / "captions.png") as sheet:
        assert sheet.width > 1000


def test_an_evaluation_of_the_checkpoint_repeats_the_test(
    run: Any, composed: Compose, capsys: pytest.CaptureFixture[str]
) -> None:
    config = read_values(
        Evaluate,
        composed("evaluate", f"checkpoint={run.folder}", "+trainer.enable_progress_bar=false"),
    )
    assert evaluate(config) == run.metric
    assert f"Test: exact match {run.metric:.1%}" in capsys.readouterr().out


def test_a_checkpoint_keeps_its_words(run: Any, composed: Compose, tmp_path: Path) -> None:
    state = load_checkpoint(run.folder / "checkpoints" / "best.ckpt")["CaptioningData"]
    colours, forms = "blue gray green orange purple red", "bar column dot frame square"
    assert state["words"] == sorted(f"{colours} {forms}".split())
    lines = []
    for n in range(60):
        Image.new("RGB", (4, 4), "red").save(tmp_path / f"{n}.png")
        lines.append(f"{n}.png\t{('red', 'pink')[n % 2]} {('square', 'bar')[n // 2 % 2]}")
    (tmp_path / "captions.tsv").write_text("\n".join(lines))
    with pytest.raises(
        ValueError,
        match=r"captions\.tsv, line 2: its caption has words 'pink' not among the 11 words",
    ):
        evaluate(
            read_values(
                Evaluate, composed("evaluate", f"checkpoint={run.folder}", f"data.path={tmp_path}")
            )
        )


@pytest.mark.parametrize("rnn", ["torch", "layer_norm"])
def test_other_recurrent_layers_lower_the_cost_and_are_tested_on_limited_batches(
    configure: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rnn: str
) -> None:
    monkeypatch.setattr(data_module, "EVALUATION_BATCH_SIZE", 8)
    train(
        configure(
            tmp_path,
            f"rnn={rnn}",
            "rnn.num_layers=2",
            "trainer.max_epochs=6",
            "+trainer.limit_test_batches=1",
        )
    )
    curve = read_curves(tmp_path)["train/cost"]
    assert curve[0][1] > 1
    assert curve[-1][1] < 0.8


def test_the_metrics_of_captions_are_exact_match_and_bleu() -> None:
    references = ["a red circle here", "a blue square there now"]
    assert caption_metrics(references, references) == {
        "exact_match": 1.0,
        "bleu": pytest.approx(1.0),
    }
    metrics = caption_metrics(["a red circle here", "a blue square there"], references)
    # Every n-gram is right; the brevity penalty is of 8 words instead of 9.
    assert metrics == {"exact_match": 0.5, "bleu": pytest.approx(math.exp(1 - 9 / 8))}
