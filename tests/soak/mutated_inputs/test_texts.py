"""Damaged and hostile texts and tables."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elman.tasks.captioning.data import CaptioningData
from elman.tasks.classification.series import SeriesClassificationData
from elman.tasks.classification.texts import TextClassificationData
from elman.tasks.digits.data import DigitData
from elman.tasks.forecasting.data import ForecastingData
from elman.tasks.language.data import CharacterData
from elman.tasks.speech.data import SpeechData
from elman.tasks.translation.data import TranslationData
from elman.tasks.translation.subwords import Subwords

pytestmark = pytest.mark.soak


def pairs(file: Path) -> TranslationData:
    return TranslationData(path=str(file), vocabulary_size=60, validation=0.2, test=0.2)


# What reads each file of `own_data`.
READERS: dict[str, Callable[[Path], Any]] = {
    "book.txt": lambda file: CharacterData(str(file), batch_size=4, chunk_length=18),
    "digits.csv": lambda file: DigitData(str(file), validation=20, test=20),
    "names.csv": lambda file: TextClassificationData(str(file)),
    "series.ts": lambda file: SeriesClassificationData(str(file)),
    "series.csv": lambda file: ForecastingData(str(file), season=8, window=24, horizon=4),
    "pairs.tsv": pairs,
    "catalogue.po": pairs,
    "captions/captions.tsv": lambda file: CaptioningData(
        str(file.parent), side=16, combination_size=2, min_count=8
    ),
    "speech/transcripts.tsv": lambda file: SpeechData(["la"], str(file.parent)),
}


def test_a_mutated_text_ends_in_a_sentence_or_is_read(
    inputs: Path,
    reads_first_batches: Callable[[Any], None],
    other_forms: Callable[[bytes], Any],
    each_ends_well: Callable[..., None],
    kind: Any,
) -> None:
    kinds = {
        name: kind(
            inputs / name,
            lambda name=name, make=make: reads_first_batches(make(inputs / name)),
            other_forms((inputs / name).read_bytes()),
        )
        for name, make in READERS.items()
    }
    vocabulary = inputs / "vocabulary.txt"
    texts = [f"the {n} lamps" for n in range(50)]
    vocabulary.write_text(Subwords.learn(texts, 40).serialize())
    kinds["vocabulary"] = kind(
        vocabulary, lambda: uses(vocabulary), other_forms(vocabulary.read_bytes())
    )
    each_ends_well("texts", kinds)


def uses(file: Path) -> None:
    """Encodes and decodes with a vocabulary, as a translation does."""
    try:
        vocabulary = Subwords(file.read_bytes().decode("utf-8"))
    except ValueError as error:  # its callers in the package name the file
        raise ValueError(f"{file}: {error}") from error
    tokens = vocabulary.encode("the 7 lamps ü")
    print(len(vocabulary), vocabulary.decode(tokens), vocabulary.readable(tokens))
    vocabulary.unknown_characters("ü")
    vocabulary.decode(range(len(vocabulary)))
