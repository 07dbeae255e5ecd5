import pytest

from elman.tasks.captioning.words import BEGIN, END, Words


def test_words_are_numbered_in_order_after_the_marks() -> None:
    words = Words(["a", "red", "circle", "a", "blue", "circle"])
    assert words.words == ["a", "blue", "circle", "red"]
    assert len(words) == 6
    assert words.encode("red circle").tolist() == [BEGIN, 5, 4, END]


def test_decodes_up_to_the_end() -> None:
    words = Words(["red", "circle"])
    assert words.decode(words.encode("circle red red").tolist()) == "circle red red"
    assert words.decode([3, END, 2, 2]) == "red"
    assert words.decode([]) == ""


def test_unknown_words_are_named() -> None:
    with pytest.raises(ValueError, match=r"^'green' 'square' not among the 2 words the network"):
        Words(["red", "circle"]).encode("green square red")
