"""How much one network address may send or guess. Generous: many sit behind one; what guards accounts is theirs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, request
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from lms.domain.errors import NotFound

View = TypeVar("View", bound=Callable[..., Any])


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

    def hit(self, name: str, an_hour: int, *who: str) -> bool:
        """Count one more, and tell whether it is still within so many an hour."""
        limited = current_app.config.get("RATELIMIT_ENABLED", True)
        return not limited or self._counts.hit(RateLimitItemPerHour(an_hour), name, *who)

    def sends(self, name: str, a_minute: int) -> Callable[[View], View]:
        """Answer 429 to an address that sends this form more often; looking at it costs nothing."""
        most = RateLimitItemPerMinute(a_minute)

        def guard(view: View) -> View:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                counted = request.method == "POST" and current_app.config.get("RATELIMIT_ENABLED", True)
                if counted and not self._counts.hit(most, name, request.remote_addr or ""):
                    abort(429)
                return view(*args, **kwargs)

            return cast(View, guarded)

        return guard

    def misses(self, name: str, a_minute: int) -> Callable[[View], View]:
        """Answer 429 to an address that asked for more things that are not there; what is there costs nothing."""
        most = RateLimitItemPerMinute(a_minute)

        def guard(view: View) -> View:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                who = (most, name, request.remote_addr or "")
                if not current_app.config.get("RATELIMIT_ENABLED", True):
                    return view(*args, **kwargs)
                if not self._counts.test(*who):
                    abort(429)
                try:
                    answer = view(*args, **kwargs)
                except NotFound:
                    self._counts.hit(*who)
                    raise
                if getattr(answer, "status_code", 200) == 404:
                    self._counts.hit(*who)
                return answer

            return cast(View, guarded)

        return guard
