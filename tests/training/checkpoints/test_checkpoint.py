"""Checkpoints from elsewhere: damaged, foreign, hostile."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import DictConfig

from elman.training.checkpoints.checkpoint import (
    find_checkpoint,
    load_checkpoint,
    load_network,
    restore,
)
from elman.training.runs.folder import BEST, LAST, PREVIOUS
from elman.training.train import train


def vocabulary_size(checkpoint: dict[str, Any]) -> int:
    return len(checkpoint["CharacterData"]["vocabulary"])


def test_a_network_is_rebuilt_from_the_checkpoint_alone(run: Path) -> None:
    path = find_checkpoint("checkpoint", run)
    checkpoint = load_checkpoint(path)
    network = load_network(path, checkpoint, vocabulary_size=vocabulary_size(checkpoint))
    assert not network.training
    for name, weight in network.state_dict().items():
        assert torch.equal(weight, checkpoint["state_dict"][f"network.{name}"])


def test_a_network_with_a_configured_initialization_is_rebuilt_and_trained_further(
    configured: Callable[..., DictConfig], tmp_path: Path
) -> None:
    options = [
        "rnn.init_V={_target_:elman.layers.initialization.spectral_radius,_partial_:true,radius:0.7}",
        "rnn.init_U=sparse",
    ]
    train(configured(*options, "trainer.max_epochs=1", "optimizer.lr=1e-9"))
    V = restore(tmp_path / "run").network.rnn.V
    assert torch.linalg.eigvals(V.detach()).abs().max().item() == pytest.approx(0.7, rel=1e-4)
    train(configured(*options, "optimizer.lr=1e-9", f"resume={tmp_path / 'run'}"))


def test_a_run_or_a_file_is_found(run: Path) -> None:
    best = run / "checkpoints" / "best.ckpt"
    assert find_checkpoint("checkpoint", run) == find_checkpoint("checkpoint", best) == best


def test_a_checkpoint_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.ckpt"):
        with pytest.raises(FileNotFoundError, match=r"^checkpoint: there is no .*\.ckpt; give"):
            find_checkpoint("checkpoint", path)


def damage(path: Path) -> None:
    """Changes one bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("fault", ["damaged", "missing", "empty"])
@pytest.mark.parametrize(("kind", "other"), [(LAST, "previous"), (BEST, "last")])
def test_a_run_whose_checkpoint_is_lost_has_the_newest_other_one(
    run: Path, kind: Path, other: str, fault: str
) -> None:
    if fault == "damaged":
        damage(run / kind)
    elif fault == "missing":
        (run / kind).unlink()
    else:
        (run / kind).write_bytes(b"")
    os.utime(run / "checkpoints" / f"{other}.ckpt", (2e9, 2e9))
    says = f"resume: .*{kind.name} is {'missing' if fault == 'missing' else 'damaged'}; {other}"
    with pytest.warns(UserWarning, match=says):
        found = find_checkpoint("resume", run, kind)
    assert found == run / "checkpoints" / f"{other}.ckpt"


def test_without_a_whole_checkpoint_a_run_is_refused(run: Path) -> None:
    for path in run.glob("checkpoints/*"):
        damage(path)
    with pytest.raises(ValueError, match=r"last\.ckpt is damaged.*there is no other checkpoint"):
        find_checkpoint("resume", run, LAST)


def test_a_damaged_file_names_the_whole_one_beside_it(run: Path) -> None:
    best, last = run / BEST, run / LAST
    damage(last)
    damage(run / PREVIOUS)
    with pytest.raises(ValueError, match=rf"last\.ckpt is damaged.*; best\.ckpt .*: resume={best}"):
        find_checkpoint("resume", last, LAST)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_a_checkpoint_cut_short(run: Path, share: float) -> None:
    path = find_checkpoint("checkpoint", run)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ValueError, match=r"^checkpoint: .*best\.ckpt is damaged, cut short or"):
        load_checkpoint(path)


def test_a_file_that_is_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "letter.ckpt"
    path.write_text("Dear checkpoint, how do you do?")
    with pytest.raises(ValueError, match=r"^checkpoint: .*letter\.ckpt is damaged"):
        load_checkpoint(path)


@pytest.mark.parametrize("content", [torch.zeros(3), {"state_dict": {}}, [1, 2]])
def test_a_checkpoint_of_another_program(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "other.ckpt"
    torch.save(content, path)
    with pytest.raises(ValueError, match="was not written by the training of this package"):
        load_checkpoint(path)


class Hostile:
    """Whoever unpickles this makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_checkpoint_does_not_run(run: Path, tmp_path: Path, zipped: bool) -> None:
    path = find_checkpoint("checkpoint", run)
    content = {**load_checkpoint(path), "more": Hostile(tmp_path / "trap")}
    if zipped:
        torch.save(content, path)
    else:
        path.write_bytes(pickle.dumps(content, protocol=2))
    with pytest.raises(ValueError, match=r"is damaged(, cut short| or holds code)"):
        load_checkpoint(path)
    assert not (tmp_path / "trap").exists()


@pytest.mark.parametrize("where", ["network", "rnn", "list", "tuple", "interpolation"])
def test_a_checkpoint_may_not_choose_what_is_called(run: Path, tmp_path: Path, where: str) -> None:
    path = find_checkpoint("checkpoint", run)
    checkpoint = load_checkpoint(path)
    hostile = {"_target_": "os.mkdir", "path": str(tmp_path / "trap")}
    description = checkpoint["network"]
    if where == "network":
        checkpoint["network"] = hostile
    elif where == "rnn":
        description["rnn"] = hostile
    else:
        interpolation = f"${{oc.create:{{_target_: os.mkdir, path: {tmp_path / 'trap'}}}}}"
        values = {"list": [hostile], "tuple": (hostile,), "interpolation": interpolation}
        description["rnn"]["bias"] = values[where]
    torch.save(checkpoint, path)
    with pytest.raises(ValueError, match=r"checkpoint: .* (names 'os.mkdir'|only plain values)"):
        restore(path)
    assert not (tmp_path / "trap").exists()


def test_weights_of_another_network(run: Path) -> None:
    path = find_checkpoint("checkpoint", run)
    checkpoint = load_checkpoint(path)
    checkpoint["network"]["hidden_size"] += 1
    with pytest.raises(ValueError, match=r"the weights in .* are of another network"):
        load_network(path, checkpoint, vocabulary_size=vocabulary_size(checkpoint))
