"""The test of a trained network."""

from hydra.utils import instantiate
from omegaconf import DictConfig

from elman.data.characters import CharacterData
from elman.training.checkpoint import find_checkpoint, load_checkpoint, load_network
from elman.training.module import SequenceTraining
from elman.training.objectives import NextCharacter
from elman.training.trainer import build_trainer


def evaluate(config: DictConfig) -> float:
    """Tests a checkpoint on the text it was trained on, or on another, and tells the figure.

    Args:
        config: as composed from `conf/evaluate.yaml`.

    Returns:
        Test bits per character.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the text is not to be had, or they do
            not fit each other.
    """
    path = find_checkpoint("checkpoint", config.checkpoint)
    checkpoint = load_checkpoint(path)
    data: CharacterData = instantiate(config.data)
    data.load_state_dict(checkpoint[CharacterData.__qualname__])
    network = load_network(path, checkpoint, vocabulary_size=len(data.vocabulary))
    trainer = build_trainer(config.trainer, logger=False, enable_checkpointing=False)
    module = SequenceTraining(network, NextCharacter())
    [figures] = trainer.test(module, data, verbose=False)
    bits = figures["test/bpc"]
    print(f"Test: {bits:.3f} bits per character on the last {data.test:.0%} of {data.source}.")
    return bits
