"""The processes of a training on one machine: they start, and end, together.

This process starts them and only watches. `torchrun` and Slurm do the same on their own; each of
their processes trains.
"""

import logging
import logging.config
import multiprocessing
import os
import pickle
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, NoReturn, TypeVar, cast

import torch
from hydra.core.hydra_config import HydraConfig
from lightning import Trainer
from lightning.fabric.plugins import ClusterEnvironment
from lightning.pytorch.strategies.launchers import _SubprocessScriptLauncher
from omegaconf import OmegaConf
from torch.multiprocessing.spawn import start_processes

from elman.training.processes.signals import EndSignals, delayed

GRACE = 10.0  # seconds that the others have to end when one has failed; then they are stopped
START_METHOD = "spawn"  # a fork would share threads of torch, and a GPU

T = TypeVar("T")


class Surroundings(NamedTuple):
    """What a new process does not have from the one that starts it.

    Attributes:
        environment: variables by which the processes find each other.
        logging: of the first process, as `logging.config.dictConfig` takes it; None: a stream.
        level: of this package's messages.
        warning_filters: see `warnings.filters`.
        warning_format: see `warnings.formatwarning`.
    """

    environment: dict[str, str]
    logging: dict[str, Any] | None
    level: int
    warning_filters: list[Any]
    warning_format: Callable[..., str]


def starts_processes(trainer: Trainer) -> bool:
    """Whether this process has to start those that train."""
    launcher = trainer.strategy.launcher
    if not isinstance(launcher, _SubprocessScriptLauncher):
        return False
    return not launcher.cluster_environment.creates_processes_externally


def in_processes(
    trainer: Trainer, signals: EndSignals, task: Callable[..., T], *arguments: Any
) -> T:
    """Calls `task(*arguments)` in each of the trainer's processes on this machine.

    If one fails, all end.

    Args:
        trainer: knows their number.
        signals: those that ask this process to end; they go on to the others.
        task: takes them there, by `EndSignals`.
        arguments: of the task.

    Returns:
        What the task returns in the first process.

    Raises:
        ChildProcessError: a signal ended one of the processes.
        Exception: the first one that the task raised in any of them.
        SystemExit: a signal ended them, and the first one has said so.
    """
    with delayed():  # the helper process that this starts must not die of a signal to the group
        told = multiprocessing.get_context(START_METHOD).SimpleQueue()
    shared = (_surroundings(trainer), told, task, arguments)
    processes: list[BaseProcess] = []
    messages: list[Any] = []
    with signals.sent_on(lambda number: _send(number, processes)):
        with delayed():
            context = start_processes(  # type: ignore[no-untyped-call]
                _work, shared, nprocs=trainer.num_devices, join=False, start_method=START_METHOD
            )
            processes += context.processes
        failed = _watch(processes, lambda: _collect(told, messages))
        _end(processes, grace=GRACE if signals.received is None else 6 * GRACE)
    _collect(told, messages)
    for process in failed:
        if cast("int", process.exitcode) > 128:  # a signal, which the process has answered
            signals.note(cast("int", process.exitcode) - 128)
    if failed and signals.received is not None:
        if any(isinstance(message, SystemExit) for message in messages):
            sys.exit(128 + signals.received)
        _fail(f"{signals.received.name} ended {_number(failed[0], processes)}")
    for process in failed:
        if cast("int", process.exitcode) < 0:
            name = signal.Signals(-cast("int", process.exitcode)).name
            _fail(f"{name} ended {_number(process, processes)}")
    for message in messages:  # in the order of time: the first error is the cause of the others
        if isinstance(message, Exception):
            raise message
    for process in failed:
        _fail(f"{_number(process, processes)} ended with exit code {process.exitcode}")
    [result] = messages
    return cast("T", result)


def _number(process: BaseProcess, processes: Sequence[BaseProcess]) -> str:
    return f"process {processes.index(process) + 1} of {len(processes)}"


def _fail(what: str) -> NoReturn:
    raise ChildProcessError(f"trainer: {what}, and all end with it")


