"""Whole networks, one file for each kind."""

from elman.networks.captioner import Captioner
from elman.networks.convolutional import ConvolutionalNetwork
from elman.networks.feedforward import FeedforwardNetwork
from elman.networks.language_model import LanguageModel
from elman.networks.sequence_classifier import SequenceClassifier

__all__ = [
    "Captioner",
    "ConvolutionalNetwork",
    "FeedforwardNetwork",
    "LanguageModel",
    "SequenceClassifier",
]
