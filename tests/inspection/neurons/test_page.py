"""The page of a small trained network, in a browser."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from omegaconf import DictConfig
from playwright.sync_api import Browser, Page

from elman.cli.values import read_values
from elman.inspection.neurons.page import Show, check_network, show_neurons
from elman.inspection.training_examples import validation_examples
from elman.networks import ConvolutionalNetwork, FeedforwardNetwork
from elman.reference import feedforward as reference
from elman.training.checkpoints.checkpoint import restore
from elman.training.class_objectives import CrossEntropy, SquaredError
from elman.training.objectives import Objective
from elman.training.runs.folder import NEURONS, PATH
from elman.training.train import train

Compose = Callable[..., DictConfig]
SIZES = [784, 17, 4, 10]
SECTIONS = ["forward", "cost", "backward", "chain", "descent"]


@pytest.fixture(scope="module")
def run(composed: Compose, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two epochs on noisy pictures."""
    folder = tmp_path_factory.mktemp("run")
    random = np.random.default_rng(0)
    digits = np.arange(80) % 10
    pixels = random.integers(0, 60, (80, 28, 28))
    pixels[np.arange(80), 2 * digits] += 180
    np.savetxt(folder / "images.csv", np.column_stack([pixels.reshape(80, -1), digits]), "%d", ",")
    train(
        composed(
            "train",
            "experiment=digits_feedforward",
            f"output_dir={folder}",
            f"data.path={folder / 'images.csv'}",
            "data.validation=20",
            "data.test=20",
            f"network.sizes={SIZES}",
            "trainer.max_epochs=2",
            "trainer.log_every_n_steps=2",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
        )
    )
    return folder


@pytest.fixture(scope="module")
def show(composed: Compose) -> Callable[..., Path]:
    """Writes the page of a run."""

    def show_run(run: Path, *overrides: str) -> Path:
        return show_neurons(read_values(Show, composed("show", f"checkpoint={run}", *overrides)))

    return show_run


@pytest.fixture(scope="module")
def file(run: Path, show: Callable[..., Path]) -> Path:
    """The file of the page."""
    file = show(run)
    assert file == run / NEURONS
    return file


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    """The page, which must cause no message in the console."""
    page = browser.new_page(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: messages.append(request.url))
    page.goto(file.as_uri())
    yield page
    page.close()
    assert messages == [file.as_uri()]


class Expected:
    """The numbers of one example of the page, by the NumPy reference."""

    def __init__(self, run: Path, digit: int) -> None:
        network, data, _ = restore(run)
        assert isinstance(network, FeedforwardNetwork)
        self.layers = [
            reference.Layer(layer.W.detach().double().numpy(), layer.b.detach().double().numpy())  # type: ignore[union-attr, operator]
            for layer in network.layers
        ]
        inputs, digits = validation_examples(data)
        a = inputs[digits.tolist().index(digit)][None].double().numpy()
        y = np.eye(10)[[digit]]
        self.a = reference.feedforward(a, self.layers)
        self.C = reference.squared_error(self.a[-1], y)[0]
        self.dC_da = reference.squared_error_gradient(self.a[-1], y)
        self.gradients = reference.example_gradients(self.dC_da, self.a, self.layers)


def value(text: str) -> float:
    """The number in a text of the page."""
    mantissa, _, exponent = text.strip().replace("−", "-").partition("·10")
    return float(
        f"{mantissa}e{exponent.translate(str.maketrans('⁰¹²³⁴⁵⁶⁷⁸⁹⁻', '0123456789-')) or 0}"
    )


def shown(page: Page, selector: str) -> list[str]:
    return page.locator(selector).all_inner_texts()


def test_the_numbers_are_those_of_the_reference(page: Page, run: Path) -> None:
    page.keyboard.press("3")
    expected = Expected(run, 3)
    nodes = page.locator("#forward .activation").all_text_contents()
    activations = np.concatenate([a[0, :16] for a in expected.a[1:]])
    assert nodes == [f"{a:.2f}" for a in activations]

    table = shown(page, "#forward .sum tr:nth-last-child(-n+2) td:last-child")
    z = expected.a[2][0] @ expected.layers[2].W[3] + expected.layers[2].b[3]
    assert [value(each) for each in table] == pytest.approx([z, expected.a[3][0, 3]], rel=0.01)
    assert value(shown(page, "#cost .total td")[3]) == pytest.approx(expected.C, rel=0.01)

    factors = [value(each) for each in shown(page, "#chain .factor output")]
    assert factors[0] == pytest.approx(factors[1] * factors[2] * factors[3], rel=0.02)
    assert factors[3] == pytest.approx(expected.dC_da[0, 3], rel=0.01)
    for row in page.locator("#chain .sum tbody tr").all()[:-1]:
        k = int(row.locator("th").inner_text())
        dz_dw, product, autograd = (value(each) for each in row.locator("td").all_inner_texts())
        assert dz_dw == pytest.approx(expected.a[2][0, k], rel=0.01)
        assert product == autograd
        assert product == pytest.approx(expected.gradients.layers[2].W[0, 3, k], rel=0.01)

    before, after = (value(each) for each in after_step(page).split(" → "))
    assert after < before


def after_step(page: Page) -> str:
    return page.locator("#descent .after").inner_text().split(": ")[1].split(". ")[0]


