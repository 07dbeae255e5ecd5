"""Reads MusicXML as a piano roll: which notes sound at each quarter note."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, isfinite
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from elman.data.archive import unzip

LOWEST, HIGHEST = 21, 108  # the 88 keys of a piano, as MIDI numbers
NOTES = HIGHEST - LOWEST + 1
LONGEST = 100_000  # quarter notes: more than a day of music is a mistake in the file
SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}  # above C

Roll = NDArray[np.uint8]  # (T, 88): 1 where a note sounds


class Note(NamedTuple):
    """A note of a part.

    Attributes:
        pitch: its MIDI number; 60 is the middle C.
        start: in quarter notes from the beginning of the piece.
        end: where it no longer sounds.
    """

    pitch: int
    start: Fraction
    end: Fraction


def read_musicxml(content: bytes) -> Roll:
    """The piano roll of a piece, sampled at every quarter note, without silence at its ends.

    Args:
        content: of a `.musicxml` file, or of an `.mxl` file, which is a zip archive of one.

    Returns:
        `(T, 88)`: 1 where a key of the piano sounds.

    Raises:
        ValueError: it is not MusicXML in parts, or no note sounds.
    """
    if content.startswith(b"PK"):
        content = unzip(content, _is_score)
    try:
        score = ElementTree.fromstring(content)  # noqa: S314 - expat limits the size of entities
    except ElementTree.ParseError as error:
        raise ValueError(f"it is not XML ({error})") from error
    try:
        notes = [note for part in score.iterfind("part") for note in _notes(part)]
    except KeyError as error:
        raise ValueError(f"a pitch has no step from A to G, but {error}") from error
    except ZeroDivisionError as error:
        raise ValueError("its divisions of a quarter note must not be 0") from error
    except ValueError as error:
        raise ValueError(
            f"a duration, an octave or an accidental is no number ({error})"
        ) from error
    if not notes:
        raise ValueError("it has no notes; a MusicXML file in parts (score-partwise) is needed")
    length = ceil(max(note.end for note in notes))
    if length > LONGEST:
        raise ValueError(f"it is {length:,} quarter notes long, more than {LONGEST:,}")
    roll = np.zeros((length, NOTES), np.uint8)
    for pitch, start, end in notes:
        if LOWEST <= pitch <= HIGHEST:
            roll[ceil(start) : ceil(end), pitch - LOWEST] = 1  # sounds at t if start ≤ t < end
    sounding = np.flatnonzero(roll.any(1))
    if len(sounding) == 0:
        raise ValueError("no note sounds at a quarter note")
    return roll[sounding[0] : sounding[-1] + 1]


def _is_score(name: str) -> bool:
    return name.lower().endswith((".xml", ".musicxml")) and not name.startswith("META-INF/")


def _notes(part: Element) -> Iterator[Note]:
    """The notes of one part, with tied notes in pieces."""
    divisions, transposed = Fraction(1), 0  # units per quarter note; semitones
    now = start = Fraction(0)
    for element in part.iterfind("measure/*"):
        duration = _number(element.findtext("duration", "0")) / divisions
        if element.tag == "attributes":
            divisions = _number(element.findtext("divisions", str(float(divisions))))
            if (transpose := element.find("transpose")) is not None:
                octaves = int(transpose.findtext("octave-change", "0"))
                transposed = int(transpose.findtext("chromatic", "0")) + 12 * octaves
        elif element.tag == "backup":
            now = max(now - duration, Fraction(0))
        elif element.tag == "forward":
            now += duration
        elif element.tag == "note":
            if element.find("chord") is None:  # a note of a chord starts with the previous one
                start, now = now, now + duration
            pitch = element.find("pitch")
            if pitch is not None and duration > 0:  # a grace note has no duration
                yield Note(_midi(pitch) + transposed, start, start + duration)


def _midi(pitch: Element) -> int:
    octave, alter = pitch.findtext("octave", ""), pitch.findtext("alter", "0")
    return 12 * (int(octave) + 1) + SEMITONES[pitch.findtext("step", "")] + round(_number(alter))


def _number(text: str) -> Fraction:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text!r} is not finite")
    return Fraction(number)
