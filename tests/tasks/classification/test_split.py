import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from elman.data.splits import stratified
from elman.tasks.classification.example import Example
from elman.tasks.classification.split import drop_duplicates, drop_seen, split


def test_every_prefix_has_the_class_proportions() -> None:
    y = torch.tensor([0] * 30 + [1] * 10)
    order = stratified(y, seed=3)
    assert sorted(order.tolist()) == list(range(40))
    assert y[order[:8]].bincount().tolist() == [6, 2]


@given(
    labels=st.lists(st.sampled_from("abc"), min_size=1, max_size=40),
    test=st.integers(0, 20),
    validation=st.integers(0, 20),
)
def test_every_example_is_in_one_split(labels: list[str], test: int, validation: int) -> None:
    examples = [Example(n, n, label) for n, label in enumerate(labels)]
    splits = split(examples, ["a", "b", "c"], test, validation, seed=0)
    assert sorted(each for members in splits.values() for each in members) == examples
    assert len(splits["test"]) == min(test, len(labels))
    assert len(splits["validation"]) == min(validation, len(labels) - len(splits["test"]))


def test_the_seed_determines_the_split() -> None:
    examples = [Example(n, n, "a") for n in range(40)]
    first, again, other = (split(examples, ["a"], 8, 8, seed) for seed in (0, 0, 1))
    assert first == again != other


def test_duplicates_are_dropped_and_all_of_several_classes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    examples = [Example(n, text, text[1]) for n, text in enumerate(["1a", "2a", "1b", "2a", "3b"])]
    kept = drop_duplicates(examples, lambda text: str(text)[0], "it")
    assert [each.line for each in kept] == [1, 4]
    [message] = caplog.messages
    assert "it has 5 examples, 3 different ones; 1 of those have several classes" in message
    assert drop_duplicates(kept, lambda text: str(text)[0], "it") == kept
    assert len(caplog.messages) == 1


def test_training_examples_are_dropped_from_the_test(caplog: pytest.LogCaptureFixture) -> None:
    training = [Example(1, "a", "x")]
    test = [Example(1, "a", "x"), Example(2, "b", "x")]
    assert drop_seen(test, training, str) == [test[1]]
    assert "data: 1 test examples are also training examples and are left out" in caplog.text
