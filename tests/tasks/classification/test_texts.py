import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from elman.tasks.classification import texts as module
from elman.tasks.classification.texts import (
    BEGIN,
    END,
    UNKNOWN,
    TextClassificationData,
    normalize,
)

Make = Callable[..., TextClassificationData]
TABLE = "".join(f"{'ab'[n % 2]}{n:02}x,{('odd', 'even')[n % 2]}\n" for n in range(40))


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def make_data(
        table: str | bytes = TABLE,
        test: str | None = None,
        test_fraction: float = 0.15,
        **values: Any,
    ) -> TextClassificationData:
        for name, content in (("my.csv", table), ("test.csv", test)):
            if content is not None:
                encoded = content.encode() if isinstance(content, str) else content
                (tmp_path / name).write_bytes(encoded)
        path = None if test is None else str(tmp_path / "test.csv")
        data = TextClassificationData(str(tmp_path / "my.csv"), path, test=test_fraction, **values)
        data.prepare_data()
        data.setup()
        return data

    return make_data


def texts(data: TextClassificationData) -> dict[str, set[str]]:
    return {name: {text for text, _ in split} for name, split in data.splits.items()}


def test_three_disjoint_splits_have_the_class_proportions(make: Make) -> None:
    data = make(validation=8, test_fraction=0.3)
    assert data.classes == ["even", "odd"]
    assert {name: len(split) for name, split in data.splits.items()} == {
        "test": 12,
        "validation": 8,
        "train": 20,
    }
    for split in data.splits.values():
        assert sum(y for _, y in split) == len(split) / 2
    assert len(set.union(*texts(data).values())) == 40  # no text is in two splits
    assert data.test_description.startswith("12 examples of ")


def test_a_batch_is_padded_indices_of_characters(make: Make) -> None:
    data = make("ab,x\nba,y\nabb,x\nbab,y\n", validation=0.25, test_fraction=0.25)
    (characters, lengths) = data.batch([normalize("ba"), normalize("abba")])
    assert data.vocabulary.characters == BEGIN + END + "ab" + UNKNOWN
    assert characters.T.tolist() == [[0, 3, 2, 1, 0, 0], [0, 2, 3, 3, 2, 1]]
    assert lengths.tolist() == [4, 6]
    [((_, lengths), y)] = data.test_dataloader()
    assert (len(lengths), y.tolist()) == (1, [data.splits["test"][0][1]])


def test_characters_that_occur_once_share_one_index(make: Make) -> None:
    data = make()
    characters, _ = data.batch(["aΩa-"])
    unknown = data.vocabulary.characters.index(UNKNOWN)
    assert characters[:, 0].tolist()[1::2] == [unknown, unknown]
    assert data.unknown("aΩa-") == ["Ω", "-"]
    data.fit(["aab", "c"])
    assert data.vocabulary.characters == BEGIN + END + "a" + UNKNOWN


def test_random_crops_are_taken_in_training_only(make: Make) -> None:
    torch.manual_seed(0)
    data = make(random_crop=0.5)
    text = normalize("abcde")
    crops = [data.augment(text) for _ in range(2000)]
    assert set(crops) == {text[i:j] for i in range(5) for j in range(i + 3, 8)}
    # Half of the texts are not cropped, and a fifth of the crops has the whole length.
    assert crops.count(text) == pytest.approx(1000 + 200, abs=100)
    assert data.augment("a") == "a"
    assert make(random_crop=0).augment(text) == text

    def lengths(loader: Any) -> set[int]:
        return {int(T) for (_, lengths), _ in loader for T in lengths}

    assert lengths(data.val_dataloader()) == lengths(data.test_dataloader()) == {6}
    assert lengths(data.train_dataloader()) == {3, 4, 5, 6}


def test_unknown_characters_of_the_test_split_are_counted(make: Make) -> None:
    data = make(test="ΩΨa,odd\nb,even\n")
    assert data.test_description.endswith("test.csv with 2 unknown characters")


@pytest.mark.parametrize(
    "table",
    [
        TABLE.replace(",", "\t"),
        "text,label\n" + TABLE,
        TABLE.upper().replace("EVEN", "even").replace("ODD", "odd"),
        TABLE.replace("\n", "\r\n"),
        "\ufeff" + TABLE.replace("a", ' "a').replace("x", 'x"').replace("b", '"b'),
    ],
)
def test_equivalent_files_give_the_same_texts(make: Make, table: str) -> None:
    assert texts(make(table)) == texts(make())


