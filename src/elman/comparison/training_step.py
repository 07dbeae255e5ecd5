"""The time of a training step: with elman.RNN, with torch.nn.RNN, and within Lightning."""

import time
from collections.abc import Callable
from typing import Any

import lightning
import torch
from hydra.utils import instantiate
from lightning import Callback, LightningModule, Trainer
from omegaconf import DictConfig, OmegaConf
from rich import box
from rich.console import Console
from rich.table import Table
from torch.utils.benchmark import Measurement

from elman.comparison.environment import describe_machine
from elman.comparison.timing import (
    check_rounds,
    interleave,
    milliseconds,
    quartiles_in_milliseconds,
)
from elman.tasks.language.objective import NextCharacter
from elman.tasks.language.streams import Streams
from elman.training.checkpoint import build_network
from elman.training.trainer import build_trainer
from elman.training.truncated_bptt import TruncatedBPTT

VOCABULARY_SIZE = 84  # of Shakespeare's plays; random characters take the same time
STEPS = 100  # per measurement, because Lightning's overhead varies from step to step

CANDIDATES = {
    "elman": "plain loop, elman.RNN",
    "torch": "plain loop, torch.nn.RNN",
    "lightning": "Lightning with its logging, elman.RNN",
}


def compare_training_step(config: DictConfig) -> dict[str, Measurement]:
    """Times the training step of an experiment and prints a table and the ratios.

    Each measurement covers `STEPS` steps. `torch.utils.benchmark.Timer` does not fit here: it
    would repeat a loop that is long enough, and count Lightning's setup with its training.

    Args:
        config: composed from `conf/benchmark_training.yaml`.

    Returns:
        Interleaved measurements of a step: "elman" and "torch" in a plain loop, "lightning" with
        elman.RNN in Lightning.
    """
    check_rounds("rounds", config.rounds)
    if config.trainer.accelerator != "cpu":
        raise ValueError("trainer: this benchmark runs on the CPU only, trainer=cpu")
    lightning.seed_everything(config.seed, verbose=False)
    B, T = config.data.batch_size, config.data.chunk_length
    characters = torch.randint(VOCABULARY_SIZE, (B * T * STEPS + 1,))
    streams = Streams(characters, B, T, whole_chunks=True)
    measured = interleave(
        {
            "elman": _plain_loop(_module(config, "elman"), streams, config),
            "torch": _plain_loop(_module(config, "torch"), streams, config),
            "lightning": _lightning(_module(config, "elman"), streams, config),
        },
        config.rounds,
    )
    _print(measured)
    return measured


def _print(measured: dict[str, Measurement]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("training step", no_wrap=True)
    for heading in ("median, ms", "quartiles"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, candidate in CANDIDATES.items():
        time_of = measured[name]
        table.add_row(candidate, milliseconds(time_of.median), quartiles_in_milliseconds(time_of))
    elman, torch_rnn, in_lightning = (measured[name].median for name in CANDIDATES)
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    console.print(f"Measured on {describe_machine(torch.device('cpu'))}.")
    console.print(f"torch.nn.RNN takes {torch_rnn / elman:.2f} times as long as elman.RNN.")
    console.print(f"Lightning and its logging cost {in_lightning / elman - 1:.1%}.")


def _module(config: DictConfig, layer: str) -> TruncatedBPTT:
    description: dict[str, Any] = OmegaConf.to_container(config.network, resolve=True)  # type: ignore[assignment]
    if layer == "torch":
        options = description["rnn"]
        description["rnn"] = {
            key: value if key == "_target_" else options[key] for key, value in config.torch.items()
        }
    return TruncatedBPTT(
        build_network(description, vocabulary_size=VOCABULARY_SIZE),
        NextCharacter(),
        instantiate(config.optimizer),
        instantiate(config.scheduler),
    )


def _plain_loop(module: TruncatedBPTT, streams: Streams, config: DictConfig) -> Callable[[], float]:
    optimizer = instantiate(config.optimizer)(module.network.parameters())
    clip = config.trainer.gradient_clip_val

    def measure() -> float:
        start = time.perf_counter()
        state = None
        for inputs, y in streams:
            O, h_n = module.network(inputs, state)
            state = h_n.detach()
            optimizer.zero_grad()
            module.objective.cost(O, y).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(module.network.parameters(), clip)
            optimizer.step()
        return (time.perf_counter() - start) / len(streams)

    return measure


class _Stopwatch(Callback):
    """Times the batches of an epoch, including Lightning's work between them."""

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        self.start = time.perf_counter()

    def on_train_batch_end(self, *_: Any) -> None:
        self.seconds = time.perf_counter() - self.start


def _lightning(module: TruncatedBPTT, streams: Streams, config: DictConfig) -> Callable[[], float]:
    def measure() -> float:
        stopwatch = _Stopwatch()
        trainer = build_trainer(
            config.trainer,
            callbacks=[stopwatch, *instantiate(config.callbacks).values()],
            logger=list(instantiate(config.logger).values()),
        )
        trainer.fit(module, streams)
        return stopwatch.seconds / len(streams)

    return measure
