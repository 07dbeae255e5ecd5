"""Translation baselines without learning, to compare a network with."""

from collections.abc import Sequence

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import pairwise_distances_argmin

from elman.tasks.translation.pair import Pair

NGRAM = 3  # characters


def baseline_translations(
    sources: Sequence[str], training_pairs: Sequence[Pair]
) -> dict[str, list[str]]:
    """The translations of each baseline: "copy" the source, or use the "nearest" training pair.

    "nearest" is the translation of the most similar training source. The similarity is the cosine
    between the counts of character trigrams. Upper and lower case are equal, and a space marks both
    ends of a sentence.

    Args:
        sources: sentences to translate.
        training_pairs: at least one.
    """
    vectorizer = CountVectorizer(
        analyzer="char", ngram_range=(NGRAM, NGRAM), preprocessor=_with_marked_ends
    )
    training_counts = vectorizer.fit_transform(pair.source for pair in training_pairs)
    # `transform` drops the n-grams of a sentence that no training source has. They would change
    # all cosines of the sentence by the same factor.
    counts = vectorizer.transform(sources)
    nearest = pairwise_distances_argmin(counts, training_counts, metric="cosine")
    return {
        "copy": list(sources),
        "nearest": [training_pairs[index].target for index in nearest],
    }


def _with_marked_ends(sentence: str) -> str:
    return f" {sentence.casefold()} "