def test_equal_texts_are_used_once_and_those_of_several_classes_not_at_all(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    data = make(TABLE + "a00x,odd\nÀ,odd\nA\N{COMBINING GRAVE ACCENT},even\n")
    assert len(set.union(*texts(data).values())) == 40
    assert "has 43 examples, 41 different ones; 1 of those have several classes" in caplog.text


def test_a_separate_file_of_test_texts(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    data = make(test="new,odd\nA00X,odd\n")
    assert data.splits["test"] == [(normalize("new"), 1)]
    assert "1 test examples are also training examples" in caplog.text
    assert sum(map(len, data.splits.values())) == 41


BAD = [
    ("\n", "it is empty"),
    ("text\n", "it has 1 columns, not a text and its label"),
    ("a,b,c\n", "it has 3 columns, not a text and its label"),
    (" ,odd\n", "it has no text"),
    ("text, \n", "it has no class"),
    ('"text"s,odd\n', "it is not a line of a CSV file"),
    ('"text,odd\n', "it is not a line of a CSV file"),  # the next lines are good
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_bad_lines_are_refused_or_skipped(
    make: Make, line: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    table = TABLE + line + "last,odd\n"
    with pytest.raises(ValueError, match=rf"data: .*my.csv, line 41: {message}"):
        make(table)
    data = make(table, on_bad="skip")
    assert len(set.union(*texts(data).values())) == 41
    assert f"1 bad lines are left out, the first is line 41: {message}" in caplog.text


def test_a_header_is_recognized_refused_or_stated(make: Make) -> None:
    assert make("text,class\n" + TABLE, "NAME,label\nnew,odd\n").classes == ["even", "odd"]
    with pytest.raises(ValueError, match=r"'number,parity' may be a header or an example"):
        make("number,parity\n" + TABLE)
    assert texts(make("number,parity\n" + TABLE, header=True)) == texts(make())


def test_a_class_that_only_the_test_file_has_is_refused(make: Make) -> None:
    with pytest.raises(ValueError, match=r"test.csv, line 2: its class 'new' is not one of even,"):
        make(test="u,odd\nv,new\n")
    assert len(make(test="u,odd\nv,new\n", on_bad="skip").splits["test"]) == 1


@pytest.mark.parametrize(
    ("table", "values", "message"),
    [
        ("", {}, r"data.path: .*my.csv holds no examples"),
        ("text,label\n", {}, r"data.path: .*my.csv holds no examples"),
        (b"a,b\n\xff,b", {}, r"data.path: .*my.csv, line 2: it is not UTF-8 text"),
        ("a,x\nb,y\nc,x\nd,y\n", {"test_fraction": 0.01}, "leave none for the test split"),
        (
            TABLE + "z,rare\n",
            {"test_fraction": 0.6, "validation": 0.3},
            "leaves no example of the class 'rare' for the training split",
        ),
    ],
)
def test_files_without_enough_examples_are_refused(
    make: Make, table: str | bytes, values: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make(table, **values)


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(FileNotFoundError, match=r"data.path: there is no file missing"):
        TextClassificationData("missing").setup()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch_size": 0}, "data.batch_size must be greater than zero, got 0"),
        ({"random_crop": -1}, "data.random_crop must be a number from 0 to 1, got -1"),
        ({"validation": 0}, "data.validation must be an int from 1 on"),
        ({"on_bad": "ignore"}, "data.on_bad must be error or skip, got 'ignore'"),
        ({"header": "yes"}, "data.header must be True or False, got 'yes'"),
    ],
)
def test_bad_values_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        TextClassificationData(**values)


def test_a_checkpoint_restores_classes_vocabulary_and_files(make: Make) -> None:
    data = make()
    again = TextClassificationData()
    again.load_state_dict(data.state_dict())
    assert again.sizes == data.sizes == {"vocabulary_size": len(data.vocabulary), "classes": 2}
    again.setup()
    assert again.splits == data.splits
    assert torch.equal(again.batch(["a01x"])[0], data.batch(["a01x"])[0])


def test_data_with_other_classes_than_the_checkpoint_are_refused(
    make: Make, tmp_path: Path
) -> None:
    state = make().state_dict()
    with pytest.raises(ValueError, match="are not those of the checkpoint"):
        make("".join(f"{n},{n % 3}\n" for n in range(30))).load_state_dict(state)
    data = TextClassificationData(str(tmp_path / "my.csv"))
    data.load_state_dict(state)
    with pytest.raises(ValueError, match=r"line 1: its class '0' is not one of even, odd"):
        data.setup()


def test_the_baselines_classify_the_test_split(make: Make) -> None:
    data = make("".join(f"{'ab'[n % 3 == 0]}{n},{n % 3 == 0}\n" for n in range(60)))
    predictions = data.baselines()
    y = [k for _, k in data.splits["test"]]
    assert predictions["most_frequent"].tolist() == [0] * len(y)
    assert predictions["naive_bayes"].tolist() == y


def test_surnames_are_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    surnames = [(f"Na{n}", ("Here", "There")[n % 2]) for n in range(40)]
    monkeypatch.setattr(TextClassificationData, "wheel", lambda _: Path("a.whl"))
    monkeypatch.setattr(module, "read_surnames", lambda _: iter(surnames))
    data = TextClassificationData()
    data.prepare_data()
    data.setup()
    assert data.source == "the surnames of 14 languages"
    assert set.union(*texts(data).values()) == {normalize(name) for name, _ in surnames}


NAMES = [f"Zo{'ëéêè'[n % 4]} {n:02}" for n in range(20)]


@pytest.mark.parametrize(
    "other", [str.upper, lambda text: unicodedata.normalize("NFD", text), lambda text: f" {text} "]
)
def test_other_spellings_of_a_text_are_no_other_example(
    make: Make, other: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    lines = [f"{each},{'ab'[n % 2]}\n" for n, each in enumerate(NAMES)]
    lines += [f"{other(each)},{'ab'[n % 2]}\n" for n, each in enumerate(NAMES)]
    data = make("".join(lines))
    assert sum(map(len, data.splits.values())) == 20
    assert "has 40 examples, 20 different ones" in caplog.text


def test_a_checkpoint_of_a_version_that_compared_exactly_keeps_its_splits(
    make: Make, tmp_path: Path
) -> None:
    table = "".join(f"{text},{'ab'[n % 2]}\n" for n, text in enumerate(["x  y", "x y", *NAMES]))
    data = make(table)
    state = data.state_dict()
    assert sum(map(len, data.splits.values())) == 20  # "x y" has two classes
    for earlier, examples in ((False, 20), (True, 22)):
        restored = TextClassificationData(str(tmp_path / "my.csv"))
        restored.load_state_dict(
            {key: value for key, value in state.items() if not (earlier and key == "comparable")}
        )
        restored.setup()
        assert sum(map(len, restored.splits.values())) == examples
