"""Speech, and what was said, for a network that writes down what it hears."""

import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from elman.checks import check_probability, check_size
from elman.data.bad_lines import OnBad, check_on_bad
from elman.data.length_batches import LengthBatches
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, count_of
from elman.data.vocabulary import Vocabulary
from elman.tasks.speech.features import features, features_by_chance, features_in_noise
from elman.tasks.speech.log_mel import MELS, frames, stack
from elman.tasks.speech.recordings import TABLE, Utterance, read_recordings
from elman.tasks.speech.split import divide
from elman.tasks.speech.synthesis import speak
from elman.tasks.speech.voices import NEW_ACCENT, made_variants, plan, voices

CLEAN = math.inf  # decibels between speech and noise
SYNTHETIC: dict[str, Size] = {"validation": 200, "test": 500}  # sizes of splits
RECORDED: dict[str, Size] = {"validation": 0.1, "test": 0.1}


class Condition(NamedTuple):
    """Under which utterances are heard in validation and test.

    Attributes:
        name: in the names of figures.
        part: of the data.
        decibels: between speech and noise.
    """

    name: str
    part: str
    decibels: float


class Heard(NamedTuple):
    """An utterance as it is to be heard.

    Attributes:
        waveform: `(N)`.
        characters: numbers of the characters said, from 1, `(S)`.
        condition: the number of the condition; None: in training, as chance has it.
        seed: of the noise.
    """

    waveform: Tensor
    characters: Tensor
    condition: int | None = None
    seed: int = 0


Inputs = tuple[Tensor, Tensor]  # X (T, B, I) and how many time steps are an utterance's own, (B)
Target = tuple[Tensor, Tensor, Tensor]  # characters (B, S), how many of them, conditions (B)


