"""Whole trainings on a small text."""

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf, open_dict
from torch import nn

from elman.tasks.language.data import CharacterData
from elman.tasks.language.samples import SampleText
from elman.training.checkpoints.checkpoint import build_network
from elman.training.checkpoints.trust import DESCRIBED, check_trusted
from elman.training.runs.curves import read_curves
from elman.training.runs.folder import BEST, LAST
from elman.training.train import train

Configure = Callable[..., DictConfig]
CONF = Path(__file__).parents[2] / "conf"
EXPERIMENTS = sorted(path.stem for path in (CONF / "experiment").glob("*.yaml"))


@pytest.mark.parametrize("rnn", ["elman", "layer_norm", "variational", "leaky", "torch"])
def test_learns_and_logs_where_everything_is(
    configured: Configure, tmp_path: Path, caplog: pytest.LogCaptureFixture, rnn: str
) -> None:
    caplog.set_level(logging.INFO)
    config = configured(f"rnn={rnn}", "trainer.max_epochs=15", "optimizer.lr=1e-2")
    bits = train(config).score

    run = tmp_path / "run"
    text = (tmp_path / "book.txt").read_text()
    entropy = -sum(n / len(text) * math.log2(n / len(text)) for n in map(text.count, set(text)))
    assert bits < entropy / 2  # far better than knowing how frequent each character is
    assert f"Test: {bits:.3f} bits per character on the last 10 %" in caplog.text
    assert f"resume={run} trainer.max_epochs=30" in caplog.text
    assert "After " in caplog.text  # samples
    for file in ("checkpoints/best.ckpt", "checkpoints/last.ckpt", "curves.png"):
        assert str(run / Path(file).parent) in caplog.text
        assert (run / file).stat().st_size > 0
    assert list((run / "tensorboard").glob("events.*"))
    resolved = OmegaConf.load(run / "config.yaml")
    assert resolved.network.rnn == resolved.rnn
    curves = read_curves(run)
    assert {"train/bpc", "train/gradient_norm", "learning_rate", "validation/bpc"} <= curves.keys()
    assert curves["test/bpc"][-1][1] == pytest.approx(bits)


@pytest.mark.parametrize("rnn", ["elman", "torch"])
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_every_experiment_can_be_built_from_its_checkpoint(
    composed: Configure, experiment: str, rnn: str
) -> None:
    config = composed("train", f"experiment={experiment}", f"rnn={rnn}", "output_dir=run")
    with torch.device("meta"):
        network = build_network(config.network, **instantiate(config.data).sizes)
    assert any(isinstance(layer, nn.RNN) for layer in network.modules()) == (
        rnn == "torch" and "rnn" in config.network
    )
    for part in DESCRIBED:
        described = OmegaConf.to_container(config[part], resolve=True)
        check_trusted("best.ckpt", described, trust=())  # type: ignore[arg-type]


def final_state(run: Path) -> dict[str, Any]:
    return torch.load(run / LAST, weights_only=True)


def assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, torch.Tensor):
        assert torch.equal(found, expected)
    elif isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key, value in expected.items():
            assert_same(found[key], value)
    elif isinstance(expected, list | tuple):
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == expected


@pytest.mark.parametrize(  # two validations an epoch
    ("rnn", "validations", "look_back"),
    [
        ("elman", 1, "null"),
        ("elman", 2, "null"),
        ("elman", 3, "null"),
        ("elman", 1, "1"),
        ("elman", 1, "40"),
        ("torch", 1, "null"),
    ],
)
def test_a_resumed_training_ends_where_an_uninterrupted_one_does(
    configured: Configure,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    validations: int,
    rnn: str,
    look_back: str,
) -> None:
    """To the bit, in weights, optimizer and schedule, with dropout."""
    options = [f"rnn={rnn}", "rnn.num_layers=2", "rnn.dropout=0.2", "trainer.max_epochs=2"]
    options.append(f"training.look_back={look_back}")
    train(configured(*options, run="whole"))

    class Interruption(Exception):  # noqa: N818
        """As if the power had failed."""

    def interrupt(callback: SampleText, *_: Any) -> None:
        callback.seen = getattr(callback, "seen", 0) + 1  # type: ignore[attr-defined]
        if callback.seen > validations:  # type: ignore[attr-defined]
            raise Interruption

    with monkeypatch.context() as patch:
        patch.setattr(SampleText, "on_validation_end", interrupt)
        with pytest.raises(Interruption):
            train(configured(*options, run="broken"))
    step = final_state(tmp_path / "broken")["global_step"]
    assert step == final_state(tmp_path / "whole")["global_step"] * validations / 4

    train(configured(*options, f"resume={tmp_path / 'broken'}", run="broken"))
    whole, resumed = final_state(tmp_path / "whole"), final_state(tmp_path / "broken")
    for part in ("state_dict", "optimizer_states", "lr_schedulers", "states", "global_step"):
        assert_same(resumed[part], whole[part])
    assert_same(resumed.get("earlier"), whole.get("earlier"))


