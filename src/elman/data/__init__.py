"""Data: one LightningDataModule a file, and how data are fetched."""

from elman.data.characters import CharacterData

__all__ = ["CharacterData"]
