import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elman.data.vocabulary import Vocabulary
from elman.tasks.language import encoded_text
from elman.tasks.language.encoded_text import characters_in, encode_text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.text(max_size=20), max_size=6), in_memory=st.booleans())
def test_the_indices_are_those_of_the_whole_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: list[str], in_memory: bool
) -> None:
    text = "a" + "".join(pieces)
    monkeypatch.setattr(encoded_text, "IN_MEMORY", 100_000 if in_memory else 0)

    characters, length = characters_in(["a", *pieces])
    indices = encode_text(["a", *pieces], length, Vocabulary(characters), tmp_path / "new")

    assert characters == "".join(sorted(set(text)))
    assert length == len(text)
    expected = np.searchsorted(sorted(map(ord, characters)), list(map(ord, text)))
    assert indices.tolist() == expected.tolist()
    assert not list(tmp_path.glob("new/*"))  # the file has no name


@pytest.mark.parametrize(
    ("size", "dtype"),
    [
        (1, torch.uint8),
        (256, torch.uint8),
        (257, torch.int16),
        (2**15, torch.int16),
        (2**15 + 1, torch.int32),
    ],
)
@pytest.mark.parametrize("limit", [10**9, 0])
def test_the_dtype_is_the_smallest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, dtype: torch.dtype, limit: int
) -> None:
    monkeypatch.setattr(encoded_text, "IN_MEMORY", limit)
    characters = "".join(map(chr, range(0x10000, 0x10000 + size)))

    indices = encode_text([characters], size, Vocabulary(characters), tmp_path)

    assert indices.dtype == dtype
    assert torch.equal(indices.long(), torch.arange(size))


def test_only_a_long_text_goes_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    monkeypatch.setattr(encoded_text, "_in_file", lambda *_: written.append(1) or torch.zeros(5))
    monkeypatch.setattr(encoded_text, "IN_MEMORY", 4)

    for text in ("abab", "ababa"):
        encode_text([text], len(text), Vocabulary("ab"), tmp_path)

    assert written == [1]


@pytest.mark.parametrize("limit", [10**9, 0])
def test_a_text_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(encoded_text, "IN_MEMORY", limit)
    with pytest.raises(ValueError, match=r"^data.path: the text has changed while it was read"):
        encode_text(["ab", "b"], 2, Vocabulary("ab"), tmp_path)


def test_a_folder_that_cannot_take_the_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoded_text, "IN_MEMORY", 0)
    (tmp_path / "file").write_text("")
    with pytest.raises(
        OSError, match=rf"^data.directory: {tmp_path}/file cannot take .* \(File ex"
    ):
        encode_text(["ab"], 2, Vocabulary("ab"), tmp_path / "file")

    class Full:
        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def write(self, _: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(encoded_text.tempfile, "TemporaryFile", lambda **_: Full())
    with pytest.raises(OSError, match=r"^data.directory: .* \(No space left on device\); give"):
        encode_text(["ab"], 2, Vocabulary("ab"), tmp_path)


def test_an_error_of_the_text_is_not_one_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoded_text, "IN_MEMORY", 0)

    def pieces() -> Iterator[str]:
        yield "a"
        raise OSError("the disk of the text")

    with pytest.raises(OSError, match=r"^the disk of the text$"):
        encode_text(pieces(), 2, Vocabulary("ab"), tmp_path)
