"""The synthetic data set: strings of words in the voices of each split."""

from collections.abc import Mapping, Sequence

from elman.tasks.speech.recordings import Utterance
from elman.tasks.speech.synthesis import load_or_synthesize
from elman.tasks.speech.voices import draw_prompts, random_variants


def synthetic_splits(
    counts: Mapping[str, int],
    words: Sequence[str],
    min_words: int,
    max_words: int,
    directory: str,
    seed: int,
) -> dict[str, list[Utterance]]:
    """Synthesises the utterances of each split, or reads them from the files of an earlier call.

    Args:
        counts: number of utterances by the name of the split.
        words: see `draw_prompts`, as the next two arguments and the seed.
        min_words: smallest number of words in an utterance.
        max_words: largest number of words in an utterance.
        directory: see `load_or_synthesize`.
        seed: of the words and the voices.

    Raises:
        OSError, ValueError: see `load_or_synthesize`.
    """
    splits = {}
    for split, count in counts.items():
        prompts = draw_prompts(split, count, words, min_words, max_words, seed)
        variants = random_variants() if split == "train" else None
        waveforms = load_or_synthesize(prompts, directory, variants)
        splits[split] = [
            Utterance(waveform, prompt.text, prompt.voice)
            for waveform, prompt in zip(waveforms, prompts, strict=True)
        ]
    return splits
