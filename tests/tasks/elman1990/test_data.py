import pytest
import torch

from elman.tasks.elman1990.data import Elman1990Data


def batches(data: Elman1990Data, split: str) -> list[tuple[torch.Tensor, torch.Tensor]]:
    loader = {
        "train": data.train_dataloader,
        "validation": data.val_dataloader,
        "test": data.test_dataloader,
    }[split]()
    return [data.on_after_batch_transfer(batch, 0) for batch in loader]


def test_a_batch_has_codes_and_the_codes_that_follow() -> None:
    data = Elman1990Data("letters", units=100, batch_size=4, chunk_length=3)
    codes = data.codes[data.stream("train").symbols]
    X = torch.cat([X for X, _ in batches(data, "train")])
    y = torch.cat([y for _, y in batches(data, "train")])
    length = len(X)
    assert X.shape == y.shape == (length, 4, 6)
    stream_length = (len(codes) - 1) // 4
    for b in range(4):
        start = b * stream_length
        assert torch.equal(X[:, b], codes[start : start + length])
        assert torch.equal(y[:, b], codes[start + 1 : start + length + 1])


@pytest.mark.parametrize("split", ["validation", "test"])
def test_other_splits_are_one_whole_stream(split: str) -> None:
    data = Elman1990Data("words", validation=30, test=40)
    [(X, y)] = batches(data, split)
    codes = data.codes[data.stream(split).symbols]
    assert torch.equal(X[:, 0], codes[:-1])
    assert torch.equal(y[:, 0], codes[1:])


def test_the_streams_depend_on_the_seed_and_the_split_alone() -> None:
    def streams(seed: int) -> list[list[int]]:
        data = Elman1990Data("xor", 100, 100, 100, seed=seed)
        return [data.stream(split).symbols.tolist() for split in ("train", "validation", "test")]

    first, again, other = streams(1), streams(1), streams(2)
    assert first == again
    every = [*first, *other]
    assert all(every.count(stream) == 1 for stream in every)


def test_it_describes_itself() -> None:
    data = Elman1990Data("xor", units=1000, test=4800)
    assert data.train_description == "3,000 bits of the xor of Elman 1990"
    assert data.test_description == "14,400 fresh bits of the xor of Elman 1990"
    assert data.sizes == {"input_size": 1, "output_size": 1}
    assert data.symbols == ("0", "1")


def test_a_bad_argument_is_refused() -> None:
    with pytest.raises(ValueError, match=r"data\.corpus must be one of xor, letters, .*got 'verb'"):
        Elman1990Data("verb")
    for argument in ("units", "validation", "test", "batch_size", "chunk_length"):
        with pytest.raises(ValueError, match=rf"data\.{argument} must be .*got 0"):
            Elman1990Data("xor", **{argument: 0})
    with pytest.raises(ValueError, match=r"data\.test must be from 5 to 10000000, got 4"):
        Elman1990Data("xor", test=4)
    with pytest.raises(ValueError, match=r"data\.seed must be from 0 to 4294967295, got -1"):
        Elman1990Data("xor", seed=-1)
    data = Elman1990Data("xor", units=10, batch_size=20, chunk_length=5)
    with pytest.raises(ValueError, match=r"^data: 30 characters are too few.*raise data\.units"):
        data.train_dataloader()
