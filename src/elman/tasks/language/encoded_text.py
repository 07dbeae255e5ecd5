"""A text as the indices of its characters: in memory or, if it is long, in a file.

The indices have the smallest dtype that the vocabulary allows. Those of a long text go to a file
without a name, which the system maps into memory page by page and deletes when the program ends,
however it ends.
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from elman.data.vocabulary import Vocabulary, code_points_of

IN_MEMORY = 2**26  # the greatest number of bytes that are not put into a file


def characters_in(pieces: Iterable[str]) -> tuple[str, int]:
    """The different characters of a text, in the order of their code points, and its length N.

    Args:
        pieces: of the text, which joined are the whole.
    """
    seen = np.zeros(sys.maxunicode + 1, dtype=np.bool_)
    length = 0
    for piece in pieces:
        seen[code_points_of(piece)] = True
        length += len(piece)
    return "".join(map(chr, np.flatnonzero(seen).tolist())), length


def encode_text(
    pieces: Iterable[str], length: int, vocabulary: Vocabulary, directory: Path
) -> Tensor:
    """The indices of a text's characters.

    Args:
        pieces: of the text, which joined are the whole.
        length: the number of its characters N.
        vocabulary: has all of them.
        directory: the folder for the file of a long text; created if missing.

    Returns:
        `(N)`, of the smallest dtype for the vocabulary: uint8, int16 or int32.

    Raises:
        ValueError: the text is no longer the one whose characters were counted.
        OSError: the file cannot be written.
    """
    dtype = next(
        dtype
        for dtype in (torch.uint8, torch.int16, torch.int32)
        if len(vocabulary) <= torch.iinfo(dtype).max + 1
    )
    encoded = (vocabulary.encode(piece).to(dtype) for piece in pieces)
    in_memory = length * dtype.itemsize <= IN_MEMORY
    indices = torch.cat(list(encoded)) if in_memory else _in_file(encoded, directory)
    if len(indices) != length:
        raise ValueError("data.path: the text has changed while it was read; start again")
    return indices


def _in_file(encoded: Iterable[Tensor], directory: Path) -> Tensor:
    """Joins tensors in a file that is mapped into memory."""
    with _written_to(directory):
        directory.mkdir(parents=True, exist_ok=True)
        file = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - closed below
    with file:
        for indices in encoded:
            with _written_to(directory):
                file.write(indices.numpy().data)
        file.flush()
        return torch.from_numpy(np.memmap(file, indices.numpy().dtype, "r+"))


@contextmanager
def _written_to(directory: Path) -> Iterator[None]:
    """Lets an OSError say what could not be written."""
    try:
        yield
    except OSError as error:
        raise OSError(
            f"data.directory: {directory} cannot take the file of a long text ({error.strerror}); "
            "give another folder with data.directory=FOLDER"
        ) from error
