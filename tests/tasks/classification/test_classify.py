import io
from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.networks import FeedforwardNetwork
from elman.tasks.classification import classify as module
from elman.tasks.classification.classify import Classify, classify
from elman.tasks.digits.data import DigitData
from elman.training.checkpoints.checkpoint import Trained

Compose = Callable[..., DictConfig]


@pytest.fixture
def texts(trained: Callable[[str], Path]) -> str:
    return f"checkpoint={trained('names')}"


@pytest.fixture
def series(trained: Callable[[str], Path]) -> str:
    return f"checkpoint={trained('speaker')}"


def test_classifies_a_text(
    texts: str, composed: Compose, capsys: pytest.CaptureFixture[str]
) -> None:
    [line] = classify(read_values(Classify, composed("classify", texts, "text=' ABCΩ001E'")))
    text, classes = line.split(": ")
    assert text == "ABCΩ001E"
    assert classes.startswith("vowel ")
    percentages = [float(each.split()[1]) for each in classes.split(", ")]
    assert percentages == sorted(percentages, reverse=True)
    assert sum(percentages) == pytest.approx(100, abs=0.2)
    note = capsys.readouterr().err.splitlines()[-1]
    assert note == "ABCΩ001E: 1 of 8 characters are not in the vocabulary: 'ω'"


def test_classifies_lines_of_standard_input(
    texts: str, composed: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("cd001b\nabc001a\n"))
    lines = list(classify(read_values(Classify, composed("classify", texts, "top=1"))))
    assert [line.rsplit(" ", 2)[0] for line in lines] == ["cd001b: other", "abc001a: vowel"]
    monkeypatch.setattr("sys.stdin", io.StringIO("cd001b\n\nabc001a\n"))
    with pytest.raises(ValueError, match="standard input, line 2: is empty"):
        list(classify(read_values(Classify, composed("classify", texts))))


def test_classifies_the_series_of_a_file(series: str, composed: Compose, tmp_path: Path) -> None:
    own = tmp_path / "own.ts"
    own.write_text("@data\n0,1,2,3\n0,-1,-2,-3\n")
    lines = list(
        classify(read_values(Classify, composed("classify", series, f"path={own}", "top=1")))
    )
    assert [line.rsplit(" ", 2)[0] for line in lines] == ["line 2: up", "line 3: down"]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("path={own}", r"own.ts, line 3: number 2 of dimension 1 is nan"),
        ("text=5", r"path must be a .ts file: this network classifies series"),
        ("path=missing.ts", r"path: there is no file missing.ts"),
    ],
)
def test_refuses_what_is_not_a_file_of_series(
    series: str, composed: Compose, tmp_path: Path, override: str, message: str
) -> None:
    own = tmp_path / "own.ts"
    own.write_text("@data\n1,2,3\n5,nan\n")
    with pytest.raises((ValueError, OSError), match=message):
        list(
            classify(read_values(Classify, composed("classify", series, override.format(own=own))))
        )


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["text=''"], "text: is empty"),
        (["path=a.ts"], "path must be left out: this network classifies texts; give text=…"),
        (["top=0"], "top must be greater than zero, got 0"),
    ],
)
def test_refuses_bad_arguments(
    texts: str, composed: Compose, overrides: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        list(classify(read_values(Classify, composed("classify", texts, *overrides))))


def test_refuses_a_network_that_does_not_classify_sequences(
    composed: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = Trained(FeedforwardNetwork([784, 10]), DigitData(), {})
    monkeypatch.setattr(module, "restore", lambda *_, **__: digits)
    with pytest.raises(ValueError, match="RUN holds a FeedforwardNetwork for DigitData; give"):
        list(classify(read_values(Classify, composed("classify", "checkpoint=RUN", "text=a"))))
