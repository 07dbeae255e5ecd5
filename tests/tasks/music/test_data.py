import zipfile
from pathlib import Path

import pytest
import torch

from elman.tasks.music.data import MusicData, batch, transposed
from elman.tasks.music.musicxml import NOTES
from elman.tasks.music.tunes import tune


def test_inputs_are_the_notes_and_targets_the_next_ones(pieces: Path) -> None:
    data = MusicData(str(pieces), batch_size=4)
    data.setup()
    X, (y, mask) = next(iter(data.test_dataloader()))
    assert X.shape == y.shape == (13, 4, NOTES)
    assert mask.all()
    torch.testing.assert_close(X[1:], y[:-1], rtol=0, atol=0)
    assert torch.equal(torch.cat([X[:1], y])[:, 0].byte(), data.splits["test"][0])


def test_padding_has_no_target() -> None:
    long, short = torch.ones(4, NOTES, dtype=torch.uint8), torch.ones(2, NOTES, dtype=torch.uint8)
    X, (y, mask) = batch([long, short])
    assert mask.T.tolist() == [[True, True, True], [True, False, False]]
    assert not X[1:, 1].any()
    assert not y[1:, 1].any()


def test_transposition_moves_every_note_alike() -> None:
    torch.manual_seed(0)
    roll = torch.zeros(6, NOTES, dtype=torch.uint8)
    roll[range(6), [40, 42, 44, 45, 47, 49]] = 1
    shifts = {int(transposed(roll)[0].argmax()) - 40 for _ in range(200)}
    assert shifts == set(range(-5, 7))
    assert tune(transposed(roll).numpy()) == tune(roll.numpy())


def test_a_note_at_the_end_of_the_piano_stays_on_it() -> None:
    torch.manual_seed(0)
    roll = torch.zeros(3, NOTES, dtype=torch.uint8)
    roll[:, NOTES - 1] = 1
    highest = {int(transposed(roll)[0].argmax()) for _ in range(100)}
    assert highest == set(range(NOTES - 6, NOTES))


def test_the_splits_are_disjoint_and_the_same_each_time(pieces: Path) -> None:
    first, second = (MusicData(str(pieces)) for _ in range(2))
    first.setup()
    second.setup()
    for name in first.splits:
        assert all(map(torch.equal, first.splits[name], second.splits[name]))
    every = [roll.numpy().tobytes() for rolls in first.splits.values() for roll in rolls]
    assert len(set(every)) == len(every) == 20


def test_names_may_be_in_capital_letters(pieces: Path) -> None:
    for n, file in enumerate(sorted(pieces.iterdir())):
        if n % 2:
            file.rename(file.with_name(file.name.upper()))
        else:
            with zipfile.ZipFile(file.with_suffix(".MXL"), "w") as archive:
                archive.write(file, "SCORE.XML")
            file.unlink()
    data = MusicData(str(pieces))
    data.setup()
    assert sum(map(len, data.splits.values())) == 20


def test_folders_without_pieces_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no folder"):
        MusicData(str(tmp_path / "missing")).setup()
    with pytest.raises(ValueError, match=r"no file that ends in \.mxl"):
        MusicData(str(tmp_path)).setup()
    (tmp_path / "broken.xml").write_text("no music")
    with pytest.raises(ValueError, match=r"broken\.xml: it is not XML"):
        MusicData(str(tmp_path)).setup()


def test_a_changed_piece_is_noticed(pieces: Path) -> None:
    data = MusicData(str(pieces))
    data.setup()
    state = data.state_dict()
    file = pieces / "03-1.musicxml"
    file.write_text(file.read_text().replace("<octave>4", "<octave>5"))
    restored = MusicData()
    restored.load_state_dict(state)
    with pytest.raises(ValueError, match="has changed since the network was trained"):
        restored.setup()
