"""Short trainings find what the paper found."""

from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.training.evaluate import Evaluate, evaluate
from elman.training.runs.results import Result

Compose = Callable[..., DictConfig]
SHORT = {
    "xor": ["optimizer.lr=3e-2", "trainer.max_epochs=70", "data.test=1000"],
    "letters": ["optimizer.lr=4e-2", "trainer.max_epochs=10", "data.batch_size=60"],
    "words": ["optimizer.lr=3e-2", "trainer.max_epochs=5", "data.batch_size=20", "data.test=1000"],
    "classes": ["data.units=2000", "data.test=1000"],
}
PICTURES = {
    "xor": {"errors.png"},
    "letters": {"errors.png"},
    "words": {"errors.png", "boundaries.png"},
    "classes": {"word_tree.png"},
}


@pytest.fixture(scope="session")
def trained(
    composed: Compose,
    train_run: Callable[[DictConfig], tuple[Path, float, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., tuple[Path, dict[str, float], str]]:
    """The folder, the test metrics and the log of an experiment with a short training."""
    finished: dict[tuple[str, ...], tuple[Path, dict[str, float], str]] = {}

    def train_once(experiment: str, *more: str) -> tuple[Path, dict[str, float], str]:
        key = (experiment, *more)
        if key not in finished:
            config = composed(
                "train",
                f"experiment=elman_{experiment}",
                f"output_dir={tmp_path_factory.mktemp(experiment)}",
                *SHORT[experiment],
                "++trainer.check_val_every_n_epoch=${trainer.max_epochs}",
                "logger=none",
                "+trainer.enable_progress_bar=false",
                *more,
            )
            folder, _, log = train_run(config)
            finished[key] = folder, Result.read(folder).metrics, log
        return finished[key]

    return train_once


Trained = Callable[..., tuple[Path, dict[str, float], str]]


def test_the_error_falls_at_every_third_bit(trained: Trained) -> None:
    _, metrics, log = trained("xor")
    assert metrics["third_error"] < 0.2
    assert metrics["other_error"] > 0.25
    third, other = metrics["third_error"], metrics["other_error"]
    assert f"The squared error is {third:.3f} at every third bit" in log
    assert f"and {other:.3f} at the others." in log


@pytest.mark.parametrize("more", [[], ["rnn=torch"]], ids=["elman", "torch"])
def test_vowels_can_be_predicted_and_that_a_consonant_follows(
    trained: Trained, more: list[str]
) -> None:
    _, metrics, _ = trained("letters", *more)
    assert metrics["vowel_error"] < 0.02
    assert metrics["consonant_error"] > 0.4
    assert metrics["feature_consonant_error"] < 0.02
    assert metrics["feature_high_error"] > 0.2
    assert metrics["floor"] < metrics["error"] < 1.1 * metrics["floor"]


def test_errors_are_high_at_the_beginnings_of_words(trained: Trained) -> None:
    _, metrics, _ = trained("words")
    assert metrics["first_error"] > 3 * metrics["other_error"]
    assert metrics["f1"] > 0.7
    assert metrics["f1"] < metrics["exact_f1"]
    assert metrics["always_f1"] < 0.45


def test_likelihoods_of_words_are_learned_and_words_that_are_used_alike_are_alike(
    trained: Trained,
) -> None:
    _, metrics, _ = trained("classes")
    assert metrics["likelihood_error"] < 0.053  # in the paper
    assert metrics["word_floor"] < metrics["word_error"] < 1.03 * metrics["word_floor"]
    assert metrics["animate_branch"] > 0.9
    assert metrics["inanimate_branch"] > 0.9
    assert metrics["verbs_branch"] > 0.6  # the branch of all words: 0.38


@pytest.mark.parametrize("experiment", SHORT)
def test_a_run_has_its_pictures(trained: Trained, experiment: str) -> None:
    folder, _, log = trained(experiment)
    assert {path.name for path in folder.glob("*.png")} == PICTURES[experiment]
    assert all(name in log for name in PICTURES[experiment])


def test_an_evaluation_repeats_the_test(
    trained: Trained, composed: Compose, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, metrics, log = trained("letters")
    options = [f"checkpoint={folder}", f"pictures={tmp_path}", "+trainer.enable_progress_bar=false"]
    assert evaluate(read_values(Evaluate, composed("evaluate", *options))) == metrics["error"]
    printed = capsys.readouterr().out
    assert printed.splitlines()[-1] in log
    assert (tmp_path / "errors.png").read_bytes() == (folder / "errors.png").read_bytes()


def test_backpropagation_through_time_finds_it_too(trained: Trained) -> None:
    _, copy, _ = trained("letters")
    _, bptt, _ = trained("letters", "training.look_back=12")
    assert bptt["vowel_error"] < 0.02
    assert bptt["error"] != copy["error"]
