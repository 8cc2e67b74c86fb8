"""Reports of studies at an address of their own: only there do the links within a page lead to its places.

A report may come from anyone. Its headers keep it in a sandbox: no script, nothing asked for, no look at the page
around it; what it links to opens in a new tab of the browser, when it is clicked.
"""

from __future__ import annotations

import re
import secrets

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

ELSEWHERE = re.compile(r"<a (?=[^<>]*\bhref\s*=\s*[\"']?https?:)", re.IGNORECASE)
"""A link to another site. In the frame it would be blocked, as everything is that the report asks for."""
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


class Reports:
    """The reports that are open, each at a path that cannot be guessed."""

    def __init__(self) -> None:
        self._open: dict[str, str] = {}
        self.router = APIRouter()
        self.router.add_api_route("/report/{key}", self._answer, methods=["GET"])

    def add(self, text: str) -> str:
        """Keep a report, and return its path."""
        key = secrets.token_urlsafe(16)
        self._open[key] = ELSEWHERE.sub('<a target="_blank" rel="noopener noreferrer" ', text)
        return f"/report/{key}"

    def remove(self, path: str) -> None:
        """Forget a report."""
        self._open.pop(path.rpartition("/")[2], None)

    async def _answer(self, key: str) -> Response:
        if key not in self._open:
            return PlainTextResponse("This report is not open any more: choose it again.", 404)
        return HTMLResponse(self._open[key], headers={"Content-Security-Policy": POLICY})
