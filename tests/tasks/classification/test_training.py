"""Whole trainings of classifiers, of texts and of series."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.tasks.classification.training import balanced_accuracy, labels_of, macro_f1
from elman.training.evaluate import Evaluate, evaluate
from elman.training.runs.curves import read_curves
from elman.training.runs.results import Result, RunGroup
from elman.training.train import train

Compose = Callable[..., DictConfig]
CLASSES = {"names": ["other", "vowel"], "speaker": ["down", "up"]}
BASELINES = {"names": ["most_frequent", "naive_bayes"], "speaker": ["nearest_neighbour"]}
if importlib.util.find_spec("dtaidistance") is None:
    BASELINES["speaker"] = []


@pytest.mark.parametrize("experiment", ["names", "speaker"])
@pytest.mark.parametrize("rnn", ["elman", "torch"])
def test_learns_and_logs_the_metrics_of_classes_and_baselines(
    trained: Callable[..., Path], experiment: str, rnn: str
) -> None:
    run = trained(experiment, rnn)
    metrics = {name: values[-1][1] for name, values in read_curves(run).items()}
    assert metrics["test/accuracy"] >= 0.9  # the most frequent class: 0.67
    assert metrics["test/macro_f1"] > 0.85
    assert metrics["test/balanced_accuracy"] > 0.85
    assert (run / "confusion.png").read_bytes().startswith(b"\x89PNG")
    baselines = RunGroup("", [Result.read(run)]).baselines()
    for name in BASELINES[experiment]:
        assert name.replace("_", " ") in baselines
        if name != "most_frequent":
            assert metrics[f"test/{name}_accuracy"] > 0.9
            assert metrics[f"test/{name}_macro_f1"] > 0.9


@pytest.mark.parametrize("experiment", ["names", "speaker"])
def test_an_evaluation_repeats_the_test(
    trained: Callable[..., Path],
    composed: Compose,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    experiment: str,
) -> None:
    run = trained(experiment)
    pictures = tmp_path / "some" / "pictures"
    options = [f"checkpoint={run}", f"pictures={pictures}", "+trainer.enable_progress_bar=false"]
    accuracy = evaluate(read_values(Evaluate, composed("evaluate", *options)))
    assert accuracy == pytest.approx(read_curves(run)["test/accuracy"][-1][1])
    output = capsys.readouterr().out
    for word in ("precision", "recall", "f1-score", "support", *CLASSES[experiment]):
        assert word in output
    assert (pictures / "confusion.png").read_bytes() == (run / "confusion.png").read_bytes()


def test_metrics_follow_their_definitions() -> None:
    confusion = np.array([[3, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0] * 4])
    y, predictions = labels_of(confusion)
    assert y.tolist() == [0, 0, 0, 0, 1, 1, 2]
    assert predictions.tolist() == [0, 0, 0, 1, 0, 1, 1]
    # The last class has no example.
    assert balanced_accuracy(y, predictions) == pytest.approx((3 / 4 + 1 / 2 + 0) / 3)
    assert macro_f1(y, predictions) == pytest.approx((3 / 4 + 2 / 5 + 0) / 3)
    assert balanced_accuracy([0, 0, 1], [0, 2, 1]) == 3 / 4


def test_a_training_resumes_with_a_file_that_has_moved(
    small_training: Callable[..., DictConfig], tmp_path: Path
) -> None:
    config = small_training("names", tmp_path / "run", "trainer.max_epochs=1")
    moved = tmp_path / "moved.csv"
    moved.write_bytes(Path(config.data.path).read_bytes())
    train(config)
    options = ["trainer.max_epochs=2", f"resume={tmp_path / 'run'}", f"data.path={moved}"]
    train(small_training("names", tmp_path / "run", *options))
    assert len(read_curves(tmp_path / "run")["validation/accuracy"]) == 2


def test_a_file_of_test_examples_can_be_given(
    trained: Callable[..., Path],
    composed: Compose,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("text,class\nabca,vowel\n\nabcb,other\nabde,vowel\n")
    options = [f"checkpoint={trained('names')}", f"data.test_path={own}"]
    with pytest.raises(ValueError, match=r"own.csv, line 3: it is empty"):
        evaluate(read_values(Evaluate, composed("evaluate", *options)))
    options += ["data.on_bad=skip", "+trainer.enable_progress_bar=false"]
    evaluate(read_values(Evaluate, composed("evaluate", *options)))
    assert f"on 3 examples of {own} (" in capsys.readouterr().out
