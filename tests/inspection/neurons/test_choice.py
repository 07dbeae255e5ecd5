from pathlib import Path

import pytest
import torch
from torch.nn.utils import parameters_to_vector

from elman.inspection.neurons.choice import (
    MAX_EXAMPLES,
    Stage,
    check_places,
    choose_examples,
    choose_stages,
)
from elman.inspection.training_examples import Examples
from elman.networks import FeedforwardNetwork


class Sorted(torch.nn.Module):
    """Gets all right but the examples whose input is negative."""

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return torch.eye(3)[inputs[:, 0].clamp(min=0).long()]


@pytest.mark.parametrize(("wrong", "expected"), [([5, 6], [1, 3, 0, 5]), ([3], [1, 3, 0])])
def test_one_of_each_class_and_one_that_is_wrong(wrong: list[int], expected: list[int]) -> None:
    y = torch.tensor([2, 0, 0, 1, 2, 1, 1])
    inputs = y[:, None].float()
    inputs[wrong] = -1
    assert choose_examples(Sorted(), Examples(inputs, y)) == expected


@pytest.mark.parametrize("places", [[-1], [5], [1, 1], [0.5], list(range(MAX_EXAMPLES + 1))])
def test_places_outside_the_data_are_refused(places: list[int]) -> None:
    count = 5 if len(places) < MAX_EXAMPLES else 100
    with pytest.raises(ValueError, match=rf"examples must be at most 12 different .* {count - 1} "):
        check_places(places, count)
    check_places([4, 0], 5)


def equal(stages: list[Stage], expected: list[Stage]) -> bool:
    return [stage.steps for stage in stages] == [stage.steps for stage in expected] and all(
        torch.equal(stage.w, each.w) for stage, each in zip(stages, expected, strict=True)
    )


def test_the_stages_end_with_the_network_itself(tmp_path: Path) -> None:
    network = FeedforwardNetwork([3, 2])
    now = Stage(70, parameters_to_vector(network.parameters()).detach().double())
    assert equal(choose_stages(network, 70, tmp_path / "path.pt"), [now])
    recorded = {"steps": torch.arange(0, 100, 10), "weights": torch.randn(10, 8)}
    torch.save(recorded, tmp_path / "path.pt")
    earlier = [Stage(10 * n, recorded["weights"][n].double()) for n in (0, 1, 3)]
    assert equal(choose_stages(network, 70, tmp_path / "path.pt"), [*earlier, now])
    torch.save({"steps": torch.tensor([0]), "weights": torch.randn(1, 8)}, tmp_path / "path.pt")
    assert [stage.steps for stage in choose_stages(network, 70, tmp_path / "path.pt")] == [0, 70]
    with pytest.raises(ValueError, match="is not the path of this network"):
        choose_stages(FeedforwardNetwork([4, 2]), 70, tmp_path / "path.pt")
