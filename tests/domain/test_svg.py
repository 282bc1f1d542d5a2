"""Drawings and pictures: what is unsafe in them, and their size."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.domain.formats.pictures import picture_size
from lms.domain.formats.svg import scan_svg

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 30 20">'


def faults(inside: str) -> list[str]:
    return [message for _, message in scan_svg(f"{HEAD}{inside}</svg>".encode()).faults]


@pytest.mark.parametrize(
    "inside",
    [
        "<script/>",
        "<SCRIPT/>",
        "<x:script xmlns:x='http://www.w3.org/2000/svg'/>",
        "<g onload='x'/>",
        "<g OnClick='x'/>",
        "<foreignObject/>",
        "<a href='https://x.org'/>",
        "<a xlink:href='javascript:alert(1)'/>",
        "<use href='other.svg#a'/>",
        "<image href='//x.org/a.png'/>",
        "<image href='data:image/svg+xml;base64,AAAA'/>",
        "<set attributeName='href' to='javascript:alert(1)'/>",
        "<g style='fill: url(https://x.org/a)'/>",
        "<g fill='url(a.svg#b)'/>",
        "<style>@import 'a.css';</style>",
        '<style>a { background: url( "https://x.org" ) }</style>',
        "<style>a { background: u\\72l(https://x.org) }</style>",
        "<style><![CDATA[ @IMPORT url(x) ]]></style>",
        "<g xml:base='https://x.org'/>",
        "<?xml-stylesheet href='a.css'?>",
        "<g>",
    ],
)
def test_what_could_act_or_fetch_is_a_fault(inside: str) -> None:
    assert faults(inside)


@pytest.mark.parametrize(
    "inside",
    [
        "<g class='a' style='fill: url(#b)'/>",
        "<use href='#a'/>",
        "<use xlink:href='#a'/>",
        "<g fill='url(#a)' clip-path=\"url('#b')\"/>",
        "<style>@media (prefers-color-scheme: dark) { .a { fill: #fff } }</style>",
        "<image href='data:image/png;base64,AAAA'/>",
        "<animate attributeName='x' from='0' to='10' values='0;10'/>",
        "<title>On the one hand</title>",
        "<text>url(https://x.org)</text>",
    ],
)
def test_what_stays_inside_is_none(inside: str) -> None:
    assert faults(inside) == []


def test_a_document_type_is_refused_before_its_entities_unfold() -> None:
    bomb = "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;'>]>" + HEAD + "&b;</svg>"

    assert "document type" in scan_svg(bomb.encode()).faults[0][1]


def test_a_fault_stands_at_its_line() -> None:
    assert scan_svg(f"{HEAD}\n\n<script/></svg>".encode()).faults[0][0] == 3


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('viewBox="0 0 30 20"', (30, 20)),
        ('viewBox="0,0,30.4,20" width="600" height="400"', (30, 20)),
        ('width="30" height="20px"', (30, 20)),
        ('width="100%" height="20"', (None, None)),
        ('viewBox="0 0 0 20"', (None, None)),
        ("", (None, None)),
    ],
)
def test_the_size_is_the_drawing_s_own_pixels(attributes: str, size: tuple[int | None, int | None]) -> None:
    drawing = scan_svg(f"<svg xmlns='http://www.w3.org/2000/svg' {attributes}/>".encode())

    assert (drawing.width, drawing.height) == size


@given(st.binary(max_size=60))
def test_any_bytes_can_be_examined(content: bytes) -> None:
    scan_svg(content)
    for head in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF0000WEBPVP8X", b"RIFF0000WEBPVP8L"):
        picture_size(head + content)


def test_a_jpeg_says_its_size_in_its_frame() -> None:
    content = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0" + struct.pack(">HBHH", 17, 8, 20, 30) + b"\x03" * 10

    assert picture_size(content) == (30, 20)


@pytest.mark.parametrize(
    "chunk",
    [
        b"VP8X" + bytes(8) + (29).to_bytes(3, "little") + (19).to_bytes(3, "little"),
        b"VP8L" + bytes(4) + b"\x2f" + (29 | 19 << 14).to_bytes(4, "little") + bytes(5),
        b"VP8 " + bytes(7) + b"\x9d\x01\x2a" + struct.pack("<HH", 30, 20),
    ],
    ids=["extended", "lossless", "lossy"],
)
def test_a_webp_says_its_size_in_its_first_chunk(chunk: bytes) -> None:
    assert picture_size(b"RIFF0000WEBP" + chunk) == (30, 20)
