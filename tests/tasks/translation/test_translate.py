import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.networks import EncoderDecoder, FeedforwardNetwork
from elman.tasks.translation.subwords import BEGIN, END
from elman.tasks.translation.translate import Translate, translate
from elman.training.train import train

Compose = Callable[..., DictConfig]


def test_one_text_is_translated_and_its_attention_drawn(
    run: Any, composed: Compose, tmp_path: Path
) -> None:
    picture = tmp_path / "map.png"
    overrides = [f"checkpoint={run.folder}", "text=the red pump", f"attention={picture}"]
    [translation] = translate(read_values(Translate, composed("translate", *overrides)))
    assert translation.startswith("die ")
    assert picture.exists()


def test_lines_of_standard_input_are_translated_one_by_one(
    run: Any, composed: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("the red pump\n\nthe new bell\n"))
    translations = translate(
        read_values(Translate, composed("translate", f"checkpoint={run.folder}"))
    )
    assert next(translations).startswith("die ")
    with pytest.raises(ValueError, match="standard input, line 2: is empty"):
        next(translations)


@pytest.mark.parametrize(
    ("overrides", "options"),
    [
        ([], (3, 60, 1.25)),  # of the test
        (["beam_width=2", "maximum_length=4", "length_penalty=0"], (2, 4, 0)),
    ],
)
def test_the_search_is_that_of_the_test_unless_overridden(
    run: Any,
    composed: Compose,
    monkeypatch: pytest.MonkeyPatch,
    overrides: list[str],
    options: tuple[Any, ...],
) -> None:
    calls = []
    original = EncoderDecoder.translate

    def record(self: EncoderDecoder, x: Any, lengths: Any, *arguments: Any) -> Any:
        calls.append(arguments)
        return original(self, x, lengths, *arguments)

    monkeypatch.setattr(EncoderDecoder, "translate", record)
    [
        *translate(
            read_values(
                Translate,
                composed("translate", f"checkpoint={run.folder}", "text=the old door", *overrides),
            )
        )
    ]
    assert calls == [(BEGIN, END, *options)]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            ["text='the жpump я'"],
            "text must not have other characters than the training data: 'ж' 'я'",
        ),
        (["text=' '"], "text: is empty"),
        (["text='▁'"], "text: is empty"),  # a space in the vocabulary
        (["attention=map.png"], "attention: only one text can be drawn; give it with text=…"),
        (["text=the red pump", "beam_width=0"], "beam_width must be from 1 to 10000, got 0"),
        (["text=the pump", "maximum_length=0"], "maximum_length must be greater than zero, got 0"),
    ],
)
def test_bad_values_are_refused(
    run: Any, composed: Compose, overrides: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        list(
            translate(
                read_values(
                    Translate, composed("translate", f"checkpoint={run.folder}", *overrides)
                )
            )
        )


def test_a_network_of_torch_layers_without_attention_has_nothing_to_draw(
    configure: Compose, composed: Compose, tmp_path: Path
) -> None:
    overrides = ["rnn=torch", "rnn.num_layers=2", "network.attention_size=null"]
    assert math.isfinite(train(configure(tmp_path, *overrides)).score)
    text = [f"checkpoint={tmp_path}", "text=the red pump"]
    assert len([*translate(read_values(Translate, composed("translate", *text)))]) == 1
    with pytest.raises(ValueError, match="attention: the network has no attention to draw"):
        list(translate(read_values(Translate, composed("translate", *text, "attention=map.png"))))


def test_a_checkpoint_of_another_network_is_refused(composed: Compose, tmp_path: Path) -> None:
    checkpoint = {
        "network": {
            "_target_": "elman.networks.FeedforwardNetwork",
            "_partial_": True,
            "sizes": [2, 2],
        },
        "data": {"_target_": "elman.tasks.digits.data.DigitData"},
        "training": {
            "_target_": "elman.training.supervised.SupervisedTraining",
            "_partial_": True,
        },
        "objective": {"_target_": "elman.training.class_objectives.SquaredError"},
        "state_dict": {
            f"network.{name}": weight
            for name, weight in FeedforwardNetwork([2, 2]).state_dict().items()
        },
    }
    torch.save(checkpoint, tmp_path / "digits.ckpt")
    config = read_values(
        Translate, composed("translate", f"checkpoint={tmp_path / 'digits.ckpt'}", "text=a")
    )
    with pytest.raises(ValueError, match=r"digits.ckpt holds a FeedforwardNetwork, which cannot"):
        list(translate(config))
