from itertools import pairwise

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from elman.data.vocabulary import Vocabulary


@settings(deadline=None)
@given(text=st.text(), more=st.text())
@example(text="\udce9", more="")  # Python decodes a bad byte of a command line to this
def test_decoding_inverts_encoding(text: str, more: str) -> None:
    vocabulary = Vocabulary(text + more)

    indices = vocabulary.encode(text)

    assert indices.shape == (len(text),)
    assert indices.dtype == torch.int64
    assert vocabulary.decode(indices) == text


@settings(deadline=None)
@given(text=st.text())
def test_indices_follow_the_order_of_code_points(text: str) -> None:
    vocabulary = Vocabulary(text)

    code_points = [ord(character) for character in vocabulary.characters]

    assert set(vocabulary.characters) == set(text)
    assert all(one < next_one for one, next_one in pairwise(code_points))
    assert vocabulary.encode(vocabulary.characters).tolist() == list(range(len(vocabulary)))


def test_characters_beyond_16_bits_come_last() -> None:
    vocabulary = Vocabulary("🎭\ufb01éa\n🎭")

    assert vocabulary.characters == "\naé\ufb01🎭"
    assert len(vocabulary) == 5
    assert vocabulary.encode("🎭\na").tolist() == [4, 0, 1]


def test_the_error_lists_the_unknown_characters_and_the_vocabulary() -> None:
    with pytest.raises(
        ValueError, match=r"^'\\n' 'x' 'é' not among the 3 .* of the vocabulary: 'abc'$"
    ):
        Vocabulary("abc").encode("éabx\nx")


def test_the_error_lists_at_most_ten_unknown_characters() -> None:
    with pytest.raises(ValueError, match=r"'9' not among") as error:
        Vocabulary("abc").encode("0123456789xyz")

    assert "'x'" not in str(error.value)
