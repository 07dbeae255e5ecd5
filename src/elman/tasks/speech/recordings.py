"""A folder of WAV files with a table of their transcripts."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from elman.data.bad_lines import OnBad
from elman.data.table import read_table
from elman.tasks.speech.audio import read_wav

TABLE = "transcripts.tsv"
HEADERS = [["file", "text"], ["file", "text", "speaker"]]


class Utterance(NamedTuple):
    """A recording and its transcript.

    Attributes:
        waveform: the samples, `(N)`.
        text: the transcript.
        speaker: the name of the speaker; None: unknown.
    """

    waveform: Tensor
    text: str
    speaker: str | None


def read_recordings(
    folder: Path, check: Callable[[Utterance], None], on_bad: OnBad
) -> list[Utterance]:
    """Reads all recordings of a folder.

    Args:
        folder: contains WAV files and `transcripts.tsv`, UTF-8. Each line of this table names a WAV
            file, its transcript and optionally its speaker, separated by tabs. Capital letters
            become small ones. A first line with the names of the columns is ignored.
        check: raises ValueError if an utterance cannot be used.
        on_bad: what to do with a recording that cannot be read or used: "error" or "skip".

    Raises:
        FileNotFoundError: the table does not exist.
        ValueError: the table or, with "error", a recording is invalid; the message names the line.
    """
    table = folder / TABLE
    if not table.is_file():
        raise FileNotFoundError(
            f"data.path: there is no file {table}; it needs a line for each recording: file, tab, "
            "text and optionally tab, speaker"
        )

    def read(columns: list[str]) -> Utterance:
        utterance = _read(folder, columns)
        check(utterance)
        return utterance

    return read_table(table, HEADERS, on_bad, read)


def _read(folder: Path, columns: list[str]) -> Utterance:
    if len(columns) not in (2, 3):
        raise ValueError(
            f"must have 2 or 3 columns separated by tabs (file, text, speaker), got {len(columns)}"
        )
    file, text, *speaker = columns
    if speaker == [""]:
        raise ValueError("the speaker is empty")
    return Utterance(
        read_wav(folder / file), " ".join(text.lower().split()), speaker[0] if speaker else None
    )
