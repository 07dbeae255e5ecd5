"""Fixtures and settings that all tests share."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Small tensors gain nothing from a second thread, and wait for it on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import hypothesis
import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from matplotlib.figure import Figure
from omegaconf import DictConfig
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

# Hypothesis draws new examples on a developer's machine and always the same ones in CI.
hypothesis.settings.register_profile("desk", deadline=None, max_examples=30)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=30, derandomize=True)
# For a long search by hand: pytest tests/layers/test_fuzz.py --hypothesis-profile=long
hypothesis.settings.register_profile("long", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")

CONF = Path(__file__).parents[1] / "conf"
NEEDS_CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=NEEDS_CUDA)])
def device(request: pytest.FixtureRequest) -> torch.device:
    return torch.device(request.param)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """An installed Chromium without a window."""
    programs = ("chromium", "chromium-browser", "google-chrome", "chrome")
    program = next(filter(None, map(shutil.which, programs)), None)
    if program is None:
        pytest.skip("needs Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The saved figures."""
    figures: list[Figure] = []
    save_figure = Figure.savefig

    def savefig(figure: Figure, path: Path, **options: Any) -> None:
        figures.append(figure)
        save_figure(figure, path, **options)

    monkeypatch.setattr(Figure, "savefig", savefig)
    return figures


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A small text that a small network soon memorizes."""
    verses = "".join(f"{n} green bottles hanging on the wall,\n" for n in range(99, 0, -1))
    path = tmp_path / "book.txt"
    path.write_text(verses, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of coloured shapes, four of each combination, with captions; read only."""
    folder = tmp_path_factory.mktemp("shapes")
    random = np.random.default_rng(0)
    sizes = {"square": (7, 7), "frame": (7, 7), "bar": (7, 1), "column": (1, 7), "dot": (2, 2)}
    lines = []
    for colour in ("red", "green", "blue", "orange", "purple", "gray"):
        for shape, (width, height) in sizes.items():
            for n in range(4):
                image = Image.new("RGB", (16, 16), "white")
                x, y = random.integers(3, 6, 2).tolist()
                ImageDraw.Draw(image).rectangle(
                    (x, y, x + width, y + height),
                    fill=None if shape == "frame" else colour,
                    outline=colour,
                )
                name = f"{colour}-{shape}-{n}.png"
                image.save(folder / name)
                lines.append(f"{name}\t{colour} {shape}")
    (folder / "captions.tsv").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def composed() -> Callable[..., DictConfig]:
    """Composes `conf/NAME.yaml` with overrides, as the script does."""

    def compose_config(name: str, *overrides: str) -> DictConfig:
        with initialize_config_dir(str(CONF), version_base="1.3"):
            return compose(name, overrides=list(overrides))

    return compose_config


@pytest.fixture
def configured(
    composed: Callable[..., DictConfig], book: Path, tmp_path: Path
) -> Callable[..., DictConfig]:
    """The configuration of a short training on `book`, in the folder `run` of `tmp_path`."""

    def configure(*overrides: str, run: str = "run") -> DictConfig:
        folder = tmp_path / run
        folder.mkdir(exist_ok=True)
        return composed(
            "train",
            f"output_dir={folder}",
            f"data.path={book}",
            "data.batch_size=4",
            "data.chunk_length=18",
            "network.embedding_size=8",
            "network.hidden_size=16",
            "callbacks.samples.length=10",
            "trainer.log_every_n_steps=2",
            "trainer.val_check_interval=0.5",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configure


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A CSV file of noisy pictures: each digit is a bright stripe at its own height."""
    random = np.random.default_rng(0)
    lines = []
    for n in range(120):
        picture = random.integers(0, 60, (28, 28))
        picture[2 * (n % 10) : 2 * (n % 10) + 3] += 180
        lines.append(",".join(map(str, [*picture.flat, n % 10])))
    path = tmp_path / "pictures.csv"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def on_pictures(
    composed: Callable[..., DictConfig], pictures: Path, tmp_path: Path
) -> Callable[..., DictConfig]:
    """The configuration of a training on `pictures`, in the folder `run` of `tmp_path`."""

    def configure(*overrides: str, run: str = "run") -> DictConfig:
        (tmp_path / run).mkdir(exist_ok=True)
        return composed(
            "train",
            f"output_dir={tmp_path / run}",
            f"data.path={pictures}",
            "data.validation=20",
            "data.test=20",
            "trainer.log_every_n_steps=2",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configure
