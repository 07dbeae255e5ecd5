import pytest

from elman.data.bad_lines import BadLines
from elman.tasks.translation.catalogue import read_catalogue
from elman.tasks.translation.pair import Pair

# As `msgmerge` and translators leave it.
CATALOGUE = """\
# German translation of the pump.
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#: pump.py:12
msgid "Reset the "
"filter"
msgstr "Filter zurücksetzen"

msgctxt "verb"
msgid "Open"
msgstr "Öffnen"

msgctxt "state"
msgid "Open"
msgstr "Offen"

msgid "%d filter"
msgid_plural "%d filters"
msgstr[0] "%d Filter"
msgstr[1] "%d Filter"

msgid "not yet"
msgstr ""

#, fuzzy
#| msgid "maybe"
msgid "perhaps"
msgstr "vielleicht"

#~ msgid "formerly"
#~ msgstr "früher"
"""
PAIRS = [
    Pair("Reset the filter", "Filter zurücksetzen"),
    Pair("Open", "Öffnen"),
    Pair("Open", "Offen"),
]


def test_translated_entries_are_pairs_and_all_others_are_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    assert read_catalogue(CATALOGUE.split("\n"), BadLines("de.po", "error")) == PAIRS
    assert caplog.messages == [
        "data: de.po: entries that are left out: 1 with a plural, 1 not translated, 1 fuzzy, "
        "1 obsolete"
    ]


@pytest.mark.parametrize(
    "bad", ['msgid "a"\nmgstr "b"', 'msgid "a"\nmsgstr "b "c""', "no entry at all"]
)
def test_an_entry_that_is_not_valid_is_refused_or_left_out(
    bad: str, caplog: pytest.LogCaptureFixture
) -> None:
    before, after = CATALOGUE.split('msgctxt "state"')
    lines = f'{before}{bad}\n\nmsgctxt "state"{after}'.split("\n")
    first = before.count("\n") + 1
    with pytest.raises(ValueError, match=rf"^data: de.po, line ({first}|{first + 1}): it is not"):
        read_catalogue(lines, BadLines("de.po", "error"))
    skipping = BadLines("de.po", "skip")
    assert read_catalogue(lines, skipping) == PAIRS
    skipping.summarize()
    assert "de.po: 1 bad lines are left out, the first is line" in caplog.text
