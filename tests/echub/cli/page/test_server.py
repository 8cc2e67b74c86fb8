"""The page is served on this machine only, announced once it answers, at an address that ends in a token."""

from __future__ import annotations

import re
import socket
import sys
import webbrowser
from pathlib import Path

import pytest

from echub.cli.page import server
from echub.errors import PluginError, TargetNotWritable
from tests.messages.saying import Fake


def test_a_port_is_bound_on_this_machine_or_refused_by_its_number():
    with server.bound(0) as first:
        host, port = first.getsockname()
        assert (host, port > 0) == ("127.0.0.1", True)
        with pytest.raises(TargetNotWritable) as refused:
            server.bound(port)
    assert refused.value.as_dict() == {
        "code": "target-not-writable", "message": f"port {port} is not free", "cause": "Address already in use",
        "hint": "echub app --port 0 takes any free port",
    }  # fmt: skip


def test_without_nicegui_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "nicegui", None)
    with pytest.raises(PluginError) as refused, server.bound(0) as sock:
        server.serve(Path(), sock, print)
    assert (refused.value.message, refused.value.hint) == ("the page needs NiceGUI", "pip install 'echub[app]'")


def test_the_address_is_told_once_the_page_has_answered_to_its_cookie(monkeypatch, tmp_path):
    nicegui, uvicorn = pytest.importorskip("nicegui"), pytest.importorskip("uvicorn")
    from echub.cli.page import views

    happened, pages = [], Fake(read=lambda: happened.append("read"))
    monkeypatch.setattr(views, "build", lambda folder: happened.append(folder))
    monkeypatch.setattr(nicegui.ui, "run_with", lambda app, **how: happened.append(how["title"]))

    class Now:
        """A thread that is done before the server begins."""

        def __init__(self, target, daemon):
            assert daemon  # it does not keep a process alive
            self.start = target

    class Page:
        def __enter__(self):
            return pages

        def __exit__(self, *raised):
            happened.append("closed")

    def asked(request, timeout):
        happened.append((request.full_url, request.get_header("Cookie"), timeout))
        return Page()

    class Server:
        started = True

        def __init__(self, config):
            self.config = config

        def run(self, sockets):
            happened.append((sockets, self.config.app, self.config.access_log))

    monkeypatch.setattr(server, "Thread", Now)
    monkeypatch.setattr(server, "urlopen", asked)
    monkeypatch.setattr(uvicorn, "Server", Server)
    with server.bound(0) as sock:
        server.serve(tmp_path, sock, happened.append)
        port = sock.getsockname()[1]
    folder, title, first, read, closed, address, (sockets, guard, log) = happened
    here, token = re.fullmatch(r"(http://127\.0\.0\.1:\d+/)\?token=([\w-]{32})", address).groups()
    assert here == f"http://127.0.0.1:{port}/"
    assert first == (here, f"echub_{port}={token}", 30)
    assert (folder, title, read, closed) == (tmp_path, "echub", "read", "closed")
    assert (sockets, guard.token, guard.cookie, log) == ([sock], token, f"echub_{port}", False)
    assert nicegui.app.config.quasar_config["loadingBar"] == {"skipHijack": True}
    assert not {"/docs", "/redoc", "/openapi.json"} & {route.path for route in guard.app.routes}


@pytest.mark.parametrize(("words", "opened"), [([], ["http://x"]), (["--no-browser"], [])])
def test_the_command_prints_the_address_and_opens_the_browser(echub, monkeypatch, tmp_path, words, opened):
    seen = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webbrowser, "open", seen.append)

    def serve(folder, sock, ready):
        assert (folder, type(sock)) == (tmp_path, socket.socket)
        sock.close()
        ready("http://x")

    monkeypatch.setattr(server, "serve", serve)
    done = echub("app", *words)
    assert (done.code, done.out, seen) == (0, "echub is at http://x\nCtrl-C ends it.\n", opened)
