"""Whole networks, one file for each kind."""

from elman.networks.convolutional import ConvolutionalNetwork
from elman.networks.encoder_decoder import EncoderDecoder
from elman.networks.feedforward import FeedforwardNetwork
from elman.networks.language_model import LanguageModel
from elman.networks.sequence_classifier import SequenceClassifier

__all__ = [
    "ConvolutionalNetwork",
    "EncoderDecoder",
    "FeedforwardNetwork",
    "LanguageModel",
    "SequenceClassifier",
]
