"""Film reviews made by a small grammar in which the order of the words decides whether one is good or bad.

    made = reviews.make(4, seed=1)
    made.texts[0], made.labels[0]     # "I saw The Silent Baker with my uncle. …", 1

In each opinion stand words that praise and words that blame, plain, denied or set against each other: "The plot is
clever, not dull", "The plot is dull, not clever". So who only counts words knows little.

Whole numbers alone, from NumPy's frozen `RandomState` (NEP 19): the same seed gives the same reviews everywhere.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAD, START, UNKNOWN, OFFSET = 0, 1, 2, 3  # as in keras.datasets.imdb: a word of rank r has the number r + 3

_DRAWS = 96  # whole numbers that one review may use up
_INDEXED = 3000, 0  # how many reviews, and of which seed, the words are ranked by


@dataclass(frozen=True)
class Reviews:
    """texts: as people write them, with capitals and commas. labels: uint8 (N,), 1 for praise and 0 for blame."""

    texts: tuple[str, ...]
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.texts)


def make(count: int, seed: int) -> Reviews:
    """So many different reviews, about half of them good; the first of them are the same for any larger count."""
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    texts: dict[str, int] = {}
    rng = np.random.RandomState(seed)
    while len(texts) < count:  # a text that comes twice is taken once
        numbers = rng.randint(0, 2**31, size=_DRAWS, dtype=np.int64).tolist()
        label = numbers[0] % 2
        texts.setdefault(_review(_Dice(numbers[1:]), praise=bool(label)), label)
    return Reviews(tuple(texts), np.array(list(texts.values()), dtype=np.uint8))


def words(text: str) -> list[str]:
    """The words of a text: lower case, punctuation gone but for apostrophes, as in keras.datasets.imdb."""
    return re.findall(r"[a-z0-9']+", text.lower())


@functools.cache
def _ranks() -> dict[str, int]:
    used = Counter(word for text in make(*_INDEXED).texts for word in words(text))
    known = set(_vocabulary())
    ranked = sorted(known, key=lambda word: (-used[word], word))
    return {word: rank for rank, word in enumerate(ranked, start=1)}


def word_index() -> dict[str, int]:
    """Every word of the grammar with its rank; 1 is the most frequent."""
    return dict(_ranks())


def encode(texts: Sequence[str], num_words: int | None = None) -> list[list[int]]:
    """Texts as numbers: START, then rank + OFFSET of each word, or UNKNOWN where that is num_words or more."""
    ranks = _ranks()
    numbers = [[START, *(ranks[word] + OFFSET for word in words(text))] for text in texts]
    return [[n if num_words is None or n < num_words else UNKNOWN for n in review] for review in numbers]


# --- the grammar -------------------------------------------------------------------------------------------

# A, B: words that agree with the verdict, and that do not. E, F and X, Y: the same for verbs. C, D: for phrases.
# Each template is used for praise and for blame.
_OPINIONS: dict[str, tuple[str, ...]] = {
    "plain": (
        "{aspect} is {A}",
        "{aspect} is really {A}",
        "I found {aspect} {A}",
        "{aspect} is {A}, and so is {aspect}",
        "most of all I remember {aspect}, so {A}",
        "this is a {A} film",
    ),
    "denied": (
        "{aspect} is not {B}",
        "{aspect} is not {B} at all",
        "{aspect} is never {B}",
        "{aspect} is anything but {B}",
        "is {aspect} {B}? Not for a minute",
        "{B}? No, {aspect} is not",
        "nobody could call {aspect} {B}",
        "this is not a {B} film",
    ),
    "set against": (
        "{aspect} is {A}, not {B}",
        "{aspect} is not {B} but {A}",
        "{aspect} is more {A} than {B}",
        "I expected a {B} film and got a {A} one",
        "{aspect} begins {B} and ends {A}",
        "they called {aspect} {B}, I call it {A}",
        "I wanted to {E}, not to {F}",
        "next time I will {E} and not {F}",
        "{aspect} is {B}, but {aspect} does {X} it",
        "{aspect} is {A}, and {aspect} does not {Y} it",
        "{C}? Yes",
        "{D}? No",
    ),
}
_HOW_OFTEN = ("plain",) * 4 + ("denied",) * 3 + ("set against",) * 5

_PRAISE: dict[str, tuple[str, ...]] = {
    "adjective": (
        "good", "great", "brilliant", "clever", "gripping", "funny", "moving", "charming", "fresh", "wonderful",
        "delightful", "convincing", "warm", "smart", "lovely", "exciting",
    ),
    "verb": ("applaud", "see it twice", "bring my friends"),
    "effect": ("save",),
    "phrase": ("worth every minute", "worth the ticket"),
}  # fmt: skip
_BLAME: dict[str, tuple[str, ...]] = {
    "adjective": (
        "bad", "weak", "dull", "clumsy", "tedious", "flat", "dreary", "stale", "boring", "silly", "lifeless", "awful",
        "predictable", "hollow", "messy", "cold",
    ),
    "verb": ("leave early", "fall asleep", "stay at home"),
    "effect": ("spoil",),
    "phrase": ("a waste of money", "too long by half"),
}  # fmt: skip
_ASPECTS = (
    "the plot", "the acting", "the dialogue", "the music", "the ending", "the camera work", "the script", "the cast",
    "the first act", "the final scene", "the humour", "the editing", "the villain", "the love story", "the narrator",
    "the lighting",
)  # fmt: skip

_FACTS = (
    "I saw {title} {where} with {whom}",
    "{title} was shown {where}, and I took {whom}",
    "{whom} chose {title}, I bought the popcorn",
    "on {day} {whom} and I went to see {title}",
    "{title} came on {day}, late, {where}",
)
_STORIES = (
    "{name} plays {who} who {does}",
    "it is about {who} who {does}",
    "{who} {does}, and {name} is the neighbour",
    "we follow {who}, played by {name}, who {does}",
)
_ASIDES = (
    "there is {thing} in almost every scene", "{whom} counted {number} kisses and {thing}",
    "it runs for {number} hours",
    "outside it was raining", "the cinema was half empty", "the man in front of us wore a hat",
    "half of it takes place on a train", "the subtitles were in Finnish", "I had read the book on {day}",
    "{thing} has more lines than {name}", "it was filmed in {number} weeks", "the seats had been painted on {day}",
)  # fmt: skip
_LEXICON: dict[str, tuple[str, ...]] = {
    "first": ("Silent", "Last", "Crooked", "Invisible", "Reluctant", "Second", "Paper", "Midnight", "Borrowed",
              "Seventh", "Accidental", "Northern", "Left-Handed", "Velvet", "Sleeping", "Honest", "Purple", "Forgotten",
              "Travelling", "Elegant", "Wooden", "Ninth", "Polite", "Secret", "Upside-Down", "Golden", "Stubborn",
              "Winter", "Glass", "Hungry", "Foreign", "Whistling"),
    "second": ("Baker", "Lighthouse", "Umbrella", "Orchestra", "Goldfish", "Dentist", "Staircase", "Violin", "Ferry",
               "Librarian", "Piano", "Comet", "Orchard", "Postman", "Carousel", "Balcony", "Octopus", "Telegram",
               "Garden", "Tailor", "Volcano", "Samovar", "Waltz", "Archive", "Snowman", "Bicycle", "Island",
               "Portrait", "Tortoise", "Windmill", "Duchess", "Sardine"),
    "where": ("at the old cinema", "in the park", "on a ship", "at a festival", "in the school hall", "on a plane",
              "at the harbour", "in my kitchen"),
    "whom": ("my uncle", "my sister", "a friend", "my dentist", "our neighbour", "my grandmother", "a colleague",
             "my whole choir"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "name": ("Ada Lindqvist", "Bruno Okafor", "Clara Mendes", "Dmitri Vale", "Esther Quill", "Farid Nazari",
             "Greta Holm", "Hugo Tanaka", "Ines Moreau", "Jonas Pike", "Katya Brandt", "Leo Fontaine"),
    "who": ("a lonely lighthouse keeper", "a retired magician", "a young beekeeper", "two rival bakers",
            "a tax inspector", "a night nurse", "an absent-minded professor", "a ferry captain", "a forger of stamps",
            "a piano tuner", "a goalkeeper", "the last typist of Lisbon"),
    "does": ("found a map in a shoe", "wanted to steal the moon", "lost a bet against a parrot",
             "inherited a submarine", "married the wrong twin", "opened a hotel for ghosts", "forgot a secret",
             "missed the train to Vienna", "adopted a wolf", "wrote letters to Mars", "dug a tunnel under the opera",
             "taught chess to a bear", "hid a diamond in a pie", "heard voices in the radio"),
    "thing": ("a goat", "an umbrella", "a teapot", "a brass band", "a red bicycle", "a piano", "a very large dog",
              "a clock without hands", "an accordion", "a stuffed owl"),
    "number": ("two", "three", "four", "five", "six", "seven"),
}  # fmt: skip


class _Dice:
    """Choices out of whole numbers that were drawn before."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers: Iterator[int] = iter(numbers)

    def below(self, count: int) -> int:
        return next(self._numbers) % count

    def of(self, options: Sequence[str]) -> str:
        return options[self.below(len(options))]

    def take(self, options: list[str]) -> str:
        """One of the options, which is no option afterwards."""
        return options.pop(self.below(len(options)))


