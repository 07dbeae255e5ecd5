from itertools import islice, pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from elman.tasks.language.streams import Streams

Batch = tuple[Tensor, Tensor]
Shape = tuple[int, int, int]


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """Text length N, number of streams B and chunk length T with at least one whole chunk."""
    batch_size = draw(st.integers(1, 5))
    chunk_length = draw(st.integers(1, 6))
    stream_length = draw(st.integers(chunk_length, 30))
    rest = draw(st.integers(0, batch_size - 1))
    return batch_size * stream_length + 1 + rest, batch_size, chunk_length


def streams_of(shape: Shape, *, whole_chunks: bool, rank: int = 0, world_size: int = 1) -> Streams:
    """Streams of a text whose character at n has index n, so that all are different."""
    length, batch_size, chunk_length = shape
    return Streams(
        torch.arange(length),
        batch_size,
        chunk_length,
        whole_chunks=whole_chunks,
        rank=rank,
        world_size=world_size,
    )


def same(batches: list[Batch], others: list[Batch]) -> bool:
    return len(batches) == len(others) and all(
        torch.equal(input, other_input) and torch.equal(target, other_target)
        for (input, target), (other_input, other_target) in zip(batches, others, strict=True)
    )


def test_the_example_of_the_docstring() -> None:
    text = "abcdefghijklm"
    streams = Streams(torch.tensor([ord(c) for c in text]), 2, 3, whole_chunks=True)

    read = [
        tuple(["".join(map(chr, stream)) for stream in tensor.T.tolist()] for tensor in batch)
        for batch in streams
    ]

    assert read == [
        (["abc", "ghi"], ["bcd", "hij"]),
        (["def", "jkl"], ["efg", "klm"]),
    ]


@settings(deadline=None)
@given(shape=shapes())
def test_the_streams_joined_are_the_text(shape: Shape) -> None:
    length, batch_size, _ = shape

    inputs = torch.cat([input for input, _ in streams_of(shape, whole_chunks=False)])

    assert inputs.shape[1] == batch_size
    text = inputs.T.flatten().tolist()
    assert text == list(range(len(text)))
    assert length - len(text) <= batch_size, "fewer characters than streams are dropped"


@settings(deadline=None)
@given(shape=shapes(), whole_chunks=st.booleans())
def test_the_target_is_the_next_character(shape: Shape, whole_chunks: bool) -> None:
    for input, target in streams_of(shape, whole_chunks=whole_chunks):
        assert torch.equal(target, input + 1)


@settings(deadline=None)
@given(shape=shapes(), whole_chunks=st.booleans())
def test_a_stream_continues_in_the_next_batch(shape: Shape, whole_chunks: bool) -> None:
    for (_, target), (next_input, _) in pairwise(streams_of(shape, whole_chunks=whole_chunks)):
        assert torch.equal(next_input[0], target[-1])


@settings(deadline=None)
@given(shape=shapes(), world_size=st.integers(1, 4), whole_chunks=st.booleans())
def test_the_streams_of_several_processes_are_those_of_one(
    shape: Shape, world_size: int, whole_chunks: bool
) -> None:
    length, batch_size, chunk_length = shape
    shape = (length * world_size, batch_size * world_size, chunk_length)

    by_process = [
        streams_of(shape, whole_chunks=whole_chunks, rank=rank, world_size=world_size)
        for rank in range(world_size)
    ]

    joined = []
    for batches in zip(*by_process, strict=True):
        inputs, targets = zip(*batches, strict=True)
        assert {input.shape[1] for input in inputs} == {batch_size}, (
            "each process has as many streams"
        )
        joined.append((torch.cat(inputs, dim=1), torch.cat(targets, dim=1)))
    assert same(joined, list(streams_of(shape, whole_chunks=whole_chunks)))


@settings(deadline=None)
@given(shape=shapes())
def test_whole_chunks_drops_only_a_shorter_last_chunk(shape: Shape) -> None:
    length, batch_size, chunk_length = shape
    stream_length = (length - 1) // batch_size
    every, whole = (streams_of(shape, whole_chunks=whole) for whole in (False, True))

    batches = list(every)

    assert len(every) == len(batches)
    assert sum(len(input) for input, _ in batches) == stream_length
    assert all(len(input) == chunk_length for input, _ in batches[:-1])
    assert len(whole) == stream_length // chunk_length
    assert same(list(whole), [batch for batch in batches if len(batch[0]) == chunk_length])


@settings(deadline=None)
@given(shape=shapes(), whole_chunks=st.booleans(), data=st.data())
def test_a_restored_state_continues_with_the_next_batch_and_the_next_epoch_is_whole(
    shape: Shape, whole_chunks: bool, data: st.DataObject
) -> None:
    batches = list(streams_of(shape, whole_chunks=whole_chunks))
    read = data.draw(st.integers(0, len(batches) - 1))
    streams = streams_of(shape, whole_chunks=whole_chunks)
    assert same(list(islice(streams, read)), batches[:read])

    resumed = streams_of(shape, whole_chunks=whole_chunks)
    resumed.load_state_dict(streams.state_dict())

    assert same(list(resumed), batches[read:])
    assert same(list(resumed), batches)


@settings(deadline=None)
@given(shape=shapes(), whole_chunks=st.booleans(), to_the_end=st.booleans())
def test_a_state_after_the_last_batch_restarts_the_text(
    shape: Shape, whole_chunks: bool, to_the_end: bool
) -> None:
    streams = streams_of(shape, whole_chunks=whole_chunks)
    # A training loop takes the last batch and need not ask whether there is another.
    batches = list(streams) if to_the_end else list(islice(streams, len(streams)))

    resumed = streams_of(shape, whole_chunks=whole_chunks)
    resumed.load_state_dict(streams.state_dict())

    assert same(list(resumed), batches)


def test_a_state_counts_all_batches_of_the_epoch_after_resuming() -> None:
    streams = streams_of((41, 2, 4), whole_chunks=True)
    assert streams.state_dict() == {"read": 0}
    streams.load_state_dict({"read": 2})

    list(islice(streams, 2))

    assert streams.state_dict() == {"read": 4}


def test_an_interrupted_iteration_does_not_shorten_the_next() -> None:
    streams = streams_of((41, 2, 4), whole_chunks=True)

    next(iter(streams))

    assert len(list(streams)) == len(streams) == 5


@pytest.mark.parametrize(("whole_chunks", "enough"), [(True, 3 * 50 + 1), (False, 3 + 1)])
def test_a_text_that_is_too_short_for_one_batch_is_refused(whole_chunks: bool, enough: int) -> None:
    assert len(streams_of((enough, 3, 50), whole_chunks=whole_chunks)) == 1
    for too_short in (enough - 1, 1, 0):
        with pytest.raises(ValueError, match=f"^{too_short} characters are too few for 3 streams"):
            streams_of((too_short, 3, 50), whole_chunks=whole_chunks)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32, torch.int64])
def test_batches_are_int64(dtype: torch.dtype) -> None:
    small, expected = (
        Streams(torch.arange(41).to(kind), 2, 4, whole_chunks=False)
        for kind in (dtype, torch.int64)
    )
    assert all(x.dtype == torch.int64 for batch in small for x in batch)
    assert same(list(small), list(expected))
