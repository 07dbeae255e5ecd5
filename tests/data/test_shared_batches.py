"""What several processes take of the batches of all."""

from itertools import chain
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import BatchSampler

from elman.data.shared_batches import SharedBatches


def processes(world_size: int, broadcast: Any) -> list[Any]:
    strategy = SimpleNamespace(broadcast=broadcast)
    return [
        SimpleNamespace(global_rank=rank, world_size=world_size, strategy=strategy)
        for rank in range(world_size)
    ]


@given(n=st.integers(1, 40), batch_size=st.integers(1, 5), world_size=st.integers(1, 4))
def test_the_parts_make_up_each_batch(n: int, batch_size: int, world_size: int) -> None:
    whole = BatchSampler(range(n), batch_size * world_size, drop_last=False)
    shared = [
        SharedBatches(whole, n, trainer)
        for trainer in processes(world_size, lambda batches: batches)
    ]
    parts = [list(each) for each in shared]
    assert {len(each) for each in shared} == {len(part) for part in parts} == {len(parts[0])}
    expected = [batch for batch in whole if len(batch) >= world_size]
    for batch, *own in zip(expected, *parts, strict=True):
        assert sorted(chain(*own)) == batch
        assert max(map(len, own)) - min(map(len, own)) <= 1


def test_the_first_process_draws() -> None:
    first = [[3, 1], [0, 2]]
    mine = SharedBatches(
        BatchSampler(range(4), 2, drop_last=False), 4, processes(2, lambda _: first)[1]
    )
    assert list(mine) == [[1], [2]]
