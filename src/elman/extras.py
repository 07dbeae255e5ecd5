"""Optional dependencies: `pip install 'elman[train]'`."""

from importlib.util import find_spec


def require(package: str, extra: str, *modules: str) -> None:
    """Checks that the modules of an extra are installed; imports none of them.

    Args:
        package: the `__name__` of the package that needs them.
        extra: the extra that installs them.
        *modules: names of top-level modules.

    Raises:
        ModuleNotFoundError: one is missing; the message names it and the command that installs it.
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        names = " and ".join([", ".join(missing[:-1]), missing[-1]] if missing[1:] else missing)
        raise ModuleNotFoundError(
            f"{package} needs {names}: pip install 'elman[{extra}]'", name=missing[0]
        )
