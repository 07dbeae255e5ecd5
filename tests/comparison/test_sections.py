import dataclasses
from collections.abc import Callable

from elman.comparison.report import Section
from elman.comparison.results import Results
from elman.comparison.sections import sections
from elman.comparison.sections.parity import parity_section
from elman.comparison.sections.resources import memory_section, speed_section
from elman.comparison.sizes import Sizes
from elman.comparison.speed import Speed

SIZES = Sizes(100, 64, 128, 256)


def by_title(results: Results) -> dict[str, Section]:
    return {section.title: section for section in sections(results)}


def test_the_sections_in_their_order(results: Results) -> None:
    assert list(by_title(results)) == [
        "Parity",
        "Speed",
        "Scaling",
        "Memory",
        "Learning",
        "Capabilities",
        "Setting",
    ]


def test_every_row_has_a_cell_for_each_column(results: Results) -> None:
    for section in sections(results):
        for table in section.tables:
            assert table.rows
            assert {len(row) for row in table.rows} == {len(table.header)}, table.caption


def test_a_tensor_that_is_too_far_is_named(results: Results) -> None:
    first, *others = results.distances
    failing = [dataclasses.replace(first, ours=1e-3), *others]
    for distances, outcome in ((results.distances, "yes"), (failing, "NO")):
        float32, _, each = parity_section(distances).tables
        assert [float32.rows[0][0], float32.rows[0][-1]] == ["output", outcome]
        assert float32.rows[1][-1] == "yes"
        assert len(each.rows) == 2  # one combination in two dtypes
    assert each.rows[0][2:] == ["8388.61", "0.00", "1.0e-03", "1.0e-16"]


def test_times_in_milliseconds(make_speed: Callable[[Sizes, float, float], Speed]) -> None:
    train, inference = speed_section([make_speed(SIZES, 0.004, 1.5)]).tables
    assert train.rows == [
        ["100, 64, 128, 256", "4.00", "1,500", "375.00", "3.60–4.40", "1,350–1,650"]
    ]
    assert inference.rows[0][1:4] == ["2.00", "750", "375.00"]


def test_memory_in_mebibytes(results: Results) -> None:
    [peak] = results.memory
    peak = dataclasses.replace(peak, ours=2**20, theirs=3 * 2**19)
    [table] = memory_section([peak]).tables
    assert table.rows == [["10, 1, 8, 16", "1.00", "1.50", "1.50"]]


def test_only_what_is_ours_alone_is_ticked(results: Results) -> None:
    [table] = by_title(results)["Capabilities"].tables
    assert [row[-1] for row in table.rows] == ["✓", ""]
