import pytest
from hypothesis import given
from hypothesis import strategies as st

from elman.tasks.translation.subwords import BEGIN, END, UNKNOWN, Subwords

TEXTS = ["the filter of the pump", "der Filter der Pumpe", "Größe, 1.5 m²!", "the pump’s size"]


@pytest.fixture(scope="module")
def vocabulary() -> Subwords:
    return Subwords.learn(TEXTS, 60)


def test_a_frequent_word_becomes_one_token(vocabulary: Subwords) -> None:
    assert len(vocabulary) == 60
    assert vocabulary.readable(vocabulary.encode("the pump")) == ["the", "pump"]


def test_readable_tokens_show_where_words_begin(vocabulary: Subwords) -> None:
    tokens = [BEGIN, *vocabulary.encode("the pumpsize zs"), END]
    begin, *texts, end = vocabulary.readable(tokens)
    assert texts == ["the", "pump", "##s", "##ize", "␣", "z", "##s"]
    assert (begin, end) == ("(begin)", "(end)")


@given(st.text(st.sampled_from(sorted(set("".join(TEXTS)))), min_size=1))
def test_decoding_restores_every_text_of_known_characters(vocabulary: Subwords, text: str) -> None:
    tokens = vocabulary.encode(text)
    assert vocabulary.decode(tokens) == " ".join(text.split())
    assert all(token > UNKNOWN for token in tokens)
    assert vocabulary.unknown_characters(text) == []


def test_a_serialized_vocabulary_is_the_same(vocabulary: Subwords) -> None:
    restored = Subwords(vocabulary.serialize())
    assert len(restored) == len(vocabulary)
    for text in TEXTS:
        assert restored.encode(text) == vocabulary.encode(text)
    assert Subwords.learn(TEXTS, 60).serialize() == vocabulary.serialize()


def test_unknown_characters_are_found(vocabulary: Subwords) -> None:
    assert UNKNOWN in vocabulary.encode("the ж")
    assert vocabulary.unknown_characters("the жжя pump") == ["ж", "я"]


def test_a_small_text_gives_fewer_tokens_than_requested() -> None:
    assert len(Subwords.learn(["ab ab"], 1000)) < 20


def test_more_characters_than_tokens_are_refused() -> None:
    with pytest.raises(ValueError, match=r"data.vocabulary_size: 10 tokens .*"):
        Subwords.learn(TEXTS, 10)


@pytest.mark.parametrize("serialized", ["not base 64!", "AAAA", ""])
def test_a_damaged_vocabulary_is_refused(serialized: str) -> None:
    with pytest.raises(ValueError, match="the vocabulary is damaged"):
        Subwords(serialized)
