"""Sizes of a training that do not fit into the memory."""

from collections.abc import Callable

import pytest
from omegaconf import DictConfig

from elman.tasks.language.data import CharacterData
from elman.training.train import train

Configure = Callable[..., DictConfig]


@pytest.fixture(autouse=True)
def one_gigabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_late(_: CharacterData) -> None:
        raise AssertionError("data was touched")

    monkeypatch.setattr("elman.memory.available_memory", lambda _: 1_000_000_000)
    monkeypatch.setattr(CharacterData, "prepare_data", too_late)


@pytest.mark.parametrize(
    ("override", "needed", "remedy"),
    [  # 16 bytes a weight with Adam
        ("network.hidden_size=10000", "1.6", "network.hidden_size or data.chunk_length or "),
        ("network.embedding_size=4000000", "1.09", "network.embedding_size or "),
        ("data.batch_size=1000000", "2.3", "data.batch_size or "),
        ("data.chunk_length=5000000", "2.56", "data.chunk_length or "),
    ],
)
def test_both_figures_of_a_network_that_is_too_large(
    configured: Configure, override: str, needed: str, remedy: str
) -> None:
    with pytest.raises(
        ValueError,
        match=rf"^network: its weights .* need about {needed}.* GB of memory, but 1 GB are "
        rf"available; lower {remedy}",
    ):
        train(configured(override))


def test_processes_share_the_weights(configured: Configure) -> None:
    fsdp = ["trainer=fsdp", "trainer.accelerator=cpu", "trainer.devices=2"]
    with pytest.raises(ValueError, match=r"need about 3\.2.* GB of memory, but 1 GB are available"):
        train(configured("network.hidden_size=20000", *fsdp))  # 6.4 GB together


def test_sizes_that_no_memory_has(configured: Configure) -> None:
    message = r"^network: no memory is large enough for it; lower network.hidden_size or "
    with pytest.raises(ValueError, match=message):
        train(configured("network.hidden_size=2000000000"))
