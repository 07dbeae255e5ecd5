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
    def written(name: str, content: str) -> str:
        (tmp_path / name).write_text(content)
        return str(tmp_path / name)

    return written


def set_up(*arguments: str) -> SeriesClassificationData:
    data = SeriesClassificationData(*arguments)
    data.prepare_data()
    data.setup()
    return data


def test_batches_are_padded_and_standardised_by_what_is_trained_on(
    write: Callable[[str, str], str],
) -> None:
    data = set_up(write("a.ts", ts(40)))
    assert data.classes == ["high", "low"]
    assert data.sizes == {"input_size": 2, "classes": 2}
    assert {name: len(part) for name, part in data.splits.items()} == {
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


def test_an_input_that_never_changes(write: Callable[[str, str], str]) -> None:
    lines = "".join(f"{n},{n}:5,5:{n % 2}\n" for n in range(20))
    data = set_up(write("a.ts", f"@classLabel true 0 1\n@data\n{lines}"))
    [((X, _), _)] = data.test_dataloader()
    assert (X[..., 1] == 0).all()


def test_a_file_of_its_own_to_test_with(write: Callable[[str, str], str]) -> None:
    data = set_up(write("a.ts", ts(40)), write("b.ts", ts(10, seed=1)))
    assert {name: len(part) for name, part in data.splits.items()} == {
        "train": 34,
        "validation": 6,
        "test": 10,
    }
    assert data.test_description.endswith("b.ts")
    with pytest.raises(ValueError, match=r"c.ts has 3 dimensions, where 2 are wanted"):
        set_up(write("a.ts", ts(40)), write("c.ts", ts(10, I=3)))


def test_the_nearest_neighbour_is_the_baseline(write: Callable[[str, str], str]) -> None:
    data = set_up(write("a.ts", ts(40)))
    assert data.baselines()["nearest_neighbour"].tolist() == [k for _, k in data.splits["test"]]


def test_a_checkpoint_gives_back_mean_and_scale(write: Callable[[str, str], str]) -> None:
    data = set_up(write("a.ts", ts(40)))
    again = SeriesClassificationData(write("b.ts", ts(30, seed=1)))
    again.load_state_dict(data.state_dict())
    again.setup()
    assert torch.equal(again.mean, data.mean)
    assert torch.equal(again.scale, data.scale)
    other = SeriesClassificationData(write("c.ts", ts(30, I=1)))
    other.load_state_dict(data.state_dict())
    with pytest.raises(ValueError, match=r"c.ts has 1 dimensions, where 2 are wanted"):
        other.setup()


def test_series_without_classes(write: Callable[[str, str], str]) -> None:
    with pytest.raises(ValueError, match=r"a.ts, line 2: it has no class"):
        set_up(write("a.ts", "@data\n1,2:3,4\n"))


def test_recordings_are_read_out_of_their_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "aeon.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for seed, part in enumerate(("TRAIN", "TEST")):
            archive.writestr(VOWELS_FILE.format(part), ts(20, seed))
    monkeypatch.setattr(SeriesClassificationData, "wheel", lambda _: wheel)
    data = set_up()
    assert data.source == "the vowels of nine speakers"
    assert {name: len(part) for name, part in data.splits.items()} == {
        "train": 17,
        "validation": 3,
        "test": 20,
    }
