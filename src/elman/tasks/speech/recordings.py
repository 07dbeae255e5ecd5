"""A folder of WAV files with a table of what is said in them."""

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
    """Somebody says something.

    Attributes:
        waveform: the samples, `(N)`.
        text: what is said.
        speaker: who says it, if that is known.
    """

    waveform: Tensor
    text: str
    speaker: str | None


def read_recordings(
    folder: Path, check: Callable[[Utterance], None], on_bad: OnBad
) -> list[Utterance]:
    """All recordings of a folder.

    Args:
        folder: with `transcripts.tsv`, UTF-8, in each line a WAV file of the folder, what is said
            in it and, or not, who says it, with tabs between. Capitals count as small letters.
            A first line that names the columns is passed over.
        check: raises ValueError if an utterance cannot be used.
        on_bad: such a recording, or one that cannot be read, is an "error", or one to "skip" and
            count.

    Raises:
        FileNotFoundError: there is no such table.
        ValueError: the table or, with "error", a recording is bad; the message tells the line.
    """
    table = folder / TABLE
    if not table.is_file():
        raise FileNotFoundError(
            f"data.path: there is no {table}, a line for each recording: file, tab, text and, if "
            "known, tab, speaker"
        )

    def read(columns: list[str]) -> Utterance:
        utterance = _read(folder, columns)
        check(utterance)
        return utterance

    return read_table(table, HEADERS, on_bad, read)


def _read(folder: Path, columns: list[str]) -> Utterance:
    if len(columns) not in (2, 3):
        raise ValueError(
            f"must have 2 or 3 columns with tabs between (file, text, speaker), got {len(columns)}"
        )
    file, text, *speaker = columns
    if speaker == [""]:
        raise ValueError("the speaker is empty")
    return Utterance(
        read_wav(folder / file), " ".join(text.lower().split()), speaker[0] if speaker else None
    )
