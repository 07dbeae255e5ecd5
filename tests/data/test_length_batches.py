import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import RandomSampler

from elman.data.length_batches import POOL, LengthBatches


def make_batches(lengths: list[int], batch_size: int) -> LengthBatches:
    return LengthBatches(RandomSampler(lengths), lengths, batch_size)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=300), st.integers(1, 7))
def test_an_epoch_has_every_example_once(lengths: list[int], batch_size: int) -> None:
    batches = list(make_batches(lengths, batch_size))
    assert len(batches) == len(make_batches(lengths, batch_size))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert sum(len(batch) < batch_size for batch in batches) <= 1


def test_a_batch_has_examples_of_similar_length() -> None:
    torch.manual_seed(0)
    lengths = torch.randint(1, 1000, (POOL * 8,))
    for batch in make_batches(lengths.tolist(), 8):
        assert (
            int(lengths[batch].max() - lengths[batch].min()) < 100
        )  # about 780 for random batches


def test_each_epoch_has_a_new_random_order() -> None:
    torch.manual_seed(0)
    batches = make_batches(list(range(100)), 4)
    first, second = list(batches), list(batches)
    assert first != second
    assert first != sorted(first)
    torch.manual_seed(0)
    assert list(batches) == first
