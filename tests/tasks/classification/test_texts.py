from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from elman.tasks.classification import texts as module
from elman.tasks.classification.texts import BEGIN, END, UNKNOWN, TextClassificationData, marked

Make = Callable[..., TextClassificationData]
TABLE = "".join(f"{'ab'[n % 2]}{n:02}x,{('odd', 'even')[n % 2]}\n" for n in range(40))


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(
        table: str | bytes = TABLE, tested: str | None = None, **values: Any
    ) -> TextClassificationData:
        for name, content in (("my.csv", table), ("test.csv", tested)):
            if content is not None:
                encoded = content.encode() if isinstance(content, str) else content
                (tmp_path / name).write_bytes(encoded)
        path = None if tested is None else str(tmp_path / "test.csv")
        data = TextClassificationData(str(tmp_path / "my.csv"), path, **values)
        data.prepare_data()
        data.setup()
        return data

    return made


def texts(data: TextClassificationData) -> dict[str, set[str]]:
    return {name: {text for text, _ in part} for name, part in data.splits.items()}


def test_three_parts_share_all_texts_and_each_class(make: Make) -> None:
    data = make(validation=0.2, test=0.3)
    assert data.classes == ["even", "odd"]
    assert {name: len(part) for name, part in data.splits.items()} == {
        "test": 12,
        "validation": 8,
        "train": 20,
    }
    for part in data.splits.values():
        assert sum(y for _, y in part) == len(part) / 2
    assert len(set.union(*texts(data).values())) == 40  # none is in two
    assert data.test_description.startswith("12 examples of ")


def test_a_batch_is_padded_numbers_of_characters(make: Make) -> None:
    data = make("ab,x\nba,y\nabb,x\nbab,y\n", validation=0.25, test=0.25)
    (characters, lengths) = data.batch([marked("ba"), marked("abba")])
    assert data.vocabulary.characters == BEGIN + END + "ab" + UNKNOWN
    assert characters.T.tolist() == [[0, 3, 2, 1, 0, 0], [0, 2, 3, 3, 2, 1]]
    assert lengths.tolist() == [4, 6]
    [((_, lengths), y)] = data.test_dataloader()
    assert (len(lengths), y.tolist()) == (1, [data.splits["test"][0][1]])


def test_what_occurs_once_is_unknown_and_has_one_number(make: Make) -> None:
    data = make()
    characters, _ = data.batch(["aΩa-"])
    unknown = data.vocabulary.characters.index(UNKNOWN)
    assert characters[:, 0].tolist()[1::2] == [unknown, unknown]
    assert data.unknown("aΩa-") == ["Ω", "-"]
    data.learn(["aab", "c"])
    assert data.vocabulary.characters == BEGIN + END + "a" + UNKNOWN


def test_pieces_of_texts_are_trained_on_and_no_others(make: Make) -> None:
    torch.manual_seed(0)
    data = make(pieces=0.5)
    text = marked("abcde")
    pieces = [data.varied(text) for _ in range(2000)]
    assert set(pieces) == {text[i:j] for i in range(5) for j in range(i + 3, 8)}
    # Half of the texts are whole, and of the others one in five lengths.
    assert pieces.count(text) == pytest.approx(1000 + 200, abs=100)
    assert data.varied("a") == "a"
    assert make(pieces=0).varied(text) == text

    def lengths(loader: Any) -> set[int]:
        return {int(T) for (_, lengths), _ in loader for T in lengths}

    assert lengths(data.val_dataloader()) == lengths(data.test_dataloader()) == {6}
    assert lengths(data.train_dataloader()) == {3, 4, 5, 6}


def test_unknown_characters_of_the_test_are_counted(make: Make) -> None:
    data = make(tested="ΩΨa,odd\nb,even\n")
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
def test_ways_to_write_the_same_table(make: Make, table: str) -> None:
    assert texts(make(table)) == texts(make())


