"""A test client that looks at every page it fetches, and speaks to it as a person does: by links and buttons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from html5lib.html5parser import ParseError
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

FIELDS = ("input", "select", "textarea", "button")
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "list", "form")


class Page:
    """A page as it was parsed."""

    def __init__(self, html: str, url: str = "") -> None:
        self.url = url
        self.html = html
        parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False)
        try:
            self.root: Element = parser.parse(html)
        except ParseError as error:
            (line, _column), code, values = parser.errors[-1]
            around = "\n".join(html.splitlines()[max(0, line - 3) : line + 1])
            raise AssertionError(f"{url}: not valid HTML at line {line}: {code} {values}\n{around}") from error

    def all(self, tag: str = "*", **attributes: str) -> Iterator[Element]:
        """Yield the elements of this tag whose attributes have these values, in the order of the page."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        for element in self.root.iter():
            if not isinstance(element.tag, str) or tag not in ("*", element.tag):
                continue
            if all(element.get(name) == value for name, value in wanted.items()):
                yield element

    def one(self, tag: str = "*", **attributes: str) -> Element:
        """Return the only such element."""
        found = list(self.all(tag, **attributes))
        assert len(found) == 1, f"{self.url}: {len(found)} times <{tag} {attributes}>"
        return found[0]

    @property
    def title(self) -> str:
        """Return the text of the title element."""
        return text_of(self.one("title"))

    @property
    def heading(self) -> str:
        """Return the text of the one h1."""
        return text_of(self.one("h1"))

    @property
    def text(self) -> str:
        """Return what the body says, with runs of space as one."""
        return text_of(self.one("body"))

    @property
    def main(self) -> str:
        """Return what the main part says."""
        return text_of(self.one("main"))

    def links(self) -> dict[str, str]:
        """Return the links of the page, name to target; of equal names the first."""
        found: dict[str, str] = {}
        for link in self.all("a"):
            if link.get("href") is not None:
                found.setdefault(name_of(link), link.get("href", ""))
        return found

    def link(self, name: str) -> str:
        """Return the target of the link that is called so, or whose name contains it."""
        links = self.links()
        found = links.get(name) or next((target for said, target in links.items() if name in said), None)
        assert found is not None, f"{self.url}: no link '{name}' among {list(links)}"
        return urljoin(self.url, found)

    def buttons(self) -> dict[str, tuple[Element, Element]]:
        """Return the buttons that send a form: name to (form, button)."""
        found: dict[str, tuple[Element, Element]] = {}
        for form in self.all("form"):
            for element in form.iter():
                if element.tag == "button" and element.get("type", "submit") == "submit":
                    found.setdefault(name_of(element), (form, element))
                if element.tag == "input" and element.get("type") in ("submit", "image"):
                    found.setdefault(element.get("value", ""), (form, element))
        return found


def text_of(element: Element) -> str:
    """Return the text inside, without scripts, with runs of space as one."""
    parts: list[str] = []

    def gather(inner: Element) -> None:
        if inner.tag not in ("script", "style", "template"):
            parts.append(inner.text or "")
            for child in inner:
                if isinstance(child.tag, str):
                    gather(child)
                parts.append(child.tail or "")

    gather(element)
    return " ".join("".join(parts).split())


def name_of(element: Element) -> str:
    """Return what a link or button is called."""
    pictures = " ".join(image.get("alt", "") for image in element.iter("img"))
    return element.get("aria-label") or text_of(element) or pictures.strip()


def fields_of(form: Element) -> dict[str, list[str]]:
    """Return what a browser would send if nobody touched the form (without its buttons)."""
    sent: dict[str, list[str]] = {}
    for field in form.iter():
        name = field.get("name")
        if field.tag not in FIELDS or not name or field.get("disabled") is not None or field.tag == "button":
            continue
        kind = field.get("type", "text")
        if field.tag == "select":
            options = list(field.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None]
            if not chosen and options and field.get("multiple") is None:
                chosen = options[:1]
            sent.setdefault(name, []).extend(o.get("value", text_of(o)) for o in chosen)
        elif field.tag == "textarea":
            sent.setdefault(name, []).append((field.text or "").removeprefix("\n"))
        elif kind in ("checkbox", "radio"):
            if field.get("checked") is not None:
                sent.setdefault(name, []).append(field.get("value", "on"))
        elif kind not in ("submit", "image", "button", "file", "reset"):
            sent.setdefault(name, []).append(field.get("value", ""))
    return sent


