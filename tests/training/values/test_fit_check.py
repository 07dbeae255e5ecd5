"""Parts of a training that do not fit each other."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from omegaconf import DictConfig

from elman.tasks.language.data import CharacterData
from elman.tasks.language.objective import NextCharacter
from elman.training.checkpoints.checkpoint import build_network
from elman.training.runs.folder import LOCK
from elman.training.train import train
from elman.training.truncated_bptt import TruncatedBPTT
from elman.training.values.fit_check import check_fit

Configure = Callable[..., DictConfig]
EARLY_STOPPING = [
    "callbacks=[language,early_stopping]",
    "callbacks.early_stopping.monitor=validation/x",
]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            ["callbacks.checkpoint.monitor=validation/accuracy"],
            r"callbacks.checkpoint.monitor must be one of validation/bpc, which the validation of "
            r"this training logs, got 'validation/accuracy'",
        ),
        (
            [
                "callbacks=[language,early_stopping]",
                "callbacks.early_stopping.monitor=validation/x",
            ],
            r"callbacks.early_stopping.monitor must be one of validation/bpc, .* 'validation/x'",
        ),
        (
            ["objective=cross_entropy"],
            "network LanguageModel, objective CrossEntropy, training TruncatedBPTT and the data .* "
            "must fit each other, but the validation of a batch fails: RuntimeError: ",
        ),
        (
            ["training=forecasting"],
            "network LanguageModel, objective NextCharacter, training ForecastingTraining and the ",
        ),
    ],
)
def test_another_kind_of_task(
    configured: Configure, tmp_path: Path, overrides: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        train(configured(*overrides))
    assert [path.name for path in (tmp_path / "run").iterdir()] == [LOCK.name]


def test_random_numbers_stay_what_they_were(configured: Configure) -> None:
    config = configured()
    data = CharacterData(config.data.path, batch_size=4, chunk_length=18)
    data.setup()
    network = build_network(config.network, **data.sizes)
    states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()  # noqa: NPY002
    check_fit(config, TruncatedBPTT(network, NextCharacter()), data, torch.device("cpu"))
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1] == states[1]).all()  # noqa: NPY002
    assert random.getstate() == states[2]
    assert network.training
