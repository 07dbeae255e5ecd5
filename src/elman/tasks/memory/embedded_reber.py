"""The embedded Reber grammar."""

import numpy as np
import torch
from torch import Tensor

from elman.data.generated import GeneratedData
from elman.tasks.memory.automaton import Arrows, Automaton
from elman.tasks.memory.next_symbols import NextSymbols, all_right

SYMBOLS = "BTPSXVE"
REBER: Arrows = (  # Reber 1967, as Cleeremans et al. 1989 draw it
    [("B", 1)],
    [("T", 2), ("P", 3)],
    [("S", 2), ("X", 4)],
    [("T", 3), ("V", 5)],
    [("X", 3), ("S", 6)],
    [("P", 4), ("V", 6)],
    [("E", 7)],
    [],
)


def embed(grammar: Arrows) -> Arrows:
    """B, then T or P, a string of the grammar, the same T or P again, and E."""
    first, second, size = 2, 2 + len(grammar), len(grammar)
    last = second + size  # where E is to come
    copies = [
        [[(symbol, start + state) for symbol, state in arrows] for arrows in grammar[:-1]]
        + [[(around, last)]]
        for start, around in ((first, "T"), (second, "P"))
    ]
    return [
        [("B", 1)],
        [("T", first), ("P", second)],
        *copies[0],
        *copies[1],
        [("E", last + 1)],
        [],
    ]


EMBEDDED_REBER = Automaton(SYMBOLS, embed(REBER))


class EmbeddedReberData(GeneratedData):
    """Strings of the embedded Reber grammar (Cleeremans et al. 1989).

    The last symbol but one is the second symbol again, T or P. To predict it, the network must
    remember that symbol over a whole string of the Reber grammar (Hochreiter & Schmidhuber 1997).

    A batch is a pair: X, one-hot symbols `(T, B, 7)`, and y, the probabilities of the symbols that
    may come next, `(T, B, 7)`. After the end of a string both are zero.

    Args:
        **generated: arguments of `GeneratedData`.
    """

    task = "embedded Reber"

    @property
    def symbols(self) -> str:
        """Those of the grammar."""
        return SYMBOLS

    @property
    def sizes(self) -> dict[str, int]:
        """Network arguments that depend on the data."""
        return {"input_size": len(SYMBOLS), "output_size": len(SYMBOLS)}

    @property
    def baselines(self) -> dict[str, float]:
        """The fraction of strings right if only T or P is forgotten, and guessed."""
        return {"guessed_symbol": 0.5}

    def generate(self, random: np.random.Generator, B: int) -> tuple[Tensor, Tensor]:
        """Generates B strings and what may come next in them."""
        x, states = EMBEDDED_REBER.strings(random, B)  # (T, B) each
        legal = EMBEDDED_REBER.legal()[states]  # (T, B, 7)
        y = legal / np.maximum(1, legal.sum(-1, keepdims=True))
        X = (x[..., None] == np.arange(len(SYMBOLS))) & legal.any(-1, keepdims=True)
        # Nothing is to be predicted after the last symbol, E.
        return torch.from_numpy(X[:-1]).float(), torch.from_numpy(y[:-1]).float()


class EmbeddedReber(NextSymbols):
    """`NextSymbols`, and whether the symbol that was to be remembered is right."""

    def metrics(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:
        """`strings`, `cost`, and `remembered`: the fraction of strings whose T or P is right."""
        place = (y.sum(-1) > 0).sum(0) - 2  # the last prediction is E
        right = all_right(O, y).gather(0, place.unsqueeze(0))
        return {**super().metrics(cost, O, y), "remembered": right.to(O.dtype).mean()}
