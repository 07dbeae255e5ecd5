"""A long text as batches for truncated backpropagation through time."""

from collections.abc import Iterator
from typing import Any

from torch import Tensor


class Streams:
    """Cuts a text into contiguous streams and reads them side by side, a chunk at a time.

    The text `abcdefghijklm` in 2 streams, read in chunks of 3 characters:

        stream 1:  abc def        first batch: abc and ghi, second batch: def and jkl
        stream 2:  ghi jkl        targets: bcd and hij, then efg and klm

    The next chunk of a stream continues the last one, so the hidden state can be carried over.

    Args:
        characters: the numbers of the text's characters, `(N)`.
        batch_size: streams B.
        chunk_length: characters T in a chunk.
        whole_chunks: leave out a shorter chunk at the end.
        part: which part of the streams is read here, when several processes share them.
        parts: how many processes share the streams; each reads `batch_size / parts`.

    Raises:
        ValueError: the text is too short for a single batch.
    """

    def __init__(
        self,
        characters: Tensor,
        batch_size: int,
        chunk_length: int,
        *,
        whole_chunks: bool,
        part: int = 0,
        parts: int = 1,
    ) -> None:
        shortest = chunk_length if whole_chunks else 1
        stream_length = (len(characters) - 1) // batch_size
        if stream_length < shortest:
            raise ValueError(
                f"{len(characters):,} characters are too few for {batch_size} streams of {shortest}"
            )
        end = batch_size * stream_length
        ours = slice(batch_size // parts * part, batch_size // parts * (part + 1))
        self.inputs = characters[:end].view(batch_size, stream_length)[ours].T  # (N/B, B)
        self.targets = characters[1 : end + 1].view(batch_size, stream_length)[ours].T
        self.chunk_length = chunk_length
        self.batches = stream_length // chunk_length
        if not whole_chunks and stream_length % chunk_length:
            self.batches += 1
        self._first = 0
        self._read = 0

    def __len__(self) -> int:
        return self.batches

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Batches of inputs and targets, each `(T, B)`."""
        self._read, self._first = self._first, 0
        while self._read < self.batches:
            chunk = slice(self._read * self.chunk_length, (self._read + 1) * self.chunk_length)
            self._read += 1
            yield self.inputs[chunk], self.targets[chunk]

    def state_dict(self) -> dict[str, Any]:
        """How many batches have been read, for a checkpoint in the middle of an epoch."""
        return {"read": self._read}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The next iteration begins where `state` was taken."""
        self._first = self._read = state["read"] % self.batches
