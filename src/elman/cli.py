"""How a script is run: its configuration by Hydra, its errors in one clear sentence."""

import functools
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import hydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException, InstantiationException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from elman.training.run_folder import OVERRIDES

TEXTS = ("text", "prompt", "audio", "image")  # arguments that are never numbers, lists or null


class PrintHandler(logging.Handler):
    """Logs to wherever standard output goes at the time, such as above a progress bar."""

    def emit(self, record: logging.LogRecord) -> None:
        """Prints the record."""
        print(self.format(record))


def entry_point(config_name: str) -> Callable[[Callable[[DictConfig], object]], Callable[[], None]]:
    """Makes a function of a configuration the main function of a script in `scripts/`.

    Args:
        config_name: the file in `conf/` that the configuration is composed from.
    """

    def decorate(task: Callable[[DictConfig], object]) -> Callable[[], None]:
        @hydra.main(version_base="1.3", config_path="../conf", config_name=config_name)
        @functools.wraps(task)
        def hydra_main(config: DictConfig) -> object:
            with one_clear_sentence(exit_code=1):
                return task(config)

        @functools.wraps(task)
        def main() -> None:
            warnings.filterwarnings("ignore", message=".*LeafSpec")  # Lightning 2.6 on torch 2.13
            os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra is to raise its errors, not to print them
            with one_clear_sentence(exit_code=2):
                sys.argv[1:] = with_text_quoted(with_stored_overrides(sys.argv[1:]))
                hydra_main()

        return main

    return decorate


@contextmanager
def one_clear_sentence(exit_code: int) -> Iterator[None]:
    """Ends the program with one sentence on standard error where an error has to do with input.

    Anything else is a fault of the program and keeps its traceback, as does every error when the
    command line has a `debug=`.
    """
    try:
        yield
    except (HydraException, OmegaConfBaseException, ValueError, TypeError, OSError) as error:
        if any(argument.startswith("debug=") for argument in sys.argv):
            raise
        print(f"error: {sentence(error)}", file=sys.stderr)
        sys.exit(exit_code)


def sentence(error: BaseException) -> str:
    """What an error says, in one line."""
    if isinstance(error, InstantiationException) and error.__cause__ is not None:
        return sentence(error.__cause__)
    text = str(error).split("Config search path")[0]
    if isinstance(error, HydraException) and isinstance(error.__cause__, OmegaConfBaseException):
        text = f"{text} {str(error.__cause__).splitlines()[0]}"
    return " ".join(text.split())


def with_stored_overrides(arguments: list[str]) -> list[str]:
    """The arguments, where they hold `resume=RUN` after those that RUN was started with.

    An argument given now replaces the stored one for the same key. The run goes on in its folder.

    Raises:
        FileNotFoundError: RUN is not the folder of a run.
    """
    resume = [argument for argument in arguments if argument.startswith("resume=")]
    run = Path(resume[-1].removeprefix("resume=").strip("'\"")) if resume else None
    if run is None or str(run) == "null":
        return arguments
    stored_file = run / OVERRIDES
    if not stored_file.is_file():
        raise FileNotFoundError(f"resume: {run} is not the folder of a run (it has no {OVERRIDES})")
    # That a run was debugged once is no reason to do so now.
    given = {_key(argument) for argument in arguments} | {"debug"}
    # As a plain list it keeps each ${…} as it was written.
    stored: list[str] = OmegaConf.to_container(OmegaConf.load(stored_file))  # type: ignore[assignment]
    return [
        *(override for override in stored if _key(override) not in given),
        *(argument for argument in arguments if argument not in resume),
        f"resume={_quoted(str(run))}",
        f"hydra.run.dir={_quoted(str(run))}",
    ]


def with_text_quoted(arguments: list[str]) -> list[str]:
    """The arguments; a value that is a text, or that Hydra's grammar cannot read, as text.

    Without that `text=Null` would be no text, and `text="one, two"` two.
    """
    return [
        argument if _readable(argument) else f"{key}={_quoted(value)}"
        for argument in arguments
        for key, _, value in [argument.partition("=")]
    ]


def _readable(argument: str) -> bool:
    if argument.startswith("-") or "=" not in argument:
        return True
    key, _, value = argument.partition("=")
    if key in TEXTS:
        return len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    try:
        OverridesParser.create().parse_override(argument)
    except HydraException:
        return False
    return True


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "\\'") + "'"


def _key(override: str) -> str:
    return override.lstrip("+~").split("=")[0]
