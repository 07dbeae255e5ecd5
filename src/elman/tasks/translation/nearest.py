"""Translation without learning: what was said to the most similar sentence."""

import math
from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

LENGTH = 3  # characters of a piece
AT_A_TIME = 256  # texts compared with all that are known


@torch.inference_mode(False)  # of which the threads of sparse operations know nothing
def nearest(texts: Sequence[str], known: Sequence[str]) -> Tensor:
    """For each text the number of the known one that it shares most with.

    A text is as a vector the counts of its pieces of three characters, its ends marked; two are
    as similar as the cosine between them.

    Args:
        texts: to look for.
        known: where to look, not empty.

    Returns:
        Numbers of known texts, `(len(texts))`.
    """
    pieces: dict[str, int] = {}
    vectors = [_vectors(which, pieces) for which in (known, texts)]  # only now all pieces are known
    known_matrix, matrix = (_matrix(each, len(pieces)) for each in vectors)
    # cos = a · b / |a| |b|, and the vectors have length 1
    some = torch.split(torch.arange(len(texts)), AT_A_TIME)
    return torch.cat([(known_matrix @ _rows(matrix, each).T).argmax(0) for each in some])


def _rows(matrix: Tensor, numbers: Tensor) -> Tensor:
    return matrix.index_select(0, numbers).to_dense()


def _vectors(texts: Sequence[str], pieces: dict[str, int]) -> list[Counter[int]]:
    """How often each text has each piece, by the piece's number in `pieces`, which grows."""
    vectors = []
    for text in texts:
        marked = f" {text.casefold()} "
        found = [marked[i : i + LENGTH] for i in range(len(marked) - LENGTH + 1)]
        vectors.append(Counter(pieces.setdefault(piece, len(pieces)) for piece in found))
    return vectors


def _matrix(vectors: Sequence[Counter[int]], width: int) -> Tensor:
    """The vectors, each made to have length 1, as the rows of a sparse matrix."""
    rows = [row for row, vector in enumerate(vectors) for _ in vector]
    columns = [column for vector in vectors for column in vector]
    values = [
        count / math.hypot(*vector.values()) for vector in vectors for count in vector.values()
    ]
    return torch.sparse_coo_tensor(
        torch.tensor([rows, columns]),
        torch.tensor(values),
        (len(vectors), width),
        check_invariants=True,
    ).coalesce()
