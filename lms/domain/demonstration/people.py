"""Who is in a demonstration: those whose accounts everybody may use, and the people of six invented museums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from lms.domain.demonstration.names import MUSEUMS, POSITIONS, RIVER_PORT, Museum, Pair
from lms.domain.latin import to_latin

LATIN_ONLY = 0.2
"""How many of those whose script is another write their names in Latin letters alone."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account; `key` is what the steps call the person."""

    key: str
    name: str
    name_latin: str
    email: str
    museum: Museum
    position: str
    languages: tuple[str, ...]
    role: str = ""


HOME = next(museum for museum in MUSEUMS if museum.key == RIVER_PORT)
LEARNER, TRAINER, REVIEWER, COORDINATOR, ADMIN = "learner", "trainer", "reviewer", "coordinator", "admin"

STAFF = tuple(
    Person(
        key=word,
        name=name,
        name_latin=latin,
        email=f"{word}@example.org",
        museum=HOME,
        position=position,
        languages=("en", "ru"),
        role="" if word == LEARNER else word,
    )
    for word, name, latin, position in (
        (LEARNER, "Lena Lampová", "Lena Lampova", "curator"),
        (TRAINER, "Tomas Tafel", "Tomas Tafel", "trainer"),
        (REVIEWER, "Rima Rahmen", "Rima Rahmen", "member of the council"),
        (COORDINATOR, "Karin Konsole", "Karin Konsole", "coordinator"),
        (ADMIN, "Adam Archiv", "Adam Archiv", "administrator"),
    )
)
"""The accounts that every demonstration has; each word but the learner's is the role as well."""


def make_people(seed: int) -> dict[str, list[Person]]:
    """Return the people of each museum, by its key; the same for the same seed."""
    chance = Random(f"people {seed}")
    taken: set[str] = set()
    return {museum.key: list(_people_of(museum, chance, taken)) for museum in MUSEUMS}


def _people_of(museum: Museum, chance: Random, taken: set[str]) -> Iterator[Person]:
    stock = museum.stock
    surnames = list(stock.surnames) * 2
    chance.shuffle(surnames)
    positions = list(POSITIONS)
    chance.shuffle(positions)
    for number in range(museum.people):
        is_woman = chance.random() < 0.65
        while True:
            surname = surnames.pop()[0 if is_woman else 1]
            first = chance.choice(stock.women if is_woman else stock.men)
            key = to_latin(f"{first[1]} {surname[1]}").lower()
            if key not in taken:
                break
        taken.add(key)
        languages = chance.choice(museum.languages)
        position = positions[number % len(positions)][languages[0]]
        yield _person(museum, key, first, surname, position, languages, chance)


def _person(
    museum: Museum,
    key: str,
    first: Pair,
    surname: Pair,
    position: str,
    languages: tuple[str, ...],
    chance: Random,
) -> Person:
    own, latin = f"{first[0]} {surname[0]}", f"{first[1]} {surname[1]}"
    if chance.random() < LATIN_ONLY:
        own = latin
    return Person(
        key=key,
        name=own,
        name_latin="" if own == latin else latin,
        email=f"{key.replace('-', '.')}@{museum.domain}",
        museum=museum,
        position=position,
        languages=languages,
    )
