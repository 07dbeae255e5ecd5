from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from elman.training.evaluate import evaluate
from elman.training.train import train

Compose = Callable[..., DictConfig]
QUIET = "+trainer.enable_progress_bar=false"


def test_tells_the_figure_that_training_told(
    configured: Compose, composed: Compose, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bits = train(configured("trainer.max_epochs=1")).score
    again = evaluate(composed("evaluate", f"checkpoint={tmp_path / 'run'}", QUIET))
    assert again == pytest.approx(bits, rel=1e-6)
    assert f"Test: {bits:.3f} bits per character on the last 10 %" in capsys.readouterr().out


def test_tests_the_part_that_was_never_trained_on(
    configured: Compose, composed: Compose, tmp_path: Path
) -> None:
    bits = train(configured("trainer.max_epochs=1", "data.test=0.3", "data.validation=0.2")).score
    again = evaluate(composed("evaluate", f"checkpoint={tmp_path / 'run'}", QUIET))
    assert again == pytest.approx(bits, rel=1e-6)


def test_another_text(configured: Compose, composed: Compose, tmp_path: Path, book: Path) -> None:
    bits = train(configured("trainer.max_epochs=1")).score
    other = tmp_path / "other.txt"
    other.write_text(book.read_text()[::-1])
    options = [f"checkpoint={tmp_path / 'run'}", QUIET, f"data.path={other}"]
    assert evaluate(composed("evaluate", *options)) > bits

    other.write_text("Ω" * 1000)
    with pytest.raises(ValueError, match=r"data: .*other\.txt has characters 'Ω' not among the"):
        evaluate(composed("evaluate", *options))
