"""Whole networks, one file for each kind."""

from elman.networks.language_model import LanguageModel

__all__ = ["LanguageModel"]
