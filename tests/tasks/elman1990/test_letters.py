from collections.abc import Callable

import numpy as np
import pytest

from elman.tasks.elman1990.letters import LettersReport
from elman.tasks.elman1990.predictions import Predictions


def test_consonants_cannot_be_predicted_but_that_one_follows(
    predictions: Callable[..., Predictions],
) -> None:
    made = predictions("letters", 300)
    metrics = LettersReport(made).metrics
    letters = ["bdgaiu"[k] for k in made.stream.symbols[1:]]
    high = [(1 / 3 - (letter == "d")) ** 2 for letter in letters if letter in "bdg"]
    back = [(1 / 3 - (letter == "g")) ** 2 for letter in letters if letter in "bdg"]
    assert metrics["vowel_error"] == pytest.approx(0, abs=1e-24)
    assert metrics["consonant_error"] == pytest.approx(np.mean(high) + np.mean(back), rel=1e-9)
    assert metrics["feature_consonant_error"] == pytest.approx(0, abs=1e-24)
    assert metrics["feature_high_error"] == pytest.approx(np.mean(high), rel=1e-9)


def test_the_text_states_errors_and_floors(predictions: Callable[..., Predictions]) -> None:
    made = predictions("letters", 300, np.array([0.5]))
    text = LettersReport(made).text
    floor = made.floors[made.positions == 0].mean()
    assert "is 1.500 at consonants and 1.500 at vowels" in text
    assert f"at best it is {floor:.3f} and 0.000" in text
