"""The arguments of a command line, as people type them, made ready for Hydra."""

import os
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from elman.training.checkpoints.stored_overrides import check_harmless, read_overrides
from elman.training.runs.folder import LAST, OVERRIDES

TEXTS = ("text", "prompt", "audio", "image")  # arguments that are never numbers, lists or null
OWN_FOLDERS = ("command-line", "hydra.searchpath in command-line")  # providers of configurations


def for_hydra(arguments: list[str]) -> list[str]:
    """The arguments as Hydra must get them.

    Raises:
        FileNotFoundError: `resume=` names a folder that holds no run.
    """
    shared = with_torchrun(arguments)
    return with_text_quoted(with_any_trainer_value(with_stored_overrides(shared)))


def given_overrides() -> list[str]:
    """The overrides of the running script, to be stored for `resume=`.

    They include the folders of the user's own configurations (`--config-dir`).
    """
    config = HydraConfig.get()
    folders = [
        source.path
        for source in config.runtime.config_sources
        if source.provider in OWN_FOLDERS and source.path
    ]
    urls = ",".join(f"file://{Path(folder).absolute()}" for folder in dict.fromkeys(folders))
    own = [f"hydra.searchpath=[{urls}]"] if urls else []
    return [*config.overrides.task, *own]


def with_stored_overrides(arguments: list[str]) -> list[str]:
    """With `resume=RUN` among the arguments, adds the overrides that RUN was started with.

    A new argument replaces the stored one for the same key. The run continues in its folder, from
    a certain checkpoint with `resume=RUN/checkpoints/best.ckpt`.

    Raises:
        FileNotFoundError: RUN is not the folder of a run.
        ValueError: the file of its overrides is damaged, or could run code.
    """
    resume = [argument for argument in arguments if argument.startswith("resume=")]
    given_path = Path(resume[-1].removeprefix("resume=").strip("'\"")) if resume else None
    if given_path is None or str(given_path) == "null":
        return arguments
    run = given_path.parent.parent if given_path.suffix == ".ckpt" else given_path
    stored_file = run / OVERRIDES
    if not stored_file.is_file():
        raise FileNotFoundError(f"resume: {run} is not the folder of a run (it has no {OVERRIDES})")
    # A run that was once debugged is not debugged again.
    given = {_key(argument) for argument in arguments} | {"debug"}
    added = {_key(argument) for argument in arguments if argument.startswith("+")}
    try:
        stored = read_overrides(stored_file)
        # What the run removed to add another one instead stays removed.
        added &= {_key(each) for each in stored if each.startswith("+")}
        kept = [
            each
            for each in stored
            if _key(each) not in (given - added if each.startswith("~") else given)
        ]
        check_harmless(run, kept)
    except ValueError as error:
        raise ValueError(f"resume: {error}") from error
    return [
        *kept,
        *(argument for argument in arguments if argument not in resume),
        f"resume={_quoted(str(given_path))}",
        f"hydra.run.dir={_quoted(str(run))}",
    ]


def with_torchrun(arguments: list[str]) -> list[str]:
    """Under `torchrun`, adds what its processes share: their number, and the folder of the run.

    The folder has the name of the job (`--rdzv-id`). Where it holds a checkpoint, as after a
    restart, the run goes on.

    Raises:
        ValueError: the job has no name, this is a sweep, or its processes could not restart.
    """
    job = os.environ.get("TORCHELASTIC_RUN_ID")
    if job is None:
        return arguments
    if {"-m", "--multirun"} & set(arguments):
        raise ValueError("a sweep starts the processes of each training itself: leave out torchrun")
    restarts = os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0") != "0"
    if restarts and os.environ.get("TORCH_DISABLE_SHARE_RDZV_TCP_STORE") != "1":
        raise ValueError(
            "torchrun: --max-restarts needs the environment variable "
            "TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1, or restarted processes wait for the former ones"
        )
    given = {_key(argument): argument.partition("=")[2] for argument in arguments}
    if job == "none" and "hydra.run.dir" not in given:
        raise ValueError(
            "torchrun: the job needs a name, that of the run's folder: --rdzv-id=NAME; on one "
            "machine --standalone gives one"
        )
    folder = given.get("hydra.run.dir", f"outputs/train/{job}").strip("'\"")
    processes = {"trainer.devices": "LOCAL_WORLD_SIZE", "trainer.num_nodes": "GROUP_WORLD_SIZE"}
    goes_on = any((Path(folder) / LAST).parent.glob("*.ckpt"))
    return [
        *(argument for argument in arguments if _key(argument) != "hydra.run.dir"),
        *(f"{key}={os.environ[name]}" for key, name in processes.items() if key not in given),
        f"{'resume' if goes_on else 'hydra.run.dir'}={_quoted(folder)}",
    ]


def with_any_trainer_value(arguments: list[str]) -> list[str]:
    """Lets `trainer.KEY=VALUE` set any value of `lightning.Trainer`, listed in `conf/` or not."""
    return [
        f"++{argument.lstrip('+')}" if argument.lstrip("+").startswith("trainer.") else argument
        for argument in arguments
    ]


def with_text_quoted(arguments: list[str]) -> list[str]:
    """Quotes each value that is a text, or that Hydra's grammar cannot read.

    Otherwise `text=Null` would be no text, and `text="one, two"` two texts.
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
