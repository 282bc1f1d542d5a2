"""The worker draws two certificates at a time: what one thread reads of a font is not what another one is at."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from lms.infra import drawings
from lms.infra.drawings import Drawing, Paint
from lms.infra.places import place

TEXTS = ("0123456789ABCDEF", "GHJKMNPQRSTVWXYZ", "abcdefghijklmnop", "qrstuvwxyz-:/.,%")
FONTS = place("static") / "fonts" / "pdf"
PAINT = Paint(fill="000000", font="sans", size=9)


@pytest.fixture
def in_turns() -> Iterator[None]:
    """Let threads take turns as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def draw(text: str) -> bytes:
    """Return what draws a text."""
    return Drawing(100, 100, b"").written(text, 0, 0, PAINT).operators


def forget() -> None:
    """Forget every letter and font that was read."""
    for path in FONTS.glob("*.ttf"):
        drawings._font(path.stem).close()
    for kept in (drawings._letter, drawings._glyph, drawings._font):
        kept.cache_clear()


def test_threads_that_begin_together_draw_the_same_letters(in_turns: None) -> None:
    expected = [draw(text) for text in TEXTS]
    for _round in range(5):
        forget()
        together = Barrier(len(TEXTS))

        def begin(text: str, together: Barrier = together) -> bytes:
            together.wait()
            return draw(text)

        with ThreadPoolExecutor(len(TEXTS)) as threads:
            assert list(threads.map(begin, TEXTS)) == expected
