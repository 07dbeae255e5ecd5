import unicodedata
from collections import Counter
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from elman.data.spelling import comparable
from elman.tasks.captioning.compositional_split import split_by_combinations, without_rare_words

CAPTIONS = st.lists(
    st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=4).map(" ".join), max_size=60
)


def words(caption: str) -> set[str]:
    return set(caption.split())


@given(
    captions=CAPTIONS,
    test=st.integers(1, 20),
    validation=st.integers(1, 20),
    combination_size=st.integers(1, 3),
    min_count=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_combinations_are_not_in_training_captions_but_their_words_are(
    captions: list[str],
    test: int,
    validation: int,
    combination_size: int,
    min_count: int,
    seed: int,
) -> None:
    captions = [captions[n] for n in without_rare_words(captions, min_count)]
    splits, train = split_by_combinations(
        captions, [test, validation], combination_size, min_count, seed
    )
    seen = Counter(word for n in train for word in words(captions[n]))
    for split, size in zip(splits, (test, validation), strict=True):
        assert len(split.indices) <= size
        for combination in split.combinations:
            assert len(combination) == combination_size
            assert not any(set(combination) <= words(captions[n]) for n in train)
        for n in split.indices:
            assert any(set(c) <= words(captions[n]) for c in split.combinations)
            assert all(seen[word] >= min_count for word in words(captions[n]))
            assert captions[n] not in {captions[k] for k in train}
    everything = [*train, *splits[0].indices, *splits[1].indices]
    assert sorted(everything) == list(range(len(captions)))  # each in one split


@given(CAPTIONS, st.integers(1, 5))
def test_captions_with_rare_words_are_removed_repeatedly(
    captions: list[str], min_count: int
) -> None:
    kept = dict(enumerate(captions))
    while True:
        counts = Counter(word for caption in kept.values() for word in words(caption))
        rare = [
            n for n, caption in kept.items() if any(counts[w] < min_count for w in words(caption))
        ]
        if not rare:
            break
        del kept[rare[0]]
    assert without_rare_words(captions, min_count) == list(kept)


def test_a_removed_caption_can_make_other_words_rare() -> None:
    assert without_rare_words(["a b", "a c", "c d", "c d", "d"], 2) == [2, 3, 4]


def test_a_split_prefers_many_small_combinations() -> None:
    captions = [f"{a} {b} thing" for a, b in product("abcdefghij", "qrstuvwxyz")] * 2
    [split], train = split_by_combinations(captions, [40], combination_size=2, min_count=4, seed=0)
    assert len(split.indices) == 40
    assert len(split.combinations) == 20
    assert len(train) == 160


def test_the_seed_determines_the_split() -> None:
    captions = [f"{a} {b}" for a, b in product("abcdef", "uvwxyz")]
    first, again, other = (
        split_by_combinations(captions, [6], 2, 2, seed)[0] for seed in (1, 1, 2)
    )
    assert first == again != other


def test_a_split_is_empty_if_training_needs_every_word() -> None:
    [split], train = split_by_combinations(
        ["a b", "a c", "b c"], [3], combination_size=2, min_count=2, seed=0
    )
    assert (split.indices, train) == ([], [0, 1, 2])


@given(st.integers(0, 50))
def test_spellings_of_a_word_are_one_word(seed: int) -> None:
    colours, shapes = ("blau", "grün", "weiß"), ("Kästchen", "Kreis", "Bögen")
    captions = [f"{colour} {shape} {n}" for colour in colours for shape in shapes for n in "1234"]
    captions += [unicodedata.normalize("NFD", caption.upper()) for caption in captions]
    splits, train = split_by_combinations(captions, [8, 8], 2, 1, seed)
    trained = [set(comparable(captions[n]).split()) for n in train]
    for split in splits:
        assert split.indices
        for combination in split.combinations:
            assert not any({comparable(word) for word in combination} <= each for each in trained)
