import pytest

from elman.tasks.speech.lexicon import Lexicon

SPACE = 9
KNOWN = Lexicon([(1,), (1, 2), (2, 2, 3)], SPACE)


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ((), {1, 2}),
        ((1,), {2, SPACE}),  # a word that is a prefix of another
        ((1, 2), {SPACE}),
        ((2,), {2}),
        ((2, 2, 3, SPACE), {1, 2}),
        ((1, SPACE, 2, 2), {3}),
    ],
)
def test_allows_continuations_of_known_words(text: tuple[int, ...], characters: set[int]) -> None:
    assert {k for k in range(10) if KNOWN.allows(text, k)} == characters


def test_a_text_is_complete_after_a_whole_word() -> None:
    for text in ((), (1,), (2, 2, 3, SPACE, 1, 2)):
        assert KNOWN.is_complete(text)
    for text in ((2,), (1, SPACE), (1, SPACE, 2, 2)):
        assert not KNOWN.is_complete(text)
