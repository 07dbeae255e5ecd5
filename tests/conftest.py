"""Fixtures and settings that all tests share."""

import json
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
from scipy.io import wavfile

from elman.training.runs.curves import read_curves
from elman.training.runs.folder import BEST, LAST, RESULT

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


SMALL = ["~callbacks.progress", "+trainer.enable_progress_bar=false", "trainer.log_every_n_steps=1"]
TEXT = [
    "data.batch_size=4",
    "data.chunk_length=18",
    "network.embedding_size=8",
    "network.hidden_size=16",
    "callbacks.samples.length=10",
    "trainer.val_check_interval=0.4",
]
DIGITS = ["data.validation=20", "data.test=20", "data.batch_size=16"]
WORKERS = """
import random
import numpy as np
import torch
from lightning import LightningDataModule
from torch.utils.data import DataLoader, Dataset

class Noisy(Dataset):
    def __len__(self):
        return 60

    def __getitem__(self, n):
        noise = torch.randn(6, 1) + random.random() + np.random.random()
        return (n % 2 + 0.3 * noise).float(), torch.tensor([n % 2]).float()

class NoisySteps(LightningDataModule):
    def train_dataloader(self):
        return DataLoader(Noisy(), 8, shuffle=True, num_workers=2, collate_fn=collate)

    def val_dataloader(self):
        return DataLoader(Noisy(), 8, collate_fn=collate)

    test_dataloader = val_dataloader

def collate(pairs):
    X, y = zip(*pairs)
    return torch.stack(X, 1), torch.stack(y)
"""


@pytest.fixture(scope="session")
def small_trainings(tmp_path_factory: pytest.TempPathFactory, shapes: Path) -> dict[str, list[str]]:
    """The overrides of a training of a second for each kind of training, by its name."""
    folder = tmp_path_factory.mktemp("small")
    random = np.random.default_rng(0)
    verses = "".join(f"{n} green bottles hanging on the wall,\n" for n in range(60, 0, -1))
    (folder / "book.txt").write_text(verses, encoding="utf-8")
    pictures = np.column_stack([random.integers(0, 255, (120, 784)), np.arange(120) % 10])
    np.savetxt(folder / "pictures.csv", pictures, "%d", delimiter=",")
    series = [f"{','.join(map(str, random.normal(size=5)))}:{'ab'[n % 2]}" for n in range(90)]
    header = ["@classLabel true a b", "@data"]
    (folder / "speaker.ts").write_text("\n".join([*header, *series]))
    names = [f"{random.integers(1e9, 1e12)},{'ab'[n % 2]}" for n in range(120)]
    (folder / "names.csv").write_text("\n".join(names))
    hours = np.datetime64("2024-01-01T00:00") + np.arange(200) * np.timedelta64(1, "h")
    values = zip(hours, random.normal(size=200), strict=True)
    (folder / "sine.csv").write_text("hour,value\n" + "\n".join(f"{t},{x:.4f}" for t, x in values))
    pairs = [f"the {a} {b}\tdie {b} {a}\n" for a in "abcdefg" for b in "uvwxyz"]
    (folder / "pairs.tsv").write_text("".join(pairs))
    (folder / "tones").mkdir()
    table = []
    for n in range(40):
        wavfile.write(folder / f"tones/{n}.wav", 16_000, random.integers(-9, 9, 3200).astype("i2"))
        table.append(f"{n}.wav\t{('la', 'so')[n % 2]}\tspeaker {n % 10}\n")
    (folder / "tones/transcripts.tsv").write_text("".join(table), encoding="utf-8")
    (folder / "noisy_steps.py").write_text(WORKERS)
    text = [*SMALL, *TEXT, f"data.path={folder / 'book.txt'}"]
    dropout = ["rnn.num_layers=2", "rnn.dropout=0.3"]
    hidden = "network.hidden_size=8"
    own = {
        "speech": ["data.path=" + str(folder / "tones"), "data.batch_size=4", hidden],
        "translation": [f"data.path={folder / 'pairs.tsv'}", "data.batch_size=5", hidden],
        "captioning": [f"data.path={shapes}", "data.batch_size=16", hidden],
        "forecast": [f"data.path={folder / 'sine.csv'}", "data.batch_size=16", hidden],
        "speaker": [f"data.path={folder / 'speaker.ts'}", "data.batch_size=16", hidden],
        "names": [f"data.path={folder / 'names.csv'}", "data.batch_size=16", hidden],
        "digits_feedforward": [f"data.path={folder / 'pictures.csv'}", *DIGITS],
        "rows_recurrent": [f"data.path={folder / 'pictures.csv'}", *DIGITS, hidden],
        "digits_autoencoder": [f"data.path={folder / 'pictures.csv'}", *DIGITS],
        "adding": ["data.batches=8", "data.validation=32", "data.test=32", "data.length=9", hidden],
        "elman_xor": ["++trainer.check_val_every_n_epoch=1"],
    }
    more = {
        "speech": ["data.snr=[60]", "rnn.num_layers=1", "rnn.dropout=0", "training.beam_width=2"],
        "translation": ["data.vocabulary_size=40", "network.embedding_size=8"],
        "captioning": [
            "data.side=16",
            "data.combination_size=2",
            "network.channels=[4,8]",
            "++trainer.check_val_every_n_epoch=1",
        ],
        "forecast": ["data.season=8", "data.window=12", "data.horizon=4"],
        "names": ["network.embedding_size=8"],
    }
    trainings = {
        name: [f"experiment={name}", *SMALL, *given, *more.get(name, [])]
        for name, given in own.items()
    }
    steps = [
        "experiment=adding",
        *SMALL,
        hidden,
        "training=supervised",
        "~data",
        "+data={_target_:noisy_steps.NoisySteps}",
    ]
    steps += ["+network.input_size=1", "+network.classes=1"]
    return {
        "text": text,
        "dropout": [*text, *dropout],
        "variational": [*text, *dropout, "rnn=variational"],
        "torch": [*text, *dropout, "rnn=torch"],
        "look_back": [*text, "training.look_back=40"],
        "early_stopping": [*text, "callbacks=[language,early_stopping]"],
        "max_steps": [*text, "+trainer.max_steps=30"],
        "accumulated": [*text, "+trainer.accumulate_grad_batches=3"],
        **trainings,
        "workers": steps,
    }


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _state(run: Path, file: Path) -> dict[str, Any]:
    """A checkpoint without the names of its folder, and without the times that it took."""
    checkpoint = torch.load(run / file, weights_only=True)
    callbacks = checkpoint.pop("callbacks")
    checkpoint["scores"] = {
        key: {name: kept.get(name) for name in ("best_model_score", "wait_count", "kth_value")}
        for key, kept in callbacks.items()
    }
    return checkpoint


@pytest.fixture(scope="session")
def differences() -> Callable[[Path, Path], list[Any]]:
    """Names what two runs of the same training do not have in common to the bit."""

    def differences(one: Path, other: Path) -> list[Any]:
        different: list[Any] = []
        for file in (LAST, BEST):
            found, expected = _state(one, file), _state(other, file)
            different += [
                f"{file.name}: {part}"
                for part in expected.keys() | found.keys()
                if not _same(found.get(part), expected.get(part))
            ]
        found, expected = read_curves(one), read_curves(other)
        different += [
            (name, sorted(set(found.get(name, [])) ^ set(expected.get(name, []))))
            for name in expected.keys() | found.keys()
            if found.get(name) != expected.get(name)
        ]
        results = [json.loads((run / RESULT).read_text())["metrics"] for run in (one, other)]
        return different + ([] if results[0] == results[1] else [results])

    return differences
