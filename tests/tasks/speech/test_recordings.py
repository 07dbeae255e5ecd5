from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import wavfile

from elman.data.spelling import comparable
from elman.tasks.speech.audio import SAMPLE_RATE
from elman.tasks.speech.recordings import Utterance, read_recordings
from elman.tasks.speech.splits import split_by_speaker


def accept(utterance: Utterance) -> None:
    assert utterance.waveform.dim() == 1


def folder(tmp_path: Path, table: str | bytes, files: int = 3) -> Path:
    for n in range(files):
        wavfile.write(tmp_path / f"{n}.wav", SAMPLE_RATE, np.full(100 + n, n, np.int16))
    content = table.encode() if isinstance(table, str) else table
    (tmp_path / "transcripts.tsv").write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("header", ["", "file\ttext\tspeaker\n", "\ufefffile\ttext\tspeaker\n"])
def test_reads_a_table(tmp_path: Path, header: str) -> None:
    table = header + "0.wav\tOne  two\tAnn\n\n2.wav\tthree\tBob\n"
    first, second = read_recordings(folder(tmp_path, table), accept, "error")
    assert (first.text, first.speaker, len(first.waveform)) == ("one two", "Ann", 100)
    assert (second.text, second.speaker, len(second.waveform)) == ("three", "Bob", 102)


def test_the_suffix_may_be_in_capital_letters(tmp_path: Path) -> None:
    path = folder(tmp_path, "0.WAV\tone\n")
    (path / "0.wav").rename(path / "0.WAV")
    assert [each.text for each in read_recordings(path, accept, "error")] == ["one"]


def test_the_speaker_is_optional(tmp_path: Path) -> None:
    [only] = read_recordings(folder(tmp_path, "1.wav\tone"), accept, "error")
    assert only.speaker is None


BAD = [
    ("1.wav", "must have 2 or 3 columns separated by tabs (file, text, speaker), got 1"),
    ("1.wav\ta\tb\tc", "got 4"),
    ("9.wav\tone", "there is no file"),
    ("transcripts.tsv\tone", "is not a complete WAV file"),
    ("1.wav\tone\t ", "the speaker is empty"),
    ("0.wav\tagain", "0.wav is already listed in line 1"),
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_a_bad_line_is_refused(tmp_path: Path, line: str, message: str) -> None:
    path = folder(tmp_path, f"0.wav\tzero\n{line}\n")
    with pytest.raises(
        ValueError, match=r"transcripts\.tsv, line 2: .*data\.on_bad=skip"
    ) as raised:
        read_recordings(path, accept, "error")
    assert message in str(raised.value)


def test_bad_lines_are_left_out_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse_twos(utterance: Utterance) -> None:
        if utterance.text == "two":
            raise ValueError("it is a two")

    table = "\n".join(["0.wav\tzero", "2.wav\ttwo", *(line for line, _ in BAD), "1.wav\tone"])
    read = read_recordings(folder(tmp_path, table), refuse_twos, "skip")
    assert [utterance.text for utterance in read] == ["zero", "one"]
    assert "7 bad lines are left out, the first is line 2: it is a two" in caplog.text


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"data\.path: there is no file .*transcripts\.tsv"):
        read_recordings(tmp_path, accept, "error")


def test_a_table_must_be_utf_8(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"transcripts\.tsv, line 1: it is not UTF-8"):
        read_recordings(folder(tmp_path, b"0.wav\t\xff"), accept, "error")


def utterances(speakers: str) -> list[Utterance]:
    return [Utterance(torch.zeros(1), str(n), s) for n, s in enumerate(speakers)]


def test_no_speaker_is_in_two_splits() -> None:
    splits = split_by_speaker(utterances("abcdefghij" * 3), 0.2, 0.3, seed=0)
    speakers = {split: {u.speaker for u in members} for split, members in splits.items()}
    assert {split: len(members) for split, members in speakers.items()} == {
        "train": 5,
        "validation": 2,
        "test": 3,
    }
    assert set.union(*speakers.values()) == set("abcdefghij")
    assert sum(map(len, splits.values())) == 30


def test_without_speakers_the_recordings_are_split() -> None:
    unknown = [u._replace(speaker=None) for u in utterances("a" * 10)]
    splits = split_by_speaker(unknown, 0.2, 0.3, seed=0)
    assert {split: len(members) for split, members in splits.items()} == {
        "train": 5,
        "validation": 2,
        "test": 3,
    }
    assert sorted(int(u.text) for members in splits.values() for u in members) == list(range(10))
    other = split_by_speaker(unknown, 0.2, 0.3, seed=1)
    assert [u.text for u in other["test"]] != [u.text for u in splits["test"]]


def test_too_few_speakers_or_recordings_are_refused() -> None:
    with pytest.raises(ValueError, match="2 speakers are too few for three splits"):
        split_by_speaker(utterances("ababab"), 0.1, 0.1, seed=0)
    with pytest.raises(ValueError, match="0 recordings are too few"):
        split_by_speaker([], 0.1, 0.1, seed=0)


def test_speakers_of_only_some_recordings_are_refused() -> None:
    some = [*utterances("ab"), Utterance(torch.zeros(1), "x", None)]
    with pytest.raises(ValueError, match="the speaker is given for 2 of 3 recordings"):
        split_by_speaker(some, 0.1, 0.1, seed=0)


def test_spellings_of_a_speaker_are_one_speaker() -> None:
    spelled = [name for n in range(5) for name in (f"Zoë {n}", f"ZOE\u0308  {n}")]
    some = [Utterance(torch.zeros(1), str(n), name) for n, name in enumerate(spelled * 2)]
    splits = split_by_speaker(some, 0.2, 0.2, seed=0)
    assert {name: len(members) for name, members in splits.items()} == {
        "train": 12,
        "validation": 4,
        "test": 4,
    }
    for name in ("validation", "test"):
        assert len({comparable(str(u.speaker)) for u in splits[name]}) == 1
