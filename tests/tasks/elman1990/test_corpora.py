import re
from math import log2

import numpy as np
import pytest

from elman.tasks.elman1990.corpora import (
    ANIMATE,
    CATEGORIES,
    CORPORA,
    FEATURES,
    INANIMATE,
    LETTERS,
    LETTERS_OF_WORDS,
    SENTENCES,
    TEMPLATES,
    WORDS,
    XOR,
    Corpus,
)


def text(corpus: Corpus, units: int, separator: str = "") -> str:
    symbols = corpus.source.sample(units, np.random.default_rng(0)).symbols
    return separator.join(corpus.source.symbols[k] for k in symbols)


def bits(corpus: Corpus, units: int) -> float:
    """−log₂ of the probability of a stream, divided by its number of units."""
    symbols = corpus.source.sample(units, np.random.default_rng(0)).symbols
    p = corpus.source.likelihoods(symbols)[np.arange(len(symbols)), symbols]
    return float(-np.log2(p).sum() / units)


def test_every_third_bit_is_the_exclusive_or_of_the_two_before() -> None:
    threes = np.array(list(text(XOR, 1000)), int).reshape(-1, 3)
    assert (threes[:, 2] == threes[:, 0] ^ threes[:, 1]).all()
    assert len(np.unique(threes, axis=0)) == 4
    assert XOR.codes.tolist() == [[0], [1]]
    assert bits(XOR, 1000) == pytest.approx(2, rel=1e-12)


def test_each_consonant_is_replaced_by_a_syllable() -> None:
    stream = text(LETTERS, 1000)
    consonants = re.sub("[aiu]", "", stream)
    assert len(consonants) == 1000
    assert set(consonants) == set("bdg")
    assert stream == consonants.replace("b", "ba").replace("d", "dii").replace("g", "guuu")
    assert bits(LETTERS, 1000) == pytest.approx(log2(3), rel=1e-12)


def test_the_letters_have_the_features_of_the_papers_table_1() -> None:
    table = {"b": "101001", "d": "101101", "g": "101011"}
    table |= {"a": "010011", "i": "010101", "u": "010111"}
    codes = ("".join(str(int(bit)) for bit in code) for code in LETTERS.codes)
    assert dict(zip(LETTERS.source.symbols, codes, strict=True)) == table
    assert len(FEATURES) == 6


def test_the_words_are_those_of_the_papers_stream_and_one_more() -> None:
    printed = "manyyearsagoaboyandgirllivedbytheseatheyplayedhappily"
    assert "".join(WORDS).replace("danced", "") == printed
    assert len(set(WORDS)) == 15
    stream = text(LETTERS_OF_WORDS, 1270)
    longest_first = "|".join(sorted(WORDS, key=len, reverse=True))
    assert re.fullmatch(f"({longest_first})*", stream)
    assert len(stream) == pytest.approx(4963, rel=0.02)  # in the paper
    codes = LETTERS_OF_WORDS.codes
    assert codes.shape == (18, 5)
    assert len(np.unique(codes, axis=0)) == 18
    assert set(np.unique(codes)) == {0, 1}


def test_the_sentences_have_the_papers_words_categories_and_templates() -> None:
    assert len(CATEGORIES) == 12
    assert len(set(TEMPLATES)) == len(TEMPLATES) == 16
    assert {name for line in TEMPLATES for name in line.split()} == set(CATEGORIES)
    assert len(SENTENCES.source.symbols) == 29
    assert set(ANIMATE).isdisjoint(INANIMATE)
    assert len(text(SENTENCES, 10_000, " ").split()) == pytest.approx(27_534, rel=0.005)
    assert SENTENCES.codes.shape == (29, 31)
    assert (SENTENCES.codes @ SENTENCES.codes.T == np.eye(29)).all()


def test_each_symbol_has_a_code() -> None:
    for corpus in CORPORA.values():
        assert len(corpus.codes) == len(corpus.source.symbols)
        assert corpus.codes.dtype == np.float32
