"""Batches of a long text for truncated backpropagation through time."""

from collections.abc import Iterator
from typing import Any

from torch import Tensor


class Streams:
    """Splits a text into B contiguous streams and reads them in parallel, chunk by chunk.

    The text `abcdefghijklm` in 2 streams, read in chunks of 3 characters:

        stream 1:  abc def        first batch: abc and ghi, second batch: def and jkl
        stream 2:  ghi jkl        targets: bcd and hij, then efg and klm

    Each chunk continues the previous chunk of its stream, so the hidden state can be carried over.

    Args:
        characters: indices of the text's characters, `(N)`, of any integer dtype; they may lie in
            a file that is mapped into memory.
        batch_size: number of streams B, of all processes together.
        chunk_length: number of time steps T in a chunk.
        whole_chunks: drop a shorter chunk at the end.
        rank: index of this process, which reads its own `batch_size / world_size` streams.
        world_size: number of processes.

    Raises:
        ValueError: the text is too short for one batch.
    """

    def __init__(
        self,
        characters: Tensor,
        batch_size: int,
        chunk_length: int,
        *,
        whole_chunks: bool,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        min_length = chunk_length if whole_chunks else 1
        stream_length = (len(characters) - 1) // batch_size
        if stream_length < min_length:
            raise ValueError(
                f"{len(characters):,} characters are too few for {batch_size} streams of "
                f"{min_length}"
            )
        end = batch_size * stream_length
        B = batch_size // world_size
        own = slice(B * rank, B * (rank + 1))
        self.inputs = characters[:end].view(batch_size, stream_length)[own].T  # (N/B, B)
        self.targets = characters[1 : end + 1].view(batch_size, stream_length)[own].T
        self.chunk_length = chunk_length
        self.batches = stream_length // chunk_length
        if not whole_chunks and stream_length % chunk_length:
            self.batches += 1
        self._start = 0  # index of the first batch of the next iteration
        self._batches_read = 0

    def __len__(self) -> int:
        return self.batches

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yields batches of inputs and targets, each `(T, B)`, int64."""
        self._batches_read, self._start = self._start, 0
        while self._batches_read < self.batches:
            first = self._batches_read * self.chunk_length
            chunk = slice(first, first + self.chunk_length)
            self._batches_read += 1
            yield self.inputs[chunk].long(), self.targets[chunk].long()

    def state_dict(self) -> dict[str, Any]:
        """The number of batches read, for a checkpoint in the middle of an epoch."""
        return {"read": self._batches_read}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Starts the next iteration after the batches that `state` counts."""
        self._start = self._batches_read = state["read"] % self.batches
