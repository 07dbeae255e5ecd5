"""What an extra of the package brings: `pip install 'elman[train]'`."""

from importlib.util import find_spec


def require(package: str, extra: str, *modules: str) -> None:
    """Asks for the modules that a package needs and the extra brings; imports none of them.

    Args:
        package: who needs them, its `__name__`.
        extra: the name of the extra.
        *modules: as they are imported, without a dot.

    Raises:
        ImportError: one is missing; it tells which, and what to install.
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        names = " and ".join([", ".join(missing[:-1]), missing[-1]] if missing[1:] else missing)
        raise ModuleNotFoundError(
            f"{package} needs {names}: pip install 'elman[{extra}]'", name=missing[0]
        )
