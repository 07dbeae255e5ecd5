from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from elman.tasks.music.baselines import frequency_nll
from elman.tasks.music.data import MusicData
from elman.training.train import train

UNTRAINED = (
    61  # nats: 88 ln 2, since an untrained network gives each note a probability of one half
)


@pytest.mark.parametrize("rnn", ["elman", "torch"])
def test_learns_that_few_notes_sound_and_states_the_baselines(
    composed: Callable[..., DictConfig], pieces: Path, tmp_path: Path, rnn: str
) -> None:
    (tmp_path / "run").mkdir()
    config = composed(
        "train",
        f"output_dir={tmp_path / 'run'}",
        "experiment=jsb",
        f"rnn={rnn}",
        f"data.path={pieces}",
        "network.hidden_size=32",
        "optimizer.lr=0.01",
        "trainer.max_epochs=10",
        "trainer.log_every_n_steps=1",
        "~callbacks.progress",
        "+trainer.enable_progress_bar=false",
    )
    metrics = train(config).metrics
    assert metrics["nll"] < UNTRAINED / 4
    data = MusicData(str(pieces))
    data.setup()
    for name, nll in frequency_nll(data.splits["train"], data.splits["test"]).items():
        assert metrics[f"{name}_nll"] == pytest.approx(nll)
