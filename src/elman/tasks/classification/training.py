"""Training and test of classifiers, with metrics for each class."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, classification_report, f1_score, recall_score
from torchmetrics.classification import MulticlassConfusionMatrix

from elman.tasks.classification.confusion import plot_confusion
from elman.tasks.classification.data import ClassificationData
from elman.training.runs.folder import CONFUSION
from elman.training.supervised import Batch, SupervisedTraining


class ClassificationTraining(SupervisedTraining):
    """Reports precision, recall and F1 of each class after a test, and compares with baselines.

    The arguments are those of `SupervisedTraining`; the data are `ClassificationData`. In addition
    to the metrics of the objective, a test logs

        balanced_accuracy: the mean recall of the classes that have test examples.
        macro_f1: the mean F1 of the classes.
        NAME_accuracy, NAME_macro_f1: the metrics of each baseline of the data.
    """

    def on_test_start(self) -> None:
        """Resets the confusion matrix."""
        self.classes = self._data().classes
        self.counter = MulticlassConfusionMatrix(len(self.classes)).to(self.device)

    def test_step(self, batch: Batch, batch_idx: int) -> None:  # noqa: ARG002
        """Adds a batch to the metrics and to the confusion matrix."""
        inputs, y = batch
        O = self.outputs(inputs)
        self._log_evaluation("test", O, y)
        self.counter.update(O.argmax(-1), y)

    def on_test_epoch_end(self) -> None:
        """Logs the metrics of all test examples, and those of the baselines."""
        self.confusion: NDArray[np.int64] = self.counter.compute().cpu().numpy()
        y, predictions = labels_of(self.confusion)
        self.log("test/balanced_accuracy", balanced_accuracy(y, predictions))
        self.log("test/macro_f1", macro_f1(y, predictions))
        data = self._data()
        y = np.array([k for _, k in data.splits["test"]])
        baselines = data.baselines()
        self.baseline_summary = ", ".join(
            f"{name.replace('_', ' ')} {{{name}_accuracy:.1%}}" for name in baselines
        )
        for name, predicted in baselines.items():
            self.log(f"test/{name}_accuracy", float(accuracy_score(y, predicted)))
            self.log(f"test/{name}_macro_f1", macro_f1(y, predicted))

    def _data(self) -> ClassificationData:
        data: ClassificationData = self.trainer.datamodule  # type: ignore[attr-defined]
        return data

    def report(self, folder: Path | None = None) -> str:
        """The metrics of each class as a table; draws the confusion matrix into `folder`."""
        if folder is not None:
            plot_confusion(self.confusion, self.classes, folder / CONFUSION)
        y, predictions = labels_of(self.confusion)
        table: str = classification_report(
            y,
            predictions,
            labels=range(len(self.classes)),
            target_names=self.classes,
            digits=3,
            zero_division=0,
        )
        return table


def labels_of(confusion: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The true and the predicted classes that a confusion matrix `(K, K)` counts, each `(N)`."""
    y, predictions = (np.repeat(k.ravel(), confusion.ravel()) for k in np.indices(confusion.shape))
    return y, predictions


def balanced_accuracy(y: Any, predictions: Any) -> float:
    """The mean recall of the classes in y `(N)`; scikit-learn's warns of other predictions."""
    return float(recall_score(y, predictions, labels=np.unique(y), average="macro"))


def macro_f1(y: Any, predictions: Any) -> float:
    """The mean F1 of the classes in y or the predictions, each `(N)`."""
    return float(f1_score(y, predictions, average="macro"))
