"""Data: one LightningDataModule a file, and how data are fetched."""

from elman.data.characters import CharacterData
from elman.data.digits import DigitData
from elman.data.speech import SpeechData

__all__ = ["CharacterData", "DigitData", "SpeechData"]
