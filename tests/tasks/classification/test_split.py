import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from elman.data.splits import stratified
from elman.tasks.classification.example import Example
from elman.tasks.classification.split import divide, once, unseen


def test_any_beginning_has_equal_shares() -> None:
    y = torch.tensor([0] * 30 + [1] * 10)
    order = stratified(y, seed=3)
    assert sorted(order.tolist()) == list(range(40))
    assert y[order[:8]].bincount().tolist() == [6, 2]


@given(
    labels=st.lists(st.sampled_from("abc"), min_size=1, max_size=40),
    test=st.floats(0, 0.5),
    validation=st.floats(0, 0.5),
)
def test_every_example_is_in_one_part(labels: list[str], test: float, validation: float) -> None:
    examples = [Example(n, n, label) for n, label in enumerate(labels)]
    parts = divide(examples, ["a", "b", "c"], test, validation, seed=0)
    assert sorted(each for part in parts.values() for each in part) == examples
    tested, validated = round(test * len(labels)), round(validation * len(labels))
    assert len(parts["test"]) == tested
    assert len(parts["validation"]) == min(validated, len(labels) - tested)  # two halves of three


def test_the_seed_chooses() -> None:
    examples = [Example(n, n, "a") for n in range(40)]
    first, again, other = (divide(examples, ["a"], 0.2, 0.2, seed) for seed in (0, 0, 1))
    assert first == again != other


def test_what_is_the_same_counts_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    examples = [Example(n, text, text[1]) for n, text in enumerate(["1a", "2a", "1b", "2a", "3b"])]
    kept = once(examples, lambda text: str(text)[0], "it")
    assert [each.line for each in kept] == [1, 4]
    [message] = caplog.messages
    assert "it has 5 examples, 3 different ones; 1 of those have several classes" in message
    assert once(kept, lambda text: str(text)[0], "it") == kept
    assert len(caplog.messages) == 1


def test_what_is_trained_on_is_no_test(caplog: pytest.LogCaptureFixture) -> None:
    trained = [Example(1, "a", "x")]
    tested = [Example(1, "a", "x"), Example(2, "b", "x")]
    assert unseen(tested, trained, str) == [tested[1]]
    assert "data: 1 examples to test with are among those to train on" in caplog.text
