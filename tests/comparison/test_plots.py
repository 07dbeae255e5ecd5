from xml.etree import ElementTree

import pytest

from elman.comparison.plots import (
    INK,
    plot_differences,
    plot_distances,
    plot_learning,
    plot_scaling,
)
from elman.comparison.results import Results

SVG = "{http://www.w3.org/2000/svg}"


def pictures(results: Results) -> list[str]:
    return [
        plot_distances(results.distances),
        plot_scaling("T", results.scaling["T"], "train"),
        plot_scaling("T", results.scaling["T"], "inference"),
        plot_learning(results.learning),
        plot_differences(results.learning),
    ]


def test_pictures_suit_a_light_and_a_dark_page(results: Results) -> None:
    for svg in pictures(results):
        root = ElementTree.fromstring(svg)  # noqa: S314 - of our own making
        assert "currentColor" in svg
        assert INK not in svg
        styles = [style.text or "" for style in root.iter(f"{SVG}style")]
        assert any("prefers-color-scheme:dark" in style for style in styles)


def test_the_same_figures_give_the_same_pictures(results: Results) -> None:
    assert pictures(results) == pictures(results)


def test_other_figures_give_other_pictures(results: Results) -> None:
    train, inference = (plot_scaling("T", results.scaling["T"], k) for k in ("train", "inference"))
    assert train != inference


def test_curves_that_never_part(results: Results) -> None:
    results.learning.theirs.bpc[:] = results.learning.ours.bpc
    assert plot_differences(results.learning).count("<svg") == 1


@pytest.mark.parametrize("symbol", ["T", "H"])
def test_the_size_that_varies_is_named(results: Results, symbol: str) -> None:
    assert f"<!-- {symbol} -->" in plot_scaling(symbol, results.scaling["T"], "train")
