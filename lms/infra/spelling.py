"""What is wrong with a name, in words: which character, where, and what to do."""

from __future__ import annotations

from lms.domain.names import LONGEST, NameFault
from lms.infra.languages import gettext as _


def explain(fault: NameFault) -> str:
    """Say what is wrong with a name and how it is mended, in the language of the present work."""
    if fault.kind in {"empty", "long", "letters"}:
        return _whole(fault)
    if fault.kind in {"script", "latin"}:
        return _("Letter %(place)d of “%(word)s” is %(letter)s, “%(character)s”, among %(others)s.", **_letter(fault))
    if fault.kind == "scripts":
        return _(
            "“%(word)s” is written in %(own)s, and the rest of the name in %(others)s. Write the whole name in one "
            "script; its Latin form has a field of its own.",
            word=fault.word,
            own=_letters(fault.script),
            others=_letters(fault.among),
        )
    return _character(fault)


def _whole(fault: NameFault) -> str:
    if fault.kind == "long":
        return _("A certificate has room for %(most)d characters. Shorten the name.", most=LONGEST)
    return _("A name has letters in it.")


def _letter(fault: NameFault) -> dict[str, object]:
    return {
        "place": fault.place,
        "word": fault.word,
        "character": fault.character,
        "letter": _one_letter(fault.script),
        "others": _among(fault.among),
    }


def _character(fault: NameFault) -> str:
    where: dict[str, object] = {
        "place": fault.place,
        "word": fault.word,
        "character": fault.character,
        "code": f"U+{ord(fault.character):04X}",
    }
    if fault.kind == "hidden":
        return _(
            "Character %(place)d of “%(word)s” cannot be seen (%(code)s). Delete it, or type the name anew.", **where
        )
    if fault.kind == "variant":
        return _(
            "Character %(place)d of “%(word)s” is a special form (%(code)s) of “%(instead)s”. Type that in its place.",
            instead=fault.instead,
            **where,
        )
    if fault.kind == "mark":
        return _(
            "At character %(place)d of “%(word)s” stands a mark that cannot be set there (%(code)s). Type the name "
            "anew.",
            **where,
        )
    return _(
        "Character %(place)d of “%(word)s” does not stand in names: “%(character)s” (%(code)s). Delete it, or type "
        "another in its place.",
        **where,
    )


def _one_letter(script: str) -> str:
    return {
        "LATIN": _("a Latin letter"),
        "CYRILLIC": _("a Cyrillic letter"),
        "GREEK": _("a Greek letter"),
        "ARMENIAN": _("an Armenian letter"),
        "GEORGIAN": _("a Georgian letter"),
    }.get(script) or _("a letter of another script")


def _among(script: str) -> str:
    """Name the letters round it, as they stand after “among”."""
    return {
        "LATIN": _("Latin ones"),
        "CYRILLIC": _("Cyrillic ones"),
        "GREEK": _("Greek ones"),
        "ARMENIAN": _("Armenian ones"),
        "GEORGIAN": _("Georgian ones"),
    }.get(script) or _("those of another script")


def _letters(script: str) -> str:
    """Name the letters of a script, as they stand after “in”."""
    return {
        "LATIN": _("Latin letters"),
        "CYRILLIC": _("Cyrillic letters"),
        "GREEK": _("Greek letters"),
        "ARMENIAN": _("Armenian letters"),
        "GEORGIAN": _("Georgian letters"),
    }.get(script) or _("letters of another script")
