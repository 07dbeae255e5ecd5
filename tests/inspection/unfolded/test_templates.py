"""The page in a browser: it steps, chooses, fits the window and needs no other file."""

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, Page

from elman.inspection.gradient_flow import GradientFlow, gradient_flow
from elman.inspection.unfolded.example import Example
from elman.inspection.unfolded.page import write_unfolded
from elman.inspection.unfolded.predictions import Prediction
from elman.inspection.unfolded.shown import shown_cells
from elman.inspection.unfolded.stages import COUNT, Stage, StageCell
from elman.networks.language_model import LanguageModel
from elman.training.sequence_cross_entropy import sequence_step_costs

LAST = 2 * 11 - 1  # the last position: 11 steps forward, 11 backward

Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, page_file: Path) -> Iterator[Opened]:
    """Opens the page; fails at the end if the page has reported an error or asked for a file."""
    pages, complaints = [], []

    def open_page(width: int = 1280, scheme: str = "light") -> Page:
        page = browser.new_page(
            reduced_motion="reduce", viewport={"width": width, "height": 800}, color_scheme=scheme
        )
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url))
        page.goto(page_file.as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert complaints == [page_file.as_uri()] * len(pages)


def position(page: Page) -> int:
    return int(page.input_value("#position"))


def now(page: Page) -> str:
    return page.inner_text("#now")


def number(text: str) -> float:
    """1.23·10⁻⁴ as the page writes it."""
    mantissa, _, exponent = text.replace("−", "-").partition("·10")
    power = exponent.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
    return float(mantissa) * 10 ** int(power or 0)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_window(opened: Opened, width: int, scheme: str) -> None:
    page = opened(width, scheme)
    for _ in range(3):
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.click("#next")
    strip = page.locator("#strip")
    assert strip.evaluate("e => e.scrollWidth > e.clientWidth") == (width == 390)


def test_the_keys_step(opened: Opened) -> None:
    page = opened()
    assert position(page) == 0
    assert now(page).startswith("Forward, t = 1: the network reads “h”. ‖h‖ = ")
    for key, expected in [
        ("ArrowRight", 1),
        ("ArrowRight", 2),
        ("ArrowLeft", 1),
        ("End", LAST),
        ("ArrowRight", LAST),
        ("Home", 0),
        ("ArrowLeft", 0),
    ]:
        page.keyboard.press(key)
        assert position(page) == expected
    assert page.get_attribute("#position", "aria-valuetext") == "forward, t = 1"


def test_the_buttons_step(opened: Opened) -> None:
    page = opened()
    for button, expected in [
        ("next", 1), ("back", 0), ("last", LAST), ("first", 0), ("turn", 11), ("next", 12),
    ]:  # fmt: skip
        page.click(f"#{button}")
        assert position(page) == expected
    assert now(page).startswith("Backward, t = 10: ‖∂C/∂h₁₀‖ = ")
    page.fill("#position", "3")
    assert now(page).startswith("Forward, t = 4: the network reads “l”")


def test_space_plays_and_pauses(opened: Opened) -> None:
    page = opened()
    page.clock.install()
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Pause"
    page.clock.run_for(3 * 600)
    assert position(page) == 3
    page.keyboard.press("Space")
    page.clock.run_for(3 * 600)
    assert position(page) == 3
    assert page.inner_text("#play") == "Play"
    page.click("#last")
    page.click("#play")  # from the start again
    page.clock.run_for(100 * 600)
    assert position(page) == LAST
    assert page.inner_text("#play") == "Play"


def test_a_step_backward_tells_and_draws_the_gradient(opened: Opened, flow: GradientFlow) -> None:
    page = opened()
    page.select_option("#cost", "7")  # C₈
    G = flow.cells[0].G[7, :, 0].tolist()
    assert position(page) == 8
    assert page.locator("#network .backward").count() == 1  # from O₈
    for t in range(7, -1, -1):
        told = re.fullmatch(rf"Backward, t = {t + 1}: ‖∂C₈/∂h.‖ = ([^,]*), .*", now(page))
        assert told
        assert number(told[1]) == pytest.approx(G[t], rel=5e-3)
        assert page.locator("#network .backward").count() == 8 - t
        page.keyboard.press("ArrowRight")
    assert f"{100 * G[0] / G[7]:.3g}"[:3] in now(page) or f"{G[0] / G[7]:.3g}"[:3] in now(page)


def test_only_what_comes_from_later_steps_arrives_from_the_next_state(
    network: LanguageModel, example: Example, browser: Browser, tmp_path: Path
) -> None:
    forgetful = copy.deepcopy(network)
    for cell in forgetful.rnn.cells:  # type: ignore[union-attr]
        torch.nn.init.zeros_(cell.V)  # type: ignore[union-attr,arg-type]
    flow = gradient_flow(
        forgetful, example.inputs, lambda outputs: sequence_step_costs(outputs[0], example.y)
    )
    file = tmp_path / "page.html"
    write_unfolded(file, "", "", shown_cells(flow, forgetful, example, 50), [])
    page = browser.new_page(
        reduced_motion="reduce",
    )
    page.goto(file.as_uri())
    page.keyboard.press("End")
    assert page.locator("#network .backward").count() == 11  # from each O_t
    assert page.locator("#network .lost").count() == 10  # nothing from h_{t+1}
    page.close()


def test_an_arrow_is_thicker_where_the_gradient_is_larger(
    opened: Opened, flow: GradientFlow
) -> None:
    page = opened()
    page.select_option("#cost", "10")
    page.keyboard.press("End")
    sizes = page.eval_on_selector_all(
        "#network [data-t] > .backward:last-of-type", "all => all.map(e => e.getBBox().height)"
    )[:10]
    G = flow.cells[0].G[10, :10, 0].tolist()
    assert sorted(range(10), key=sizes.__getitem__) == sorted(range(10), key=G.__getitem__)


def test_another_layer(opened: Opened, flow: GradientFlow) -> None:
    page = opened()
    page.select_option("#cell", "1")
    page.click("#next")
    norm = float(flow.cells[1].h[1, 0].norm())
    assert f"‖h‖ = {norm:#.3g}" in now(page)
    cells = page.eval_on_selector_all(
        "#units td:first-of-type", "all => all.map(e => e.textContent)"
    )
    h = flow.cells[1].h
    units = h[:, 0].var(0).topk(8).indices.sort().values
    assert [number(text) for text in cells] == pytest.approx(h[1, 0, units].tolist(), rel=5e-3)


def test_the_matrix_chooses_a_cost_and_a_state(opened: Opened, flow: GradientFlow) -> None:
    page = opened()
    page.focus("#matrix")
    for key in ("ArrowUp", "ArrowUp", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert page.input_value("#cost") == "8"
    entry = page.inner_text("#entry")
    assert entry.startswith("‖∂C₉/∂h₄‖ = ")
    assert number(entry.split(" = ")[1].split(":")[0]) == pytest.approx(
        float(flow.cells[0].G[8, 3, 0]), rel=5e-3
    )
    assert "the network reads “l”" in entry
    frame = page.locator("#matrix .node")
    box = frame.bounding_box()
    assert box is not None
    frame.click(position={"x": box["width"] * 2.5 / 11, "y": box["height"] * 5.5 / 11}, force=True)
    assert page.inner_text("#entry").startswith("‖∂C₆/∂h₃‖ = ")
    rects = page.locator("#matrix rect:not(.node, .selected)")
    assert rects.count() == 11 * 12 / 2  # s ≥ t


def test_the_sum_over_the_costs_is_the_gradient_of_one_pass(
    opened: Opened, flow: GradientFlow
) -> None:
    page = opened()
    page.focus("#matrix")
    page.keyboard.press("ArrowRight")
    page.select_option("#unit", "3")
    name = page.inner_text("#unit option:checked")
    unit = int(name.removeprefix("unit ")) - 1
    cell = flow.cells[0]
    assert number(page.inner_text("#sum")) == pytest.approx(
        float(cell.gradient[1, 0, unit]), rel=1e-6
    )
    assert page.inner_text("#sum") == page.inner_text("#pass")
    assert page.inner_text("#sum-name") == "Sum of ∂Cₛ/∂h₂ over all costs"


def test_the_answer_and_the_stages(opened: Opened) -> None:
    page = opened()
    assert page.inner_text("#memory-answer").startswith("It looks ")
    assert page.locator("#profile .line, #profile .band").count() == 2
    assert page.inner_text("#stage-now") == "After 100 steps the memory length is 2.5 time steps."
    page.focus("#stage")
    page.keyboard.press("Home")
    assert page.inner_text("#stage-now") == "After 0 steps the memory length is 1.5 time steps."
    page.select_option("#cell", "1")
    assert page.inner_text("#stage-now") == "After 0 steps."
    assert page.locator("#stage-memory").is_hidden()


def test_stages_of_long_sequences(
    network: LanguageModel,
    example: Example,
    flow: GradientFlow,
    browser: Browser,
    tmp_path: Path,
) -> None:
    """More numbers than a function may have arguments."""
    T = 150
    G = [[1.0 / (1 + s - t) if t <= s else 0.0 for t in range(T)] for s in range(T)]
    times = [*range(1, T + 1)]
    stages = [Stage(step, [StageCell(times, times, G, 9.0)] * 2) for step in range(COUNT)]
    file = tmp_path / "page.html"
    write_unfolded(file, "", "", shown_cells(flow, network, example, 50), stages)
    page, errors = (
        browser.new_page(
            reduced_motion="reduce",
        ),
        [],
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    assert page.locator("#stage-matrix rect:not(.node)").count() == T * (T + 1) // 2
    page.close()
    assert errors == []


def test_every_control_has_a_name(opened: Opened) -> None:
    page = opened()
    for control in page.locator("button, select, input, [tabindex]").all():
        name = control.evaluate(
            "e => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent"
        )
        assert name.strip(), control.evaluate("e => e.outerHTML")
    for figure in page.locator("main > section svg[role]").all():
        assert figure.get_attribute("aria-label")


def test_truncation_and_clipping_are_drawn(opened: Opened) -> None:
    page = opened()
    assert page.locator("#small-network .scissors").count() == 0
    assert page.inner_text("#clip-now").endswith("it is not clipped.")
    page.fill("#truncate", "5")
    assert page.locator("#small-network .scissors").count() == 3  # after 5, 10, 15 of 16
    assert "nothing arrives" in page.inner_text("#small-now")
    page.fill("#clip", "0.1")
    assert page.locator("#small-network .bar.above").count() == 16
    assert "above 0.10: clipping multiplies every gradient by " in page.inner_text("#clip-now")


def test_the_predictions_and_the_cost_of_each_step(
    opened: Opened, flow: GradientFlow, predictions: list[Prediction]
) -> None:
    page = opened()
    page.fill("#position", "4")
    assert page.locator("#network .entry").count() == 5 * 3  # not of later steps
    column = page.locator("#network [data-t='4']")
    entries = column.locator(".entry")
    for k, (text, p, target) in enumerate(predictions[4].largest):
        entry = entries.nth(k)
        assert entry.locator("text").all_text_contents() == [text, f"{100 * p:.0f}"]
        assert ("target" in (entry.get_attribute("class") or "").split()) == target
        bar, whole = (entry.locator(f".{name}") for name in ("probability", "whole"))
        widths = [float(box.get_attribute("width") or "") for box in (bar, whole)]
        assert widths[0] / widths[1] == pytest.approx(p)
    assert f"the target “{predictions[4].target}” has" in now(page)
    told = re.search(r"The cost is C₅ = (.*)\.$", now(page))
    assert told
    assert number(told[1]) == pytest.approx(11 * float(flow.costs[4, 0]), rel=5e-3)
    average = re.match(r"C = (\S+) is the average of the costs", page.inner_text("#average"))
    assert average
    assert float(average[1]) == pytest.approx(float(flow.costs.sum()), rel=5e-4)


def test_the_equations_that_apply_are_highlighted(opened: Opened) -> None:
    page = opened()
    active = page.locator("#equations .active")
    forward = ["state", "state", "output", "prediction", "average"]
    for button, expected in [("first", forward), ("turn", ["gradient"])]:
        page.click(f"#{button}")
        names = active.evaluate_all("all => all.map(e => e.dataset.of)")
        assert names == expected
