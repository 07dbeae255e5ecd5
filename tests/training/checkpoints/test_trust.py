"""What a checkpoint may build."""

import re
import sys
from pathlib import Path

import pytest

from elman.training.checkpoints.trust import (
    check_module_names,
    check_trusted,
    foreign_modules,
    targets,
)


@pytest.mark.parametrize(
    "name",
    [
        "elman.RNN",
        "elman.VariationalRNNCell",
        "elman.layers.built_in",
        "elman.layers.initialization.spectral_radius",
        "elman.networks.LanguageModel",
        "elman.tasks.speech.data.SpeechData",
        "elman.tasks.speech.training.SpeechTraining",
        "elman.training.class_objectives.CrossEntropy",
    ],
)
def test_parts_of_this_package_are_allowed(name: str) -> None:
    check_trusted("best.ckpt", {"_target_": name, "inner": {"_target_": name}}, trust=())


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "torch.load",
        "builtins.eval",
        "elman.training.checkpoints.checkpoint.torch.load",  # reached through it, but not its own
        "elman.training.checkpoints.trust.get_object",
        "elman.training.train.train",  # a function
        "elman.training.weight_path.RecordPath",  # a callback is no part of a checkpoint
        "elman.data.fetch.fetch",
        "elman.data.fetch.subprocess.run",
        "elman.nowhere.RNN",
        "elman.RNN.from_torch",
        "elman.layers.initialization.initialization",
        "elman.layers.initialization.check_size",
        "elman.layers.initialization.nn.init.eye_",
        "elmanevil.RNN",
        "elman",
        "",
    ],
)
def test_everything_else_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"best.ckpt names {name!r}")):
        check_trusted("best.ckpt", {"network": {"rnn": [{"_target_": name}]}}, trust=["mylib"])


def test_trusted_modules_are_there() -> None:
    check_module_names("trust", ["torch", "torch.nn", "elman"])
    for name in ("nan", "True", "no_such_module", "no_such_module.rnn", "torch.-1", ""):
        with pytest.raises(ValueError, match=rf"^trust must be names of modules .* got '{name}'$"):
            check_module_names("trust", [name])


@pytest.mark.parametrize("trust", [["mylib"], ["mylib.cells"], ["other", "mylib"]])
def test_the_user_may_trust_a_module(trust: list[str]) -> None:
    check_trusted("best.ckpt", {"_target_": "mylib.cells.LeakyCell"}, trust)


def test_trust_is_for_whole_names() -> None:
    with pytest.raises(ValueError, match=r"if you trust that code, add trust=\[mylibrary\]"):
        check_trusted("best.ckpt", {"_target_": "mylibrary.Cell"}, ["mylib"])


@pytest.mark.parametrize("value", ["${oc.env:HOME}", Path("x"), (1, 2), object()])
def test_only_plain_values_are_allowed(value: object) -> None:
    with pytest.raises(ValueError, match=r"best.ckpt holds .* for bias; only plain values"):
        check_trusted("best.ckpt", {"rnn": {"bias": value}}, trust=["mylib"])


def test_a_check_imports_nothing_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trap.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ValueError, match=r"names 'trap.Net'"):
        check_trusted("best.ckpt", {"_target_": "trap.Net"}, trust=())
    assert "trap" not in sys.modules
    assert not (tmp_path / "sprung").exists()


def test_foreign_modules_are_found_wherever_they_are_named() -> None:
    network = {"_target_": "elman.RNN", "cell": {"_target_": "mylib.a.Cell"}, "n": [1]}
    data = {"_target_": "other.Data", "parts": [{"_target_": "third.Part"}]}
    assert list(targets(network)) == ["elman.RNN", "mylib.a.Cell"]
    assert foreign_modules([network, data, {}]) == ["mylib", "other", "third"]
