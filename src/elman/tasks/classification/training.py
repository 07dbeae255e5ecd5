"""How a network is trained that tells classes apart, and tested class by class."""

from pathlib import Path

import torch
from torch import Tensor
from torchmetrics import MetricCollection
from torchmetrics.classification import (
    MulticlassAccuracy,
    MulticlassConfusionMatrix,
    MulticlassF1Score,
    MulticlassPrecision,
    MulticlassRecall,
)

from elman.tasks.classification.confusion import plot_confusion
from elman.tasks.classification.data import ClassificationData
from elman.training.run_folder import CONFUSION
from elman.training.supervised import Batch, SupervisedTraining


class ClassificationTraining(SupervisedTraining):
    """Tells after the test how each class fared, and how simpler methods did on the same examples.

    The arguments are those of `SupervisedTraining`; the data are `ClassificationData`. Beside the
    objective's figures the test has, each class counting the same however many examples it has,

        balanced_accuracy: the mean of the classes' recall.
        macro_f1: the mean of their F1.
        NAME_accuracy, NAME_macro_f1: those of a baseline of the data.
    """

    def on_test_start(self) -> None:
        """Begins to count."""
        self.classes = self._data().classes
        self.counted = class_metrics(len(self.classes)).to(self.device)

    def test_step(self, batch: Batch, batch_idx: int) -> None:  # noqa: ARG002
        """Counts which classes are taken for which."""
        inputs, y = batch
        O = self.outputs(inputs)
        self._log_evaluation("test", O, y)
        self.counted.update(O.argmax(-1), y)

    def on_test_epoch_end(self) -> None:
        """The figures of all examples together."""
        self.found: dict[str, Tensor] = self.counted.compute()
        for name in ("balanced_accuracy", "macro_f1"):
            self.log(f"test/{name}", self.found[name])
        data = self._data()
        y = torch.tensor([k for _, k in data.splits["test"]])
        baselines = data.baselines()
        self.baseline_summary = ", ".join(
            f"{name.replace('_', ' ')} {{{name}_accuracy:.1%}}" for name in baselines
        )
        for name, told in baselines.items():
            of_baseline = class_metrics(len(self.classes))(told, y)
            self.log(f"test/{name}_accuracy", (told == y).float().mean())
            self.log(f"test/{name}_macro_f1", of_baseline["macro_f1"])

    def _data(self) -> ClassificationData:
        data: ClassificationData = self.trainer.datamodule  # type: ignore[attr-defined]
        return data

    def report(self, folder: Path | None = None) -> str:
        """The classes' figures as a table; into `folder` goes a picture of the confusion matrix."""
        confusion = self.found["confusion"].cpu()
        if folder is not None:
            plot_confusion(confusion.numpy(), self.classes, folder / CONFUSION)
        width = max(len("class"), *map(len, self.classes))
        columns = ("precision", "recall", "f1")
        lines = [f"{'class':{width}}  examples  precision  recall     f1"]
        for k, name in enumerate(self.classes):
            precision, recall, f1 = (float(self.found[column][k]) for column in columns)
            count = int(confusion[k].sum())
            lines.append(f"{name:{width}}  {count:8,}  {precision:9.3f}  {recall:6.3f}  {f1:5.3f}")
        return "\n".join(lines)


def class_metrics(K: int) -> MetricCollection:
    """What is counted of the told and the right classes, numbers from 0 to K − 1."""
    return MetricCollection(
        {
            "confusion": MulticlassConfusionMatrix(K),
            "precision": MulticlassPrecision(K, average="none"),
            "recall": MulticlassRecall(K, average="none"),
            "f1": MulticlassF1Score(K, average="none"),
            "balanced_accuracy": MulticlassAccuracy(K, average="macro"),
            "macro_f1": MulticlassF1Score(K, average="macro"),
        }
    )
