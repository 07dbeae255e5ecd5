"""Whole networks, one file for each kind."""

from elman.networks.feedforward import FeedforwardNetwork
from elman.networks.language_model import LanguageModel

__all__ = ["FeedforwardNetwork", "LanguageModel"]
