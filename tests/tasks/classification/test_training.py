"""Whole trainings that tell classes, of texts and of series."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from omegaconf import DictConfig

from elman.tasks.classification.training import class_metrics
from elman.training.curves import read_curves
from elman.training.evaluate import evaluate
from elman.training.results import Result, RunGroup
from elman.training.train import train

Compose = Callable[..., DictConfig]
SMALL = {
    "names": ["network.embedding_size=8", "network.hidden_size=16"],
    "speaker": ["network.hidden_size=8", "rnn.num_layers=1", "rnn.dropout=0"],
}


def write_texts(path: Path) -> None:
    """Words that end in a vowel or not, which decides."""
    random = np.random.default_rng(0)
    words = ["".join(random.choice(list("abcdefgh"), 1 + n % 5)) + f"{n:03}" for n in range(180)]
    lines = [
        f"{word}{'aeb'[n % 3]},{'vowel' if n % 3 < 2 else 'other'}" for n, word in enumerate(words)
    ]
    path.write_text("\n".join(lines))


def write_series(path: Path) -> None:
    """Series that rise or fall, which decides."""
    random = np.random.default_rng(0)
    lines = []
    for n in range(90):
        X = np.arange(random.integers(3, 8)) * (1 if n % 3 else -1) + random.normal()
        lines.append(f"{','.join(map(str, X))}:{'up' if n % 3 else 'down'}")
    path.write_text("\n".join(["@classLabel true up down", "@data", *lines]))


@pytest.fixture
def configure(composed: Compose, tmp_path: Path) -> Compose:
    write_texts(tmp_path / "names")
    write_series(tmp_path / "speaker")

    def configured(experiment: str, *overrides: str) -> DictConfig:
        (tmp_path / "run").mkdir(exist_ok=True)
        return composed(
            "train",
            f"experiment={experiment}",
            f"output_dir={tmp_path / 'run'}",
            f"data.path={tmp_path / experiment}",
            "data.batch_size=16",
            "network.dropout=0",
            "optimizer.lr=0.02",
            "trainer.log_every_n_steps=2",
            "trainer.max_epochs=6",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *SMALL[experiment],
            *overrides,
        )

    return configured


@pytest.mark.parametrize("experiment", SMALL)
@pytest.mark.parametrize("rnn", ["elman", "torch"])
def test_learns_and_is_tested_again(
    configure: Compose,
    composed: Compose,
    tmp_path: Path,
    experiment: str,
    rnn: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("INFO")
    accuracy = train(configure(experiment, f"rnn={rnn}"))
    assert accuracy >= 0.9  # the most frequent class: 0.67
    run = tmp_path / "run"
    of_baseline = "naive Bayes" if experiment == "names" else "nearest neighbour"
    assert of_baseline.lower() in RunGroup("", [Result.read(run)]).baselines()
    [table] = [message for message in caplog.messages if message.startswith("class ")]
    assert (run / "confusion.png").read_bytes().startswith(b"\x89PNG")
    baseline = {"names": "naive_bayes", "speaker": "nearest_neighbour"}[experiment]
    figures = read_curves(run)
    assert figures[f"test/{baseline}_accuracy"][-1][1] > 0.9
    assert figures[f"test/{baseline}_macro_f1"][-1][1] > 0.9
    assert figures["test/macro_f1"][-1][1] > 0.85

    pictures = tmp_path / "for" / "pictures"
    again = evaluate(
        composed(
            "evaluate",
            f"checkpoint={run}",
            f"pictures={pictures}",
            "+trainer.enable_progress_bar=false",
        )
    )
    assert again == accuracy
    assert table.strip() in capsys.readouterr().out
    assert (pictures / "confusion.png").read_bytes() == (run / "confusion.png").read_bytes()


def test_figures_of_classes_are_those_of_their_definitions() -> None:
    y = torch.tensor([0, 0, 0, 0, 1, 1, 2])
    told = torch.tensor([0, 0, 0, 1, 1, 0, 1])
    found = class_metrics(4)(told, y)  # of the last class there is no example
    assert found["confusion"].tolist() == [[3, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0] * 4]
    assert found["precision"].tolist() == pytest.approx([3 / 4, 1 / 3, 0, 0])
    assert found["recall"].tolist() == pytest.approx([3 / 4, 1 / 2, 0, 0])
    assert found["f1"].tolist() == pytest.approx([3 / 4, 2 / 5, 0, 0])
    assert found["balanced_accuracy"].item() == pytest.approx((3 / 4 + 1 / 2 + 0) / 3)
    assert found["macro_f1"].item() == pytest.approx((3 / 4 + 2 / 5 + 0) / 3)


def test_a_run_goes_on_with_data_that_have_moved(configure: Compose, tmp_path: Path) -> None:
    train(configure("names", "trainer.max_epochs=1"))
    moved = (tmp_path / "names").rename(tmp_path / "moved.csv")
    options = ["trainer.max_epochs=2", f"resume={tmp_path / 'run'}", f"data.path={moved}"]
    train(configure("names", *options))
    assert len(read_curves(tmp_path / "run")["validation/accuracy"]) == 2


def test_is_tested_with_a_file_of_ones_own(
    configure: Compose, composed: Compose, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(configure("names", "trainer.max_epochs=1"))
    own = tmp_path / "own.csv"
    own.write_text("abca,vowel\n\nabcb,other\nabde,vowel\n")
    options = [f"checkpoint={tmp_path / 'run'}", f"data.test_path={own}"]
    with pytest.raises(ValueError, match=r"own.csv, line 2: it is empty"):
        evaluate(composed("evaluate", *options))
    options += ["data.on_bad=skip", "+trainer.enable_progress_bar=false"]
    evaluate(composed("evaluate", *options))
    assert f"right on 3 examples of {own} (" in capsys.readouterr().out
