from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from elman.tasks.translation.nearest import nearest

KNOWN = ["Reset the filter", "Open the door", "Reset the pump", "a", "The door is open", "filter"]


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def cosine(one: str, other: str) -> float:
    counts = []
    for text in (one, other):
        marked = f" {text.lower()} "
        counts.append(Counter(marked[i : i + 3] for i in range(len(marked) - 2)))
    first, second = counts
    dot = sum(first[piece] * second[piece] for piece in first)
    return float(
        dot / np.sqrt(sum(n * n for n in first.values())) / np.linalg.norm([*second.values()])
    )


def test_the_most_similar_by_the_cosine_of_their_pieces() -> None:
    texts = ["reset filter", "the open door", "Pump", "A", "close the door"]
    right = [max(range(len(KNOWN)), key=lambda n: cosine(text, KNOWN[n])) for text in texts]
    assert nearest(texts, KNOWN).tolist() == right


def test_each_is_the_nearest_to_itself() -> None:
    assert nearest(KNOWN, KNOWN).tolist() == list(range(len(KNOWN)))


def test_what_shares_nothing_still_has_an_answer() -> None:
    assert nearest(["zzz"], KNOWN).shape == (1,)


@pytest.mark.usefixtures("two_threads")
def test_of_many_at_a_lightning_test() -> None:
    """Lightning tests in inference mode, of which torch's other threads know nothing."""
    texts = [f"{' '.join(str(n * 7919 % 10_007))} is what number {n} is" for n in range(2000)]
    with torch.inference_mode():
        assert nearest(texts, texts).tolist() == list(range(2000))
