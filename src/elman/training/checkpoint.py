"""Checkpoints: found, loaded without running any code of theirs, rebuilt into networks."""

import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from hydra.utils import instantiate
from omegaconf import OmegaConf
from torch import nn

from elman.data.module import DataModule
from elman.training.run_folder import BEST

# What a checkpoint may name to be built. Anything else, it could use to run code of its own.
TARGETS = (
    "elman.networks.Autoencoder",
    "elman.networks.Captioner",
    "elman.networks.ConvolutionalNetwork",
    "elman.networks.EncoderDecoder",
    "elman.networks.FeedforwardNetwork",
    "elman.networks.Forecaster",
    "elman.networks.LanguageModel",
    "elman.networks.SequenceAutoencoder",
    "elman.networks.SequenceClassifier",
    "elman.networks.TextClassifier",
    "elman.networks.SpeechRecognizer",
    "elman.RNN",
    "elman.LayerNormRNNCell",
    "elman.VariationalRNNCell",
    "elman.layers.built_in",
    "elman.tasks.captioning.data.CaptioningData",
    "elman.tasks.language.data.CharacterData",
    "elman.tasks.digits.data.DigitData",
    "elman.tasks.forecasting.data.ForecastingData",
    "elman.tasks.digits.data.DigitRowData",
    "elman.tasks.classification.series.SeriesClassificationData",
    "elman.tasks.classification.texts.TextClassificationData",
    "elman.tasks.classification.training.ClassificationTraining",
    "elman.tasks.translation.data.TranslationData",
    "elman.tasks.captioning.training.CaptioningTraining",
    "elman.tasks.captioning.objective.NextWord",
    "elman.tasks.speech.data.SpeechData",
    "elman.training.supervised.SupervisedTraining",
    "elman.tasks.digits.training.ReconstructionTraining",
    "elman.tasks.forecasting.objective.ForecastError",
    "elman.tasks.forecasting.training.ForecastingTraining",
    "elman.training.truncated_bptt.TruncatedBPTT",
    "elman.tasks.speech.objective.ConnectionistTemporalClassification",
    "elman.tasks.speech.training.SpeechTraining",
    "elman.training.class_objectives.CrossEntropy",
    "elman.tasks.language.objective.NextCharacter",
    "elman.tasks.digits.objective.Reconstruction",
    "elman.training.class_objectives.SquaredError",
    "elman.tasks.translation.objective.NextToken",
    "elman.tasks.translation.training.TranslationTraining",
)
DESCRIBED = ("network", "data", "training", "objective")  # what it takes to test the weights
PLAIN = (type(None), bool, int, float, str)


class Trained(NamedTuple):
    """A network as it was trained, its data, which know its inputs, and the whole checkpoint."""

    network: nn.Module
    data: DataModule
    checkpoint: dict[str, Any]


def restore(path: str | Path, data: Mapping[str, Any] | None = None) -> Trained:
    """What a checkpoint holds, rebuilt: the one way from a run to its network.

    Args:
        path: a checkpoint, or the folder of a run.
        data: values that replace those of the training's data, such as another `path`; None: as in
            the training.

    Returns:
        The network in evaluation mode, and its data, prepared for nothing yet.

    Raises:
        FileNotFoundError: there is no checkpoint.
        ValueError: it is damaged, not from this project's training, or names something else.
    """
    file = find_checkpoint("checkpoint", path)
    checkpoint = load_checkpoint(file)
    for part in DESCRIBED:
        check_description(file, checkpoint[part])
    given = {name: value for name, value in (data or {}).items() if value is not None}
    source = instantiate(OmegaConf.merge(checkpoint["data"], given))
    if type(source).__qualname__ in checkpoint:
        source.load_state_dict(checkpoint[type(source).__qualname__])
    return Trained(load_network(file, checkpoint, **source.sizes), source, checkpoint)


def find_checkpoint(argument: str, path: str | Path, kind: Path = BEST) -> Path:
    """The checkpoint file at `path`, or the run's one of this `kind` if `path` is a run's folder.

    Raises:
        FileNotFoundError: there is none; the message names the `argument` it was given for.
    """
    path = Path(path)
    checkpoint = path / kind if path.is_dir() else path
    if not checkpoint.is_file():
        raise FileNotFoundError(
            f"{argument}: there is no {checkpoint}; give a checkpoint, or the folder of a run "
            "under outputs/train"
        )
    return checkpoint


def load_checkpoint(path: Path) -> dict[str, Any]:
    """The tensors and plain values of a checkpoint, on the CPU.

    Raises:
        ValueError: the file is damaged, holds more than tensors and plain values, or is not a
            checkpoint that this project's training wrote.
    """
    checkpoint = load_plain(path)
    if isinstance(checkpoint, dict) and all(
        isinstance(checkpoint.get(part), dict) for part in DESCRIBED
    ):
        return checkpoint
    raise ValueError(f"checkpoint: {path} was not written by this project's training")


def load_plain(path: Path) -> Any:
    """The tensors and plain values that a file holds, on the CPU.

    Raises:
        ValueError: the file is damaged, or holds more than these.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError(
            f"checkpoint: {path} is damaged or holds code; only tensors and plain values load"
        ) from error
    except (RuntimeError, EOFError, OSError) as error:
        raise ValueError(f"checkpoint: {path} is damaged, cut short or unreadable") from error


def build_network(description: Mapping[str, Any], **sizes: int) -> nn.Module:
    """A network from its configuration and the `sizes` that the data decide."""
    network: nn.Module = instantiate(description)(**sizes)
    return network


def load_network(path: Path, checkpoint: Mapping[str, Any], **sizes: int) -> nn.Module:
    """The network of a checkpoint, in evaluation mode.

    Raises:
        ValueError: the checkpoint names something that is not one of this project's networks, or
            its weights are of another network.
    """
    check_description(path, checkpoint["network"])
    prefix = "network."
    weights = {
        name.removeprefix(prefix): weight
        for name, weight in checkpoint["state_dict"].items()
        if name.startswith(prefix)
    }
    network = build_network(checkpoint["network"], **sizes)
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f"checkpoint: the weights in {path} are of another network") from error
    return network.eval()


def check_description(path: Path, description: Mapping[str, Any]) -> None:
    """Checks that nothing can be built from a checkpoint's configuration but what is meant.

    Raises:
        ValueError: it names something else, or holds other than plain values.
    """
    for key, value in _values(description):
        if key == "_target_" and value not in TARGETS:
            raise ValueError(
                f"checkpoint: {path} wants to build {value!r}; allowed are {', '.join(TARGETS)}"
            )
        # Only plain values: what Hydra would resolve or build could be code.
        if not isinstance(value, PLAIN) or (isinstance(value, str) and "${" in value):
            raise ValueError(f"checkpoint: {path} holds {value!r} for {key}, which no setting is")


def _values(description: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in description.items():
        if isinstance(value, Mapping):
            yield from _values(value)
        elif isinstance(value, list):
            yield from ((key, each) for each in value)
        else:
            yield key, value
