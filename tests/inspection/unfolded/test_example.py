"""The sequence that the page shows."""

from pathlib import Path

import pytest
import torch
from lightning import LightningDataModule

from elman.inspection.unfolded.example import text_example, validation_example
from elman.tasks.classification.texts import TextClassificationData
from elman.tasks.digits.data import DigitRowData
from elman.tasks.elman1990.data import Elman1990Data
from elman.tasks.forecasting.data import ForecastingData
from elman.tasks.language.data import CharacterData


@pytest.fixture
def characters(book: Path) -> CharacterData:
    data = CharacterData(str(book), batch_size=4, chunk_length=18)
    data.setup("fit")
    return data


@pytest.fixture
def names(tmp_path: Path) -> TextClassificationData:
    path = tmp_path / "names.csv"
    letters = "abcdefghij"
    rows = [f"{a}{b},{'vowel' if a in 'aei' else 'other'}" for a in letters for b in letters]
    path.write_text("\n".join(rows), encoding="utf-8")
    data = TextClassificationData(str(path))
    data.setup("fit")
    return data


@pytest.fixture
def rows(pictures: Path) -> DigitRowData:
    data = DigitRowData(str(pictures), validation=20, test=20)
    data.setup("fit")
    return data


@pytest.fixture
def series(tmp_path: Path) -> ForecastingData:
    values = torch.sin(torch.arange(84.0)) + torch.arange(84.0) ** 1.5 / 100
    lines = [f"2020-01-01 {k // 60:02}:{k % 60:02},{x:.3f}" for k, x in enumerate(values)]
    path = tmp_path / "series.csv"
    path.write_text("\n".join(["time,value", *lines]), encoding="utf-8")
    data = ForecastingData(str(path), season=1, window=12, horizon=3)
    data.setup("fit")
    return data


def test_each_character_of_a_text_predicts_the_next(characters: CharacterData) -> None:
    example = text_example(characters, "on the")
    assert example.inputs.shape == example.y.shape == (5, 1)
    assert example.texts == [["o", "n", "␣", "t", "h"]]
    assert example.classes == characters.vocabulary.characters
    decode = characters.vocabulary.decode
    assert decode(example.inputs[:, 0]) + decode(example.y[-1]) == "on the"


def test_an_example_of_a_text_is_a_stream_of_the_validation(characters: CharacterData) -> None:
    inputs, y = next(iter(characters.val_dataloader()))
    last = inputs.shape[1] - 1
    example = validation_example(characters, last, 200)
    assert torch.equal(example.inputs, inputs[:, last:])
    assert torch.equal(example.y, y[:, last:])
    text = characters.vocabulary.decode(inputs[:, last])
    assert example.texts == [[*text.replace(" ", "␣").replace("\n", "↵")]]


def test_a_stream_is_cut(characters: CharacterData) -> None:
    inputs, y = next(iter(characters.val_dataloader()))
    example = validation_example(characters, 0, 5)
    assert torch.equal(example.inputs, inputs[:5, :1])
    assert torch.equal(example.y, y[:5, :1])


def test_the_symbols_of_a_stream_that_a_network_reads_as_codes() -> None:
    data = Elman1990Data("words", validation=40)
    symbols = data.stream("validation").symbols
    example = validation_example(data, 0, 30)
    assert example.texts == [[data.symbols[k] for k in symbols[:30]]]
    assert torch.equal(example.inputs, data.codes[symbols[:30]].unsqueeze(1))
    assert torch.equal(example.y, data.codes[symbols[1:31]].unsqueeze(1))


def test_an_example_of_texts_with_classes(names: TextClassificationData) -> None:
    sequence, k = names.splits["validation"][2]
    example = validation_example(names, 2, 200)
    indices, lengths = example.inputs
    assert names.vocabulary.decode(indices[:, 0]) == sequence
    assert lengths.tolist() == [len(sequence)]
    assert example.y.tolist() == [k]
    assert example.texts == [["⊢", *sequence[1:-1], "⊣"]]
    assert example.classes == ["other", "vowel"]


def test_an_example_of_rows_of_pixels(rows: DigitRowData) -> None:
    pixels, digits = rows.images("validation")
    example = validation_example(rows, 7, 200)
    assert torch.equal(example.inputs, pixels[7].view(28, 1, 28))
    assert torch.equal(example.y, digits[7:8])
    assert example.texts == []


def test_an_example_of_a_series(series: ForecastingData) -> None:
    example = validation_example(series, 0, 200)
    x, y = next(iter(series.val_dataloader()))
    assert torch.equal(example.inputs, x[:1])
    assert torch.equal(example.y, y[:1])
    assert example.texts == []


@pytest.mark.parametrize("index", [-1, 20])
def test_the_index_must_be_one_of_an_example(rows: DigitRowData, index: int) -> None:
    with pytest.raises(ValueError, match=f"example must be from 0 to 19, .*, got {index}$"):
        validation_example(rows, index, 200)


def test_the_index_must_be_an_int(rows: DigitRowData) -> None:
    with pytest.raises(TypeError, match=r"example must be an int, got 1\.5"):
        validation_example(rows, 1.5, 200)  # type: ignore[arg-type]


def test_a_text_is_for_a_network_that_reads_one(
    rows: DigitRowData, names: TextClassificationData
) -> None:
    data: LightningDataModule
    for data in (rows, names):
        with pytest.raises(ValueError, match=r"^text: the network .* is no language model; leave"):
            text_example(data, "some text")


@pytest.mark.parametrize(
    ("text", "message"),
    [("on", "at least 3 characters"), ("", "at least 3"), ("on ß", "characters 'ß' not among")],
)
def test_a_bad_text(characters: CharacterData, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        text_example(characters, text)
