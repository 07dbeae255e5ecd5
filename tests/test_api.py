"""Training from Python."""

from pathlib import Path

import pytest

import elman

SMALL = [
    "data.batch_size=4",
    "data.chunk_length=18",
    "network.embedding_size=8",
    "network.hidden_size=16",
    "trainer.max_epochs=1",
    "trainer.limit_train_batches=4",
]


def test_trains_and_returns_the_folder_and_the_metrics(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = elman.train([f"data.path={book}", *SMALL], quiet=True)
    assert run.folder.parent == Path("outputs/train")
    assert (run.folder / "checkpoints" / "best.ckpt").is_file()
    assert run.metrics["bpc"] == run.score > 0
    assert capsys.readouterr().out == ""

    again = elman.train([f"resume={run.folder}", "trainer.max_epochs=2"])
    assert again.folder == run.folder
    assert "Test: " in capsys.readouterr().out


def test_a_wrong_override_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception, match=r"Could not override 'network\.hidden'"):
        elman.train(["network.hidden=3"])
    with pytest.raises(ValueError, match=r"debug must be one of cpu, .* got 'nosuch'"):
        elman.train(["debug=nosuch"])
    with pytest.raises(FileNotFoundError, match=r"data\.path: there is no file nowhere\.txt"):
        elman.train(["data.path=nowhere.txt"], quiet=True)
