from itertools import pairwise

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from elman.data.vocabulary import Vocabulary


@settings(deadline=None)
@given(text=st.text(), more=st.text())
@example(text="\udce9", more="")  # what a prompt that is not UTF-8 becomes
def test_decoding_the_encoded_text_gives_it_back(text: str, more: str) -> None:
    vocabulary = Vocabulary(text + more)

    numbers = vocabulary.encode(text)

    assert numbers.shape == (len(text),)
    assert numbers.dtype == torch.int64
    assert vocabulary.decode(numbers) == text


@settings(deadline=None)
@given(text=st.text())
def test_characters_are_numbered_once_each_in_the_order_of_their_code_points(text: str) -> None:
    vocabulary = Vocabulary(text)

    code_points = [ord(character) for character in vocabulary.characters]

    assert set(vocabulary.characters) == set(text)
    assert all(one < next_one for one, next_one in pairwise(code_points))
    assert vocabulary.encode(vocabulary.characters).tolist() == list(range(len(vocabulary)))


def test_a_character_beyond_16_bits_comes_after_those_within() -> None:
    vocabulary = Vocabulary("🎭\ufb01éa\n🎭")

    assert vocabulary.characters == "\naé\ufb01🎭"
    assert len(vocabulary) == 5
    assert vocabulary.encode("🎭\na").tolist() == [4, 0, 1]


def test_unknown_characters_are_named_and_so_are_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"^'\\n' 'x' 'é' not among the 3 .* knows: 'abc'$"):
        Vocabulary("abc").encode("éabx\nx")


def test_no_more_than_ten_unknown_characters_are_named() -> None:
    with pytest.raises(ValueError, match=r"'9' not among") as error:
        Vocabulary("abc").encode("0123456789xyz")

    assert "'x'" not in str(error.value)
