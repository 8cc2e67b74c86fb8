"""Scripts, styles and fonts of the page, kept in memory: the first look at them is taken before anyone waits."""

from __future__ import annotations

import re
from typing import Any

from echub.cli.page.guard import App, Scope

FILES = re.compile(r"/_nicegui/[\d.]+/(?:static|components)/(?!sass|immutable)[\w./-]+\.(?:m?js|css|woff2)\b")
"""Files that the start of the page needs; their addresses name NiceGUI's version, so that none ever changes."""


class Memory:
    """Wrap an ASGI application: what it answered once for such a file is not asked of it again.

    NiceGUI opens a file in a thread for each request, and reads it in another for each 64 kB.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self.kept: dict[str, list[Scope]] = {}

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401
        """Answer from memory, or pass on and remember."""
        path = scope.get("path", "")
        if scope.get("method") != "GET" or not FILES.fullmatch(path):
            await self.app(scope, receive, send)
            return
        said = self.kept.get(path, [])
        if not said:

            async def listening(message: Scope) -> None:
                said.append(message)

            await self.app({**scope, "headers": []}, receive, listening)
            if said[0]["status"] == 200:
                self.kept[path] = said
        for message in said:
            await send(message)
