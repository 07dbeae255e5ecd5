from collections import Counter

import numpy as np
import torch

from elman.tasks.translation.baselines import baseline_translations
from elman.tasks.translation.pair import Pair

SOURCES = ["Reset the filter", "Open the door", "Reset the pump", "a", "The door is open", "filter"]
TRAINING_PAIRS = [Pair(source, f"translation {n}") for n, source in enumerate(SOURCES)]


def cosine(one: str, other: str) -> float:
    counts = []
    for text in (one, other):
        marked = f" {text.lower()} "
        counts.append(Counter(marked[i : i + 3] for i in range(len(marked) - 2)))
    first, second = counts
    dot = sum(first[trigram] * second[trigram] for trigram in first)
    return float(dot / np.linalg.norm([*first.values()]) / np.linalg.norm([*second.values()]))


def test_the_nearest_source_has_the_largest_cosine() -> None:
    texts = ["reset filter", "the open door", "Pump", "A", "close the door"]
    nearest = [max(TRAINING_PAIRS, key=lambda pair: cosine(text, pair.source)) for text in texts]
    found = baseline_translations(texts, TRAINING_PAIRS)["nearest"]
    assert found == [pair.target for pair in nearest]


def test_each_training_source_is_nearest_to_itself() -> None:
    found = baseline_translations(SOURCES, TRAINING_PAIRS)["nearest"]
    assert found == [pair.target for pair in TRAINING_PAIRS]


def test_copying_repeats_the_sources() -> None:
    assert baseline_translations(["reset"], TRAINING_PAIRS)["copy"] == ["reset"]


def test_a_sentence_without_a_known_trigram_has_a_translation_in_inference_mode() -> None:
    with torch.inference_mode():  # as in a test by Lightning
        [found] = baseline_translations(["zzz"], TRAINING_PAIRS)["nearest"]
    assert found in {pair.target for pair in TRAINING_PAIRS}
