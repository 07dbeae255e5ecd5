"""The recorded stages of a training."""

from pathlib import Path

import pytest
import torch

import elman
from elman.inspection.gradient_flow import GradientFlow, gradient_flow, memory_length, write_npz
from elman.inspection.unfolded.stages import COUNT, read_stages
from elman.networks.sequence_classifier import SequenceClassifier


def test_each_file_is_a_stage(flow: GradientFlow, tmp_path: Path) -> None:
    for step in (1200, 0, 30):
        write_npz(tmp_path / f"{step:08d}.npz", flow, inputs=torch.zeros(3))
    stages = read_stages(tmp_path)
    assert [stage.step for stage in stages] == [0, 30, 1200]
    for shown, cell in zip(stages[0].cells, flow.cells, strict=True):
        torch.testing.assert_close(
            torch.tensor(shown.G, dtype=torch.float64), cell.G[..., 0], rtol=1e-4, atol=0.0
        )
        assert shown.times == shown.costs == [*range(1, 12)]
        assert shown.memory == float(memory_length(cell)[0])


def test_a_run_without_records_has_no_stages(tmp_path: Path) -> None:
    assert read_stages(tmp_path / "missing") == []


def test_many_stages_are_thinned_out(flow: GradientFlow, tmp_path: Path) -> None:
    for step in range(40):
        write_npz(tmp_path / f"{step:08d}.npz", flow)
    steps = [stage.step for stage in read_stages(tmp_path)]
    assert len(steps) == COUNT
    assert (steps[0], steps[-1]) == (0, 39)
    assert steps == sorted(set(steps))


def test_padding_is_left_out_and_the_median_is_of_all_sequences(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = SequenceClassifier(2, 3, 2, lambda I, H: elman.RNN(I, H, bidirectional=True))
    X, lengths, y = torch.randn(6, 3, 2), torch.tensor([4, 6, 5]), torch.tensor([0, 1, 1])
    flow = gradient_flow(
        network,
        (X, lengths),
        lambda O: torch.nn.functional.cross_entropy(O, y, reduction="none").unsqueeze(0),
    )
    write_npz(tmp_path / "00000001.npz", flow)
    [stage] = read_stages(tmp_path)
    ahead, back = stage.cells
    expected = flow.cells[0].G[:, :4, 0].tolist()
    assert ahead.G[0] == pytest.approx(expected[0], rel=1e-4)
    assert back.G[0] == pytest.approx(flow.cells[1].G[0, :4, 0].flip(0).tolist(), rel=1e-4)
    assert (ahead.times, back.times) == ([1, 2, 3, 4], [4, 3, 2, 1])
    assert ahead.costs is back.costs is None
    assert ahead.memory == float(memory_length(flow.cells[0]).double().median())


def test_files_with_other_names_are_left_out(flow: GradientFlow, tmp_path: Path) -> None:
    for name in ("00000005", "mine", "100000005"):
        write_npz(tmp_path / f"{name}.npz", flow)
    assert [stage.step for stage in read_stages(tmp_path)] == [5, 100_000_005]


def test_damaged_files_are_refused(flow: GradientFlow, tmp_path: Path) -> None:
    file = tmp_path / "00000005.npz"
    write_npz(file, flow)
    content = bytearray(file.read_bytes())
    name, extra = content[26], content[28]  # their lengths, in the header of 30 bytes
    content[30 + name + extra] = 0xFF  # no block of compressed data starts so
    for damaged in (content, b""):
        file.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"00000005\.npz is damaged or holds no gradients"):
            read_stages(tmp_path)
