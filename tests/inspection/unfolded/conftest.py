"""A page of an untrained network."""

from pathlib import Path

import pytest
import torch

import elman
from elman.inspection.gradient_flow import GradientFlow, gradient_flow
from elman.inspection.unfolded.example import Example
from elman.inspection.unfolded.page import in_words, write_unfolded
from elman.inspection.unfolded.predictions import Prediction, read_predictions
from elman.inspection.unfolded.shown import shown_cells
from elman.inspection.unfolded.stages import Stage, StageCell
from elman.networks.language_model import LanguageModel
from elman.training.sequence_cross_entropy import sequence_step_costs

TEXT = "hello wórld<"  # 11 time steps


@pytest.fixture(scope="session")
def network() -> LanguageModel:
    torch.manual_seed(0)
    return LanguageModel(12, 3, 10, lambda I, H: elman.RNN(I, H, num_layers=2))


@pytest.fixture(scope="session")
def example() -> Example:
    characters = torch.tensor([ord(character) % 12 for character in TEXT]).unsqueeze(1)
    classes = ["?"] * 12
    for character in TEXT:
        classes[ord(character) % 12] = character
    return Example(characters[:-1], characters[1:], [[*TEXT[:-1]]], classes, "Some text")


@pytest.fixture(scope="session")
def flow(network: LanguageModel, example: Example) -> GradientFlow:
    return gradient_flow(
        network, example.inputs, lambda outputs: sequence_step_costs(outputs[0], example.y)
    )


@pytest.fixture(scope="session")
def predictions(flow: GradientFlow, example: Example) -> list[Prediction]:
    return read_predictions(flow.output, example.y, example.classes)


@pytest.fixture(scope="session")
def page_file(
    network: LanguageModel,
    example: Example,
    flow: GradientFlow,
    predictions: list[Prediction],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """With two layers of 10 units, 11 time steps and three stages of a training."""
    file = tmp_path_factory.mktemp("page") / "page.html"
    G = [cell.G[..., 0].tolist() for cell in flow.cells]
    stages = [
        Stage(
            step,
            [
                StageCell([*range(1, 12)], [*range(1, 12)], G[0], 1.5 + step / 100),
                StageCell([*range(1, 12)], None, G[1], None),
            ],
        )
        for step in (0, 50, 100)
    ]
    cells = shown_cells(flow, network, example, 50, predictions)
    write_unfolded(file, "A network.", in_words(flow.costs[:, 0]), cells, stages)
    return file
