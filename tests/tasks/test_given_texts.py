import io

import pytest

from elman.tasks.given_texts import given_texts


def test_the_argument_is_one_text() -> None:
    assert list(given_texts(" one two ")) == [("text", "one two")]
    assert list(given_texts(3)) == [("text", "3")]


def test_standard_input_is_read_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("one\n two\n\nthree"))
    texts = given_texts(None)
    assert next(texts) == ("standard input, line 1", "one")
    assert next(texts) == ("standard input, line 2", "two")
    with pytest.raises(ValueError, match=r"^standard input, line 3: is empty$"):
        next(texts)


@pytest.mark.parametrize(
    ("text", "message"), [("", "text: is empty"), ("caf\udce9", "text: is not UTF-8 text")]
)
def test_bad_texts_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        list(given_texts(text))
