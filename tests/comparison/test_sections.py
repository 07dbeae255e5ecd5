import dataclasses
from collections.abc import Callable

import pytest

from elman.comparison.report import Section
from elman.comparison.results import Results
from elman.comparison.sections import sections
from elman.comparison.sections.parity import parity_section
from elman.comparison.sections.resources import memory_section, speed_section
from elman.comparison.sizes import Sizes
from elman.comparison.speed import Speed

SIZES = Sizes(100, 64, 128, 256)


@pytest.fixture(scope="module")
def all_sections(results: Results) -> list[Section]:
    return sections(results)


def test_order_of_sections(all_sections: list[Section]) -> None:
    assert [section.title for section in all_sections] == [
        "Parity",
        "Speed",
        "Scaling",
        "Memory",
        "Learning",
        "Capabilities",
        "Environment",
    ]


def test_every_row_has_one_cell_per_column(all_sections: list[Section]) -> None:
    for section in all_sections:
        for table in section.tables:
            assert table.rows
            assert {len(row) for row in table.rows} == {len(table.header)}, table.caption


def test_failing_tensor_is_marked(results: Results) -> None:
    first, *others = results.distances
    failing = [dataclasses.replace(first, ours=1e-3), *others]
    for distances, outcome in ((results.distances, "yes"), (failing, "NO")):
        float32, _, by_case = parity_section(distances).tables
        assert [float32.rows[0][0], float32.rows[0][-1]] == ["output", outcome]
        assert float32.rows[1][-1] == "yes"
        assert len(by_case.rows) == 2  # one combination in two dtypes
    assert by_case.rows[0][2:] == ["8388.61 (1.0e-03)", "0.00 (1.0e-16)"]


def test_times_in_milliseconds(make_speed: Callable[[Sizes, float, float], Speed]) -> None:
    train, inference = speed_section([make_speed(SIZES, 0.004, 1.5)], "a test CPU").tables
    assert train.rows == [
        ["100, 64, 128, 256", "4.00 (3.60–4.40)", "1,500 (1,350–1,650)", "375.00"]
    ]
    assert inference.rows[0][1:] == ["2.00 (1.80–2.20)", "750 (675–825)", "375.00"]
    assert train.caption == "Training step on a test CPU, milliseconds"


def test_memory_in_mebibytes(results: Results) -> None:
    [peak] = results.memory
    peak = dataclasses.replace(peak, ours=2**20, theirs=3 * 2**19)
    [table] = memory_section([peak]).tables
    assert table.rows == [["10, 1, 8, 16", "1.00", "1.50", "1.50"]]