def look_at(page: Page, nonce_demanded: bool = True) -> None:
    """Fail on what no page of ours may be."""
    url = page.url
    assert page.one("html").get("lang"), f"{url}: the page names no language"
    assert page.title, f"{url}: the title is empty"
    assert page.heading, f"{url}: the h1 is empty"
    own_title = page.title.split(" – ")[0]
    assert page.heading in page.title or own_title in page.heading, (
        f"{url}: the title '{page.title}' and the h1 '{page.heading}' say different things"
    )
    ids = Counter(element.get("id") for element in page.all() if element.get("id") is not None)
    assert not (twice := [name for name, times in ids.items() if times > 1]), f"{url}: ids that stand twice: {twice}"
    for element in page.all():
        tag = str(element.tag)
        for attribute, value in element.attrib.items():
            assert attribute != "style", f"{url}: <{tag}> has a style attribute; the policy would ignore it"
            assert not attribute.startswith("on"), f"{url}: <{tag}> has a script in {attribute}"
            assert not value.strip().lower().startswith("javascript:"), f"{url}: <{tag}> has a script as {attribute}"
            if attribute in REFERENCES and not tag.startswith("{"):
                lost = [name for name in value.split() if name not in ids]
                assert not lost, f"{url}: {attribute}='{value}' of <{tag}> points to nothing"
        if tag == "img":
            assert element.get("alt") is not None, f"{url}: an image without alt: {element.get('src')}"
        if nonce_demanded and (tag == "style" or (tag == "script" and not element.get("src"))):
            # Data inside a script element is not run; the policy leaves it alone.
            assert element.get("type") == "application/json" or element.get("nonce"), f"{url}: <{tag}> without a nonce"
        if tag == "a" and element.get("href", "").startswith("#") and len(element.get("href", "")) > 1:
            assert element.get("href", "")[1:] in ids, f"{url}: the link {element.get('href')} points to nothing"
        if tag == "form" and element.get("method", "get").lower() == "post":
            hidden = [field.get("name") for field in element.iter("input")]
            assert "csrf_token" in hidden, f"{url}: a form to {element.get('action')} without its token"


class PageClient(FlaskClient):
    """A browser without a screen: keeps the last page, follows links, presses buttons, and looks at every page."""

    page: Page | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Fetch; an HTML page is parsed and looked at."""
        csrf = kwargs.pop("csrf", True)
        if csrf and kwargs.get("method") == "POST" and (kwargs.get("data") is None or isinstance(kwargs["data"], dict)):
            kwargs["data"] = {"csrf_token": self.token(), **(kwargs.get("data") or {})}
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.request.method != "HEAD" and response.data:
            self.page = Page(response.get_data(as_text=True), response.request.path)
            look_at(self.page)
        return response

    def token(self) -> str:
        """Return a token that this session's forms accept."""
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", "0" * 40)
        key = self.application.config.get("WTF_CSRF_SECRET_KEY") or self.application.secret_key
        return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw))

    def visit(self, url: str, status: int = 200) -> Page:
        """Go to a page, along its redirects, and return it."""
        response = self.get(url, follow_redirects=True)
        assert response.status_code == status, f"{url}: {response.status_code} instead of {status}"
        assert self.page is not None, f"{url} is no page"
        self.page.url = response.request.path
        return self.page

    def click(self, name: str, status: int = 200) -> Page:
        """Follow the link of the last page that is called so."""
        assert self.page is not None, "no page yet"
        target = urlsplit(self.page.link(name))
        return self.visit(target.path + (f"?{target.query}" if target.query else ""), status)

    def press(self, button: str, status: int = 200, **fields: Any) -> Page:
        """Fill in the form of the last page that holds this button, press it, and return where that leads."""
        assert self.page is not None, "no page yet"
        buttons = self.page.buttons()
        assert button in buttons, f"{self.page.url}: no button '{button}' among {list(buttons)}"
        form, pressed = buttons[button]
        known = {field.get("name") for field in form.iter() if field.get("name")}
        assert not (unknown := set(fields) - known), f"{self.page.url}: the form has no {unknown}, but {known}"
        data: dict[str, Any] = {**fields_of(form), **fields}
        if pressed.get("name"):
            data[str(pressed.get("name"))] = pressed.get("value", "")
        action = urljoin(self.page.url, pressed.get("formaction") or form.get("action") or self.page.url)
        method = form.get("method", "get").upper()
        where: dict[str, Any] = {"query_string": data} if method == "GET" else {"data": data, "csrf": False}
        response = self.open(action, method=method, follow_redirects=True, **where)
        assert response.status_code == status, f"{button}: {response.status_code} instead of {status}"
        assert self.page is not None
        self.page.url = response.request.path
        return self.page
