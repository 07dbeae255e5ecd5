"""The test of a trained network."""

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from elman.training.checkpoint import (
    DESCRIBED,
    check_description,
    find_checkpoint,
    load_checkpoint,
    load_network,
)
from elman.training.trainer import build_trainer


def evaluate(config: DictConfig) -> float:
    """Tests a checkpoint on the data it was trained on, or on others, and tells the figure.

    Args:
        config: as composed from `conf/evaluate.yaml`.

    Returns:
        The test figure to judge by.

    Raises:
        TypeError, ValueError, OSError: the checkpoint or the data are not to be had, or they do
            not fit each other.
    """
    path = find_checkpoint("checkpoint", config.checkpoint)
    checkpoint = load_checkpoint(path)
    for part in DESCRIBED:
        check_description(path, checkpoint[part])
    data = instantiate(OmegaConf.merge(checkpoint["data"], config.data))
    if type(data).__qualname__ in checkpoint:
        data.load_state_dict(checkpoint[type(data).__qualname__])
    network = load_network(path, checkpoint, **data.sizes)
    objective = instantiate(checkpoint["objective"])
    trainer = build_trainer(config.trainer, logger=False, enable_checkpointing=False)
    module = instantiate(checkpoint["training"])(network, objective)
    [figures] = trainer.test(module, data, verbose=False)
    figure: float = figures[f"test/{objective.judged_by}"]
    print(f"Test: {objective.told.format(figure)} on {data.tested}.")
    return figure
