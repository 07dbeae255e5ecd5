import torch

from elman.tasks.captioning.baselines import most_frequent_caption, nearest_captions


def test_the_first_of_equally_frequent_captions_is_chosen() -> None:
    assert most_frequent_caption(["b", "c", "c", "a", "b"]) == "b"


def test_the_caption_is_that_of_the_training_image_at_the_smallest_distance() -> None:
    training = torch.randint(256, (20, 3, 4, 4), dtype=torch.uint8)
    captions = [f"caption {n}" for n in range(20)]
    images = torch.randint(256, (5, 3, 4, 4), dtype=torch.uint8)
    distances = ((images.unsqueeze(1).double() - training.double()) ** 2).sum((2, 3, 4))
    expected = [captions[n] for n in distances.argmin(1).tolist()]
    assert nearest_captions(list(images), list(training), captions) == expected
    assert nearest_captions(list(training), list(training), captions) == captions
