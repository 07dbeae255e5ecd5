"""Random strings of a regular language, with the symbols that may come next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Arrows = Sequence[Sequence[tuple[str, int]]]  # from each state: symbols, and where they lead


@dataclass(frozen=True)
class Automaton:
    """A finite automaton that starts in state 0 and ends in the last state, which has no arrows.

    Attributes:
        symbols: all symbols; their places are their indices.
        arrows: from each state one or two arrows, each a symbol and the next state.
    """

    symbols: str
    arrows: Arrows

    def legal(self) -> NDArray[np.bool_]:
        """Which symbols may come next in each state, `(states, K)`."""
        return np.array(
            [[any(k == s for k, _ in state) for s in self.symbols] for state in self.arrows]
        )

    def strings(
        self, random: np.random.Generator, B: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Random strings; where two arrows leave a state, each is taken with probability ½.

        Returns:
            x: indices of the symbols, `(T, B)`; after the end of a string −1.
            states: the state after each symbol, `(T, B)`.
        """
        both = [[state[0], state[-1]] if state else [None, None] for state in self.arrows]
        end = len(self.arrows) - 1
        symbol = np.array([[self.symbols.index(a[0]) if a else -1 for a in pair] for pair in both])
        target = np.array([[a[1] if a else end for a in pair] for pair in both])
        state, x, states = np.zeros(B, dtype=np.int64), [], []
        while (state != end).any():
            arrow = random.integers(2, size=B)
            x.append(symbol[state, arrow])
            state = target[state, arrow]
            states.append(state)
        return np.array(x), np.array(states)
