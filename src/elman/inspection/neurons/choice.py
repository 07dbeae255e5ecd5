"""Which examples, and which stages of the training, the page shows."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from elman.inspection.recorded_path import read_path
from elman.inspection.training_examples import Examples

CLASSES = 10  # examples of different classes in the page; the keys 0 to 9 choose them
MAX_EXAMPLES = 12


class Stage(NamedTuple):
    """All weights at one time of a training, `(n)`, in float64, and the steps before it."""

    steps: int
    w: Tensor


@torch.no_grad()
def choose_examples(network: nn.Module, examples: Examples) -> list[int]:
    """The places of one example of each class, and of another that the network gets wrong, if any.

    Args:
        network: the network.
        examples: to choose from; the first of each class is taken.
    """
    classes = sorted(set(examples.y.tolist()))[:CLASSES]
    places = [examples.y.tolist().index(k) for k in classes]
    wrong = (network(examples.inputs).argmax(-1) != examples.y).nonzero().flatten().tolist()
    return places + [place for place in wrong if place not in places][:1]


def check_places(places: Sequence[int], count: int) -> None:
    """Raises ValueError unless `places` are a few different places in `count` examples."""
    whole = all(isinstance(place, int) and 0 <= place < count for place in places)
    if not whole or len(set(places)) < len(places) or len(places) > MAX_EXAMPLES:
        raise ValueError(
            f"examples must be at most {MAX_EXAMPLES} different places from 0 to {count - 1} in "
            f"the validation data, got {list(places)}"
        )


def choose_stages(network: nn.Module, steps: int, path: Path) -> list[Stage]:
    """The network before the training, early and halfway in it, and as it is now.

    Args:
        network: as it is now.
        steps: of its training.
        path: the file that the callback `RecordPath` writes; without it, only the network now.

    Raises:
        ValueError: the file is damaged or that of another network.
    """
    earlier: list[Stage] = []
    if path.is_file():
        recorded = read_path(path, network)
        before = [n for n, step in enumerate(recorded.steps.tolist()) if step < steps]
        chosen = sorted({0, 1, len(before) // 2} & set(before))
        earlier = [Stage(int(recorded.steps[n]), recorded.weights[n].double()) for n in chosen]
    now = parameters_to_vector(network.parameters()).detach().double()
    return [*earlier, Stage(steps, now)]
