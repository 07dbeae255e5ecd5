"""Whole networks, one file for each kind."""

from elman.networks.convolutional import ConvolutionalNetwork
from elman.networks.feedforward import FeedforwardNetwork
from elman.networks.forecaster import Forecaster
from elman.networks.language_model import LanguageModel
from elman.networks.sequence_classifier import SequenceClassifier

__all__ = [
    "ConvolutionalNetwork",
    "FeedforwardNetwork",
    "Forecaster",
    "LanguageModel",
    "SequenceClassifier",
]
