import math

import pytest

from elman.tasks.classification.naive_bayes import NaiveBayes


def test_probabilities_are_those_that_are_counted_by_hand() -> None:
    bayes = NaiveBayes(["ab", "a", "b"], [0, 0, 1], longest=1, α=0.5)
    n = {"a": (2, 0), "b": (1, 1)}
    assert bayes.numbers.keys() == n.keys()
    for gram, counts in n.items():
        for k, total in enumerate((3, 1)):
            right = math.log((counts[k] + 0.5) / (total + 2 * 0.5))
            assert bayes.log_P_gk[bayes.numbers[gram], k] == pytest.approx(right)
    assert bayes.log_P_k.tolist() == pytest.approx([math.log(2 / 3), math.log(1 / 3)])


def test_longer_ngrams_know_the_order() -> None:
    texts, classes = ["ab", "ba"], [0, 1]
    assert [NaiveBayes(texts, classes, longest=2).classify(text) for text in texts] == classes
    assert NaiveBayes(texts, classes, longest=1).classify("ba") == 0  # the same letters


def test_what_occurred_nowhere_says_nothing() -> None:
    bayes = NaiveBayes(["ab", "ab", "cd"], [0, 0, 1], longest=1)
    assert bayes.classify("d?!") == 1
    assert bayes.classify("?!") == 0  # the more frequent class
