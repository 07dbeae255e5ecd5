"""What all data have in common."""

from abc import ABC, abstractmethod

from lightning import LightningDataModule


class DataModule(LightningDataModule, ABC):
    """Data to train, validate and test with, and what is to be told of them.

    A batch is a pair: what the network takes, one tensor or several, and what is wanted of its
    outputs.
    """

    @property
    @abstractmethod
    def source(self) -> str:
        """What the data are, for people: the name of a corpus, or the user's own file."""

    @property
    @abstractmethod
    def tested(self) -> str:
        """What a network is tested with, for people."""

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that the data decide; before `setup` the least they can be."""
        return {}

    @property
    def uses(self) -> dict[str, str]:
        """What a network trained on the data is good for: scripts and arguments, by what they do.

        The script's `checkpoint=` is left out.
        """
        return {}
