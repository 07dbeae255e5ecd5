"""Data: one LightningDataModule a file, and how data are fetched."""

from elman.data.captions import CaptionData
from elman.data.characters import CharacterData
from elman.data.digits import DigitData
from elman.data.series import SeriesData

__all__ = ["CaptionData", "CharacterData", "DigitData", "SeriesData"]
