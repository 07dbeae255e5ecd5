from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.training.evaluate import Evaluate, evaluate
from elman.training.runs.results import Result
from elman.training.train import train

Compose = Callable[..., DictConfig]
QUIET = "+trainer.enable_progress_bar=false"


def test_prints_the_metric_that_training_reported(
    trained: Path, composed: Compose, capsys: pytest.CaptureFixture[str]
) -> None:
    bits = Result.read(trained / "run").metrics["bpc"]
    again = evaluate(
        read_values(Evaluate, composed("evaluate", f"checkpoint={trained / 'run'}", QUIET))
    )
    assert again == pytest.approx(bits, rel=1e-6)
    assert f"Test: {bits:.3f} bits per character on the last 10 %" in capsys.readouterr().out


@pytest.mark.parametrize("sizes", [("0.3", "0.2"), ("700", "0.2")])
def test_tests_the_text_that_was_never_trained_on(
    configured: Compose, composed: Compose, tmp_path: Path, sizes: tuple[str, str]
) -> None:
    test, validation = sizes
    options = [f"data.test={test}", f"data.validation={validation}", "trainer.max_epochs=1"]
    bits = train(configured(*options)).score
    again = evaluate(
        read_values(Evaluate, composed("evaluate", f"checkpoint={tmp_path / 'run'}", QUIET))
    )
    assert again == pytest.approx(bits, rel=1e-6)


def test_another_text(trained: Path, composed: Compose, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text((trained / "book.txt").read_text()[::-1])
    options = [f"checkpoint={trained / 'run'}", QUIET, f"data.path={other}"]
    assert (
        evaluate(read_values(Evaluate, composed("evaluate", *options)))
        > Result.read(trained / "run").metrics["bpc"]
    )

    other.write_text("Ω" * 1000)
    with pytest.raises(ValueError, match=r"data: .*other\.txt has characters 'Ω' not among the"):
        evaluate(read_values(Evaluate, composed("evaluate", *options)))
