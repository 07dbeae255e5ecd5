"""What a network reads and predicts, in texts for people."""

from collections.abc import Sequence

from torch import Tensor

VISIBLE = str.maketrans({" ": "␣", "\n": "↵", "\t": "⇥", "\x02": "⊢", "\x03": "⊣"})
FEW = 3  # numbers that a column has room for


def text_of(index: int, symbols: Sequence[str]) -> str:
    """The text of an index; the index itself if it has none."""
    return symbols[index].translate(VISIBLE) if index < len(symbols) else str(index)


def texts_of(x: Tensor, symbols: Sequence[str]) -> list[str] | None:
    """A text for each time step of one sequence; None if there is none for such inputs.

    Args:
        x: indices, `(T, 1)`; or one-hot vectors, zero where there is no symbol, or a few numbers,
            `(T, 1, I)`.
        symbols: a text for each index, or for the first ones.
    """
    if x.dim() == 2 and x.shape[1] == 1 and not x.is_floating_point():
        return [text_of(k, symbols) for k in x[:, 0].tolist()]
    if x.dim() != 3 or x.shape[1] != 1:
        return None
    rows = x[:, 0]
    if rows.shape[1] > 1 and ((rows == 0) | (rows == 1)).all() and (rows.sum(1) <= 1).all():
        places = [row.nonzero().flatten().tolist() for row in rows]
        return ["".join(text_of(k, symbols) for k in place) for place in places]
    if rows.shape[1] <= FEW:
        return [" ".join(f"{number:.2g}" for number in row) for row in rows.tolist()]
    return None
