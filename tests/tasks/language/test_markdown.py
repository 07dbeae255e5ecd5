import pytest

from elman.tasks.language.markdown import strip_markdown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**ROMEO**  \nAy me!", "ROMEO  \nAy me!"),
        ("_Enter JULIET_", "Enter JULIET"),
        ("# Hamlet\n\n### SCENE I. Elsinore.", "Hamlet\n\nSCENE I. Elsinore."),
        ("_\\[Aside to CELIA]_ No", "[Aside to CELIA] No"),
        ("minnow of thy mirth,'\\--", "minnow of thy mirth,'--"),
        ("**KIN", "KIN"),  # a sample may end within a name
        ("a number # 1", "a number # 1"),
    ],
)
def test_marks_are_removed_and_the_words_stay(text: str, expected: str) -> None:
    assert strip_markdown(text) == expected
