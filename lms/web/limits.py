"""How much one network address may send. Generous: many people sit behind one; what guards accounts is theirs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, abort, request
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter


class Limits:
    """Counts kept in this process, or where the address of a storage says."""

    def __init__(self, storage: str = "memory://") -> None:
        self._counts = FixedWindowRateLimiter(storage_from_string(storage))

    def guard(self, app: Flask, endpoint: str, a_minute: int) -> None:
        """Answer 429 when one network address sends this form more often."""
        view: Callable[..., Any] = app.view_functions[endpoint]
        most = RateLimitItemPerMinute(a_minute)

        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            counted = request.method == "POST" and app.config.get("RATELIMIT_ENABLED", True)
            if counted and not self._counts.hit(most, endpoint, request.remote_addr or ""):
                abort(429)
            return view(*args, **kwargs)

        app.view_functions[endpoint] = guarded
