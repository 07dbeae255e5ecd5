import numpy as np

from elman.tasks.memory.automaton import Automaton

# From 0 either a, which stays, or b; then c.
SMALL = Automaton("abc", [[("a", 0), ("b", 1)], [("c", 2)], []])


def test_strings_follow_the_arrows() -> None:
    x, states = SMALL.strings(np.random.default_rng(0), 200)
    for column, path in zip(x.T.tolist(), states.T.tolist(), strict=True):
        count = column.index(1)
        rest = len(column) - count - 2
        assert column == [*(count * [0]), 1, 2, *(rest * [-1])]
        assert path == [*(count * [0]), 1, *((rest + 1) * [2])]
    assert (states[-1] == 2).all()


def test_both_arrows_are_taken_with_probability_one_half() -> None:
    x, _ = SMALL.strings(np.random.default_rng(0), 40_000)
    counts = (x == 0).sum(0)
    for n in range(4):
        assert abs((counts == n).mean() - 0.5 ** (n + 1)) < 0.01


def test_the_legal_symbols_are_those_of_the_arrows() -> None:
    np.testing.assert_array_equal(SMALL.legal(), [[1, 1, 0], [0, 0, 1], [0, 0, 0]])
