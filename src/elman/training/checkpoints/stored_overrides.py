"""The overrides that a run was started with, from the file in its folder."""

from collections.abc import Iterable
from pathlib import Path

import yaml  # type: ignore[import-untyped]
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hydra.utils import get_object

from elman.training.runs.folder import OVERRIDES

# Modules of classes that a training may use beside those of this package.
COMMON = ("torch.optim.", "torch.nn.", "lightning.pytorch.callbacks.", "lightning.pytorch.loggers.")


def read_overrides(file: Path) -> list[str]:
    """The overrides in a file of a run, as on the command line.

    The texts are taken as they stand in the file: YAML's references, which can make a few lines
    into any number of values, are not followed.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not a list of texts.
    """
    wrong = f"{file} is damaged: it must be a YAML list of overrides"
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(f"{wrong} ({' '.join(str(error).split())})") from error
    if not isinstance(root, yaml.SequenceNode):
        raise ValueError(wrong)
    for node in root.value:
        if not isinstance(node, yaml.ScalarNode):
            raise ValueError(f"{wrong}; line {node.start_mark.line + 1} is no text")
    return [node.value for node in root.value]


def check_harmless(run: Path, overrides: Iterable[str]) -> None:
    """Checks that overrides from the folder of a run, which may be a stranger's, run no code.

    Raises:
        ValueError: one names a class outside this package and those that trainings commonly use,
            makes a configuration from a text, or adds a folder of configurations inside the run's.
    """
    for override in overrides:
        reason = _danger(run, override)
        if reason:
            raise ValueError(
                f"{run / OVERRIDES}: {override!r} {reason}; if you trust it, give it again on "
                "the command line"
            )


def not_harmless(run: Path) -> list[str]:
    """Those of the overrides of a run that must be given again; see `check_harmless`."""
    if not (run / OVERRIDES).is_file():
        return []
    return [override for override in read_overrides(run / OVERRIDES) if _danger(run, override)]


def _danger(run: Path, override: str) -> str:
    """What an override could do; empty if nothing."""
    if "oc.create" in override or "oc.decode" in override:
        return "makes a configuration from a text"
    try:
        parsed = OverridesParser.create().parse_override(override)
        value = parsed.value()
    except HydraException:
        return ""  # refused wherever it is used
    if "searchpath" in override and str(run.absolute()) in override:
        return "adds configurations from the run's own folder"
    # Imports Lightning, for which --help must not wait.
    from elman.training.checkpoints.trust import targets  # noqa: PLC0415

    last = str(parsed.key_or_group).rsplit(".", 1)[-1]
    for name in targets({last: value}):
        if not _is_common(name):
            return f"builds {name!r}"
    return ""


def _is_common(name: str) -> bool:
    from elman.training.checkpoints.trust import is_allowed  # noqa: PLC0415

    if name.startswith("elman."):
        return is_allowed(name, trust=())
    try:
        found = get_object(name) if name.startswith(COMMON) else None
    except Exception:  # whatever the import of a name that does not exist raises
        return False
    return isinstance(found, type) and found.__module__.startswith(COMMON)
