from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from elman.tasks.elman1990.letters import LettersReport
from elman.tasks.elman1990.predictions import Predictions
from elman.tasks.elman1990.sentences import CLASSES, SentencesReport
from elman.tasks.elman1990.words import WordsReport
from elman.tasks.elman1990.xor import XorReport

Predict = Callable[..., Predictions]


def test_the_errors_of_a_cycle_are_beside_the_references(
    predictions: Predict, drawn: list[Figure], tmp_path: Path
) -> None:
    report = XorReport(predictions("xor", 100, np.array([0.3])))
    report.plot(tmp_path)
    network, exact, last_two = drawn[0].axes[0].lines
    assert (tmp_path / "errors.png").stat().st_size > 0
    np.testing.assert_array_equal(network.get_ydata(), report.errors)
    np.testing.assert_array_equal(exact.get_ydata(), report.floors)
    np.testing.assert_allclose(last_two.get_ydata(), [5 / 18, 5 / 18, 1 / 9] * 4)


def test_the_errors_of_letters_are_above_them(
    predictions: Predict, drawn: list[Figure], tmp_path: Path
) -> None:
    made = predictions("letters", 100, np.array([0.3]))
    LettersReport(made).plot(tmp_path)
    axes = drawn[0].axes
    assert [each.get_ylabel() for each in axes] == ["all features", "consonant", "high"]
    letters = "".join(label.get_text() for label in axes[-1].get_xticklabels())
    assert letters == "".join("bdgaiu"[k] for k in made.stream.symbols[1:51])
    bold = [
        label.get_text() for label in axes[-1].get_xticklabels() if label.get_weight() == "bold"
    ]
    assert set(bold) == set("bdg")
    _, errors, _ = axes[2].lines
    np.testing.assert_array_equal(errors.get_ydata(), made.bit_errors[:50, 3])


def test_boundaries_of_words_are_drawn_by_threshold(
    predictions: Predict, drawn: list[Figure], tmp_path: Path
) -> None:
    report = WordsReport(predictions("words", 100, np.array([0.3])))
    report.plot(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"errors.png", "boundaries.png"}
    by_threshold, plane = drawn[1].axes
    labels = [text.get_text() for text in by_threshold.get_legend().get_texts()]
    assert labels == ["precision", "recall", "F1"]
    np.testing.assert_array_equal(plane.lines[1].get_ydata(), report.network.precision)


def test_the_leaves_of_the_tree_are_the_words_in_the_colours_of_their_classes(
    predictions: Predict, drawn: list[Figure], tmp_path: Path
) -> None:
    SentencesReport(predictions("sentences", 400)).plot(tmp_path)
    assert (tmp_path / "word_tree.png").stat().st_size > 0
    labels = drawn[0].axes[0].get_yticklabels()
    colors = {label.get_text(): label.get_color() for label in labels}
    assert len(colors) == 29
    by_class = {
        name: {colors[word] for word in CLASSES[name]} for name in ("verbs", "animate", "inanimate")
    }
    assert [len(found) for found in by_class.values()] == [1, 1, 1]
    assert len(set.union(*by_class.values())) == 3
