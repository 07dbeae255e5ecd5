import io
from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from elman.networks import FeedforwardNetwork
from elman.tasks.classification import classify as classification
from elman.tasks.classification.classify import classify
from elman.tasks.digits.data import DigitData
from elman.training.checkpoint import Trained
from elman.training.train import train

Compose = Callable[..., DictConfig]


@pytest.fixture
def run(composed: Compose, tmp_path: Path) -> Callable[[str, str], str]:
    """A training of a step or a few, on examples that are written to a file."""

    def run(experiment: str, examples: str) -> str:
        (tmp_path / "data").write_text(examples)
        train(
            composed(
                "train",
                f"experiment={experiment}",
                f"output_dir={tmp_path}",
                f"data.path={tmp_path / 'data'}",
                "network.hidden_size=8",
                "network.dropout=0",
                "optimizer.lr=0.02",
                "trainer.max_epochs=8",
                "trainer.log_every_n_steps=1",
                "~callbacks.progress",
                "+trainer.enable_progress_bar=false",
            )
        )
        return f"checkpoint={tmp_path}"

    return run


@pytest.fixture
def texts(run: Callable[[str, str], str]) -> str:
    return run("names", "".join(f"{'aeb'[n % 3] * 3}{n:03},{'xyz'[n % 3]}\n" for n in range(90)))


def test_a_text(texts: str, composed: Compose, capsys: pytest.CaptureFixture[str]) -> None:
    [told] = classify(composed("classify", texts, "text=' AAA01Ω'"))
    name, classes = told.split(": ")
    assert name == "AAA01Ω"
    assert classes.startswith("x ")
    shares = [float(each.split()[1]) for each in classes.split(", ")]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=0.2)
    told_beside = capsys.readouterr().err.splitlines()[-1]
    assert told_beside == "AAA01Ω: 1 of 6 characters unknown to the network: 'ω'"


def test_lines_of_standard_input(
    texts: str, composed: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("bbb01\neee\n"))
    told = list(classify(composed("classify", texts, "top=1")))
    assert [each.rsplit(" ", 2)[0] for each in told] == ["bbb01: z", "eee: y"]
    monkeypatch.setattr("sys.stdin", io.StringIO("bbb01\n\neee\n"))
    with pytest.raises(ValueError, match="standard input, line 2: is empty"):
        list(classify(composed("classify", texts)))


def test_series(run: Callable[[str, str], str], composed: Compose, tmp_path: Path) -> None:
    header = "@classLabel true up down\n@data\n"
    series = "".join(f"{n},{n + (-1) ** n}:{('up', 'down')[n % 2]}\n" for n in range(60))
    checkpoint = run("speaker", header + series)
    own = tmp_path / "own.ts"
    own.write_text("@data\n1,2,3\n5,3\n")
    told = list(classify(composed("classify", checkpoint, f"path={own}", "top=1")))
    assert [each.split(": ")[0] for each in told] == ["line 2", "line 3"]
    own.write_text("@data\n1,2,3\n5,nan\n")
    with pytest.raises(ValueError, match=r"own.ts, line 3: number 2 of dimension 1 is nan"):
        list(classify(composed("classify", checkpoint, f"path={own}")))
    with pytest.raises(ValueError, match=r"path: this network takes a .ts file of series"):
        list(classify(composed("classify", checkpoint, "text=5")))
    with pytest.raises(FileNotFoundError, match=r"path: there is no file missing.ts"):
        list(classify(composed("classify", checkpoint, "path=missing.ts")))


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["text=''"], "text: is empty"),
        (["path=a.ts"], "path: texts are given as text=…"),
        (["top=0"], "top must be greater than zero, got 0"),
    ],
)
def test_refuses(texts: str, composed: Compose, overrides: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(classify(composed("classify", texts, *overrides)))


def test_a_network_that_tells_no_classes_of_sequences(
    composed: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = Trained(FeedforwardNetwork([784, 10]), DigitData(), {})
    monkeypatch.setattr(classification, "restore", lambda _: digits)
    with pytest.raises(ValueError, match="RUN holds a FeedforwardNetwork for DigitData; give"):
        list(classify(composed("classify", "checkpoint=RUN", "text=a")))
