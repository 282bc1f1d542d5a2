"""Museums are found by what people type, or added."""

from __future__ import annotations

from flask import Flask

from lms.accounts import queries as people
from lms.infra.db import db
from lms.network import queries, service
from lms.network.models import Museum
from tests.factories.people import MUSEUM, Cast
from tests.pages import PageClient


def test_the_same_museum_is_found_however_it_is_written(app: Flask) -> None:
    with app.app_context():
        first = service.ensure_museum("Музей «Самолёт», г. Минск", "BY")
        assert service.ensure_museum("музей самолет г минск", "BY") == first
        assert service.ensure_museum("Музей «Самолёт», г. Минск", "MD") != first
        assert queries.museum_name(first) == "Музей «Самолёт», г. Минск"


def test_colleagues_work_in_one_museum(app: Flask, cast: Cast) -> None:
    with app.app_context():
        places = [people.find_workplace(who.subject_id) for who in (cast.learner, cast.colleague)]
        assert places[0] is not None
        assert places[1] is not None
        assert places[0].museum_id == places[1].museum_id
        assert db.session.scalar(db.select(db.func.count()).select_from(Museum)) == 2


def test_a_certificate_names_the_holder_and_the_museum(app: Flask, cast: Cast) -> None:
    with app.app_context():
        holder = queries.find_holder(cast.learner.subject_id)
        assert holder is not None
        assert (holder.name, holder.museum) == (cast.learner.name, MUSEUM)
        assert queries.find_holder("0" * 32) is None


def test_known_museums_are_offered_and_searched(app: Flask, client: PageClient, cast: Cast) -> None:
    page = client.visit("/register")
    assert [option.get("value") for option in page.one(id="known-museums")] == [MUSEUM, "House of Crafts"]
    assert client.get("/network/museums?q=HARBOUR").json == [MUSEUM]
    assert client.get("/network/museums?q=h").json == []
    assert client.get("/network/museums?q=%25%00").json == []
