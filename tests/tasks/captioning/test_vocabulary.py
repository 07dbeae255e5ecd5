import pytest

from elman.tasks.captioning.vocabulary import BEGIN, END, WordVocabulary


def test_words_are_numbered_alphabetically_after_the_special_tokens() -> None:
    vocabulary = WordVocabulary(["a", "red", "circle", "a", "blue", "circle"])
    assert vocabulary.words == ["a", "blue", "circle", "red"]
    assert len(vocabulary) == 6
    assert vocabulary.encode("red circle").tolist() == [BEGIN, 5, 4, END]


def test_decoding_stops_at_the_first_end() -> None:
    vocabulary = WordVocabulary(["red", "circle"])
    assert vocabulary.decode(vocabulary.encode("circle red red").tolist()) == "circle red red"
    assert vocabulary.decode([3, END, 2, 2]) == "red"
    assert vocabulary.decode([]) == ""


def test_unknown_words_are_named() -> None:
    with pytest.raises(ValueError, match=r"^'green' 'square' not among the 2 words of the voc"):
        WordVocabulary(["red", "circle"]).encode("green square red")
