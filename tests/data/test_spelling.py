import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elman.data.spelling import comparable, first_spellings


@given(
    text=st.text("aZéÅñßﬁ가İΣς \t\N{NO-BREAK SPACE}\N{COMBINING DIAERESIS}", max_size=20),
    form=st.sampled_from(("NFC", "NFD")),
    space=st.sampled_from((" ", "  ", "\t", "\N{NO-BREAK SPACE}")),
)
def test_a_unicode_form_or_a_space_makes_no_other_text(text: str, form: str, space: str) -> None:
    other = unicodedata.normalize(form, f"{space}{text.replace(' ', space)}{space}")  # type: ignore[arg-type]
    assert comparable(other) == comparable(text)
    assert comparable(comparable(text)) == comparable(text)


@given(st.text("aéÅñДλ", max_size=20))
def test_nor_does_the_case(text: str) -> None:
    assert comparable(text.title()) == comparable(text.lower())


@pytest.mark.parametrize(("one", "other"), [("Groß", "Gross"), ("é", "e"), ("ab", "a b")])
def test_other_letters_make_another_text(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


def test_the_first_spelling_stands_for_all() -> None:
    assert first_spellings(["Zoë", "Ann", "zoe\u0308", "ZOË", "Ann"], comparable) == {
        "Zoë": "Zoë",
        "Ann": "Ann",
        "zoe\u0308": "Zoë",
        "ZOË": "Zoë",
    }
