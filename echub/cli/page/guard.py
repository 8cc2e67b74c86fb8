"""Who may ask: only a browser on this machine that was given the token, and only for this page itself."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]

HEADERS = {
    # Everything that the page needs comes from the page: no font, script or picture of others is asked for.
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "connect-src 'self' ws: data: blob:; frame-ancestors 'none'; form-action 'self'; base-uri 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """Wrap an ASGI application: host, origin and token are checked before anything else runs.

    The host, because another site's name can be made to point to this machine; the origin, because any page in the
    browser can send requests here; the token, because other people may have accounts on this machine.
    """

    def __init__(self, app: App, token: str, port: int) -> None:
        self.app, self.token, self.cookie = app, token, f"echub_{port}"
        self.hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401
        """Answer 403 to strangers; move the token of the first address into a cookie; pass on the rest."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if not self._is_here(headers):
            await _refuse(scope, send, "This page answers only to the address that echub printed.")
        elif self._knows(asked) and scope["type"] == "http":
            await _redirect(send, scope["path"], f"{self.cookie}={self.token}; HttpOnly; SameSite=Strict; Path=/")
        elif self._knows(self._cookie_of(headers)):
            await _unless_gone(self.app, scope, receive, _with_headers(send))
        else:
            await _refuse(scope, send, "Open the address that echub printed: it ends in a token.")

    def _is_here(self, headers: dict[str, str]) -> bool:
        origin = headers.get("origin")
        return headers.get("host", "") in self.hosts and (
            origin is None or origin.removeprefix("http://") in self.hosts
        )

    def _knows(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self.token.encode())

    def _cookie_of(self, headers: dict[str, str]) -> str:
        found = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        return found.value if found else ""


async def _unless_gone(app: App, scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401
    """Answer; nothing is wrong if the browser breaks off, as when an upload is cancelled."""
    gone = False

    async def receiving() -> Any:  # noqa: ANN401
        nonlocal gone
        message = await receive()
        gone = gone or message["type"] == "http.disconnect"
        return message

    try:
        await app(scope, receiving, send)
    except Exception:
        if not gone:
            raise


def _with_headers(send: Any) -> Any:  # noqa: ANN401
    async def sending(message: Scope) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message.get("headers", [])}  # a report has a stricter policy
            added = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
            added = [(name, value) for name, value in added if name not in own]
            message = {**message, "headers": [*message.get("headers", []), *added]}
        await send(message)

    return sending


async def _refuse(scope: Scope, send: Any, why: str) -> None:  # noqa: ANN401
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": why})
        return
    await _answer(send, 403, why.encode(), [(b"content-type", b"text/plain; charset=utf-8")])


async def _redirect(send: Any, path: str, cookie: str) -> None:  # noqa: ANN401
    await _answer(send, 303, b"", [(b"location", path.encode("latin-1")), (b"set-cookie", cookie.encode())])


async def _answer(send: Any, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:  # noqa: ANN401
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
