import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from elman.data.splits import (
    check_split_sizes,
    count_of,
    describe_size,
    split_counts,
    stratified,
)

sizes = st.integers(1, 50) | st.floats(0.01, 0.4)


@given(st.integers(1, 1000), sizes, sizes)
def test_the_counts_add_up_or_the_sizes_are_refused(
    total: int, validation: float, test: float
) -> None:
    check_split_sizes(validation, test)
    expected = [count_of(size, total) for size in (validation, test)]
    if min(expected) > 0 and sum(expected) < total:
        counts = split_counts(total, validation, test, "x")
        assert list(counts) == [total - sum(expected), *expected]
    else:
        with pytest.raises(ValueError, match=r"data: x has .* leave none for the \w+ split"):
            split_counts(total, validation, test, "x")


def test_an_int_is_a_count_and_a_float_a_fraction() -> None:
    assert split_counts(1000, 100, 0.25, "x") == (650, 100, 250)
    assert describe_size(1500, "pictures") == "1,500 pictures"
    assert describe_size(0.1, "pictures") == "10 %"


@pytest.mark.parametrize("size", [0, -1, 0.0, 1.0, 1.5, -0.1, math.nan])
def test_sizes_out_of_range_are_refused(size: float) -> None:
    for sizes in ((size, 0.1), (0.1, size)):
        with pytest.raises(ValueError, match=r"data\.(validation|test) must be an int from 1 on"):
            check_split_sizes(*sizes)


@pytest.mark.parametrize("size", ["10", None, True])
def test_sizes_that_are_not_numbers_are_refused(size: object) -> None:
    with pytest.raises(TypeError, match=r"data\.validation must be an int from 1 on"):
        check_split_sizes(size, 0.1)  # type: ignore[arg-type]


def test_fractions_must_leave_training_examples() -> None:
    with pytest.raises(ValueError, match="must leave examples to train on, got the fractions"):
        check_split_sizes(0.5, 0.5)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(0, 5))
def test_every_prefix_of_the_stratified_order_has_the_class_proportions(
    y: list[int], seed: int
) -> None:
    order = stratified(torch.tensor(y), seed)
    assert sorted(order.tolist()) == list(range(len(y)))
    totals = Counter(y)
    for n in range(1, len(y) + 1):
        first = Counter(y[i] for i in order[:n].tolist())
        assert all(abs(first[k] - n * totals[k] / len(y)) <= len(totals) for k in totals)
