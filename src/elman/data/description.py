"""What any LightningDataModule says about its data.

A `DataModule` of this package describes itself; of any other LightningDataModule only the name of
its class is known, unless it has the same attributes.
"""

from collections.abc import Sequence

from lightning import LightningDataModule


def sizes_of(data: LightningDataModule) -> dict[str, int]:
    """Arguments of the network that the data determine, such as the size of the vocabulary."""
    sizes: dict[str, int] = getattr(data, "sizes", {})
    return sizes


def source_of(data: LightningDataModule) -> str:
    """A name of the data for messages."""
    return str(getattr(data, "source", type(data).__name__))


def train_data_of(data: LightningDataModule) -> str:
    """A description of the training data."""
    return str(getattr(data, "train_description", source_of(data)))


def test_data_of(data: LightningDataModule) -> str:
    """A description of the test data."""
    return str(getattr(data, "test_description", f"the test data of {source_of(data)}"))


def uses_of(data: LightningDataModule) -> dict[str, str]:
    """Scripts and arguments that use a network trained on these data, by what they do."""
    uses: dict[str, str] = getattr(data, "uses", {})
    return uses


def symbols_of(data: LightningDataModule) -> Sequence[str]:
    """A text for each index that the network reads, such as a character; empty if unknown."""
    symbols: Sequence[str] = getattr(data, "symbols", ())
    return symbols


def classes_of(data: LightningDataModule) -> Sequence[str]:
    """A text for each output of the network: a class, or else a symbol; empty if unknown."""
    classes: Sequence[str] = getattr(data, "classes", symbols_of(data))
    return classes
