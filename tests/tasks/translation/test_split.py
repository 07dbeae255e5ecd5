from hypothesis import given
from hypothesis import strategies as st

from elman.tasks.translation.pairs import Pair
from elman.tasks.translation.split import split_pairs

WORDS = st.sampled_from(
    ["Filter", "filter", "FILTER", "pump", "size", "tank", "water", "on", "off"]
)
PAIRS = st.lists(st.builds(Pair, WORDS, WORDS), unique=True, max_size=40)


@given(PAIRS, st.integers(0, 20), st.integers(0, 20), st.integers(0, 5))
def test_no_two_splits_share_a_text(pairs: list[Pair], first: int, second: int, seed: int) -> None:
    splits = split_pairs(pairs, (first, second), seed)
    assert sorted(pair for split in splits for pair in split) == sorted(pairs)
    texts = [{text.casefold() for pair in split for text in pair} for split in splits]
    for one in range(3):
        for other in range(one):
            assert not texts[one] & texts[other]
    assert len(splits[0]) <= first
    assert len(splits[1]) <= second
    assert splits == split_pairs(pairs, (first, second), seed)


def test_splits_have_the_requested_sizes() -> None:
    pairs = [Pair(f"source {n}", f"target {n}") for n in range(100)]
    first, second, rest = split_pairs(pairs, (10, 5), 0)
    assert (len(first), len(second), len(rest)) == (10, 5, 85)
    assert split_pairs(pairs, (10, 5), 1)[0] != first