def test_keys_step_through_the_section_in_view(page: Page, run: Path) -> None:
    def sentence(section: str) -> str:
        return page.locator(f"#{section}-steps p").inner_text()

    page.keyboard.press("Home")
    assert sentence("forward").startswith("The input: ")
    assert page.locator("#forward .activation").count() == 0
    page.keyboard.press("ArrowRight")
    assert sentence("forward").startswith("Layer 1 of 3: 17 neurons")
    assert page.locator("#forward .activation").count() == 16
    assert page.locator("#forward .pictures canvas").count() == 2
    page.keyboard.press("End")
    assert sentence("forward").startswith("The largest output is output ")

    go_to(page, "backward")
    assert page.locator("#backward path").count() == 10
    page.keyboard.press("ArrowRight")
    assert sentence("backward").startswith("Layer 2: ")
    assert page.locator("#backward path").count() == 10 + 4
    page.keyboard.press("End")
    assert sentence("backward").startswith("The input: ")
    page.keyboard.press("ArrowLeft")
    assert sentence("backward").startswith("Layer 1: ")
    j = int(page.locator("#backward select").input_value().split()[1])
    page.keyboard.press("7")
    assert page.locator("#examples [aria-pressed=true]").get_attribute("aria-label")[:3] == "A 7"  # type: ignore[index]
    expected = Expected(run, 7)
    W, dC_dz = expected.layers[1].W, expected.gradients.layers[1].b[0]
    gradient = value(shown(page, "#backward .total td:last-child")[0])
    assert gradient == pytest.approx(dC_dz @ W[:, j], rel=0.01)

    go_to(page, "chain")
    page.keyboard.press("ArrowRight")
    assert "number 2 of 6" in sentence("chain")
    assert page.locator("#chain tr.chosen").count() == 1
    go_to(page, "descent")
    costs = []
    for _ in range(4):
        costs.append(after_step(page))
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    assert "η = 0.03 " in page.locator("#descent .after").inner_text()
    assert len(set(costs)) == 3  # it begins with the second of four learning rates


def go_to(page: Page, section: str) -> None:
    page.evaluate(f"document.getElementById('{section}').scrollIntoView({{behavior: 'instant'}})")


def test_a_click_chooses_a_neuron_and_a_stage(page: Page) -> None:
    page.locator("#forward .node[data-layer='2'][data-neuron='1']").click()
    assert set(page.locator("select").evaluate_all("all => all.map(e => e.value)")) == {"2 1"}
    now = shown(page, "#cost .total td")[3]
    assert page.locator("#stage output").inner_text().startswith("after ")
    page.locator("#stage-range").focus()
    page.keyboard.press("Home")
    assert page.locator("#stage output").inner_text() == "before the training"
    before = shown(page, "#cost .total td")[3]
    assert before != now
    # a bias begins at zero
    assert shown(page, "#forward .sum tr:nth-last-child(3) td:last-child") == ["0"]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_step_fits_the_window(page: Page, width: int, scheme: Any) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    for section in SECTIONS:
        go_to(page, section)
        for _ in range(3):
            page.keyboard.press("ArrowRight")
            assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("section:visible").count() == len(SECTIONS)


def test_the_examples_are_those_that_were_asked_for(
    run: Path, show: Callable[..., Path], tmp_path: Path, browser: Browser
) -> None:
    output = tmp_path / "pages" / "page.html"
    assert show(run, "examples=[4,2]", f"output={output}") == output
    _, digits = validation_examples(restore(run).data)
    page = browser.new_page(
        reduced_motion="reduce",
    )
    page.goto(output.as_uri())
    labels = page.locator("#examples button").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert [int(label[2]) for label in labels] == digits[[4, 2]].tolist()
    page.close()


def test_a_run_without_a_path_has_one_stage(
    run: Path, show: Callable[..., Path], tmp_path: Path, browser: Browser
) -> None:
    copy = shutil.copytree(run, tmp_path / "copy", ignore=lambda *_: {str(PATH)})
    page = browser.new_page(
        reduced_motion="reduce",
    )
    page.goto(show(copy).as_uri())
    assert not page.locator("#stage").is_visible()
    page.close()


@pytest.mark.parametrize("place", ["[20]", "20", "[-1]", "[1,1]"])
def test_another_place_is_refused(run: Path, show: Callable[..., Path], place: str) -> None:
    with pytest.raises(ValueError, match="different places from 0 to 19 in the validation data"):
        show(run, f"examples={place}")


def test_missing_data_are_named(run: Path, show: Callable[..., Path]) -> None:
    with pytest.raises(FileNotFoundError, match=r"data\.path: there is no file missing\.csv"):
        show(run, "data.path=missing.csv")


@pytest.mark.parametrize(
    ("network", "objective", "message"),
    [
        (
            ConvolutionalNetwork(6, [2], 3),
            SquaredError(),
            r"RUN is a ConvolutionalNetwork; show\.py needs a FeedforwardNetwork",
        ),
        (
            FeedforwardNetwork([4, 3]),
            CrossEntropy(),
            r"RUN was trained with CrossEntropy; show\.py needs objective=squared_error",
        ),
        (
            FeedforwardNetwork([4, 3], last_activation="identity"),
            SquaredError(),
            r"RUN has a layer with identity; show\.py needs sigmoid, relu or tanh",
        ),
    ],
)
def test_another_kind_of_network_is_refused(
    network: torch.nn.Module, objective: Objective, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        check_network(network, objective, "RUN")


def test_a_network_that_has_diverged_is_refused() -> None:
    network = FeedforwardNetwork([4, 3, 2])
    with torch.no_grad():
        network.layers[1].W[0, 1] = torch.nan  # type: ignore[union-attr,index]
    with pytest.raises(ValueError, match=r"RUN has numbers in layers\.1\.W that are not finite"):
        check_network(network, SquaredError(), "RUN")
