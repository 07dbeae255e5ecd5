"""Complete networks, one file for each kind."""

from elman.networks.autoencoder import Autoencoder
from elman.networks.captioner import Captioner
from elman.networks.convolutional import ConvolutionalNetwork
from elman.networks.encoder_decoder import EncoderDecoder
from elman.networks.feedforward import FeedforwardNetwork
from elman.networks.forecaster import Forecaster
from elman.networks.language_model import LanguageModel
from elman.networks.sequence_autoencoder import SequenceAutoencoder
from elman.networks.sequence_classifier import SequenceClassifier
from elman.networks.sequence_tagger import SequenceTagger
from elman.networks.simple_recurrent import SimpleRecurrentNetwork
from elman.networks.speech_recognizer import SpeechRecognizer
from elman.networks.text_classifier import TextClassifier

__all__ = [
    "Autoencoder",
    "Captioner",
    "ConvolutionalNetwork",
    "EncoderDecoder",
    "FeedforwardNetwork",
    "Forecaster",
    "LanguageModel",
    "SequenceAutoencoder",
    "SequenceClassifier",
    "SequenceTagger",
    "SimpleRecurrentNetwork",
    "SpeechRecognizer",
    "TextClassifier",
]
