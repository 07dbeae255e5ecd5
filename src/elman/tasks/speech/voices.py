"""The voices of the synthesiser in each split.

A voice is an accent with a variant, which sets the pitch, the formants and the breath: the variant
is the speaker. No variant is in two splits, so a test voice is a speaker that was not trained on in
any accent. Variants that sound nearly the same, such as the numbered ones of one name, are in the
same split. The training split also has random variants. A further test split has the test variants
in accents that no other split has.
"""

import random
from collections.abc import Sequence

from elman.tasks.speech.espeak import Prompt

# British, Received Pronunciation, Lancaster, West Midlands, Caribbean, American.
ACCENTS = ("en", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us")
UNSEEN_ACCENTS = ("en-gb-scotland", "en-us-nyc")  # Scotland, New York City
UNSEEN_ACCENT = "unseen_accent"  # the split that has them
# fmt: off
VARIANTS = {
    "train": (
        "Alex", "Andy", "AnxiousAndy", "Demonic", "Denis", "Diogo", "Gene", "Gene2", "Henrique",
        "Hugo", "Mario", "Michael", "Mike", "Mr serious", "Nguyen", "Reed", "RicishayMax",
        "RicishayMax2", "RicishayMax3", "Storm", "Tweaky", "UniRobot", "adam", "anika",
        "anikaRobot", "announcer", "antonio", "benjamin", "caleb", "croak", "david", "ed", "edward",
        "edward2", "f1", "f2", "f5", "fast", "grandpa", "gustave", "iven", "iven2", "iven3",
        "iven4", "john", "klatt", "klatt2", "klatt3", "klatt4", "klatt5", "klatt6", "m1", "m5",
        "m6", "m7", "m8", "marcelo", "max", "michel", "miguel", "mike2", "norbert", "pablo", "paul",
        "pedro", "quincy", "rob", "robert", "robosoft", "robosoft2", "robosoft3", "robosoft4",
        "robosoft5", "robosoft6", "robosoft7", "robosoft8", "steph", "steph2", "steph3", "victor",
        "whisper", "whisperf",
    ),
    "validation": ("Alicia", "Marco", "aunty", "f3", "ian", "linda", "m2", "sandro"),
    "test": (
        "Andrea", "Annie", "Jacky", "Lee", "belinda", "boris", "f4", "grandma", "kaukovalta", "m3",
        "m4", "shelby", "travis", "zac",
    ),
}
# fmt: on
RATES = (120, 200)  # words per minute
PITCHES = (30, 70)
RANDOM_VARIANTS = 300  # number, for training


def voices(split: str) -> list[str]:
    """All voices of a split, as the synthesiser names them."""
    if split == UNSEEN_ACCENT:
        return [f"{accent}+{variant}" for accent in UNSEEN_ACCENTS for variant in VARIANTS["test"]]
    added = random_variants() if split == "train" else {}
    return [f"{accent}+{variant}" for accent in ACCENTS for variant in (*VARIANTS[split], *added)]


def random_variants() -> dict[str, str]:
    """Definitions of random variants by name, in the format of eSpeak NG."""
    return {f"made{n}": _random_variant(f"made{n}") for n in range(RANDOM_VARIANTS)}


def _random_variant(name: str) -> str:
    """A variant that differs from the usual about as much as eSpeak's most unusual ones."""
    generator = random.Random(name)  # noqa: S311 - not for security

    def between(low: float, high: float) -> str:
        return f"{generator.uniform(low, high):.0f}"

    pitch = generator.uniform(50, 220)
    lines = [
        "language variant",
        f"name {name}",
        f"pitch {pitch:.0f} {pitch * generator.uniform(1.1, 1.9):.0f}",
        f"flutter {generator.randint(0, 20)}",
        f"roughness {generator.randint(0, 5)}",
        # In percent of the usual values:
        f"voicing {between(20, 200)}",
        f"consonants {between(30, 180)} {between(30, 180)}",
        # One of three melodies of a sentence:
        f"intonation {generator.randint(1, 3)}",
    ]
    formant_scale = generator.uniform(0.7, 1.4)  # short and long vocal tracts
    for formant in range(9):  # frequency, strength and width, in percent of the usual values
        frequency = 100 * formant_scale * generator.uniform(0.8, 1.25)
        strength, width = between(30, 170), between(40, 170)
        if formant > 2 and generator.random() < 0.15:  # those above the second may be missing
            strength = "0"
        lines.append(f"formant {formant} {frequency:.0f} {strength} {width}")
    if generator.random() < 0.3:  # longer vowels, by stress
        longest = generator.uniform(0, 250)
        lines.append(" ".join(["stressAdd", *(between(-0.1 * longest, longest) for _ in range(8))]))
    if generator.random() < 0.3:  # milliseconds, and percent
        lines.append(f"echo {generator.randint(10, 200)} {generator.randint(10, 100)}")
    if generator.random() < 0.3:  # strengths of the frequency bands of the breath
        lines.append(" ".join(["breath", *(str(generator.randint(0, 12)) for _ in range(8))]))
    return "\n".join([*lines, ""])


def draw_prompts(
    split: str, utterances: int, words: Sequence[str], min_words: int, max_words: int, seed: int
) -> list[Prompt]:
    """Random strings of words in random voices of a split, all uniformly distributed.

    Args:
        split: "train", "validation", "test" or `UNSEEN_ACCENT`.
        utterances: number of prompts.
        words: the words to draw from.
        min_words: smallest number of words in an utterance.
        max_words: largest number of words in an utterance.
        seed: of the random choice; splits differ with the same seed.
    """
    # The published results were drawn with this name of the split.
    name = "new_accent" if split == UNSEEN_ACCENT else split
    generator = random.Random(f"{name} {seed}")  # noqa: S311 - not for security
    speakers = voices(split)
    prompts = [
        Prompt(
            " ".join(
                generator.choice(words) for _ in range(generator.randint(min_words, max_words))
            ),
            generator.choice(speakers),
            generator.randint(*RATES),
            generator.randint(*PITCHES),
        )
        for _ in range(utterances)
    ]
    return sorted(prompts, key=lambda prompt: prompt.voice)  # each voice is loaded once
