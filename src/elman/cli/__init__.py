"""How a script runs: its configuration by Hydra, its errors in one clear sentence."""

from elman.cli.entry_point import entry_point
from elman.cli.overrides import given_overrides

__all__ = ["entry_point", "given_overrides"]
