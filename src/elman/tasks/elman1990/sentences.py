"""The report of the fourth experiment: classes of words from their order."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage, to_tree

from elman.tasks.elman1990.corpora import ANIMATE, CATEGORIES, INANIMATE
from elman.tasks.elman1990.plots import plot_tree
from elman.tasks.elman1990.predictions import Floats, Predictions
from elman.tasks.elman1990.report import Report
from elman.training.runs.folder import WORD_TREE

CLASSES = {
    "nouns": {word for name, words in CATEGORIES.items() if name[:4] == "NOUN" for word in words},
    "verbs": {word for name, words in CATEGORIES.items() if name[:4] == "VERB" for word in words},
    "animate": set(ANIMATE),
    "inanimate": set(INANIMATE),
}


class SentencesReport(Report):
    """Words that are used alike have similar states.

    Attributes:
        words: of the lexicon, those that the stream has.
        tree: their hierarchical clustering, as of `scipy.cluster.hierarchy.linkage`.
        metrics: `likelihood_error`, the root of the mean squared difference between an output and
            the exact likelihood; `word_error`, the root of the mean squared error of the actual
            words, summed over the outputs; `word_floor`, the same of the exact likelihoods;
            `cosine`, the mean cosine of outputs and likelihoods; and for nouns, verbs, animate and
            inanimate nouns `NAME_branch`, how well a branch of the tree holds just these words.
    """

    def __init__(self, predictions: Predictions) -> None:
        lexicon = predictions.corpus.source.symbols
        words, states = mean_states(predictions)
        self.words = tuple(lexicon[word] for word in words)
        self.tree = linkage(states, "average")  # of Euclidean distances
        y_hat, expected = predictions.y_hat, predictions.expected
        cosines = (y_hat * expected).sum(1) / np.linalg.norm(y_hat, axis=1)
        cosines /= np.linalg.norm(expected, axis=1)
        self.metrics = {
            "likelihood_error": float(np.sqrt(((y_hat - expected) ** 2).mean())),
            "word_error": float(np.sqrt(predictions.errors.mean())),
            "word_floor": float(np.sqrt(predictions.floors.mean())),
            "cosine": float(cosines.mean()),
        }
        for name, members in CLASSES.items():
            self.metrics[f"{name}_branch"] = best_branch(
                self.tree, self.words, members & set(self.words)
            )
        self.text = (
            "The root mean square error is {likelihood_error:.4f} from the exact likelihoods"
            " (cosine {cosine:.3f}) and {word_error:.3f} from the actual words, where the exact"
            " likelihoods have {word_floor:.3f}.\n"
            "How well a branch of the tree of states holds just the nouns: {nouns_branch:.2f}, the"
            " verbs: {verbs_branch:.2f}, animate nouns: {animate_branch:.2f}, inanimate nouns:"
            " {inanimate_branch:.2f} (1: exactly)."
        ).format(**self.metrics)

    def plot(self, folder: Path) -> None:
        """Draws the tree of the words, as the paper's Figure 7."""
        plot_tree(self.tree, self.words, CLASSES, folder / WORD_TREE)


def mean_states(predictions: Predictions) -> tuple[NDArray[np.int64], Floats]:
    """The words that are read, `(N)`, and the mean state after each in all its contexts, `(N, H)`.

    A short stream does not have all words.
    """
    read = predictions.stream.symbols[:-1]
    words = np.unique(read)
    return words, np.array([predictions.h[read == word].mean(0) for word in words])


def best_branch(tree: NDArray[np.float64], words: tuple[str, ...], members: set[str]) -> float:
    """The highest Jaccard index `|A ∩ B| / |A ∪ B|` of the members and any branch of a tree.

    Args:
        tree: of the words, as of `scipy.cluster.hierarchy.linkage`.
        words: the leaves.
        members: some of the words.
    """
    _, nodes = to_tree(tree, rd=True)
    branches = [{words[leaf] for leaf in node.pre_order()} for node in nodes]
    return max(len(members & branch) / len(members | branch) for branch in branches)
