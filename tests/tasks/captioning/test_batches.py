import torch

from elman.tasks.captioning.batches import collate
from elman.tasks.captioning.words import BEGIN, END


def test_shorter_captions_are_padded_and_masked() -> None:
    picture = torch.full((3, 2, 2), 255, dtype=torch.uint8)
    captions = [torch.tensor([BEGIN, 5, END]), torch.tensor([BEGIN, 7, 8, 9, END])]
    (pictures, words), (next_words, mask) = collate([(picture, c) for c in captions])
    assert pictures.min() == 1
    assert words.T.tolist() == [[BEGIN, 5, END, END], [BEGIN, 7, 8, 9]]
    assert next_words.T.tolist() == [[5, END, END, END], [7, 8, 9, END]]
    assert mask.T.tolist() == [[True, True, False, False], [True] * 4]
