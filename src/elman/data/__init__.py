"""Data: one LightningDataModule a file, and how data are fetched."""

from elman.data.captions import CaptionData
from elman.data.characters import CharacterData
from elman.data.digits import DigitData
from elman.data.series import SeriesData

__all__ = ["CharacterData", "DigitData", "SeriesData"]
from elman.data.digits import DigitRowData
from elman.data.labelled_series import LabelledSeriesData
from elman.data.labelled_texts import LabelledTextData

__all__ = [
    "CharacterData",
    "DigitData",
    "DigitRowData",
    "LabelledSeriesData",
    "LabelledTextData",
]
from elman.data.translation import TranslationData

__all__ = ["CharacterData", "DigitData", "TranslationData"]
__all__ = ["CaptionData", "CharacterData", "DigitData", "SeriesData"]
from elman.data.speech import SpeechData
__all__ = ["CharacterData", "DigitData", "SpeechData"]