class SpeechData(DataModule):
    """Strings of spoken words, and the characters they are written with.

    A batch is X, `(T, B, I)`, with the lengths, `(B)`; and the characters' numbers, from 1 (0 is
    the blank of CTC), `(B, S)`, their lengths, and the numbers of their `conditions`, `(B)`.
    In training each utterance is disturbed by chance: by noise, in speed, in the length of the
    throat, and by silence around it.

    Args:
        path: a folder of recordings, see `read_recordings`; None: the words, said by a synthesiser
            that is fetched, in many voices.
        directory: where fetched and synthesised data are kept.
        words: what the synthesiser says.
        shortest: least words of an utterance.
        longest: most words of an utterance.
        utterances: to synthesise for training.
        validation: size of the validation split: an int is a number of utterances to synthesise, or
            of speakers of recordings; a float a fraction of these (of recordings, where no
            speakers are given); None: 200 synthetic utterances, or a tenth of the speakers.
        test: size of the test split, likewise; None: 500 synthetic utterances, or a tenth.
        alphabet: the characters that may be said.
        batch_size: utterances in a batch.
        stacked: frames of 10 ms from one time step to the next.
        context: frames before and after these that a time step holds beside them.
        noise: decibels between speech and noise; in validation and test each utterance is heard
            without noise and with each of these. The least is the least in training.
        speed: by how much the speed of an utterance may differ in training, as a share.
        throat: by how much the length of the speaker's throat may differ in training, likewise.
        on_bad: a recording that cannot be used is an "error", or one to "skip" and count.
        seed: of the choice of words, voices and parts.

    Attributes:
        vocabulary: the characters of the alphabet.
        conditions: under which utterances are heard in validation and test; the first, to judge
            by, has no name.

    Raises:
        TypeError, ValueError: a value is out of range, or a word has characters that the alphabet
            lacks.
    """

    table = TABLE
    deviation: Tensor  # of each band over what is trained on; known after `setup`

    def __init__(
        self,
        words: Sequence[str],
        path: str | None = None,
        directory: str = "data",
        shortest: int = 1,
        longest: int = 5,
        utterances: int = 6000,
        validation: Size | None = None,
        test: Size | None = None,
        alphabet: str = " 'abcdefghijklmnopqrstuvwxyz",
        batch_size: int = 32,
        stacked: int = 2,
        context: int = 4,
        noise: Sequence[float] = (20, 10, 0),
        speed: float = 0.1,
        throat: float = 0.2,
        on_bad: OnBad = "error",
        seed: int = 0,
    ) -> None:
        super().__init__(path, directory)
        for name in ("shortest", "longest", "utterances", "batch_size"):
            check_size(f"data.{name}", locals()[name])
        check_size("data.stacked", stacked)
        if not isinstance(context, int) or context < 0:
            raise ValueError(f"data.context must be an int from 0 on, got {context!r}")
        for name in ("speed", "throat"):
            check_probability(f"data.{name}", locals()[name])
        if longest < shortest:
            raise ValueError(f"data.longest must be at least data.shortest, {shortest}")
        check_on_bad("data.on_bad", on_bad)
        self.vocabulary = Vocabulary(alphabet)
        for word in words:
            try:
                self.vocabulary.encode(word)
            except ValueError as error:
                raise ValueError(f"data.words: {word!r} has characters {error}") from error
        self.words = tuple(words)
        self.shortest = shortest
        self.longest = longest
        default = SYNTHETIC if path is None else RECORDED
        self.validation = default["validation"] if validation is None else validation
        self.test = default["test"] if test is None else test
        check_split_sizes(self.validation, self.test)
        self.utterances = utterances
        self.batch_size = batch_size
        self.stacked = stacked
        self.context = context
        self.noise = tuple(float(decibels) for decibels in noise)
        self.speed = speed
        self.throat = throat
        self.on_bad = on_bad
        self.seed = seed

    @property
    def source(self) -> str:
        """What the speech is, for people."""
        if self.path is not None:
            return self.path
        return f"strings of {len(self.words)} words in {len(voices('train'))} synthetic voices"

    @property
    def test_description(self) -> str:
        """What a network is tested with, for people."""
        utterances = self._splits["test"]
        speakers = {utterance.speaker for utterance in utterances} - {None}
        by = f" by {len(speakers)} voices" if speakers else ""
        if speakers and self.same_split_as_in_training:
            by += " it has never heard"
        return f"{len(utterances)} utterances{by} without added noise"

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Those of the test; those of validation are the first of them."""
        return (
            Condition("", "test", CLEAN),
            *(Condition(f"_{decibels:g}dB", "test", decibels) for decibels in self.noise),
            *([Condition(f"_{NEW_ACCENT}", NEW_ACCENT, CLEAN)] if self.path is None else ()),
        )

    @property
    def known_words(self) -> tuple[str, ...] | None:
        """All words that may be said: the synthesiser's; None: recordings may have any."""
        return self.words if self.path is None else None

    @property
    def uses(self) -> dict[str, str]:
        """To transcribe recordings."""
        return {"let it hear": "transcribe.py audio=FILE.wav"}

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that the data decide."""
        held = self.stacked + 2 * self.context
        return {"input_size": held * MELS, "outputs": len(self.vocabulary) + 1}

    def prepare_data(self) -> None:
        """Fetches the synthesiser and lets it speak, once a machine.

        Raises:
            OSError: it could not be fetched, see `elman.data.fetch`.
        """
        if self.path is None and not hasattr(self, "_parts"):
            self._synthesized()

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the speech and divides it.

        Raises:
            OSError: there is no such folder, or it cannot be read.
            ValueError: it holds bad recordings, or too few.
        """
        if hasattr(self, "_parts"):
            return
        if self.path is None:
            self._splits = self._synthesized()
        else:
            recordings = read_recordings(Path(self.path), self.check, self.on_bad)
            self.check_unchanged()
            try:
                self._splits = divide(recordings, self.validation, self.test, self.seed)
            except ValueError as error:
                raise ValueError(f"data: {self.path}: {error}") from error
        if not hasattr(self, "deviation"):
            self._measure(self._splits["train"])

    def _synthesized(self) -> dict[str, list[Utterance]]:
        test = count_of(self.test, self.utterances)
        counts = {
            "train": self.utterances,
            "validation": count_of(self.validation, self.utterances),
            "test": test,
            NEW_ACCENT: test,
        }
        parts = {}
        for part, count in counts.items():
            planned = plan(part, count, self.words, self.shortest, self.longest, self.seed)
            variants = made_variants() if part == "train" else None
            waveforms = speak(planned, self.directory, variants)
            parts[part] = [
                Utterance(waveform, spoken.text, spoken.voice)
                for waveform, spoken in zip(waveforms, planned, strict=True)
            ]
            for utterance in parts[part]:
                self.check(utterance)
        return parts

    def check(self, utterance: Utterance) -> None:
        """Raises ValueError unless CTC can write the text in the time that its sound takes."""
        waveform, text, _ = utterance
        if not text:
            raise ValueError("the text is empty")
        try:
            self.vocabulary.encode(text)
        except ValueError as error:
            raise ValueError(f"the text has characters {error}") from error
        steps = self.steps(int(len(waveform) / (1 + self.speed)))  # at the highest speed
        # A blank must stand between two of the same.
        needed = len(text) + sum(a == b for a, b in itertools.pairwise(text))
        if steps < needed:
            raise ValueError(
                f"{len(waveform)} samples are {steps} time steps at the highest speed, too few "
                f"for the {needed} that its text takes: {text!r}"
            )

    def steps(self, samples: int) -> int:
        """Time steps of so many samples."""
        return frames(samples) // self.stacked

    def _measure(self, utterances: list[Utterance]) -> None:
        """The deviation of each band, of a thousand utterances."""
        every = math.ceil(len(utterances) / 1000)  # of each voice, which stand side by side
        heard = torch.cat([features(u.waveform) for u in utterances[::every]])
        # A band that hardly ever changes is not to be made loud.
        self.deviation = heard.std(0).clamp(min=0.1)

    def inputs(self, waveforms: Sequence[Tensor]) -> Inputs:
        """What a network takes of these sounds, each at least one window long."""
        return self._together([features(waveform) for waveform in waveforms])

    def _together(self, heard: Sequence[Tensor]) -> Inputs:
        X = [stack(each / self.deviation, self.stacked, self.context) for each in heard]
        return pad_sequence(X), torch.tensor([len(each) for each in X])

    def batch(self, utterances: Sequence[Heard]) -> tuple[Inputs, Target]:
        """A batch of utterances as they are to be heard."""
        characters = [each.characters for each in utterances]
        return self._together([self._heard(each) for each in utterances]), (
            pad_sequence(characters, batch_first=True),
            torch.tensor([len(each) for each in characters]),
            torch.tensor([each.condition or 0 for each in utterances]),
        )

    def _heard(self, heard: Heard) -> Tensor:
        """The features, `(T, MELS)`."""
        if heard.condition is None:
            least = min(self.noise, default=None)
            return features_by_chance(heard.waveform, self.speed, self.throat, least)
        decibels = self.conditions[heard.condition].decibels
        return features_in_noise(heard.waveform, decibels, heard.seed)

    def train_dataloader(self) -> DataLoader[Heard]:
        """Batches of utterances of like length, in another order in each epoch."""
        heard = [Heard(u.waveform, self.numbers(u.text)) for u in self._splits["train"]]
        lengths = [len(each.waveform) for each in heard]
        batches = LengthBatches(self.random_sampler(heard), lengths, self.batch_size)
        return DataLoader(heard, batch_sampler=batches, collate_fn=self.batch)  # type: ignore[arg-type]

    def val_dataloader(self) -> DataLoader[Heard]:
        """All utterances to validate with, without noise and at each level of it."""
        validation = [
            condition._replace(part="validation")
            for condition in self.conditions
            if condition.part == "test"
        ]
        return self._under(validation)

    def test_dataloader(self) -> DataLoader[Heard]:
        """All utterances to test with, under each condition."""
        return self._under(self.conditions)

    def _under(self, conditions: Sequence[Condition]) -> DataLoader[Heard]:
        heard = [
            Heard(u.waveform, self.numbers(u.text), number, seed)
            for number, condition in enumerate(conditions)
            for seed, u in enumerate(
                sorted(self._splits[condition.part], key=lambda u: len(u.waveform))
            )
        ]
        return DataLoader(heard, self.batch_size, collate_fn=self.batch)  # type: ignore[arg-type]

    def text(self, numbers: Sequence[int]) -> str:
        """The text of the characters with these numbers."""
        return self.vocabulary.decode(torch.tensor(numbers, dtype=torch.long) - 1)

    def numbers(self, text: str) -> Tensor:
        """The numbers of the characters of a text, which the alphabet has all."""
        return self.vocabulary.encode(text) + 1  # 0 is the blank

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint needs to hear as in training."""
        return {**super().state_dict(), "deviation": self.deviation}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes over the bands' deviations and, unless a folder was given, its folder."""
        self.deviation = state["deviation"]
        super().load_state_dict(state)
