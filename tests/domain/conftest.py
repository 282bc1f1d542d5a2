"""Settings of the property tests of the domain, which are many and have to stay quick."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("domain", max_examples=40, deadline=None)
settings.load_profile("domain")
