from collections.abc import Callable

import torch

from elman.forward_gradients import RTRL, sequence_gradients

HALVES = (slice(0, 3), slice(3, 7))


def test_two_halves_one_after_the_other(example: Callable, assert_equal: Callable) -> None:
    e = example(T=7, B=2, I=3, H=4)
    method = RTRL(*e.network)
    halves = [sequence_gradients(method, e.X[part], e.dh[part]) for part in HALVES]
    assert_equal(type(halves[0])(*map(torch.add, *halves)), e.bptt())


def test_sequences_of_different_lengths(example: Callable, assert_equal: Callable) -> None:
    long, short = example(T=6, B=1, I=3, H=4, seed=1), example(T=6, B=1, I=3, H=4, seed=2)
    short.dh[4:] = 0  # padding after 4 time steps
    both = long._replace(
        X=torch.cat([long.X, short.X], 1),
        h_0=torch.cat([long.h_0, short.h_0]),
        dh=torch.cat([long.dh, short.dh], 1),
    )
    found = sequence_gradients(RTRL(*both.network), both.X, both.dh)
    cut = short._replace(X=short.X[:4], dh=short.dh[:4], U=long.U, V=long.V, b=long.b)
    assert_equal(found, type(found)(*map(torch.add, long.bptt(), cut.bptt())))