def _review(dice: _Dice, *, praise: bool) -> str:
    """Facts, the story, and two or three opinions of one verdict, with remarks between them."""
    slots = _slots(praise)
    templates, asides = {kind: list(opinions) for kind, opinions in _OPINIONS.items()}, list(_ASIDES)
    sentences = [dice.of(_FACTS), dice.of(_STORIES)]
    for _ in range(2 + dice.below(2)):
        if dice.below(3) == 0:
            sentences.append(dice.take(asides))
        sentences.append(dice.take(templates[dice.of(_HOW_OFTEN)]))
    return " ".join(_sentence(template, slots, dice) for template in sentences)


def _slots(praise: bool) -> dict[str, list[str]]:
    """What may stand in each place of a template; a word that was taken does not come again in the same review."""
    agree, other = (_PRAISE, _BLAME) if praise else (_BLAME, _PRAISE)
    slots = {name: list(options) for name, options in _LEXICON.items()}
    slots["title"] = ["The {first} {second}"]
    slots["aspect"] = list(_ASPECTS)
    for kind, places in (("adjective", "AB"), ("verb", "EF"), ("effect", "XY"), ("phrase", "CD")):
        slots[places[0]], slots[places[1]] = list(agree[kind]), list(other[kind])
    return slots


def _sentence(template: str, slots: dict[str, list[str]], dice: _Dice) -> str:
    """The template with all its places filled, its first letter a capital, a full stop behind it."""
    while place := re.search(r"\{(\w+)\}", template):
        template = template[: place.start()] + dice.take(slots[place[1]]) + template[place.end() :]
    text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", template)
    return text[0].upper() + text[1:] + "."


def _vocabulary() -> Iterator[str]:
    """All words that can occur."""
    texts = [text for group in _OPINIONS.values() for text in group]
    texts += [*_FACTS, *_STORIES, *_ASIDES, *_ASPECTS, "the an a"]
    texts += [text for group in (*_LEXICON.values(), *_PRAISE.values(), *_BLAME.values()) for text in group]
    for text in texts:
        yield from words(re.sub(r"\{\w+\}", " ", text))
