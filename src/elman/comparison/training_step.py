"""The time of a training step: with elman.RNN, with torch.nn.RNN, and within Lightning."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import lightning
import torch
from hydra.utils import instantiate
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import Logger
from rich import box
from rich.console import Console
from rich.table import Table
from torch.utils.benchmark import Measurement

from elman.checks import check_choice, check_seed
from elman.comparison.environment import describe_machine
from elman.comparison.timing import (
    check_rounds,
    interleave,
    milliseconds,
    quartiles_in_milliseconds,
)
from elman.output_files import check_output_folder
from elman.tasks.language.data import CharacterData
from elman.tasks.language.objective import NextCharacter
from elman.tasks.language.streams import Streams
from elman.training.checkpoints.checkpoint import build_network
from elman.training.trainer import build_trainer
from elman.training.truncated_bptt import TruncatedBPTT
from elman.training.values.buildable import check_buildable
from elman.training.values.described import full_keys
from elman.training.values.parts import build_all

VOCABULARY_SIZE = 84  # of Shakespeare's plays; random characters take the same time
STEPS = 100  # per measurement, because Lightning's overhead varies from step to step

MONITOR = f"validation/{NextCharacter.metric}"

CANDIDATES = {
    "elman": "plain loop, elman.RNN",
    "torch": "plain loop, torch.nn.RNN",
    "lightning": "Lightning with its logging, elman.RNN",
}


@dataclass(frozen=True)
class BenchmarkTraining:
    """The values of `scripts/benchmark_training.py`, see `conf/benchmark_training.yaml`."""

    data: dict[str, Any]
    rnn: dict[str, Any]
    network: dict[str, Any]
    optimizer: dict[str, Any]
    scheduler: dict[str, Any]
    trainer: dict[str, Any]
    callbacks: dict[str, Any]
    logger: dict[str, Any]
    seed: int
    rounds: int
    output_dir: str

    def __post_init__(self) -> None:
        if self.trainer.get("accelerator") != "cpu":
            raise ValueError("trainer: this benchmark runs on the CPU only, trainer=cpu")
        for name, callback in self.callbacks.items():
            if callback.get("monitor") is not None:  # no validation would find it out
                check_choice(f"callbacks.{name}.monitor", callback["monitor"], (MONITOR,))
        check_seed("seed", self.seed)
        check_rounds("rounds", self.rounds)
        check_output_folder("output_dir", self.output_dir)


def compare_training_step(values: BenchmarkTraining) -> dict[str, Measurement]:
    """Times the training step of an experiment and prints a table and the ratios.

    Each measurement covers `STEPS` steps. `torch.utils.benchmark.Timer` does not fit here: it
    would repeat a loop that is long enough, and count Lightning's setup with its training.

    Args:
        values: of the script.

    Returns:
        Interleaved measurements of a step: "elman" and "torch" in a plain loop, "lightning" with
        elman.RNN in Lightning.
    """
    lightning.seed_everything(values.seed, verbose=False)
    with full_keys(data=values.data):
        data: CharacterData = instantiate(values.data)
    _trainer(values)  # finds a wrong value before the first measurement
    check_buildable(
        vars(values),
        {"vocabulary_size": VOCABULARY_SIZE},
        instantiate(values.optimizer),
        instantiate(values.scheduler),
        torch.device("cpu"),
    )
    B, T = data.batch_size, data.chunk_length
    characters = torch.randint(VOCABULARY_SIZE, (B * T * STEPS + 1,))
    streams = Streams(characters, B, T, whole_chunks=True)
    measured = interleave(
        {
            "elman": _plain_loop(_module(values, "elman"), streams, values),
            "torch": _plain_loop(_module(values, "torch"), streams, values),
            "lightning": _lightning(_module(values, "elman"), streams, values),
        },
        values.rounds,
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


def _module(values: BenchmarkTraining, layer: str) -> TruncatedBPTT:
    description = dict(values.network)
    if layer == "torch":
        description["rnn"] = {**description["rnn"], "_target_": "elman.layers.built_in"}
    return TruncatedBPTT(
        build_network(description, vocabulary_size=VOCABULARY_SIZE),
        NextCharacter(),
        instantiate(values.optimizer),
        instantiate(values.scheduler),
    )


def _plain_loop(
    module: TruncatedBPTT, streams: Streams, values: BenchmarkTraining
) -> Callable[[], float]:
    optimizer = instantiate(values.optimizer)(module.network.parameters())
    clip = values.trainer["gradient_clip_val"]

    def measure() -> float:
        start = time.perf_counter()
        state = None
        for inputs, y in streams:
            O, h_n = module.network(inputs, state)
            state = h_n.detach()
            optimizer.zero_grad()
            module.objective.cost(O, y).backward()  # type: ignore[no-untyped-call]
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(module.network.parameters(), clip)
            optimizer.step()
        return (time.perf_counter() - start) / len(streams)

    return measure


class _Stopwatch(Callback):
    """Times the batches of an epoch, including Lightning's work between them."""

    seconds = 0.0

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        self.start = time.perf_counter()

    def on_train_batch_end(self, *_: Any) -> None:
        self.seconds = time.perf_counter() - self.start


def _lightning(
    module: TruncatedBPTT, streams: Streams, values: BenchmarkTraining
) -> Callable[[], float]:
    def measure() -> float:
        stopwatch = _Stopwatch()
        _trainer(values, stopwatch).fit(module, streams)
        if not stopwatch.seconds:
            raise ValueError("trainer must train at least one batch; leave its limits out")
        return stopwatch.seconds / len(streams)

    return measure


def _trainer(values: BenchmarkTraining, *callbacks: Callback) -> Trainer:
    return build_trainer(
        values.trainer,
        callbacks=[*callbacks, *build_all("callbacks", values.callbacks, Callback)],
        logger=build_all("logger", values.logger, Logger),
    )
