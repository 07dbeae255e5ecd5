from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import DictConfig, OmegaConf
from PIL import Image

from elman.cli.values import read_values
from elman.networks import Captioner, FeedforwardNetwork
from elman.tasks.captioning.caption import Caption, caption
from elman.tasks.captioning.data import CaptioningData
from elman.training.checkpoints.checkpoint import load_checkpoint

Compose = Callable[..., DictConfig]


def test_a_scaled_transparent_image_is_captioned(
    run: Any, composed: Compose, shapes: Path, tmp_path: Path
) -> None:
    data = CaptioningData(str(shapes), side=16, combination_size=2)
    data.setup()
    references = data.captions["test"][::4]  # one image of each combination
    captions = []
    for reference in references:
        with Image.open(shapes / f"{reference.replace(' ', '-')}-0.png") as image:
            scaled = image.convert("RGBA").resize((64, 64), Image.Resampling.NEAREST)
        scaled.putalpha(Image.eval(scaled.convert("L"), lambda grey: 255 if grey < 250 else 0))
        scaled.save(tmp_path / "image.png")
        overrides = [f"checkpoint={run.folder}", f"image={tmp_path / 'image.png'}"]
        captions.append(caption(read_values(Caption, composed("caption", *overrides))))
    assert sum(a == b for a, b in zip(captions, references, strict=True)) >= 2


@pytest.mark.parametrize(("overrides", "beam_width"), [([], 3), (["beam_width=1"], 1)])
def test_the_beam_width_is_that_of_the_test_unless_overridden(
    run: Any,
    composed: Compose,
    shapes: Path,
    monkeypatch: pytest.MonkeyPatch,
    overrides: list[str],
    beam_width: int,
) -> None:
    calls = []
    original = Captioner.generate

    def record(self: Captioner, images: Any, begin: int, end: int, width: int, length: int) -> Any:
        calls.append(width)
        return original(self, images, begin, end, width, length)

    monkeypatch.setattr(Captioner, "generate", record)
    image = f"image={shapes / 'red-bar-0.png'}"
    caption(
        read_values(Caption, composed("caption", f"checkpoint={run.folder}", image, *overrides))
    )
    assert calls == [beam_width]


def test_bad_values_are_refused(run: Any, composed: Compose) -> None:
    checkpoint = f"checkpoint={run.folder}"
    with pytest.raises(FileNotFoundError, match=r"image: there is no file missing\.png"):
        caption(read_values(Caption, composed("caption", checkpoint, "image=missing.png")))
    with pytest.raises(ValueError, match=r"image: README\.md: it is not an image that Pillow"):
        caption(read_values(Caption, composed("caption", checkpoint, "image=README.md")))
    with pytest.raises(ValueError, match="beam_width must be from 1 to 10000, got 0"):
        caption(
            read_values(Caption, composed("caption", checkpoint, "image=x.png", "beam_width=0"))
        )


def test_a_checkpoint_of_another_network_is_refused(
    run: Any, composed: Compose, tmp_path: Path
) -> None:
    checkpoint = load_checkpoint(run.folder / "checkpoints" / "best.ckpt")
    checkpoint["network"] = OmegaConf.to_container(
        composed("train", "experiment=digits_feedforward").network
    )
    checkpoint["data"] = {"_target_": "elman.tasks.digits.data.DigitData"}
    checkpoint["DigitData"] = {"path": None, "sha256": None}
    weights = FeedforwardNetwork(list(checkpoint["network"]["sizes"])).state_dict()
    checkpoint["state_dict"] = {f"network.{name}": weight for name, weight in weights.items()}
    file = tmp_path / "digits.ckpt"
    torch.save(checkpoint, file)
    with pytest.raises(ValueError, match="holds a FeedforwardNetwork, which cannot write captions"):
        caption(read_values(Caption, composed("caption", f"checkpoint={file}", "image=x.png")))
