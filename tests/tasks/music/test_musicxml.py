import io
import zipfile
from collections.abc import Callable

import numpy as np
import pytest

from elman.tasks.music.musicxml import LOWEST, Roll, read_musicxml

DIVISIONS = "<attributes><divisions>{}</divisions></attributes>"
Text = Callable[..., str]


def chords(roll: Roll) -> list[list[int]]:
    """The MIDI numbers of the notes of each quarter note."""
    return [(notes.nonzero()[0] + LOWEST).tolist() for notes in roll]


def test_voices_chords_rests_and_accidentals(note: Text, musicxml: Text) -> None:
    soprano = note("C", 5, 2) + note("F", 5, 4, alter=1)  # a quarter note, a half note
    second_voice = "<backup><duration>4</duration></backup>" + note("A", 4, 2)
    rest = "<note><rest/><duration>2</duration></note>"
    bass = rest + note("E", 3, 2) + note("G", 3, 2, "<chord/>") + note("B", 2, 2, alter=-1)
    measure = f"<measure>{DIVISIONS.format(2)}{{}}</measure>"
    text = musicxml(measure.format(soprano + second_voice), measure.format(bass))
    assert chords(read_musicxml(text.encode())) == [[72], [52, 55, 69, 78], [46, 78]]


def test_a_note_sounds_at_the_quarter_notes_from_its_start_to_before_its_end(
    note: Text, musicxml: Text
) -> None:
    dotted, eighth = note("C", 4, 3), note("D", 4, 1)  # 1½ quarter notes, ½
    text = musicxml(f"<measure>{DIVISIONS.format(2)}{dotted}{eighth}{dotted}</measure>")
    assert chords(read_musicxml(text.encode())) == [[60], [60], [60], [60]]


def test_divisions_may_change_and_grace_notes_take_no_time(note: Text, musicxml: Text) -> None:
    grace = "<note><grace/><pitch><step>E</step><octave>4</octave></pitch></note>"
    first = f"<measure>{DIVISIONS.format(1)}{note('C', 4, 1)}{grace}</measure>"
    second = f"<measure>{DIVISIONS.format(4)}{note('D', 4, 8)}</measure>"
    assert chords(read_musicxml(musicxml(first + second).encode())) == [[60], [62], [62]]


def test_a_transposing_instrument_sounds_where_it_sounds(note: Text, musicxml: Text) -> None:
    clarinet = "<attributes><transpose><chromatic>-2</chromatic></transpose></attributes>"
    text = musicxml(f"<measure>{clarinet}{note('C', 4, 1)}</measure>")
    assert chords(read_musicxml(text.encode())) == [[58]]


def test_a_guitar_sounds_an_octave_lower(note: Text, musicxml: Text) -> None:
    octave = "<chromatic>0</chromatic><octave-change>-1</octave-change>"
    guitar = f"<attributes><transpose>{octave}</transpose></attributes>"
    meter = "<attributes><time/></attributes>"  # changes no transposition
    text = musicxml(f"<measure>{guitar}{note('C', 4, 1)}{meter}{note('E', 4, 1)}</measure>")
    assert chords(read_musicxml(text.encode())) == [[48], [52]]


def test_silence_at_the_ends_is_left_out(note: Text, musicxml: Text) -> None:
    rest = "<note><rest/><duration>1</duration></note>"
    text = musicxml(f"<measure>{rest}{note('C', 4, 1)}{rest}{note('D', 4, 1)}{rest}</measure>")
    assert chords(read_musicxml(text.encode())) == [[60], [], [62]]


def test_a_zipped_file_reads_as_the_plain_one(note: Text, musicxml: Text) -> None:
    text = musicxml(f"<measure>{note('C', 4, 1)}</measure>")
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr("piece.xml", text)
    assert np.array_equal(read_musicxml(zipped.getvalue()), read_musicxml(text.encode()))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no music", "not XML"),
        (b"PK no archive", "damaged zip archive"),
        (b"<score-timewise/>", "no notes"),
        (b"<score-partwise><part><measure/></part></score-partwise>", "no notes"),
        (
            b"<score-partwise><part><measure><note><pitch><step>H</step><octave>4</octave></pitch>"
            b"<duration>1</duration></note></measure></part></score-partwise>",
            "pitch",
        ),
        (
            b"<score-partwise><part><measure><note><pitch><step>C</step><octave>4</octave></pitch>"
            b"<duration>long</duration></note></measure></part></score-partwise>",
            "number",
        ),
        (
            b"<score-partwise><part><measure><note><pitch><step>C</step><alter>inf</alter>"
            b"<octave>4</octave></pitch><duration>1</duration></note></measure></part>"
            b"</score-partwise>",
            "number",
        ),
        (
            b"<score-partwise><part><measure><note><duration>1e999999999</duration></note>"
            b"</measure></part></score-partwise>",
            "number",
        ),
        (
            b"<score-partwise><part><measure><attributes><divisions>0</divisions></attributes>"
            b"<note><duration>1</duration></note></measure></part></score-partwise>",
            "divisions",
        ),
        (
            b"<score-partwise><part><measure><note><pitch><step>C</step><octave>4</octave></pitch>"
            b"<duration>1000000000</duration></note></measure></part></score-partwise>",
            "quarter notes",
        ),
    ],
)
def test_what_is_no_music_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_musicxml(content)


def test_a_zip_archive_with_a_password_is_refused(note: Text, musicxml: Text) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.xml", musicxml(f"<measure>{note('C', 4, 1)}</measure>"))
    content = bytearray(buffer.getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ValueError, match=r"it is a damaged zip archive .*password required"):
        read_musicxml(bytes(content))