def test_the_same_text_is_there_once_and_with_several_classes_not_at_all(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    data = make(TABLE + "a00x,odd\nÀ,odd\nA\N{COMBINING GRAVE ACCENT},even\n")
    assert len(set.union(*texts(data).values())) == 40
    assert "has 43 examples, 41 different ones; 1 of those have several classes" in caplog.text


def test_texts_to_test_with(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    data = make(tested="new,odd\nA00X,odd\n")
    assert data.splits["test"] == [(marked("new"), 1)]
    assert "1 examples to test with are among those to train on" in caplog.text
    assert sum(map(len, data.splits.values())) == 41


BAD = [
    ("\n", "it is empty"),
    ("text\n", "it has 1 columns, not a text and its label"),
    ("a,b,c\n", "it has 3 columns, not a text and its label"),
    (" ,odd\n", "it has no text"),
    ("text, \n", "it has no class"),
    ('"text"s,odd\n', "it is no line of a table"),
    ('"text,odd\n', "it is no line of a table"),  # the lines after it are
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_bad_lines(make: Make, line: str, message: str, caplog: pytest.LogCaptureFixture) -> None:
    table = TABLE + line + "last,odd\n"
    with pytest.raises(ValueError, match=rf"data: .*my.csv, line 41: {message}"):
        make(table)
    data = make(table, on_bad="skip")
    assert len(set.union(*texts(data).values())) == 41
    assert f"1 bad lines are left out, the first is line 41: {message}" in caplog.text


def test_a_heading_taken_for_an_example(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    make()
    assert not caplog.messages
    make("number,parity\n" + TABLE)
    assert "its first line is the only example of the class 'parity'" in caplog.text


def test_a_class_that_only_the_test_has(make: Make) -> None:
    with pytest.raises(ValueError, match=r"test.csv, line 2: its class 'new' is none of even, odd"):
        make(tested="u,odd\nv,new\n")
    assert len(make(tested="u,odd\nv,new\n", on_bad="skip").parts["test"]) == 1


@pytest.mark.parametrize(
    ("table", "values", "message"),
    [
        ("", {}, r"data.path: .*my.csv holds no examples"),
        ("text,label\n", {}, r"data.path: .*my.csv holds no examples"),
        (b"a,b\n\xff,b", {}, r"data.path: .*my.csv, line 2: it is not UTF-8 text"),
        ("a,x\nb,y\nc,x\nd,y\n", {"test": 0.01}, r"my.csv leaves no examples for the test part"),
        (TABLE + "z,rare\n", {"test": 0.6, "validation": 0.3}, "leaves no 'rare' to train on"),
    ],
)
def test_files_that_cannot_be_learned_from(
    make: Make, table: str | bytes, values: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make(table, **values)


def test_no_file() -> None:
    with pytest.raises(FileNotFoundError, match=r"data.path: there is no file missing"):
        TextClassificationData("missing").setup()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch_size": 0}, "data.batch_size must be greater than zero, got 0"),
        ({"pieces": -1}, "data.pieces must be a number from 0 to 1, got -1"),
        ({"validation": 2}, "data.validation must be a number from 0 to 1, got 2"),
        ({"on_bad": "ignore"}, "data.on_bad must be error or skip, got 'ignore'"),
    ],
)
def test_bad_values(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TextClassificationData(**values)


def test_a_checkpoint_gives_back_classes_characters_and_files(make: Make) -> None:
    data = make()
    again = TextClassificationData()
    again.load_state_dict(data.state_dict())
    assert again.sizes == data.sizes == {"vocabulary_size": len(data.vocabulary), "classes": 2}
    again.setup()
    assert again.parts == data.splits
    assert torch.equal(again.batch(["a01x"])[0], data.batch(["a01x"])[0])


def test_other_data_than_the_checkpoints(make: Make, tmp_path: Path) -> None:
    state = make().state_dict()
    with pytest.raises(ValueError, match="are not those the checkpoint was trained on"):
        make("".join(f"{n},{n % 3}\n" for n in range(30))).load_state_dict(state)
    data = TextClassificationData(str(tmp_path / "my.csv"))
    data.load_state_dict(state)
    with pytest.raises(ValueError, match=r"line 1: its class '0' is none of even, odd"):
        data.setup()


def test_baselines(make: Make) -> None:
    data = make("".join(f"{'ab'[n % 3 == 0]}{n},{n % 3 == 0}\n" for n in range(60)))
    told = data.baselines()
    y = [k for _, k in data.splits["test"]]
    assert told["most_frequent"].tolist() == [0] * len(y)
    assert told["naive_bayes"].tolist() == y


def test_surnames_are_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    surnames = [(f"Na{n}", ("Here", "There")[n % 2]) for n in range(40)]
    monkeypatch.setattr(TextClassificationData, "wheel", lambda _: Path("a.whl"))
    monkeypatch.setattr(module, "read_surnames", lambda _: iter(surnames))
    data = TextClassificationData()
    data.prepare_data()
    data.setup()
    assert data.source == "the surnames of 14 languages"
    assert set.union(*texts(data).values()) == {marked(name) for name, _ in surnames}