def test_a_finished_training_continues_with_more_epochs(
    configured: Configure, tmp_path: Path
) -> None:
    train(configured("trainer.max_epochs=1"))
    steps = final_state(tmp_path / "run")["global_step"]
    train(configured("trainer.max_epochs=2", f"resume={tmp_path / 'run'}"))
    assert final_state(tmp_path / "run")["global_step"] == 2 * steps
    assert len(read_curves(tmp_path / "run")["validation/bpc"]) == 4


def test_overfitting_one_batch_brings_the_cost_to_nearly_zero(
    configured: Configure, tmp_path: Path
) -> None:
    train(configured("debug=overfit", "optimizer.lr=1e-2", "trainer.log_every_n_steps=1"))
    assert read_curves(tmp_path / "run")["train/bpc"][-1][1] < 0.02


@pytest.mark.parametrize("debug", ["one_batch", "cpu"])
def test_debugging_presets_run_through(configured: Configure, debug: str) -> None:
    assert train(configured(f"debug={debug}")).score > 0


def test_without_a_schedule_the_rate_is_constant(configured: Configure, tmp_path: Path) -> None:
    train(configured("trainer.max_epochs=1", "~scheduler", "~callbacks.learning_rate"))
    [group] = final_state(tmp_path / "run")["optimizer_states"][0]["param_groups"]
    assert group["lr"] == 4e-3


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("network.hidden_size=0", "hidden_size must be greater than zero, got 0"),
        ("network.hidden_size=many", "hidden_size must be an int, got 'many'"),
        ("rnn.nonlinearity=than", "nonlinearity must be one of tanh"),
        ("rnn.engine=cudnn", "engine must be one of auto"),
        ("rnn.init_V=eye", "init_V must be one of uniform"),
        (
            "optimizer.lr=-1",
            "optimizer.lr must be a number greater than zero, got -1",
        ),
        ("scheduler.warmup=2", "scheduler.warmup must be a number from 0 to 1, got 2"),
        ("data.batch_size=0", "data.batch_size must be greater than zero, got 0"),
        ("trainer.max_epochs=0", "trainer.max_epochs must be greater than zero, got 0"),
        ("trainer.max_epochs=few", "trainer.max_epochs must be an int or null, got 'few'"),
        (
            "callbacks.samples.temperature=0",
            "temperature must be a number greater than zero, got 0",
        ),
        ("resume=nowhere", "resume: there is no nowhere"),
    ],
)
def test_values_out_of_range_are_refused_before_data_is_touched(
    configured: Configure, monkeypatch: pytest.MonkeyPatch, override: str, message: str
) -> None:
    def too_late(_: CharacterData) -> None:
        raise AssertionError("data was touched")

    monkeypatch.setattr(CharacterData, "prepare_data", too_late)
    with pytest.raises(Exception, match=message) as error:
        train(configured(override))
    assert not isinstance(error.value, AssertionError)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there(configured: Configure) -> None:
    with pytest.raises(ValueError, match=r"trainer: .*\(trainer=cpu uses the CPU\)"):
        train(configured("trainer.accelerator=gpu"))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("network.hidden_size=17", "resume: network.hidden_size was 16 and is 17 now"),
        ("optimizer.lr=1e-5", "resume: optimizer.lr was 0.004 and is 1e-05 now"),
        ("data.batch_size=2", "resume: data.batch_size was 4 and is 2 now"),
        ("~scheduler", "resume: scheduler._partial_ was True and is None now"),
    ],
)
def test_a_resumed_training_must_have_the_same_settings(
    configured: Configure, tmp_path: Path, override: str, message: str
) -> None:
    train(configured("trainer.max_epochs=1"))
    before = (tmp_path / "run" / LAST).read_bytes()
    with pytest.raises(ValueError, match=message):
        train(configured(override, f"resume={tmp_path / 'run'}"))
    assert (tmp_path / "run" / LAST).read_bytes() == before


