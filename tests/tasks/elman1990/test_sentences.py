from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage

from elman.tasks.elman1990.predictions import Predictions
from elman.tasks.elman1990.sentences import CLASSES, SentencesReport, best_branch, mean_states


def test_a_branch_that_holds_exactly_the_members_is_1() -> None:
    tree = linkage(np.array([[0.0], [1], [10], [12]]), "average")
    assert best_branch(tree, tuple("abcd"), {"a", "b"}) == 1
    assert best_branch(tree, tuple("abcd"), {"c"}) == 1
    assert best_branch(tree, tuple("abcd"), {"a", "c"}) == 1 / 2  # any of a, c or all four
    assert best_branch(tree, tuple("abcd"), {"a", "b", "c"}) == 3 / 4


def test_the_mean_state_of_a_word_is_over_the_states_that_have_just_read_it(
    predictions: Callable[..., Predictions],
) -> None:
    made = predictions("sentences", 200)
    words, states = mean_states(made)
    assert [*words] == [*range(29)]
    for word in words:
        own = [h for h, read in zip(made.h, made.stream.symbols[:-1], strict=True) if read == word]
        np.testing.assert_allclose(states[word], np.mean(own, axis=0), rtol=1e-12)


def test_a_short_stream_has_a_tree_of_its_words(
    predictions: Callable[..., Predictions], tmp_path: Path
) -> None:
    made = predictions("sentences", 5)
    report = SentencesReport(made)
    read = {made.corpus.source.symbols[k] for k in made.stream.symbols[:-1]}
    assert 2 < len(read) < 29
    assert set(report.words) == read
    assert len(report.tree) == len(read) - 1
    assert all(0 <= value <= 2 for value in report.metrics.values())
    report.plot(tmp_path)


def test_the_exact_likelihoods_have_no_error_but_that_of_the_actual_words(
    predictions: Callable[..., Predictions],
) -> None:
    made = predictions("sentences", 400)
    metrics = SentencesReport(made).metrics
    assert metrics["likelihood_error"] == 0
    assert metrics["cosine"] == pytest.approx(1)
    assert metrics["word_error"] == metrics["word_floor"]
    assert metrics["word_error"] == pytest.approx(0.905, abs=0.02)


def test_errors_from_likelihoods_and_words(predictions: Callable[..., Predictions]) -> None:
    made = predictions("sentences", 400, np.array([0.1]))
    metrics = SentencesReport(made).metrics
    assert metrics["word_error"] == pytest.approx(np.sqrt(0.9**2 + 30 * 0.1**2))
    differences = [(0.1 - p) ** 2 for row in made.expected for p in row]
    assert metrics["likelihood_error"] == pytest.approx(np.sqrt(np.mean(differences)))
    cosines = [row.sum() / np.linalg.norm(row) / np.sqrt(31) for row in made.expected]
    assert metrics["cosine"] == pytest.approx(np.mean(cosines))


def test_the_classes_are_of_the_29_words() -> None:
    assert {name: len(members) for name, members in CLASSES.items()} == {
        "nouns": 18,
        "verbs": 11,
        "animate": 10,
        "inanimate": 8,
    }
    assert CLASSES["animate"] | CLASSES["inanimate"] == CLASSES["nouns"]
