from collections import Counter
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from elman.tasks.captioning.compositional_split import common, hold_out

CAPTIONS = st.lists(
    st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=4).map(" ".join), max_size=60
)


def words(caption: str) -> set[str]:
    return set(caption.split())


@given(
    captions=CAPTIONS,
    test=st.integers(1, 20),
    validation=st.integers(1, 20),
    together=st.integers(1, 3),
    least=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_combinations_are_unseen_and_their_words_are_known(
    captions: list[str], test: int, validation: int, together: int, least: int, seed: int
) -> None:
    captions = [captions[n] for n in common(captions, least)]
    parts, train = hold_out(captions, [test, validation], together, least, seed)
    seen = Counter(word for n in train for word in words(captions[n]))
    for part, size in zip(parts, (test, validation), strict=True):
        assert len(part.numbers) <= size
        for combination in part.combinations:
            assert len(combination) == together
            assert not any(set(combination) <= words(captions[n]) for n in train)
        for n in part.numbers:
            assert any(set(c) <= words(captions[n]) for c in part.combinations)
            assert all(seen[word] >= least for word in words(captions[n]))
            assert captions[n] not in {captions[k] for k in train}
    everything = [*train, *parts[0].numbers, *parts[1].numbers]
    assert sorted(everything) == list(range(len(captions)))  # each in one part


@given(CAPTIONS, st.integers(1, 5))
def test_common_is_what_stays_when_rare_words_go_one_by_one(
    captions: list[str], least: int
) -> None:
    kept = dict(enumerate(captions))
    while True:
        counts = Counter(word for caption in kept.values() for word in words(caption))
        rare = [n for n, caption in kept.items() if any(counts[w] < least for w in words(caption))]
        if not rare:
            break
        del kept[rare[0]]
    assert common(captions, least) == list(kept)


def test_what_is_left_out_may_make_other_words_rare() -> None:
    assert common(["a b", "a c", "c d", "c d", "d"], 2) == [2, 3, 4]


def test_many_small_combinations_rather_than_one_large() -> None:
    captions = [f"{a} {b} thing" for a, b in product("abcdefghij", "qrstuvwxyz")] * 2
    [part], train = hold_out(captions, [40], together=2, least=4, seed=0)
    assert len(part.numbers) == 40
    assert len(part.combinations) == 20
    assert len(train) == 160


def test_the_seed_decides() -> None:
    captions = [f"{a} {b}" for a, b in product("abcdef", "uvwxyz")]
    first, again, other = (hold_out(captions, [6], 2, 2, seed)[0] for seed in (1, 1, 2))
    assert first == again != other


def test_nothing_is_held_out_where_every_word_is_needed() -> None:
    [part], train = hold_out(["a b", "a c", "b c"], [3], together=2, least=2, seed=0)
    assert (part.numbers, train) == ([], [0, 1, 2])
