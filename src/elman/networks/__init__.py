"""Whole networks, one file for each kind."""

from elman.networks.autoencoder import Autoencoder
from elman.networks.captioner import Captioner
from elman.networks.convolutional import ConvolutionalNetwork
from elman.networks.feedforward import FeedforwardNetwork
from elman.networks.forecaster import Forecaster
from elman.networks.language_model import LanguageModel
from elman.networks.sequence_autoencoder import SequenceAutoencoder
from elman.networks.sequence_classifier import SequenceClassifier

__all__ = [
    "Autoencoder",
    "Captioner",
    "ConvolutionalNetwork",
    "FeedforwardNetwork",
    "Forecaster",
    "LanguageModel",
    "SequenceAutoencoder",
    "SequenceClassifier",
]
