"""What one training step costs: with our layer, with torch.nn.RNN, and with Lightning around it."""

import time
from collections.abc import Callable
from typing import Any

import lightning
import torch
from hydra.utils import instantiate
from lightning import Callback, LightningModule, Trainer
from omegaconf import DictConfig, OmegaConf

from elman.comparison.timing import Timing, check_rounds, seconds_of, take_turns
from elman.tasks.language.objective import NextCharacter
from elman.tasks.language.streams import Streams
from elman.training.checkpoint import build_network
from elman.training.trainer import build_trainer
from elman.training.truncated_bptt import TruncatedBPTT

VOCABULARY_SIZE = 84  # of the plays of Shakespeare; which characters come costs no time
STEPS = 100  # Lightning's bookkeeping is not the same at each step: timed over so many


def compare_training_step(config: DictConfig) -> dict[str, Timing]:
    """Times the training step of an experiment and prints the ratios.

    Args:
        config: as composed from `conf/benchmark_training.yaml`.

    Returns:
        Seconds a step, by turns: "elman" and "torch", a bare loop with either layer, and
        "lightning", our layer trained by Lightning with all its logging.
    """
    check_rounds("rounds", config.rounds)
    if config.trainer.accelerator != "cpu":
        raise ValueError("trainer: the benchmark measures on the processor only, trainer=cpu")
    lightning.seed_everything(config.seed, verbose=False)
    B, T = config.data.batch_size, config.data.chunk_length
    characters = torch.randint(VOCABULARY_SIZE, (B * T * STEPS + 1,))
    streams = Streams(characters, B, T, whole_chunks=True)
    timings = take_turns(
        {
            "elman": _bare_loop(_module(config, "elman"), streams, config),
            "torch": _bare_loop(_module(config, "torch"), streams, config),
            "lightning": _lightning(_module(config, "elman"), streams, config),
        },
        config.rounds,
    )
    for name, what in {
        "elman": "bare loop, elman.RNN",
        "torch": "bare loop, torch.nn.RNN",
        "lightning": "Lightning, elman.RNN",
    }.items():
        print(f"{what:26}{timings[name]}")
    elman, built_in, framed = (timings[k].median for k in ("elman", "torch", "lightning"))
    print(f"torch.nn.RNN takes {built_in / elman:.2f} times as long as elman.RNN")
    print(f"Lightning and its logging cost {framed / elman - 1:.1%}")
    return timings


def _module(config: DictConfig, layer: str) -> TruncatedBPTT:
    description: dict[str, Any] = OmegaConf.to_container(config.network, resolve=True)  # type: ignore[assignment]
    if layer == "torch":
        ours = description["rnn"]
        description["rnn"] = {
            key: value if key == "_target_" else ours[key] for key, value in config.torch.items()
        }
    return TruncatedBPTT(
        build_network(description, vocabulary_size=VOCABULARY_SIZE),
        NextCharacter(),
        instantiate(config.optimizer),
        instantiate(config.scheduler),
    )


def _bare_loop(module: TruncatedBPTT, streams: Streams, config: DictConfig) -> Callable[[], float]:
    optimizer = instantiate(config.optimizer)(module.network.parameters())
    clip = config.trainer.gradient_clip_val

    def loop() -> None:
        state = None
        for inputs, y in streams:
            O, h_n = module.network(inputs, state)
            state = h_n.detach()
            optimizer.zero_grad()
            module.objective.cost(O, y).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(module.network.parameters(), clip)
            optimizer.step()

    return lambda: seconds_of(loop) / len(streams)


class _Stopwatch(Callback):
    """Times an epoch's batches with all that Lightning does around them."""

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
