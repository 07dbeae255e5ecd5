import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from elman.tasks.classification.series import VOWELS_FILE, SeriesClassificationData


def ts(N: int, seed: int = 0, I: int = 2) -> str:
    """Series of 2 to 6 time steps, whose numbers are about 0 or about 9."""
    random = np.random.default_rng(seed)
    lines = [f"@dimensions {I}", "@classLabel true low high", "@data"]
    for n in range(N):
        X = random.normal(9 * (n % 2), 1, (I, random.integers(2, 7)))
        rows = [",".join(map(str, row)) for row in X]
        lines.append(":".join([*rows, ("low", "high")[n % 2]]))
    return "\n".join(lines) + "\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    def write_file(name: str, content: str) -> str:
        (tmp_path / name).write_text(content)
        return str(tmp_path / name)

    return write_file


def set_up(*arguments: str) -> SeriesClassificationData:
    data = SeriesClassificationData(*arguments)
    data.prepare_data()
    data.setup()
    return data


def test_batches_are_padded_and_standardized_with_the_training_split(
    write: Callable[[str, str], str],
) -> None:
    data = set_up(write("a.ts", ts(40)))
    assert data.classes == ["high", "low"]
    assert data.sizes == {"input_size": 2, "classes": 2}
    assert {name: len(split) for name, split in data.splits.items()} == {
        "test": 6,
        "validation": 6,
        "train": 28,
    }
    steps = []
    for (X, lengths), y in data.train_dataloader():
        assert X.shape == (int(lengths.max()), len(y), 2)
        for n, T in enumerate(lengths.tolist()):
            assert (X[T:, n] == 0).all()
            steps.append(X[:T, n])
    torch.testing.assert_close(torch.cat(steps).mean(0), torch.zeros(2), atol=1e-6, rtol=0)
    torch.testing.assert_close(torch.cat(steps).std(0, correction=0), torch.ones(2))


def test_a_constant_input_becomes_zero(write: Callable[[str, str], str]) -> None:
    lines = "".join(f"{n},{n}:5,5:{n % 2}\n" for n in range(20))
    data = set_up(write("a.ts", f"@classLabel true 0 1\n@data\n{lines}"))
    [((X, _), _)] = data.test_dataloader()
    assert (X[..., 1] == 0).all()


def test_a_separate_file_of_test_examples(write: Callable[[str, str], str]) -> None:
    data = set_up(write("a.ts", ts(40)), write("b.ts", ts(10, seed=1)))
    assert {name: len(split) for name, split in data.splits.items()} == {
        "train": 34,
        "validation": 6,
        "test": 10,
    }
    assert data.test_description.endswith("b.ts")
    with pytest.raises(ValueError, match=r"c.ts has 3 dimensions, not 2"):
        set_up(write("a.ts", ts(40)), write("c.ts", ts(10, I=3)))


def test_the_nearest_neighbor_is_the_baseline(write: Callable[[str, str], str]) -> None:
    pytest.importorskip("dtaidistance")
    data = set_up(write("a.ts", ts(40)))
    assert data.baselines()["nearest_neighbour"].tolist() == [k for _, k in data.splits["test"]]


def test_without_its_package_the_baseline_is_left_out(
    write: Callable[[str, str], str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    data = set_up(write("a.ts", ts(40)))
    monkeypatch.setitem(sys.modules, "dtaidistance", None)
    assert data.baselines() == {}
    assert "it needs pip install 'elman[dtw]'" in caplog.text


def test_a_checkpoint_restores_mean_and_scale(write: Callable[[str, str], str]) -> None:
    data = set_up(write("a.ts", ts(40)))
    again = SeriesClassificationData(write("b.ts", ts(30, seed=1)))
    again.load_state_dict(data.state_dict())
    again.setup()
    assert torch.equal(again.mean, data.mean)
    assert torch.equal(again.scale, data.scale)
    other = SeriesClassificationData(write("c.ts", ts(30, I=1)))
    other.load_state_dict(data.state_dict())
    with pytest.raises(ValueError, match=r"c.ts has 1 dimensions, not 2"):
        other.setup()


def test_series_without_classes_are_refused(write: Callable[[str, str], str]) -> None:
    with pytest.raises(ValueError, match=r"a.ts, line 2: it has no class"):
        set_up(write("a.ts", "@data\n1,2:3,4\n"))


def test_recordings_are_read_from_their_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "aeon.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for seed, name in enumerate(("TRAIN", "TEST")):
            archive.writestr(VOWELS_FILE.format(name), ts(20, seed))
    monkeypatch.setattr(SeriesClassificationData, "wheel", lambda _: wheel)
    data = set_up()
    assert data.source == "the vowels of nine speakers"
    assert {name: len(split) for name, split in data.splits.items()} == {
        "train": 17,
        "validation": 3,
        "test": 20,
    }
