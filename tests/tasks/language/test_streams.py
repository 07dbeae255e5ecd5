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
    """Characters N, streams B and chunk length T that make at least one whole chunk."""
    batch_size = draw(st.integers(1, 5))
    chunk_length = draw(st.integers(1, 6))
    stream_length = draw(st.integers(chunk_length, 30))
    rest = draw(st.integers(0, batch_size - 1))
    return batch_size * stream_length + 1 + rest, batch_size, chunk_length


def streams_of(shape: Shape, *, whole_chunks: bool, part: int = 0, parts: int = 1) -> Streams:
    """Streams of a text in which character n has number n, so that none is like another."""
    length, batch_size, chunk_length = shape
    return Streams(
        torch.arange(length),
        batch_size,
        chunk_length,
        whole_chunks=whole_chunks,
        part=part,
        parts=parts,
    )


def same(batches: list[Batch], others: list[Batch]) -> bool:
    return len(batches) == len(others) and all(
        torch.equal(input, other_input) and torch.equal(target, other_target)
        for (input, target), (other_input, other_target) in zip(batches, others, strict=True)
    )


def test_the_docstrings_example_is_true() -> None:
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
def test_the_streams_one_after_the_other_are_the_text(shape: Shape) -> None:
    length, batch_size, _ = shape

    inputs = torch.cat([input for input, _ in streams_of(shape, whole_chunks=False)])

    assert inputs.shape[1] == batch_size
    text = inputs.T.flatten().tolist()
    assert text == list(range(len(text)))
    assert length - len(text) <= batch_size, "no more is left out than makes streams unequal"


@settings(deadline=None)
@given(shape=shapes(), whole_chunks=st.booleans())
def test_the_target_is_the_next_character(shape: Shape, whole_chunks: bool) -> None:
    for input, target in streams_of(shape, whole_chunks=whole_chunks):
        assert torch.equal(target, input + 1)


@settings(deadline=None)
@given(shape=shapes(), whole_chunks=st.booleans())
def test_a_stream_goes_on_in_the_next_batch(shape: Shape, whole_chunks: bool) -> None:
    for (_, target), (next_input, _) in pairwise(streams_of(shape, whole_chunks=whole_chunks)):
        assert torch.equal(next_input[0], target[-1])


@settings(deadline=None)
@given(shape=shapes(), parts=st.integers(1, 4), whole_chunks=st.booleans())
def test_the_parts_of_several_processes_are_the_whole(
    shape: Shape, parts: int, whole_chunks: bool
) -> None:
    length, batch_size, chunk_length = shape
    shape = (length * parts, batch_size * parts, chunk_length)

    by_process = [
        streams_of(shape, whole_chunks=whole_chunks, part=part, parts=parts)
        for part in range(parts)
    ]

    joined = []
    for batches in zip(*by_process, strict=True):
        inputs, targets = zip(*batches, strict=True)
        assert {input.shape[1] for input in inputs} == {batch_size}, "each has as many"
        joined.append((torch.cat(inputs, dim=1), torch.cat(targets, dim=1)))
    assert same(joined, list(streams_of(shape, whole_chunks=whole_chunks)))


@settings(deadline=None)
@given(shape=shapes())
def test_whole_chunks_leaves_out_a_shorter_last_one_and_nothing_else(shape: Shape) -> None:
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
def test_a_restored_state_goes_on_with_the_next_batch_and_then_from_the_beginning(
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
def test_a_state_taken_after_the_last_batch_starts_over(
    shape: Shape, whole_chunks: bool, to_the_end: bool
) -> None:
    streams = streams_of(shape, whole_chunks=whole_chunks)
    # A training loop takes the last batch and need not ask whether there is another.
    batches = list(streams) if to_the_end else list(islice(streams, len(streams)))

    resumed = streams_of(shape, whole_chunks=whole_chunks)
    resumed.load_state_dict(streams.state_dict())

    assert same(list(resumed), batches)


def test_a_state_counts_the_batches_read_since_the_beginning_after_resuming_too() -> None:
    streams = streams_of((41, 2, 4), whole_chunks=True)
    assert streams.state_dict() == {"read": 0}
    streams.load_state_dict({"read": 2})

    list(islice(streams, 2))

    assert streams.state_dict() == {"read": 4}


def test_an_iteration_that_was_broken_off_does_not_shorten_the_next() -> None:
    streams = streams_of((41, 2, 4), whole_chunks=True)

    next(iter(streams))

    assert len(list(streams)) == len(streams) == 5


@pytest.mark.parametrize(("whole_chunks", "enough"), [(True, 3 * 50 + 1), (False, 3 + 1)])
def test_a_text_too_short_for_a_batch_is_refused(whole_chunks: bool, enough: int) -> None:
    assert len(streams_of((enough, 3, 50), whole_chunks=whole_chunks)) == 1
    for too_short in (enough - 1, 1, 0):
        with pytest.raises(ValueError, match=f"^{too_short} characters are too few for 3 streams"):
            streams_of((too_short, 3, 50), whole_chunks=whole_chunks)
