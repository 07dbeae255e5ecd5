"""The main function of a script."""

import functools
import inspect
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import NoReturn

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from elman.cli.choices import check_choices
from elman.cli.errors import failure_noted, one_clear_sentence
from elman.cli.new_folder import new_folder, new_subfolder
from elman.cli.overrides import for_hydra

# Notes of the libraries that need no action of the user.
QUIET = (
    ".*LeafSpec",  # Lightning 2.6 on torch 2.13
    ".*does not have many workers",  # the data lie in memory
    ".*smaller than the logging interval",
    ".*sync_dist=True.* when logging on epoch level",  # each process evaluates all examples
)


def entry_point(config_name: str) -> Callable[[Callable[[DictConfig], object]], Callable[[], None]]:
    """Makes a function of a configuration the main function of a script in `scripts/`.

    Args:
        config_name: the file in `conf/` from which the configuration is composed.
    """

    def decorate(task: Callable[[DictConfig], object]) -> Callable[[], None]:
        @hydra.main(version_base="1.3", config_path=_conf(task), config_name=config_name)
        @functools.wraps(task)
        def hydra_main(config: DictConfig) -> object:
            try:
                check_choices(HydraConfig.get().runtime)
            except ValueError as error:  # debug= shows no traceback if it is itself wrong
                print(f"error: {error}", file=sys.stderr)
                sys.exit(2)
            hydra_config = HydraConfig.get()
            if hydra_config.mode == RunMode.MULTIRUN:  # one failure does not end the others
                with failure_noted(Path(hydra_config.runtime.output_dir)):
                    return task(without_unused_preset(config))
            with one_clear_sentence(exit_code=1):
                return task(without_unused_preset(config))

        @functools.wraps(task)
        def main() -> None:
            warnings.formatwarning = _message_alone
            for message in QUIET:
                warnings.filterwarnings("ignore", message=message)
            show_any_character()
            for resolver in (new_folder, new_subfolder):
                OmegaConf.register_new_resolver(
                    resolver.__name__, resolver, use_cache=True, replace=True
                )
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    signal.signal(number, _interrupted)
            threading.excepthook = _in_thread
            os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra must raise its errors, not print them
            with one_clear_sentence(exit_code=2):
                sys.argv[1:] = for_hydra(sys.argv[1:])
                hydra_main()

        return main

    return decorate


def _conf(task: Callable[[DictConfig], object]) -> str:
    """The folder `conf` beside `scripts`, where the script is a file or a folder."""
    script = Path(inspect.getfile(task)).absolute()
    if script.name == "__main__.py":
        script = script.parent
    return str(script.parents[1] / "conf")


def _interrupted(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    """Ends the program at once, without the traceback of a KeyboardInterrupt.

    Lightning ends a test at Ctrl-C with exit code 1, and goes on at SIGTERM.
    """
    print(f"Stopped by {signal.Signals(number).name}.", file=sys.stderr)
    sys.exit(128 + number)


def _in_thread(error: threading.ExceptHookArgs) -> None:
    """An error of the disk that ends a thread, as TensorBoard's, is also raised in the main one."""
    if not issubclass(error.exc_type, OSError):
        threading.__excepthook__(error)


def show_any_character() -> None:
    """Prints `?` in place of a character that the terminal cannot show, such as one of cp1252."""
    if isinstance(sys.stdout, TextIOWrapper):  # sys.stderr replaces it already
        sys.stdout.reconfigure(errors="replace")


def without_unused_preset(config: DictConfig) -> DictConfig:
    """The configuration without what `debug=` sets of a trainer that the script does not have."""
    choices = HydraConfig.get().runtime.choices
    if choices.get("debug") and "trainer" not in choices:
        return OmegaConf.masked_copy(config, [str(key) for key in config if key != "trainer"])
    return config


def _message_alone(message: Warning | str, *_: object, **__: object) -> str:
    """A warning without the path and the source line of the library that issued it."""
    return f"warning: {message}\n"
