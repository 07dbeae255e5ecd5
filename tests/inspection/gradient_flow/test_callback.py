from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from omegaconf import DictConfig

from elman.inspection.gradient_flow import gradient_flow
from elman.inspection.gradient_flow.callback import RecordGradientFlow
from elman.inspection.validation_sequences import validation_sequences
from elman.training.checkpoints.checkpoint import restore
from elman.training.runs.curves import read_curves
from elman.training.train import train

Configure = Callable[..., DictConfig]


def weights(run: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(run / "checkpoints/last.ckpt", weights_only=True)
    return state["state_dict"]


def test_the_training_is_the_same_and_its_gradients_are_recorded(
    configured: Configure, tmp_path: Path
) -> None:
    options = ["trainer.max_epochs=2", "network.hidden_size=8"]
    train(configured(*options, "logger=none", run="without"))
    with_callback = ["callbacks=[language,gradient_flow]", "callbacks.gradient_flow.sequences=2"]
    train(configured(*options, *with_callback, "callbacks.gradient_flow.steps=11", run="with"))
    without, recorded = (weights(tmp_path / run) for run in ("without", "with"))
    assert all(torch.equal(without[name], recorded[name]) for name in without)

    files = sorted((tmp_path / "with" / "gradient_flow").iterdir())
    steps = [int(file.stem) for file in files]
    assert len(files) == 5  # before the training, and two validations an epoch
    assert steps[0] == 0
    assert steps == sorted(set(steps))
    with np.load(files[-1], allow_pickle=False) as arrays:
        assert arrays["cells"].tolist() == ["rnn.cells.0"]
        assert arrays["rnn.cells.0.G"].shape == (11, 11, 2)
        assert arrays["rnn.cells.0.slope"].shape == (11, 2, 8)
        assert arrays["inputs.0"].shape == (11, 2)

        # The last record is that of the trained network on the first validation batch.
        trained = restore(tmp_path / "with" / "checkpoints" / "last.ckpt")
        trained.data.prepare_data()
        trained.data.setup("fit")
        module = trained.build("training")(trained.network, trained.build("objective"))
        _, batch = validation_sequences(trained.data, 0, 2, 11)
        np.testing.assert_array_equal(arrays["inputs.0"], batch[0])
        flow = gradient_flow(
            trained.network, batch[0], lambda output: module.step_costs(output, batch)
        )
        np.testing.assert_array_equal(arrays["rnn.cells.0.G"], flow.cells[0].G)
        np.testing.assert_array_equal(arrays["costs"], flow.costs)
        cost = module.objective.cost(trained.network(batch[0])[0], batch[1]).item()
        assert flow.costs.sum().item() == pytest.approx(cost, rel=1e-5)

    curves = read_curves(tmp_path / "with")
    for name, smallest, largest in (("memory_length", 0, 10), ("gradient_ratio", 1e-9, 1e9)):
        curve = curves[f"gradient_flow/rnn.cells.0/{name}"]
        assert [step for step, _ in curve] == steps
        assert all(smallest <= value <= largest for _, value in curve)


def test_a_network_without_a_recurrent_layer(on_pictures: Configure) -> None:
    config = on_pictures(
        "experiment=digits_feedforward", "callbacks=[accuracy,gradient_flow]", "logger=none"
    )
    with pytest.raises(ValueError, match="network must have a recurrent layer"):
        train(config)


def test_a_classifier(on_pictures: Configure, tmp_path: Path) -> None:
    config = on_pictures(
        "experiment=rows_recurrent",
        "callbacks=[accuracy,gradient_flow]",
        "logger=none",
        "network.hidden_size=6",
        "trainer.max_epochs=1",
    )
    train(config)
    files = sorted((tmp_path / "run" / "gradient_flow").iterdir())
    assert len(files) >= 2
    with np.load(files[-1], allow_pickle=False) as arrays:
        assert arrays["inputs.0"].shape == (28, 4, 28)
        assert arrays["rnn.cells.0.G"].shape == (1, 28, 4)


def test_a_trial_of_one_batch_writes_no_file(configured: Configure, tmp_path: Path) -> None:
    train(configured("debug=one_batch", "callbacks=[language,gradient_flow]"))
    assert not (tmp_path / "run" / "gradient_flow").exists()


def test_infinite_gradients_do_not_end_the_training(
    configured: Configure, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls = []

    def fail(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) > 1:
            raise ValueError("all gradients must be finite")
        return gradient_flow(*arguments)

    monkeypatch.setattr("elman.inspection.gradient_flow.callback.gradient_flow", fail)
    train(configured("trainer.max_epochs=1", "logger=none", "callbacks=[language,gradient_flow]"))
    assert len(calls) == 3
    assert "steps: all gradients must be finite" in caplog.text


def test_bad_arguments() -> None:
    for name in ("sequences", "steps"):
        with pytest.raises(ValueError, match=f"callbacks.gradient_flow.{name} must be greater"):
            RecordGradientFlow("run", **{name: 0})
