"""Which voices of the synthesiser are heard in training, and which never before a test.

A voice is a variant, which is to the synthesiser what a throat is to us (its pitch, formants and
breath), with an accent. No variant is in two parts: an unseen voice is a variant that was not
trained on in any accent. Variants that sound nearly the same, such as the numbered ones of a name,
are in the same part. In training there are also variants made by chance. Beside the test there are
the test's variants in accents that no other part has, whose sounds for a word may never have been
trained on.
"""

import random
from collections.abc import Sequence

from elman.tasks.speech.espeak import Spoken

# British, Received Pronunciation, Lancaster, West Midlands, Caribbean, American.
ACCENTS = ("en", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us")
NEW_ACCENTS = ("en-gb-scotland", "en-us-nyc")  # Scotland, New York City
NEW_ACCENT = "new_accent"  # the part that has them
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
RATES = (120, 200)  # words a minute
PITCHES = (30, 70)
MADE = 300  # variants made by chance, for training


def voices(part: str) -> list[str]:
    """All voices of a part, as the synthesiser calls them."""
    if part == NEW_ACCENT:
        return [f"{accent}+{variant}" for accent in NEW_ACCENTS for variant in VARIANTS["test"]]
    made = made_variants() if part == "train" else {}
    return [f"{accent}+{variant}" for accent in ACCENTS for variant in (*VARIANTS[part], *made)]


def made_variants() -> dict[str, str]:
    """Variants by chance, in the synthesiser's language, by name."""
    return {f"made{n}": _made_variant(f"made{n}") for n in range(MADE)}


def _made_variant(name: str) -> str:
    """A throat by chance, about as odd as the oddest of the synthesiser's own."""
    chance = random.Random(name)  # noqa: S311 - no secret

    def between(least: float, most: float) -> str:
        return f"{chance.uniform(least, most):.0f}"

    pitch = chance.uniform(50, 220)
    lines = [
        "language variant",
        f"name {name}",
        f"pitch {pitch:.0f} {pitch * chance.uniform(1.1, 1.9):.0f}",
        f"flutter {chance.randint(0, 20)}",
        f"roughness {chance.randint(0, 5)}",
        # In percent of the usual:
        f"voicing {between(20, 200)}",
        f"consonants {between(30, 180)} {between(30, 180)}",
        # One of three ways in which a sentence rises and falls:
        f"intonation {chance.randint(1, 3)}",
    ]
    throat = chance.uniform(0.7, 1.4)
    for formant in range(9):  # height, strength and width, in percent of the usual
        height = 100 * throat * chance.uniform(0.8, 1.25)
        strength, width = between(30, 170), between(40, 170)
        if formant > 2 and chance.random() < 0.15:  # those above the second may be missing
            strength = "0"
        lines.append(f"formant {formant} {height:.0f} {strength} {width}")
    if chance.random() < 0.3:  # longer vowels, by their stress
        longest = chance.uniform(0, 250)
        lines.append(" ".join(["stressAdd", *(between(-0.1 * longest, longest) for _ in range(8))]))
    if chance.random() < 0.3:  # milliseconds, and percent
        lines.append(f"echo {chance.randint(10, 200)} {chance.randint(10, 100)}")
    if chance.random() < 0.3:  # how strong the bands of the breath are
        lines.append(" ".join(["breath", *(str(chance.randint(0, 12)) for _ in range(8))]))
    return "\n".join([*lines, ""])


def plan(
    part: str, utterances: int, words: Sequence[str], shortest: int, longest: int, seed: int
) -> list[Spoken]:
    """What is said in a part, and by whom: strings of words, all drawn with equal chances.

    Args:
        part: "train", "validation", "test" or `NEW_ACCENT`.
        utterances: how many.
        words: to draw from.
        shortest: least words of an utterance.
        longest: most words of an utterance.
        seed: of chance; parts differ all the same.
    """
    chance = random.Random(f"{part} {seed}")  # noqa: S311 - no secret
    speakers = voices(part)
    drawn = [
        Spoken(
            " ".join(chance.choice(words) for _ in range(chance.randint(shortest, longest))),
            chance.choice(speakers),
            chance.randint(*RATES),
            chance.randint(*PITCHES),
        )
        for _ in range(utterances)
    ]
    return sorted(drawn, key=lambda spoken: spoken.voice)  # each voice is loaded once
