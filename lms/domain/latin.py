"""Names in plain Latin letters, for the names of files: safe on every system, and unlike each other by their code."""

from __future__ import annotations

import re
import unicodedata
from itertools import product

LONGEST = 40
"""Characters of each part of a file's name: a folder on Windows has 260 for the whole path."""


def _table(letters: str) -> dict[str, str]:
    """Read pairs such as `щ shch`; each is kept in both cases."""
    words = letters.split()
    found: dict[str, str] = {}
    for letter, latin in zip(words[::2], words[1::2], strict=True):
        found[letter] = "" if latin == "-" else latin
        if len(letter.upper()) == 1:
            found[letter.upper()] = found[letter].capitalize()
    return found


TABLE = {
    # Letters that are no accented ones of ASCII
    **_table("ə e ı i ł l ø o ß ss đ d ð d þ th æ ae œ oe ħ h ŋ n ĸ k ʼ - ʻ - ' - ‘ - ’ -"),
    # Cyrillic: Russian as in its passports, and the letters of its neighbours
    **_table("а a б b в v г g д d е e ё e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts"),
    **_table(
        "ч ch ш sh щ shch ъ ie ы y ь - э e ю iu я ia і i ї i є ie ґ g ў u ј j љ lj њ nj ћ c ђ dj џ dz ѕ dz ќ k ѓ g"
    ),
    **_table("қ q ғ gh ң ng ө o ү u ұ u һ h ә a ҷ j ӣ i ӯ u ҳ h ң n"),
    # Armenian (և is one letter of its own)
    **_table("ա a բ b գ g դ d ե e զ z է e ը y թ t ժ zh ի i լ l խ kh ծ ts կ k հ h ձ dz ղ gh ճ ch մ m յ y ն n շ sh"),
    **_table("ո o չ ch պ p ջ j ռ r ս s վ v տ t ր r ց ts ւ v փ p ք k օ o ֆ f և ev"),
    # Georgian, whose capitals are but a way of writing
    **_table("ა a ბ b გ g დ d ე e ვ v ზ z თ t ი i კ k ლ l მ m ნ n ო o პ p ჟ zh რ r ს s ტ t უ u ფ p ქ k ღ gh ყ q შ sh"),
    **_table("ჩ ch ც ts ძ dz წ ts ჭ ch ხ kh ჯ j ჰ h"),
    # Greek
    **_table("α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o"),
}
"""By letter, what stands for it; everything else is left out or loses its accents."""

_PAIRS = {"ու": "u", "Ու": "U", "ՈՒ": "U", "ου": "ou", "Ου": "Ou", "ού": "ou"}
"""Two letters that are read as one sound."""

_PLAIN = re.compile("[^A-Za-z0-9]+")
# Windows keeps some names for its devices, whatever follows the first point.
RESERVED = frozenset({"con", "prn", "aux", "nul", *("".join(pair) for pair in product(("com", "lpt"), "0123456789"))})


def to_latin(text: str) -> str:
    """Return the text in ASCII letters, figures and single hyphens; '' when nothing of it can be written so."""
    composed = unicodedata.normalize("NFC", text)
    for pair, latin in _PAIRS.items():
        composed = composed.replace(pair, latin)
    letters = "".join(_letter(c) for c in composed)
    return _PLAIN.sub("-", letters).strip("-")


def _letter(c: str) -> str:
    if c in TABLE:
        return TABLE[c]
    bare = "".join(part for part in unicodedata.normalize("NFKD", c) if not unicodedata.combining(part))
    return "".join(TABLE.get(part, part) for part in bare)


def file_stem(name: str, *parts: str, code: str, nameless: str) -> str:
    """Return the name of a file, without its ending: whose it is, what more is told of it, and a code of its own."""
    first, *others = (to_latin(part)[:LONGEST].strip("-") for part in (name, *parts))
    if first.islower():  # a script without capitals, such as Georgian
        first = "-".join(word.capitalize() for word in first.split("-"))
    if not first or first.lower() in RESERVED:
        first = f"{nameless}-{first}".strip("-")
    return "_".join([first, *filter(None, others), code])
