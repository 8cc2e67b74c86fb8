"""Serve the page on this machine only, at an address with a random token."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from urllib.request import Request, urlopen

from echub.cli.page.guard import Guard
from echub.errors import PluginError, TargetNotWritable

HOST = "127.0.0.1"
AWAY = 60.0
"""Seconds a tab may be silent and find its work again: a busy computer is for longer than NiceGUI's three."""
WAIT = 30
"""Seconds for the page that is asked for once before anyone else does: the first one loads half of NiceGUI."""


def bound(port: int) -> socket.socket:
    """Return a socket of this machine, on any free port for 0; raise `TargetNotWritable` if the port is taken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.bind((HOST, port))
    except OSError as error:
        sock.close()
        raise TargetNotWritable(
            f"port {port} is not free", cause=error.strerror, hint="echub app --port 0 takes any free port"
        ) from None
    return sock


def serve(folder: Path, sock: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve the page until interrupted; `ready` gets the address once. Raises `PluginError` without the extra."""
    try:
        import uvicorn
        from fastapi import FastAPI
        from nicegui import app, ui
    except ImportError as error:
        raise PluginError("the page needs NiceGUI", hint="pip install 'echub[app]'") from error
    from echub.cli.page.views import build

    token, port = secrets.token_urlsafe(24), sock.getsockname()[1]
    inner = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.config.quasar_config["loadingBar"] = {"skipHijack": True}  # it has no name for screen readers
    build(folder)
    ui.run_with(
        inner,
        title="echub",
        dark=None,
        language="en-US",
        show_welcome_message=False,
        gzip_middleware_factory=None,  # packing takes longer than sending within one machine
        tailwind=False,  # see `looks`
        reconnect_timeout=AWAY,
    )
    guard = Guard(inner, token, port)
    config = uvicorn.Config(guard, log_level="error", access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    warm = Request(f"http://{HOST}:{port}/", headers={"Cookie": f"{guard.cookie}={token}"})

    def announce() -> None:
        while not server.started:
            time.sleep(0.01)
        with suppress(OSError), urlopen(warm, timeout=WAIT) as page:
            page.read()
        ready(f"http://{HOST}:{port}/?token={token}")

    Thread(target=announce, daemon=True).start()
    server.run(sockets=[sock])
