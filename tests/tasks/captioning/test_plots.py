from pathlib import Path

import torch
from PIL import Image

from elman.tasks.captioning.plots import plot_captions


def test_a_sheet_of_any_number_of_images_is_written(tmp_path: Path) -> None:
    for count in (1, 7):
        images = torch.zeros(count, 3, 8, 8, dtype=torch.uint8)
        predictions = ["a red square"] * count
        references = ["a very " * 20 + "red square", *predictions[1:]]
        path = tmp_path / f"{count}.png"
        plot_captions(images, predictions, references, path)
        with Image.open(path) as sheet:
            assert sheet.width > 1000
