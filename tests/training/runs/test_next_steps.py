from pathlib import Path

import pytest
from lightning import LightningDataModule
from torch import nn

import elman
from elman.networks import FeedforwardNetwork, SequenceClassifier
from elman.training.class_objectives import CrossEntropy, SquaredError
from elman.training.objectives import Objective
from elman.training.runs.next_steps import next_steps
from elman.training.supervised import SupervisedTraining

PAGES = ("show.py", "inspect.py", "descent.py")


@pytest.mark.parametrize(
    ("network", "objective", "pages"),
    [
        (FeedforwardNetwork([4, 3, 2]), SquaredError(), {"show.py"}),
        (FeedforwardNetwork([4, 3, 2]), CrossEntropy(), set()),
        (SequenceClassifier(2, 3, 2, elman.RNN), CrossEntropy(), {"inspect.py"}),
        (SequenceClassifier(2, 3, 2, nn.RNN), CrossEntropy(), {"inspect.py"}),
    ],
)
def test_the_pages_that_show_a_network(
    network: nn.Module, objective: Objective, pages: set[str], tmp_path: Path
) -> None:
    module = SupervisedTraining(network, objective)
    text = next_steps(tmp_path, module, LightningDataModule(), 3, ["mylib"])
    assert {page for page in PAGES if page in text} == pages
    assert f"resume={tmp_path} trainer.max_epochs=6" in text
    commands = [line for line in text.splitlines() if "checkpoint=" in line]
    assert all("trust=[mylib]" in line for line in commands)