def test_a_run_of_another_text_is_not_resumed(
    configured: Configure, tmp_path: Path, book: Path
) -> None:
    train(configured("trainer.max_epochs=1"))
    other = tmp_path / "other.txt"
    other.write_text(book.read_text().replace("green", "red@"))
    with pytest.raises(ValueError, match=r"the characters of .*other\.txt must be those"):
        train(configured(f"data.path={other}", f"resume={tmp_path / 'run'}", run="second"))


def test_the_last_checkpoint_is_of_the_last_epoch_and_the_best_may_be_older(
    configured: Configure, tmp_path: Path
) -> None:
    train(configured("trainer.max_epochs=3", "+callbacks.checkpoint.mode=max"))  # of falling bits
    last = final_state(tmp_path / "run")
    best = torch.load(tmp_path / "run" / BEST, weights_only=True)
    assert best["epoch"] == 0
    assert last["epoch"] == 2
    assert last["global_step"] > best["global_step"]


def test_a_run_of_an_earlier_version_is_not_resumed(configured: Configure, tmp_path: Path) -> None:
    train(configured("trainer.max_epochs=1"))
    checkpoint = final_state(tmp_path / "run")
    del checkpoint["version"]
    torch.save(checkpoint, tmp_path / "run" / LAST)
    with pytest.raises(ValueError, match="resume: an earlier version of elman started this run"):
        train(configured("trainer.max_epochs=2", f"resume={tmp_path / 'run'}"))


@pytest.mark.parametrize("logger", ["none", "csv", "tensorboard"])
def test_the_logger_is_a_choice(configured: Configure, tmp_path: Path, logger: str) -> None:
    train(configured("trainer.max_epochs=1", f"logger={logger}"))
    run = tmp_path / "run"
    assert (run / "csv").is_dir() == (run / "curves.png").is_file() == (logger == "csv")
    assert (run / "tensorboard").is_dir() == (logger == "tensorboard")
    assert (run / BEST).is_file()


def test_early_stopping_ends_a_training_that_no_longer_improves(
    configured: Configure, tmp_path: Path
) -> None:
    options = ["callbacks=[language,early_stopping]", "callbacks.early_stopping.patience=1"]
    train(
        configured(
            *options,
            "optimizer.lr=1e-12",
            "trainer.max_epochs=9",
            "~scheduler",
            "~callbacks.learning_rate",
            "+callbacks.early_stopping.min_delta=0.01",
        )
    )
    assert final_state(tmp_path / "run")["epoch"] < 3


def test_any_argument_of_the_trainer_can_be_given(configured: Configure, tmp_path: Path) -> None:
    train(
        configured(
            "trainer.max_epochs=1",
            "++trainer.limit_train_batches=2",
            "++trainer.accumulate_grad_batches=2",
        )
    )
    assert final_state(tmp_path / "run")["global_step"] == 1


def test_an_argument_that_the_trainer_does_not_have(configured: Configure) -> None:
    with pytest.raises(ValueError, match=r"trainer\.max_epoch: .* did you mean max_epochs\?"):
        train(configured("++trainer.max_epoch=3"))


@pytest.mark.parametrize(
    ("part", "target", "message"),
    [
        (
            "objective",
            "torch.nn.MSELoss",
            r"objective: torch.*MSELoss must be a subclass of elman",
        ),
        ("data", "torch.nn.Identity", r"data: torch.nn.*Identity must be a subclass of lightning"),
        ("network", "builtins.dict", r"network: builtins.dict must be a torch.nn.Module"),
    ],
)
def test_parts_of_another_kind_are_refused(
    configured: Configure, part: str, target: str, message: str
) -> None:
    config = configured()
    partial = {"_partial_": True} if part == "network" else {}
    with open_dict(config):
        config[part] = {"_target_": target, **partial}
    with pytest.raises(TypeError, match=message):
        train(config)


def test_the_number_of_threads(
    configured: Callable[..., DictConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", threads.append)
    for wrong in (0, "two", 10**6):
        with pytest.raises((TypeError, ValueError), match=f"^threads must be .* got .?{wrong}"):
            train(configured(f"threads={wrong}"))
    assert threads == []
    train(configured("threads=3", "+trainer.max_steps=1"))
    train(configured("+trainer.max_steps=1", run="all"))
    assert threads == [3, torch.get_num_threads()]  # the next training has all again
