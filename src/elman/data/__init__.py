"""Data: one LightningDataModule a file, and how data are fetched."""

from elman.extras import require

require(__name__, "tasks", "PIL", "lightning", "networkx", "polib", "scipy", "sentencepiece")

from elman.data.captions import CaptionData
from elman.data.characters import CharacterData
from elman.data.digits import DigitData, DigitRowData
from elman.data.labelled_series import LabelledSeriesData
from elman.data.labelled_texts import LabelledTextData
from elman.data.series import SeriesData
from elman.data.speech import SpeechData
from elman.data.translation import TranslationData

__all__ = [
    "CaptionData",
    "CharacterData",
    "DigitData",
    "DigitRowData",
    "LabelledSeriesData",
    "LabelledTextData",
    "SeriesData",
    "SpeechData",
    "TranslationData",
]
