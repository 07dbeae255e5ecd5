from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from elman.tasks.memory.embedded_reber import SYMBOLS, EmbeddedReber, EmbeddedReberData


def accepts(string: str) -> bool:
    """Whether a string is of the Reber grammar, by its arrows written as functions."""

    def after_t(rest: str) -> bool:  # S* X
        return after_t(rest[1:]) if rest[:1] == "S" else rest[:1] == "X" and after_x(rest[1:])

    def after_x(rest: str) -> bool:  # X leads to the lower loop, S to the end
        return rest == "SE" or (rest[:1] == "X" and loop(rest[1:]))

    def loop(rest: str) -> bool:  # T* V
        return loop(rest[1:]) if rest[:1] == "T" else rest[:1] == "V" and after_v(rest[1:])

    def after_v(rest: str) -> bool:  # P leads back to X or S, V to the end
        return rest == "VE" or (rest[:1] == "P" and after_x(rest[1:]))

    inner = {"T": after_t, "P": loop}
    return (
        len(string) > 2 and string[0] == "B" and string[1] in inner and inner[string[1]](string[2:])
    )


def texts(X: Tensor, y: Tensor) -> list[str]:
    """The strings, with the last symbol, which is a target alone."""
    assert ((X.sum(-1) == 1) == (y.sum(-1) > 0)).all()
    lengths = X.sum((0, 2)).long().tolist()
    return [
        "".join(SYMBOLS[k] for k in X[:length, n].argmax(-1)) + SYMBOLS[y[length - 1, n].argmax()]
        for n, length in enumerate(lengths)
    ]


@pytest.fixture(scope="module")
def batch() -> tuple[Tensor, Tensor]:
    return EmbeddedReberData().generate(np.random.default_rng(0), 20_000)


def test_the_strings_are_of_the_grammar(batch: tuple[Tensor, Tensor]) -> None:
    for text in texts(*batch):
        assert text[0] == "B"
        assert text[-1] == "E"
        assert text[1] == text[-2]
        assert text[1] in "TP"
        assert accepts(text[2:-2]), text


def test_the_strings_have_their_likelihoods(batch: tuple[Tensor, Tensor]) -> None:
    counts = Counter(text[2:-2] for text in texts(*batch))
    # ½ at each choice: the first symbol, S or X twice, …
    likelihoods = {"BTXSE": 1 / 8, "BPVVE": 1 / 8, "BTSXSE": 1 / 16, "BPTVVE": 1 / 16}
    likelihoods |= {"BPVPSE": 1 / 16, "BTXXVVE": 1 / 32, "BTSSXXTVPSE": 2.0**-9}
    for text, likelihood in likelihoods.items():
        assert counts[text] / 20_000 == pytest.approx(likelihood, abs=0.006), text


def test_the_targets_are_the_frequencies_of_the_next_symbols(batch: tuple[Tensor, Tensor]) -> None:
    _, y = batch
    after: dict[str, list[Counter[Any]]] = {}
    for n, text in enumerate(texts(*batch)):
        for t in range(1, min(len(text), 9)):
            entry = after.setdefault(text[:t], [Counter(), Counter()])
            entry[0][text[t]] += 1
            entry[1][tuple(y[t - 1, n].tolist())] += 1
    for counts, targets in after.values():
        [(target, total)] = targets.items()  # the same after the same beginning
        if total > 500:
            frequencies = [counts[symbol] / total for symbol in SYMBOLS]
            np.testing.assert_allclose(frequencies, target, atol=0.08)


def test_the_metrics_of_an_output_that_forgets_one_symbol() -> None:
    X, y = EmbeddedReberData().generate(np.random.default_rng(0), 5)
    perfect = EmbeddedReber().metrics(torch.tensor(0.0), y, y)
    assert (perfect["strings"], perfect["remembered"]) == (1, 1)
    place = [len(text) - 3 for text in texts(X, y)]
    O = y.clone()
    for n in (0, 3):  # forgets T or P
        O[place[n], n] = torch.eye(7)[0]
    O[0, 4] = torch.eye(7)[6]  # another mistake
    metrics = EmbeddedReber().metrics(torch.tensor(0.0), O, y)
    assert metrics["remembered"].item() == pytest.approx(3 / 5)
    assert metrics["strings"].item() == pytest.approx(2 / 5)
