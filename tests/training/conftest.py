import shutil
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

from elman.training.train import train

CONF = Path(__file__).parents[2] / "conf"


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small text, `book.txt`, and a run that was trained on it, `run`."""
    folder = tmp_path_factory.mktemp("trained")
    verses = "".join(f"{n} green bottles hanging on the wall,\n" for n in range(99, 0, -1))
    (folder / "book.txt").write_text(verses, encoding="utf-8")
    overrides = [
        f"output_dir={folder / 'run'}",
        f"data.path={folder / 'book.txt'}",
        "data.batch_size=4",
        "data.chunk_length=18",
        "network.embedding_size=8",
        "network.hidden_size=16",
        "callbacks.samples.length=10",
        "trainer.max_epochs=1",
        "trainer.log_every_n_steps=2",
        "trainer.val_check_interval=0.5",
        "+trainer.enable_progress_bar=false",
    ]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose("train", overrides=overrides)
    train(config)
    return folder


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A copy of the trained run, to be changed."""
    return Path(shutil.copytree(trained / "run", tmp_path / "run"))
