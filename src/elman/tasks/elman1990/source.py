"""Streams of symbols made of units, and the exact probability of each next symbol."""

from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Unit = tuple[tuple[str, ...], ...]  # at each position, the symbols that are equally likely there


class Stream(NamedTuple):
    """Units, one after the other.

    Attributes:
        symbols: indices of the symbols, `(T)`.
        positions: of the symbols in their units, from 0 on, `(T)`.
    """

    symbols: NDArray[np.int64]
    positions: NDArray[np.int64]


@dataclass(frozen=True)
class Source:
    """Emits units, each equally likely, one after the other; nothing marks where one ends.

    Attributes:
        symbols: all that it emits.
        units: what a stream is made of, such as words of letters, or sentences of words.
    """

    symbols: tuple[str, ...]
    units: tuple[Unit, ...]

    def sample(self, count: int, random: np.random.Generator) -> Stream:
        """A stream of `count` units."""
        index = {symbol: k for k, symbol in enumerate(self.symbols)}
        units = [self.units[u] for u in random.integers(len(self.units), size=count)]
        symbols = [
            index[allowed[random.integers(len(allowed))]] for unit in units for allowed in unit
        ]
        positions = [position for unit in units for position in range(len(unit))]
        return Stream(np.array(symbols), np.array(positions))

    def likelihoods(self, symbols: NDArray[np.int64]) -> NDArray[np.float64]:
        """The probability of each symbol to be the next, given all symbols before it.

        The stream is a hidden Markov chain: its states are the positions of all units. This is the
        forward algorithm. `π_t(s)` is the probability of state s at time t given the symbols
        before t.

        Args:
            symbols: indices of the symbols of a stream that starts with a unit, `(T)`.

        Returns:
            `p(x_t = k | x_1 … x_{t−1})`, `(T, K)`.
        """
        emission, transition, π = self._chain()
        likelihoods = np.empty((len(symbols), len(self.symbols)))
        for t, x_t in enumerate(symbols):
            # p(x_t = k | x_1 … x_{t−1}) = Σ_s π_t(s) p(k | s)
            likelihoods[t] = π @ emission
            # π_{t+1}(s′) = Σ_s π_t(s) p(x_t | s) p(s′ | s) / p(x_t | x_1 … x_{t−1})
            π = (π * emission[:, x_t] / likelihoods[t, x_t]) @ transition
        return likelihoods

    def _chain(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """`p(k | s)`, `(S, K)`; `p(s′ | s)`, `(S, S)`; and `π_1`, `(S)`."""
        positions = [allowed for unit in self.units for allowed in unit]
        emission = np.array(
            [
                [(symbol in allowed) / len(allowed) for symbol in self.symbols]
                for allowed in positions
            ]
        )
        ends = list(accumulate(map(len, self.units)))  # one past the last state of each unit
        start = np.zeros(len(positions))
        start[[0, *ends[:-1]]] = 1 / len(self.units)
        transition = np.eye(len(positions), k=1)  # to the next position of the unit
        transition[[end - 1 for end in ends]] = start  # after its last, to the first of any unit
        return emission, transition, start
