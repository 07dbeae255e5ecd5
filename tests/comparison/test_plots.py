from xml.etree import ElementTree

import pytest

from elman.comparison.learning import Learning
from elman.comparison.plots import (
    INK,
    STYLE,
    plot_differences,
    plot_distances,
    plot_learning,
    plot_scaling,
)
from elman.comparison.results import Results

SVG = "{http://www.w3.org/2000/svg}"


def draw(results: Results) -> list[str]:
    return [
        plot_distances(results.distances),
        plot_scaling("T", results.scaling["T"], "train"),
        plot_scaling("T", results.scaling["T"], "inference"),
        plot_learning(results.learning),
        plot_differences(results.learning),
    ]


@pytest.fixture(scope="module")
def plots(results: Results) -> list[str]:
    return draw(results)


def test_plots_adapt_to_light_and_dark_pages(plots: list[str]) -> None:
    for svg in plots:
        root = ElementTree.fromstring(svg)  # noqa: S314 - written by this project
        assert "currentColor" in svg
        assert INK not in svg
        styles = [style.text or "" for style in root.iter(f"{SVG}style")]
        assert any("prefers-color-scheme:dark" in style for style in styles)


def test_plots_are_reproducible(plots: list[str], results: Results) -> None:
    assert draw(results) == plots


def test_plots_depend_on_the_results(plots: list[str]) -> None:
    assert len(set(plots)) == len(plots)


def test_identical_curves(results: Results) -> None:
    run = results.learning.ours
    assert plot_differences(Learning(run, run, "book.txt")).count("<svg") == 1


@pytest.mark.parametrize("symbol", ["T", "H"])
def test_the_axis_names_the_varied_size(results: Results, symbol: str) -> None:
    assert f"<!-- {symbol} -->" in plot_scaling(symbol, results.scaling["T"], "train")


def test_fonts_are_at_least_8_pt_on_the_page(plots: list[str]) -> None:
    narrowest_column = 19 * 12  # points: 19 rem in the report's style sheet
    for svg in plots:
        width = ElementTree.fromstring(svg).attrib["width"]  # noqa: S314
        assert STYLE["font.size"] * narrowest_column / float(width[:-2]) >= 8
