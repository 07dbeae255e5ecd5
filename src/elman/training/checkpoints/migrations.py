"""Checkpoints of earlier versions, brought up to date.

Version 2 moved each task into a folder of its own and gave classes, arguments and metrics the
field's names. A version is one step: `VERSION` numbers the present one.
"""

from collections.abc import Mapping
from typing import Any

from elman.training.checkpoints.trust import DESCRIBED

VERSION = 2
# The earlier name of a class: its present one.
TARGETS = {
    "elman.data.CaptionData": "elman.tasks.captioning.data.CaptioningData",
    "elman.data.CharacterData": "elman.tasks.language.data.CharacterData",
    "elman.data.DigitData": "elman.tasks.digits.data.DigitData",
    "elman.data.DigitRowData": "elman.tasks.digits.data.DigitRowData",
    "elman.data.LabelledSeriesData": "elman.tasks.classification.series.SeriesClassificationData",
    "elman.data.LabelledTextData": "elman.tasks.classification.texts.TextClassificationData",
    "elman.data.SeriesData": "elman.tasks.forecasting.data.ForecastingData",
    "elman.data.SpeechData": "elman.tasks.speech.data.SpeechData",
    "elman.data.TranslationData": "elman.tasks.translation.data.TranslationData",
    "elman.training.captioning.CaptionTraining": (
        "elman.tasks.captioning.training.CaptioningTraining"
    ),
    "elman.training.captioning.NextWord": "elman.tasks.captioning.objective.NextWord",
    "elman.training.classes.ClassTraining": (
        "elman.tasks.classification.training.ClassificationTraining"
    ),
    "elman.training.examples.ExampleTraining": "elman.training.supervised.SupervisedTraining",
    "elman.training.forecasting.ForecastError": "elman.tasks.forecasting.objective.ForecastError",
    "elman.training.forecasting.ForecastTraining": (
        "elman.tasks.forecasting.training.ForecastingTraining"
    ),
    "elman.training.objectives.CrossEntropy": "elman.training.class_objectives.CrossEntropy",
    "elman.training.objectives.NextCharacter": "elman.tasks.language.objective.NextCharacter",
    "elman.training.objectives.Reconstruction": "elman.tasks.digits.objective.Reconstruction",
    "elman.training.objectives.SquaredError": "elman.training.class_objectives.SquaredError",
    "elman.training.reconstruction.ReconstructionTraining": (
        "elman.tasks.digits.training.ReconstructionTraining"
    ),
    "elman.training.sequences.SequenceTraining": "elman.training.truncated_bptt.TruncatedBPTT",
    "elman.training.speech.ConnectionistTemporalClassification": (
        "elman.tasks.speech.objective.ConnectionistTemporalClassification"
    ),
    "elman.training.speech.SpeechTraining": "elman.tasks.speech.training.SpeechTraining",
    "elman.training.translation.NextToken": "elman.tasks.translation.objective.NextToken",
    "elman.training.translation.TranslationTraining": (
        "elman.tasks.translation.training.TranslationTraining"
    ),
}
# The present name of a class: the earlier names of its arguments and their present ones; None: the
# argument is gone.
ARGUMENTS: dict[str, dict[str, str | None]] = {
    "elman.networks.SequenceClassifier": {"mean": "mean_pooling"},
    "elman.networks.TextClassifier": {"mean": "mean_pooling"},
    "elman.tasks.captioning.data.CaptioningData": {
        "together": "combination_size",
        "least": "min_count",
    },
    "elman.tasks.classification.texts.TextClassificationData": {"pieces": "random_crop"},
    "elman.tasks.forecasting.training.ForecastingTraining": {"share": "coverage"},
    "elman.tasks.speech.data.SpeechData": {
        "shortest": "min_words",
        "longest": "max_words",
        "validation_share": None,
        "test_share": None,
        "stacked": "frame_stacking",
        "noise": "snr",
        "speed": "speed_perturbation",
        "throat": "vocal_tract_perturbation",
    },
    "elman.tasks.translation.data.TranslationData": {
        "shortest": "min_words",
        "longest": "max_words",
    },
    "elman.tasks.translation.training.TranslationTraining": {"width": "beam_width"},
    "elman.training.class_objectives.CrossEntropy": {"smoothing": "label_smoothing"},
}
# The same of what the data keep in a checkpoint, by the present name of their class.
STATES = {"SpeechData": {"deviation": "standard_deviation"}}


def migrate(checkpoint: dict[str, Any]) -> dict[str, Any]:
    """A checkpoint of an earlier version, as the present one would have written it.

    What a resumed training needs beside the weights is not converted: `train.py` refuses to resume
    a run of an earlier version.
    """
    if checkpoint.get("version") == VERSION:
        return checkpoint
    migrated = dict(checkpoint)
    if isinstance(checkpoint.get("SpeechData"), Mapping):
        migrated["data"] = _speech_sizes(checkpoint["data"], checkpoint["SpeechData"])
    for part in DESCRIBED:
        migrated[part] = _description(migrated[part])
    for earlier, present in TARGETS.items():  # the state of the data stands under their class
        name, new_name = (target.rsplit(".", 1)[1] for target in (earlier, present))
        if name in migrated:
            renamed = STATES.get(new_name, {})
            state = migrated.pop(name)
            migrated[new_name] = {renamed.get(key, key): each for key, each in state.items()}
    return migrated


def _speech_sizes(data: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    """Sizes of the splits: those of recordings were fractions with names of their own."""
    if state.get("path") is None:
        return dict(data)
    shares = {name: data.get(f"{name}_share", 0.1) for name in ("validation", "test")}
    return {**data, **shares}


def _description(value: Mapping[str, Any]) -> dict[str, Any]:
    described = {
        key: _description(each) if isinstance(each, Mapping) else each
        for key, each in value.items()
    }
    if "_target_" not in described:
        return described
    name = str(described["_target_"])
    target = TARGETS.get(name, name)
    renamed = ARGUMENTS.get(target, {})
    present = {renamed.get(str(key), str(key)): each for key, each in described.items()}
    return {key: each for key, each in present.items() if key is not None} | {"_target_": target}
