import pytest

from elman.tasks.speech.lexicon import Lexicon

SPACE = 9
KNOWN = Lexicon([(1,), (1, 2), (2, 2, 3)], SPACE)


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ((), {1, 2}),
        ((1,), {2, SPACE}),  # a word that another begins with
        ((1, 2), {SPACE}),
        ((2,), {2}),
        ((2, 2, 3, SPACE), {1, 2}),
        ((1, SPACE, 2, 2), {3}),
    ],
)
def test_what_may_follow(text: tuple[int, ...], characters: set[int]) -> None:
    assert {k for k in range(10) if KNOWN.may_follow(text, k)} == characters


def test_texts_that_end_with_a_word() -> None:
    for text in ((), (1,), (2, 2, 3, SPACE, 1, 2)):
        assert KNOWN.holds(text)
    for text in ((2,), (1, SPACE), (1, SPACE, 2, 2)):
        assert not KNOWN.holds(text)
