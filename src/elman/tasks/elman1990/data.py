"""The corpora of Elman 1990 as streams that a network reads and predicts."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from elman.checks import check_from_to, check_seed, check_size
from elman.data.generated import SPLITS
from elman.data.module import DataModule
from elman.tasks.elman1990.corpora import CORPORA
from elman.tasks.elman1990.source import Stream
from elman.tasks.language.streams import Streams

LEAST_TEST = 5  # units, so that the report of "xor" has all twelve positions
MOST = 10**7  # units of a split, which are generated one by one


class Elman1990Data(DataModule):
    """A corpus of Elman 1990; validation and test are fresh streams of the same source.

    A batch is a pair: the codes of T symbols of each of B streams, and the codes of the symbols
    that follow them, each `(T, B, I)`. The paper reads one stream and changes the weights after
    every symbol; here B streams are read in parallel, with one step of the optimizer for B symbols.

    Args:
        corpus: "xor", "letters", "words" or "sentences", see `corpora.py`.
        units: what the training stream consists of: three bits, syllables, words or sentences.
        validation: units of the validation stream.
        test: units of the test stream, at least 5.
        batch_size: the number of streams B that the training stream is cut into.
        chunk_length: the number of time steps T in a batch.
        seed: of the three streams; the same seed gives the same streams on every machine.

    Raises:
        TypeError, ValueError: an argument is out of range.
    """

    def __init__(
        self,
        corpus: str,
        units: int = 1000,
        validation: int = 1000,
        test: int = 1000,
        batch_size: int = 60,
        chunk_length: int = 1,
        seed: int = 0,
    ) -> None:
        super().__init__(path=None, directory="")
        if corpus not in CORPORA:
            raise ValueError(f"data.corpus must be one of {', '.join(CORPORA)}, got {corpus!r}")
        self.name = corpus
        self.corpus = CORPORA[corpus]
        self.units = {
            "train": check_from_to("data.units", units, 1, MOST),
            "validation": check_from_to("data.validation", validation, 1, MOST),
            "test": check_from_to("data.test", test, LEAST_TEST, MOST),
        }
        self.batch_size = check_size("data.batch_size", batch_size)
        self.chunk_length = check_size("data.chunk_length", chunk_length)
        self.seed = check_seed("data.seed", seed)
        self.codes = torch.from_numpy(self.corpus.codes)

    @property
    def source(self) -> str:
        """A name of the corpus for messages."""
        return f"the {self.name} of Elman 1990"

    @property
    def train_description(self) -> str:
        """The training data in words."""
        return f"{len(self.stream('train').symbols):,} {self.corpus.name} of {self.source}"

    @property
    def test_description(self) -> str:
        """The test data in words."""
        return f"{len(self.stream('test').symbols):,} fresh {self.corpus.name} of {self.source}"

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of the network: the bits of a code."""
        bits = self.codes.shape[1]
        return {"input_size": bits, "output_size": bits}

    @property
    def symbols(self) -> Sequence[str]:
        """Those of the corpus."""
        return self.corpus.source.symbols

    def stream(self, split: str) -> Stream:
        """The symbols of a split."""
        random = np.random.default_rng([self.seed, SPLITS.index(split)])
        return self.corpus.source.sample(self.units[split], random)

    def train_dataloader(self) -> Streams:
        """Training batches, all of the same size.

        Raises:
            ValueError: the stream is too short.
        """
        rank, world_size = (
            (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        )
        symbols = torch.from_numpy(self.stream("train").symbols)
        try:
            return Streams(
                symbols,
                self.batch_size * world_size,
                self.chunk_length,
                whole_chunks=True,
                rank=rank,
                world_size=world_size,
            )
        except ValueError as error:
            raise ValueError(
                f"data: {error}; raise data.units, or lower data.batch_size or data.chunk_length"
            ) from error

    def val_dataloader(self) -> Streams:
        """The validation stream in one batch."""
        return self._whole("validation")

    def test_dataloader(self) -> Streams:
        """The test stream in one batch."""
        return self._whole("test")

    def _whole(self, split: str) -> Streams:
        symbols = torch.from_numpy(self.stream(split).symbols)
        return Streams(symbols, 1, len(symbols), whole_chunks=False)

    def on_after_batch_transfer(
        self,
        batch: tuple[Tensor, Tensor],
        dataloader_idx: int,  # noqa: ARG002 - Lightning's signature
    ) -> tuple[Tensor, Tensor]:
        """The codes of the symbols: `(T, B) → (T, B, I)`."""
        codes = self.codes.to(batch[0].device)
        symbols, following = batch
        return codes[symbols], codes[following]
