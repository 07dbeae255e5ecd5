"""Whole networks, one file for each kind."""

from elman.networks.convolutional import ConvolutionalNetwork
from elman.networks.feedforward import FeedforwardNetwork
from elman.networks.language_model import LanguageModel
from elman.networks.sequence_classifier import SequenceClassifier
from elman.networks.speech_recognizer import SpeechRecognizer

__all__ = [
    "ConvolutionalNetwork",
    "FeedforwardNetwork",
    "LanguageModel",
    "SequenceClassifier",
    "SpeechRecognizer",
]
