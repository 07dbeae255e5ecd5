"""Spoken words and their transcripts, for a speech recognizer."""

import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from elman.checks import (
    check_below_one,
    check_from_to,
    check_number,
    check_seed,
    check_size,
)
from elman.data.bad_lines import OnBad, check_on_bad
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, count_of
from elman.data.state import check_numbers, check_state
from elman.data.vocabulary import Vocabulary
from elman.tasks.speech.examples import Condition, Example, Inputs, Target
from elman.tasks.speech.features import augmented_features, features, noisy_features
from elman.tasks.speech.log_mel import MEL_BANDS, frame_count, stack_frames
from elman.tasks.speech.recordings import TABLE, Utterance, read_recordings
from elman.tasks.speech.splits import split_by_speaker
from elman.tasks.speech.synthetic import synthetic_splits
from elman.tasks.speech.voices import UNSEEN_ACCENT, voices

CLEAN = math.inf  # dB, no added noise
MAX_CONTEXT = 1_000  # frames of 10 ms
MOST = {"min_words": 1_000, "max_words": 1_000, "utterances": 10**7, "frame_stacking": 1_000}
# Default sizes of the validation and the test split:
SYNTHETIC: tuple[Size, Size] = (200, 500)
RECORDED: tuple[Size, Size] = (0.1, 0.1)


