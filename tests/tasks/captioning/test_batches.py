import torch

from elman.tasks.captioning.batches import collate
from elman.tasks.captioning.vocabulary import BEGIN, END


def test_shorter_captions_are_padded_and_masked() -> None:
    image = torch.full((3, 2, 2), 255, dtype=torch.uint8)
    captions = [torch.tensor([BEGIN, 5, END]), torch.tensor([BEGIN, 7, 8, 9, END])]
    (images, words), (next_words, mask) = collate([(image, c) for c in captions])
    assert images.min() == 1
    assert words.T.tolist() == [[BEGIN, 5, END, END], [BEGIN, 7, 8, 9]]
    assert next_words.T.tolist() == [[5, END, END, END], [7, 8, 9, END]]
    assert mask.T.tolist() == [[True, True, False, False], [True] * 4]
