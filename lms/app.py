"""The application: an explicit list of what it is made of. Nothing is read or written here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_compress import Compress
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from lms import wiring
from lms.accounts import jobs as account_jobs
from lms.accounts import security
from lms.accounts import views as accounts
from lms.certificates import jobs as certificate_jobs
from lms.certificates import queries as certificate_queries
from lms.certificates import views as certificates
from lms.certificates.service import issuing, journal, ring
from lms.config import Config
from lms.courses import service as course_service
from lms.courses import views as courses
from lms.home import service as home_service
from lms.home import views as home
from lms.infra.db import WriteGate, db, tune_sqlite
from lms.infra.events import subscribe
from lms.infra.examiner import Examiner
from lms.infra.places import place
from lms.infra.queue import Queue
from lms.infra.signing.keys import Keyring
from lms.infra.storage import Storage
from lms.learning import queries as learning_queries
from lms.learning import service as learning_service
from lms.learning import views as learning
from lms.learning.service import Projection
from lms.network import views as network
from lms.ops import jobs as ops_jobs
from lms.ops import views as ops
from lms.ops.service import prepared
from lms.ops.service.setup import SetUp
from lms.quizzes import jobs as quiz_jobs
from lms.quizzes import service as quiz_service
from lms.quizzes import views as quizzes
from lms.web import assets, errors, guards, headers, kept, locale, pages, transaction
from lms.web.assets import Assets
from lms.web.requests import Request

MEGABYTE = 1024 * 1024

BLUEPRINTS = (
    accounts.blueprint,
    network.blueprint,
    courses.blueprint,
    learning.blueprint,
    quizzes.blueprint,
    certificates.blueprint,
    home.blueprint,
    ops.blueprint,
)

WORK = (account_jobs, quiz_jobs, certificate_jobs, ops_jobs)
"""Importing them tells the worker what there is to do, also what nothing else names, such as sweeping up."""

SETUP = SetUp(
    history=(home_service.create_history,),
    steps=(ring.ensure, course_service.import_shipped, journal.settle),
    demo=(home_service.create_demo,),
)

PROJECTIONS = (
    Projection(compare=learning_service.compare, rebuild=learning_service.rebuild),
    Projection(compare=quiz_service.compare, rebuild=quiz_service.rebuild),
    Projection(compare=issuing.compare, rebuild=issuing.rebuild),
)


class Application(Flask):
    """Flask with our templates, and without asking of each function whether it is asynchronous: none is."""

    jinja_environment = pages.Templates
    jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True, "cache_size": -1}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


def create_app(config: Config | None = None) -> Flask:
    """Build the application from the settings (by default those of the environment)."""
    config = config or Config.from_env()
    app = Application("lms", template_folder=str(place("templates")), static_folder=str(place("static")))
    app.request_class = Request
    app.config.update(
        LMS=config,
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={} if config.database_url.startswith("sqlite") else {"pool_pre_ping": True},
        SESSION_COOKIE_NAME="vitrine",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=config.secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=4 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=2 * MEGABYTE,
        MAX_FORM_PARTS=2000,
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_LEVEL=1,  # of a lesson 6 % more bytes than level 4, for half the time
        COMPRESS_STREAMS=False,
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,  # no page has an ETag: its token and nonce are new each time
    )
    if config.trust_proxy:
        n = config.trust_proxy
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]

    transaction.init_app(app)  # first registered, last to run: the edge sees the final status
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            tune_sqlite(db.engine, WriteGate(config.data_dir / "write.lock"))
    app.extensions["storage"] = Storage(config.data_dir / "files")
    app.extensions["queue"] = Queue(db)
    organisation = (config.pdf_key, config.pdf_key_password) if config.pdf_key else None
    app.extensions["keyring"] = Keyring(config.data_dir / "keys", config.key_passphrase, organisation)
    app.extensions["examiner"] = Examiner()
    app.extensions["events"] = subscribe(wiring.TABLE)
    Compress(app)
    assets.init_app(app)
    headers.init_app(app, config)
    locale.init_app(app, config)
    CSRFProtect(app)  # after these two: the page that says what was refused needs a nonce and a language
    kept.init_app(app)
    errors.init_app(app)
    pages.init_app(app, config, Assets(place("static")))
    security.init_app(app, config)
    app.extensions["viewer_loader"] = security.load_viewer
    app.extensions["is_demo"] = lambda: prepared.is_demo(config)
    app.extensions["setup"] = SETUP
    app.extensions["projections"] = PROJECTIONS
    app.extensions["course_standings"] = learning_queries.list_standings
    app.extensions["item_pages"] = {"quiz": quizzes.quiz_page}
    app.extensions["find_certificate"] = certificate_queries.find_by_enrolment
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    guards.init_app(app)
    return app