class SpeechData(DataModule):
    """Strings of spoken words, and the characters of their transcripts.

    A batch is X, `(T, B, I)`, with the lengths in time steps, `(B)`; and the indices of the
    characters, from 1 (0 is the blank of CTC), `(B, S)`, their lengths, and the indices of the
    `conditions`, `(B)`. A training utterance is augmented at random: by noise, speed perturbation,
    vocal tract length perturbation, and silence before and after it.

    Args:
        words: the words that the synthesiser speaks.
        path: a folder of recordings, see `read_recordings`; None: `words`, spoken by a downloaded
            synthesiser in many voices.
        directory: where downloaded and synthesised data are kept.
        min_words: smallest number of words in a synthetic utterance.
        max_words: largest number of words in a synthetic utterance.
        utterances: number of synthetic utterances for training.
        validation: size of the validation split. An int is a number of synthetic utterances, or of
            the speakers of recordings; a float is a fraction of these. If the recordings have no
            speakers, it counts recordings. None: 200 synthetic utterances, or a tenth.
        test: size of the test split, in the same way. None: 500 synthetic utterances, or a tenth.
        alphabet: the characters of the transcripts.
        batch_size: number of utterances in a batch.
        frame_stacking: number of 10 ms frames from one time step to the next.
        context: number of further frames on both sides in each time step.
        snr: signal-to-noise ratios in dB. Validation and test use each utterance without added
            noise and with each of these; the smallest is also the smallest in training.
        speed_perturbation: largest relative change of the speed in training, from 0 to 1.
        vocal_tract_perturbation: largest relative change of the vocal tract length in training,
            from 0 to 1.
        on_bad: what to do with a recording that cannot be used: "error" or "skip".
        seed: of the random choice of words, voices and splits.

    Attributes:
        vocabulary: the characters of the alphabet.
        standard_deviation: of each mel band in the training data, `(MEL_BANDS)`; known after
            `setup`.

    Raises:
        TypeError, ValueError: an argument is out of range, or a word contains characters that the
            alphabet lacks.
    """

    table = TABLE
    standard_deviation: Tensor

    def __init__(
        self,
        words: Sequence[str],
        path: str | None = None,
        directory: str = "data",
        min_words: int = 1,
        max_words: int = 5,
        utterances: int = 6000,
        validation: Size | None = None,
        test: Size | None = None,
        alphabet: str = " 'abcdefghijklmnopqrstuvwxyz",
        batch_size: int = 32,
        frame_stacking: int = 2,
        context: int = 4,
        snr: Sequence[float] = (20, 10, 0),
        speed_perturbation: float = 0.1,
        vocal_tract_perturbation: float = 0.2,
        on_bad: OnBad = "error",
        seed: int = 0,
    ) -> None:
        super().__init__(path, directory)
        for name, most in MOST.items():
            check_from_to(f"data.{name}", locals()[name], 1, most)
        check_size("data.batch_size", batch_size)
        check_from_to("data.context", context, 0, MAX_CONTEXT)
        for name in ("speed_perturbation", "vocal_tract_perturbation"):
            check_below_one(f"data.{name}", locals()[name])
        if max_words < min_words:
            raise ValueError(
                f"data.max_words must be at least data.min_words, {min_words}, got {max_words}"
            )
        check_on_bad("data.on_bad", on_bad)
        for each in snr:
            check_number("each of data.snr", each)
        if not words:
            raise ValueError("data.words must be a list of at least one word, got []")
        self.vocabulary = Vocabulary(alphabet)
        for word in words:
            try:
                self.vocabulary.encode(word)
            except ValueError as error:
                raise ValueError(f"data.words: {word!r} has characters {error}") from error
        self.words = tuple(words)
        self.min_words = min_words
        self.max_words = max_words
        self.validation = validation
        self.test = test
        check_split_sizes(*self._split_sizes)
        self.utterances = utterances
        self.batch_size = batch_size
        self.frame_stacking = frame_stacking
        self.context = context
        self.snr = tuple(float(each) for each in snr)
        self.speed_perturbation = speed_perturbation
        self.vocal_tract_perturbation = vocal_tract_perturbation
        self.on_bad = on_bad
        self.seed = check_seed("data.seed", seed)
        self._splits: dict[str, list[Utterance]] | None = None

    @property
    def source(self) -> str:
        """A name of the data for messages."""
        if self.path is not None:
            return self.path
        return f"strings of {len(self.words)} words in {len(voices('train'))} synthetic voices"

    @property
    def train_description(self) -> str:
        """The training data in words."""
        return f"{len(self.splits['train']):,} utterances: {self.source}"

    @property
    def test_description(self) -> str:
        """A description of the test data for messages."""
        utterances = self.splits["test"]
        speakers = {utterance.speaker for utterance in utterances} - {None}
        by = f" by {len(speakers)} speaker{'s' * (len(speakers) > 1)}" if speakers else ""
        if speakers and self.same_split_as_in_training:
            by += " not in the training data"
        return f"{len(utterances)} utterances{by}, without added noise"

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions of the test. The first, which the main metric uses, has no name."""
        return (
            Condition("", "test", CLEAN),
            *(Condition(f"_{snr:g}dB", "test", snr) for snr in self.snr),
            *([Condition(f"_{UNSEEN_ACCENT}", UNSEEN_ACCENT, CLEAN)] if self.path is None else ()),
        )

    @property
    def closed_vocabulary(self) -> tuple[str, ...] | None:
        """All words of the synthetic data; None: recordings may contain any words."""
        return self.words if self.path is None else None

    @property
    def uses(self) -> dict[str, str]:
        """The script that uses a network trained on these data."""
        return {"transcribe": "transcribe.py audio=FILE.wav"}

    @property
    def sizes(self) -> dict[str, int]:
        """The arguments of the network that depend on the data."""
        stacked = self.frame_stacking + 2 * self.context
        return {"input_size": stacked * MEL_BANDS, "outputs": len(self.vocabulary) + 1}

    @property
    def splits(self) -> dict[str, list[Utterance]]:
        """The utterances by the name of the split; read or synthesised at the first use.

        Raises:
            OSError: the synthesiser could not be downloaded, or the recordings are not readable.
            ValueError: the data contain bad recordings, or too few.
        """
        if self._splits is None:
            self._splits = self._synthesize() if self.path is None else self._read(Path(self.path))
        return self._splits

    def prepare_data(self) -> None:
        """Downloads the synthesiser and synthesises the utterances, once per machine.

        Raises:
            OSError: the download failed, see `elman.data.fetch`.
        """
        if self.path is None:
            _ = self.splits

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the utterances, and measures the features unless a checkpoint has done so.

        Raises:
            OSError, ValueError: see `splits`.
        """
        train = self.splits["train"]
        if not hasattr(self, "standard_deviation"):
            every = math.ceil(len(train) / 1000)  # utterances of each voice, as they are sorted
            sample = torch.cat([features(u.waveform) for u in train[::every]])
            # The lower limit does not amplify a band that hardly changes.
            self.standard_deviation = sample.std(0).clamp(min=0.1)

    @property
    def _split_sizes(self) -> tuple[Size, Size]:
        """The sizes of the validation and the test split."""
        validation, test = SYNTHETIC if self.path is None else RECORDED
        return (
            validation if self.validation is None else self.validation,
            test if self.test is None else self.test,
        )

    def _synthesize(self) -> dict[str, list[Utterance]]:
        validation, test = (count_of(size, self.utterances) for size in self._split_sizes)
        counts = {
            "train": self.utterances,
            "validation": validation,
            "test": test,
            UNSEEN_ACCENT: test,
        }
        splits = synthetic_splits(
            counts, self.words, self.min_words, self.max_words, self.directory, self.seed
        )
        for utterance in itertools.chain(*splits.values()):
            self.check(utterance)
        return splits

    def _read(self, folder: Path) -> dict[str, list[Utterance]]:
        recordings = read_recordings(folder, self.check, self.on_bad)
        self.check_unchanged()
        try:
            sizes = self._split_sizes
            return split_by_speaker(recordings, *sizes, self.seed, self.comparable)
        except ValueError as error:
            raise ValueError(f"data: {folder}: {error}") from error

    def check(self, utterance: Utterance) -> None:
        """Raises ValueError if CTC has no alignment of the text with the time steps."""
        waveform, text, _ = utterance
        if not text:
            raise ValueError("the text is empty")
        try:
            self.vocabulary.encode(text)
        except ValueError as error:
            raise ValueError(f"the text has characters {error}") from error
        steps = self.time_steps(int(len(waveform) / (1 + self.speed_perturbation)))
        # A blank separates two equal characters.
        needed = len(text) + sum(a == b for a, b in itertools.pairwise(text))
        if steps < needed:
            raise ValueError(
                f"{len(waveform)} samples are {steps} time steps at the highest speed, but the "
                f"text {text!r} needs at least {needed}"
            )

    def time_steps(self, samples: int) -> int:
        """Number of time steps in a waveform of `samples` samples."""
        return frame_count(samples) // self.frame_stacking

    def inputs(self, waveforms: Sequence[Tensor]) -> Inputs:
        """The inputs of the network for waveforms `(N)`, each at least one time step long."""
        return self._collate([features(waveform) for waveform in waveforms])

    def _collate(self, utterances: Sequence[Tensor]) -> Inputs:
        X = [
            stack_frames(each / self.standard_deviation, self.frame_stacking, self.context)
            for each in utterances
        ]
        return pad_sequence(X), torch.tensor([len(each) for each in X])

    def batch(self, examples: Sequence[Example]) -> tuple[Inputs, Target]:
        """A batch of examples."""
        characters = [each.characters for each in examples]
        return self._collate([self._features(each) for each in examples]), (
            pad_sequence(characters, batch_first=True),
            torch.tensor([len(each) for each in characters]),
            torch.tensor([each.condition or 0 for each in examples]),
        )

    def _features(self, example: Example) -> Tensor:
        """The features under the condition of the example, `(T, MEL_BANDS)`."""
        if example.condition is None:
            return augmented_features(
                example.waveform,
                self.speed_perturbation,
                self.vocal_tract_perturbation,
                min(self.snr, default=None),
            )
        return noisy_features(
            example.waveform, self.conditions[example.condition].snr, example.seed
        )

    def train_dataloader(self) -> DataLoader[Example]:
        """Batches of utterances of similar length, in a new random order each epoch."""
        examples = [Example(u.waveform, self.encode(u.text)) for u in self.splits["train"]]
        lengths = [len(each.waveform) for each in examples]
        batches = self.random_batches(examples, self.batch_size, lengths)
        return DataLoader(examples, collate_fn=self.batch, **batches)  # type: ignore[arg-type]

    def val_dataloader(self) -> DataLoader[Example]:
        """All validation utterances, without added noise and at each signal-to-noise ratio."""
        return self._under(
            [
                condition._replace(split="validation")
                for condition in self.conditions
                if condition.split == "test"
            ]
        )

    def test_dataloader(self) -> DataLoader[Example]:
        """All test utterances under each condition."""
        return self._under(self.conditions)

    def _under(self, conditions: Sequence[Condition]) -> DataLoader[Example]:
        examples = [
            Example(u.waveform, self.encode(u.text), index, seed)
            for index, condition in enumerate(conditions)
            for seed, u in enumerate(
                sorted(self.splits[condition.split], key=lambda u: len(u.waveform))
            )
        ]
        return DataLoader(examples, self.batch_size, collate_fn=self.batch)  # type: ignore[arg-type]

    def decode(self, characters: Sequence[int]) -> str:
        """The text of these character indices."""
        return self.vocabulary.decode(torch.tensor(characters, dtype=torch.long) - 1)

    def encode(self, text: str) -> Tensor:
        """The character indices of a text; ValueError if the alphabet lacks one of them."""
        return self.vocabulary.encode(text) + 1  # 0 is the blank

    def state_dict(self) -> dict[str, Any]:
        """The standard deviations and the location of the data, to be kept in a checkpoint."""
        return {**super().state_dict(), "standard_deviation": self.standard_deviation}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes the standard deviations and, unless the user gave a folder, the folder."""
        check_state(state, standard_deviation=Tensor)
        check_numbers(state, "standard_deviation", positive=True)
        if state["standard_deviation"].shape != (MEL_BANDS,):
            raise ValueError(f"its 'standard_deviation' must have {MEL_BANDS} values")
        self.standard_deviation = state["standard_deviation"]
        super().load_state_dict(state)
