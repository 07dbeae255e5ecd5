"""Whole trainings of a captioner, its test, its sheet and its script."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig, OmegaConf
from PIL import Image

from elman.tasks.captioning.baselines import most_frequent, nearest
from elman.tasks.captioning.caption import caption
from elman.tasks.captioning.data import CaptioningData
from elman.tasks.captioning.objective import NextWord
from elman.tasks.captioning.training import compared
from elman.training.checkpoint import load_checkpoint
from elman.training.curves import read_curves
from elman.training.evaluate import evaluate
from elman.training.results import Result, RunGroup
from elman.training.train import train

Compose = Callable[..., DictConfig]
QUICK = ["trainer.max_epochs=1", "trainer.check_val_every_n_epoch=1"]


@pytest.fixture
def configure(composed: Compose, shapes: Path, tmp_path: Path) -> Compose:
    def configured(*overrides: str, run: str = "run") -> DictConfig:
        (tmp_path / run).mkdir(exist_ok=True)
        return composed(
            "train",
            "experiment=captioning",
            f"output_dir={tmp_path / run}",
            f"data.path={shapes}",
            "data.side=16",
            "data.together=2",
            "data.batch_size=16",
            "network.channels=[16,32]",
            "network.embedding_size=16",
            "network.hidden_size=64",
            "network.dropout=0.3",
            "optimizer.lr=1e-2",
            "optimizer.weight_decay=2",
            "callbacks.checkpoint.monitor=validation/cost",
            "callbacks.checkpoint.mode=min",
            "trainer.log_every_n_steps=2",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configured


def test_names_combinations_that_it_has_never_seen(
    configure: Compose,
    composed: Compose,
    shapes: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("INFO")
    run = tmp_path / "run"
    exact = train(configure("trainer.max_epochs=60"))
    assert "nearest picture " in RunGroup("", [Result.read(run)]).baselines()
    assert exact >= 0.6  # by repeating training captions: 0
    assert f"Test: exact match {exact:.1%} on " in caplog.text
    assert "nearest_exact_match 0, " in caplog.text
    assert "frequent_exact_match 0, " in caplog.text
    assert "held out: 12 to validate with and 16 to test with" in caplog.text
    assert (run / "curves.png").exists()
    with Image.open(run / "captions.png") as sheet:
        assert sheet.width > 1000

    again = evaluate(
        composed("evaluate", f"checkpoint={run}", "+trainer.enable_progress_bar=false")
    )
    assert again == exact
    assert f"Test: exact match {exact:.1%}" in capsys.readouterr().out

    data = CaptioningData(str(shapes), side=16, together=2)
    data.setup()
    truths = data.captions["test"]
    told = []
    for truth in truths[::4]:  # one of each combination, larger, on nothing
        with Image.open(shapes / f"{truth.replace(' ', '-')}-0.png") as picture:
            image = picture.convert("RGBA").resize((64, 64), Image.Resampling.NEAREST)
        image.putalpha(Image.eval(image.convert("L"), lambda grey: 255 if grey < 250 else 0))
        image.save(tmp_path / "picture.png")
        told.append(
            caption(composed("caption", f"checkpoint={run}", f"image={tmp_path / 'picture.png'}"))
        )
    assert sum(a == b for a, b in zip(told, truths[::4], strict=True)) >= 2


def test_a_checkpoint_keeps_its_words(
    configure: Compose, composed: Compose, tmp_path: Path
) -> None:
    train(configure(*QUICK))
    kept = load_checkpoint(tmp_path / "run" / "checkpoints" / "best.ckpt")["CaptioningData"]
    words = [
        "bar",
        "blue",
        "column",
        "dot",
        "frame",
        "gray",
        "green",
        "orange",
        "purple",
        "red",
        "square",
    ]
    assert kept["words"] == words
    other = tmp_path / "other"
    other.mkdir()
    lines = []
    for n in range(60):
        Image.new("RGB", (4, 4), "red").save(other / f"{n}.png")
        lines.append(f"{n}.png\t{('red', 'pink')[n % 2]} {('square', 'bar')[n // 2 % 2]}")
    (other / "captions.tsv").write_text("\n".join(lines))
    with pytest.raises(
        ValueError,
        match=r"captions\.tsv, line 2: its caption has words 'pink' not among the 11 words",
    ):
        evaluate(composed("evaluate", f"checkpoint={tmp_path / 'run'}", f"data.path={other}"))


@pytest.mark.parametrize("rnn", ["torch", "layer_norm"])
def test_other_recurrent_layers(configure: Compose, tmp_path: Path, rnn: str) -> None:
    train(configure(f"rnn={rnn}", "rnn.num_layers=2", "trainer.max_epochs=10"))
    curve = read_curves(tmp_path / "run")["train/cost"]
    assert curve[0][1] > 1
    assert curve[-1][1] < 0.8


def test_cost_is_the_average_of_the_steps_that_there_are() -> None:
    O = torch.zeros(3, 2, 4, dtype=torch.float64)
    O[0, 0, 2] = 1
    O[2, 1] = 1e9 * torch.rand(4)
    mask = torch.tensor([[True, True], [True, True], [True, False]])
    next_words = torch.tensor([[2, 0], [0, 1], [1, 1]])
    objective = NextWord()
    right = (4 * math.log(4) + math.log(3 + math.e) - 1) / 5
    assert objective.cost(O, (next_words, mask)).item() == pytest.approx(right, abs=1e-12)
    assert objective.count((next_words, mask)) == 2


def test_exact_is_the_share_of_captions_with_every_word_right() -> None:
    next_words = torch.tensor([[2, 3, 2], [1, 2, 1], [1, 1, 1]])
    mask = torch.tensor([[True, True, True], [True, True, True], [False, True, False]])
    told = torch.tensor([[2, 3, 2], [1, 3, 1], [0, 1, 3]])  # the second has a wrong word
    O = torch.nn.functional.one_hot(told, 4).double()
    figures = NextWord().metrics(torch.tensor(0.5), O, (next_words, mask))
    assert figures["exact_match"].item() == pytest.approx(2 / 3)
    assert figures["cost"].item() == 0.5


def test_compared() -> None:
    truth = ["a red circle here", "a blue square there now"]
    assert compared(truth, truth) == {"exact_match": 1.0, "bleu": pytest.approx(1.0)}
    figures = compared(["a red circle here", "a blue square there"], truth)
    # Every n-gram told is right, and 8 words stand for 9.
    assert figures == {"exact_match": 0.5, "bleu": pytest.approx(math.exp(1 - 9 / 8))}


def test_most_frequent() -> None:
    assert most_frequent(["b", "c", "c", "a", "b"]) == "b"


def test_nearest_repeats_the_caption_of_the_nearest_training_picture(shapes: Path) -> None:
    data = CaptioningData(str(shapes), side=16, together=2)
    data.setup()
    [((seen, _), _)] = data.seen_dataloader()
    assert nearest(seen, data) == data.captions["train"]
    [((pictures, _), _)] = data.test_dataloader()
    for picture, told in zip(pictures, nearest(pictures, data), strict=True):
        distances = ((seen - picture) ** 2).sum((1, 2, 3))
        assert told == data.captions["train"][distances.argmin()]


def test_pictures_without_a_caption(configure: Compose, composed: Compose, tmp_path: Path) -> None:
    train(configure(*QUICK, "+trainer.limit_test_batches=1"))
    run = f"checkpoint={tmp_path / 'run'}"
    with pytest.raises(FileNotFoundError, match=r"image: there is no file missing\.png"):
        caption(composed("caption", run, "image=missing.png"))
    with pytest.raises(
        ValueError, match=r"image: README\.md: it is no picture that can be decoded"
    ):
        caption(composed("caption", run, "image=README.md"))
    with pytest.raises(ValueError, match="beam_width must be greater than zero, got 0"):
        caption(composed("caption", run, "image=x.png", "beam_width=0"))


def test_a_network_that_writes_no_captions(
    configure: Compose, composed: Compose, tmp_path: Path
) -> None:
    train(configure(*QUICK))
    file = tmp_path / "run" / "checkpoints" / "best.ckpt"
    checkpoint = load_checkpoint(file)
    checkpoint["network"] = OmegaConf.to_container(
        composed("train", "experiment=digits_feedforward").network
    )
    checkpoint["data"] = {"_target_": "elman.tasks.digits.data.DigitData"}
    from elman.networks import FeedforwardNetwork  # noqa: PLC0415

    weights = FeedforwardNetwork(list(checkpoint["network"]["sizes"])).state_dict()
    checkpoint["state_dict"] = {f"network.{name}": weight for name, weight in weights.items()}
    torch.save(checkpoint, file)
    with pytest.raises(ValueError, match="holds a FeedforwardNetwork, which does not write capt"):
        caption(composed("caption", f"checkpoint={file}", "image=x.png"))