def leave_group() -> None:
    """Leaves the group of processes; a process that exits within it may abort."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def _surroundings(trainer: Trainer) -> Surroundings:
    environment = cast("ClusterEnvironment", trainer.strategy.cluster_environment)  # type: ignore[attr-defined]
    plain = None
    if HydraConfig.initialized():
        plain = OmegaConf.to_container(HydraConfig.get().job_logging, resolve=True)
    return Surroundings(
        environment={
            "MASTER_ADDR": environment.main_address,
            "MASTER_PORT": str(environment.main_port),
            "NODE_RANK": str(environment.node_rank()),
            "WORLD_SIZE": str(trainer.world_size),
        },
        logging=cast("dict[str, Any] | None", plain),
        level=logging.getLogger("elman").getEffectiveLevel(),
        warning_filters=list(warnings.filters),
        warning_format=warnings.formatwarning,
    )


def _work(
    local_rank: int,
    surroundings: Surroundings,
    told: Any,
    task: Callable[..., object],
    arguments: tuple[Any, ...],
) -> None:
    """What each process does."""
    if hasattr(os, "setsid"):  # not on Windows
        os.setsid()  # Ctrl+C goes to the process that watches, and from there to this one
    if not multiprocessing.parent_process().is_alive():  # type: ignore[union-attr]
        return
    os.environ.update(surroundings.environment, LOCAL_RANK=str(local_rank))
    warnings.filters[:] = surroundings.warning_filters  # type: ignore[index]
    warnings.formatwarning = surroundings.warning_format
    if local_rank == 0:
        _configure_logging(surroundings)
    else:
        logging.getLogger("elman").setLevel(logging.ERROR)  # the first process says it for all
    try:
        result = task(*arguments)
    except SystemExit as end:
        if local_rank == 0:  # it has said why
            told.put(end)
        _leave(end.code if isinstance(end.code, int) else int(end.code is not None))
    except Exception as error:
        told.put(_portable(error))
        _leave(1)
    if local_rank == 0:
        told.put(result)


def _leave(code: int) -> NoReturn:
    """Ends this process at once; an orderly exit could wait for the others, or abort."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _configure_logging(surroundings: Surroundings) -> None:
    if surroundings.logging is not None:
        logging.config.dictConfig(surroundings.logging)
        return
    package = logging.getLogger("elman")
    package.setLevel(surroundings.level)
    package.addHandler(logging.StreamHandler(sys.stdout))


def _portable(error: Exception) -> Exception:
    """The error, with its traceback as a note, or one with the same text that can be sent."""
    text = "".join(traceback.format_exception(error))
    error.__cause__ = None
    error.add_note(f"\nIn process {os.environ['LOCAL_RANK']}:\n{text}")
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made in this line
    except Exception:  # whatever the class of the error raises
        return RuntimeError(text)
    return error


def _watch(processes: Sequence[BaseProcess], collect: Callable[[], None]) -> list[BaseProcess]:
    """Waits until all have ended, or one has failed.

    Returns:
        Those that have failed, before any was stopped.
    """
    running = {process.sentinel: process for process in processes}
    failed: list[BaseProcess] = []
    while running and not failed:
        for sentinel in wait(list(running), timeout=1):
            process = running.pop(cast("int", sentinel))
            process.join()
            if process.exitcode != 0:
                failed.append(process)
        collect()
    return failed


def _end(processes: Sequence[BaseProcess], grace: float) -> None:
    """Lets the processes end, then ends them: one may wait for ever for one that has failed."""
    for stop in (lambda _: None, lambda each: each.terminate(), lambda each: each.kill()):
        running = [process for process in processes if process.is_alive()]
        for process in running:
            stop(process)
        if running:
            wait([process.sentinel for process in running], timeout=grace)
            for process in running:
                process.join(timeout=grace)


def _collect(told: Any, messages: list[Any]) -> None:
    while not told.empty():
        messages.append(told.get())


def _send(number: int, processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        if process.is_alive():
            os.kill(cast("int", process.pid), number)
