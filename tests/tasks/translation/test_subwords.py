import pytest
from hypothesis import given
from hypothesis import strategies as st

from elman.tasks.translation.subwords import UNKNOWN, Subwords

TEXTS = ["the filter of the pump", "der Filter der Pumpe", "Größe, 1.5 m²!", "the pump’s size"]


@pytest.fixture(scope="module")
def vocabulary() -> Subwords:
    return Subwords.learn(TEXTS, 60)


def test_what_occurs_often_becomes_one_token(vocabulary: Subwords) -> None:
    assert len(vocabulary) == 60
    assert vocabulary.pieces(vocabulary.encode("the pump")) == ["▁the", "▁pump"]


@given(st.text(st.sampled_from(sorted(set("".join(TEXTS)))), min_size=1))
def test_every_text_of_known_characters_comes_back(vocabulary: Subwords, text: str) -> None:
    tokens = vocabulary.encode(text)
    assert vocabulary.decode(tokens) == " ".join(text.split())
    assert all(token > UNKNOWN for token in tokens)
    assert vocabulary.unknown(text) == []


def test_serialized_it_is_the_same_vocabulary(vocabulary: Subwords) -> None:
    again = Subwords(vocabulary.serialize())
    assert len(again) == len(vocabulary)
    for text in TEXTS:
        assert again.encode(text) == vocabulary.encode(text)
    assert Subwords.learn(TEXTS, 60).serialize() == vocabulary.serialize()


def test_unknown_characters(vocabulary: Subwords) -> None:
    assert UNKNOWN in vocabulary.encode("the ж")
    assert vocabulary.unknown("the жжя pump") == ["ж", "я"]


def test_a_small_text_has_fewer_tokens_than_asked_for() -> None:
    assert len(Subwords.learn(["ab ab"], 1000)) < 20


def test_more_characters_than_tokens() -> None:
    with pytest.raises(ValueError, match=r"data.vocabulary_size: 10 tokens .*"):
        Subwords.learn(TEXTS, 10)


@pytest.mark.parametrize("serialized", ["not base 64!", "AAAA", ""])
def test_damaged(serialized: str) -> None:
    with pytest.raises(ValueError, match="the vocabulary is damaged"):
        Subwords(serialized)
