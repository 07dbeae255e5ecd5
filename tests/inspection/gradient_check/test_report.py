from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

from elman.cli.values import read_values
from elman.inspection.gradient_check.report import GradientCheck, gradient_check

CONF = Path(__file__).parents[3] / "conf"
NETWORKS = sorted(path.stem for path in (CONF / "network").glob("*.yaml"))

LAYERS = """
import torch
from torch import nn

class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, W):
        ctx.save_for_backward(a, W)
        return a @ W.T

    @staticmethod
    def backward(ctx, dz):
        a, W = ctx.saved_tensors
        return dz @ W, -3 * dz.T @ a

class Wrong(nn.Module):
    def __init__(self):
        super().__init__()
        self.b = nn.Parameter(torch.zeros(4))
        self.W = nn.Parameter(torch.ones(4, 3))

    def forward(self, a):
        return Product.apply(a, self.W) + self.b

class Detached(Wrong):
    def forward(self, a):
        return a @ self.W.detach().T + self.b

class Unused(Wrong):
    def forward(self, a):
        return torch.relu(a) + 0 * self.b[:3]
"""

Configure = Callable[..., GradientCheck]


@pytest.fixture
def configured(tmp_path: Path) -> Iterator[Configure]:
    file = tmp_path / "layers.py"
    file.write_text(LAYERS)

    def configure(*overrides: str, layer: str | None = None) -> GradientCheck:
        own = [f"gradient_check.target={file}:{layer}"] if layer else []
        return read_values(GradientCheck, compose("gradient_check", overrides=[*own, *overrides]))

    with initialize_config_dir(str(CONF), version_base="1.3"):
        yield configure


SMALL = {"hidden_size": 6, "embedding_size": 4, "attention_size": 3, "code_size": 4, "side": 12}
SMALL_LISTS = {"convolutional": [2, 3], "captioner": [2, 3, 3, 4]}  # channels


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network(
    configured: Configure, network: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configured(f"network={network}", "gradient_check.entries=1")
    config.network.update({key: value for key, value in SMALL.items() if key in config.network})
    if "channels" in config.network:
        config.network["channels"] = SMALL_LISTS[network]
    if "sizes" in config.network:
        config.network["sizes"] = [20, 8, 3]
    checks = gradient_check(config)
    assert all(check.group_passed and not check.wrong for check in checks)
    output = capsys.readouterr().out
    assert "autograd and finite differences agree; the largest relative difference is" in output
    for check in checks:
        assert check.name in output
        assert " × ".join(map(str, check.shape)) in output
        assert str(list(check.entries[0].index)) in output


@pytest.mark.parametrize("rnn", sorted(path.stem for path in (CONF / "rnn").glob("*.yaml")))
def test_every_recurrent_layer(configured: Configure, rnn: str) -> None:
    small = ["network.embedding_size=3", "network.hidden_size=4", "gradient_check.size=5"]
    checks = gradient_check(configured("network=language_model", f"rnn={rnn}", *small))
    assert {check.name: check.shape for check in checks}["embedding.weight"] == (5, 3)
    assert not any(check.wrong for check in checks)


def test_wrong_gradient_is_reported(
    configured: Configure, capsys: pytest.CaptureFixture[str]
) -> None:
    message = (
        r"^Wrong: the gradient of W\[\d, \d\] is wrong, autograd gives (\S+) and finite "
        r"differences give (\S+), a relative difference of 1.3 \(tolerance 1e-05\); in W 12 of 12 "
        r"entries are wrong, all by the factor -3$"
    )
    with pytest.raises(ValueError, match=message) as error:
        gradient_check(configured("gradient_check.input=[2,3]", layer="Wrong"))
    lines = capsys.readouterr().out.splitlines()
    columns = "tensor shape checked difference entry autograd numeric"
    assert columns.split() in [line.split() for line in lines]
    rows = [line.split() for line in lines if line.rstrip().endswith("wrong")]
    assert len(rows) == 3  # sorted; the message names the first
    assert rows[0][:5] == ["W", "4", "×", "3", "12"]
    reported = str(error.value).split("the gradient of ")[1].split(" is wrong")[0]
    assert reported in " ".join(rows[0]).replace("W 4 × 3 12 1.3 ", "W")
    assert [line for line in lines if line.strip().startswith("b ")]


def test_missing_gradient_is_reported(configured: Configure) -> None:
    message = (
        r"^Detached: the gradient of W\[\d, \d\] is wrong, autograd gives none and finite "
        r"differences give (\S+), a relative difference of 1 .*; in W 12 of 12 entries are wrong$"
    )
    with pytest.raises(ValueError, match=message):
        gradient_check(configured("gradient_check.input=[2,3]", layer="Detached"))


def test_summary(configured: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    gradient_check(configured("gradient_check.input=[9,3]", layer="Unused"))
    output = capsys.readouterr().out
    assert "\nW is unused: autograd gives it no gradient, and the output does not depend" in output
    assert "\nThe gradient of b is 0 at every checked entry, which proves little" in output
    assert "\n36 entries were checked individually, 7 others together" in output
    assert "kink" not in output


def test_kinks_are_reported(configured: Configure, capsys: pytest.CaptureFixture[str]) -> None:
    zeros = ["gradient_check.target=elman:Dense", "gradient_check.arguments=[3,4,relu]"]
    gradient_check(configured(*zeros, "gradient_check.input=[2,3]", "gradient_check.step=1"))
    assert "lie at a kink of the cost" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("gradient_check.input=[2,3]", "gradient_check.input needs gradient_check.target"),
        ("gradient_check.arguments=[2]", "gradient_check.arguments needs gradient_check.target"),
        ("gradient_check.entries=0", "entries must be greater than zero, got 0"),
        ("seed=one", "seed must be an int, got 'one'"),
        ("seed=-1", "seed must be from 0 to"),
        ("gradient_check.size=x", "gradient_check.size must be an int, got 'x'"),
        ("gradient_check.size=100000", "gradient_check.size must be from 1 to 10000"),
        ("gradient_check.step=inf", "gradient_check.step must be a finite number"),
        ("gradient_check.tolerance=0", "gradient_check.tolerance must be a number greater than"),
        (
            "network=sequence_classifier network.hidden_size=100000",
            "network: its weights need about 240 GB of memory, but",
        ),
        (
            "network=sequence_classifier network.hidden_size=2000000000",
            "network: no memory is large enough for its weights",
        ),
        ("rnn.engine=x", "engine must be one of auto"),
        ("rnn.num_layers=0", "rnn.num_layers must be greater than zero"),
        ("network.sizes=[3]", "sizes must be a list of at least 2"),
    ],
)
def test_values_out_of_range(configured: Configure, override: str, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        gradient_check(configured(*override.split(" ")))
