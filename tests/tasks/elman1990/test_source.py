from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elman.tasks.elman1990.source import Source, Unit

SYMBOLS = "abc"


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """One to four units of one to three positions, each with some of three symbols."""
    allowed = st.lists(st.sampled_from(SYMBOLS), min_size=1, max_size=3, unique=True).map(tuple)
    unit = st.lists(allowed, min_size=1, max_size=3).map(tuple)
    return Source(tuple(SYMBOLS), tuple(draw(st.lists(unit, min_size=1, max_size=4))))


def probability(source: Source, prefix: str) -> float:
    """The probability that a stream starts with a prefix, by the sum over all first units."""
    if not prefix:
        return 1.0
    total = 0.0
    for unit in source.units:
        p = 1.0
        for symbol, allowed in zip(prefix, unit, strict=False):
            p *= (symbol in allowed) / len(allowed)
        total += p and p * probability(source, prefix[len(unit) :])
    return total / len(source.units)


@settings(deadline=None)
@given(source=sources(), seed=st.integers(0, 1000))
def test_likelihoods_are_ratios_of_the_probabilities_of_prefixes(source: Source, seed: int) -> None:
    symbols = source.sample(4, np.random.default_rng(seed)).symbols[:6]
    likelihoods = source.likelihoods(symbols)
    np.testing.assert_allclose(likelihoods.sum(1), 1, rtol=1e-12)
    text = "".join(SYMBOLS[k] for k in symbols)
    for t, row in enumerate(likelihoods):
        before = probability(source, text[:t])
        expected = [probability(source, text[:t] + symbol) / before for symbol in SYMBOLS]
        np.testing.assert_allclose(row, expected, rtol=1e-9, atol=1e-12)


def test_likelihoods_equal_counted_frequencies() -> None:
    source = Source(tuple("abc"), ((("a",), ("b", "c")), (("a",), ("b",), ("c",)), (("c",),)))
    symbols = source.sample(5_000, np.random.default_rng(0)).symbols
    likelihoods = source.likelihoods(symbols).round(6)
    rows = np.unique(likelihoods, axis=0)
    assert len(rows) > 1
    for row in rows:
        following = symbols[(likelihoods == row).all(1)]
        counted = np.bincount(following, minlength=3) / len(following)
        np.testing.assert_allclose(counted, row, atol=0.03)


@settings(deadline=None)
@given(source=sources(), count=st.integers(1, 20), seed=st.integers(0, 1000))
def test_a_stream_consists_of_units(source: Source, count: int, seed: int) -> None:
    stream = source.sample(count, np.random.default_rng(seed))
    starts = np.flatnonzero(stream.positions == 0)
    assert len(starts) == count
    for symbols in np.split(stream.symbols, starts[1:]):
        text = [SYMBOLS[k] for k in symbols]
        assert any(
            len(unit) == len(text)
            and all(symbol in allowed for symbol, allowed in zip(text, unit, strict=True))
            for unit in source.units
        )
    lengths = np.diff([*starts, len(stream.symbols)])
    assert stream.positions.tolist() == [j for length in lengths for j in range(length)]


def test_units_and_symbols_are_equally_likely() -> None:
    units: tuple[Unit, ...] = ((("a", "b", "c"),), (("a",), ("a",)))
    stream = Source(tuple("abc"), units).sample(10_000, np.random.default_rng(0))
    starts = np.flatnonzero(stream.positions == 0)
    words = Counter(tuple(word) for word in np.split(stream.symbols, starts[1:]))
    assert words[(0, 0)] / 10_000 == pytest.approx(1 / 2, abs=0.02)
    for k in range(3):
        assert words[(k,)] / 10_000 == pytest.approx(1 / 6, abs=0.02)


def test_a_stream_depends_on_its_random_numbers_alone() -> None:
    source = Source(("a", "b"), ((("a", "b"),),))
    first, again, other = (
        source.sample(50, np.random.default_rng(seed)).symbols.tolist() for seed in (1, 1, 2)
    )
    assert first == again != other
