"""Only a browser on this machine with the token gets an answer."""

import asyncio

import pytest

from echub.cli.page.guard import HEADERS, Guard

PORT, TOKEN = 1234, "secret-token"
HERE = {"host": f"127.0.0.1:{PORT}"}
COOKIE = {"cookie": f"echub_{PORT}={TOKEN}"}


async def inner(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"the page"})


def ask(headers, query="", kind="http", inner=inner, receive=None):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind,
        "path": "/",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(Guard(inner, TOKEN, PORT)(scope, receive, send))
    return sent


def headers_of(message):
    return {name.decode(): value.decode() for name, value in message["headers"]}


def test_the_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_get():
    (start, _) = ask(HERE, f"token={TOKEN}")
    assert start["status"] == 303
    cookie = headers_of(start)["set-cookie"]
    assert cookie.startswith(f"echub_{PORT}={TOKEN};")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert headers_of(start)["location"] == "/"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_with_the_cookie_the_page_answers_and_asks_nobody_else(name):
    start, body = ask({"host": f"{name}:{PORT}", "origin": f"http://{name}:{PORT}", **COOKIE})
    assert (start["status"], body["body"]) == (200, b"the page")
    assert headers_of(start)["content-security-policy"] == HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("gone", [True, False])
def test_an_upload_that_is_cancelled_is_not_an_error(gone):
    async def uploading(scope, receive, send):
        await receive()
        raise ConnectionError("the upload is not complete")

    async def receive():
        return {"type": "http.disconnect" if gone else "http.request"}

    if gone:
        assert ask({**HERE, **COOKIE}, inner=uploading, receive=receive) == []
    else:
        with pytest.raises(ConnectionError):
            ask({**HERE, **COOKIE}, inner=uploading, receive=receive)


def test_a_report_keeps_the_stricter_policy_that_it_came_with():
    async def report(scope, receive, send):
        own = [(b"Content-Type", b"text/html"), (b"Content-Security-Policy", b"sandbox")]
        await send({"type": "http.response.start", "status": 200, "headers": own})

    (start,) = ask({**HERE, **COOKIE}, inner=report)
    policies = [value for name, value in start["headers"] if name.lower() == b"content-security-policy"]
    assert policies == [b"sandbox"]
    assert headers_of(start)["referrer-policy"] == "no-referrer"
    assert headers_of(start)["Content-Type"] == "text/html"


@pytest.mark.parametrize(
    "headers",
    [
        HERE,
        {**HERE, "cookie": f"echub_{PORT}=wrong"},
        {**HERE, "cookie": "nonsense;;="},
        {"host": f"evil.example:{PORT}", **COOKIE},
        {"host": "127.0.0.1:80", **COOKIE},
        {**COOKIE},
        {**HERE, **COOKIE, "origin": "https://evil.example"},
        {**HERE, **COOKIE, "origin": "null"},
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_strangers_are_refused(headers, kind):
    first = ask(headers, kind=kind)[0]
    assert first.get("status") == 403 if kind == "http" else first["type"] == "websocket.close"


def test_a_wrong_token_is_refused():
    assert ask(HERE, "token=wrong")[0]["status"] == 403
    assert ask({"host": "evil.example"}, f"token={TOKEN}")[0]["status"] == 403


# -- whole answers ---------------------------------------------------------------------------------

STRANGER = "This page answers only to the address that echub printed."
TOKENLESS = "Open the address that echub printed: it ends in a token."


@pytest.mark.parametrize(
    ("headers", "why"), [({"host": "evil.example"}, STRANGER), ({}, STRANGER), (HERE, TOKENLESS)]
)
def test_a_refusal_says_why_in_plain_text_or_closes_the_socket(headers, why):
    """403 is forbidden, and 1008 the violation of a policy (RFC 6455)."""
    assert ask(headers) == [
        {
            "type": "http.response.start",
            "status": 403,
            "headers": [(b"content-type", b"text/plain; charset=utf-8")],
        },
        {"type": "http.response.body", "body": why.encode()},
    ]
    assert ask(headers, kind="websocket") == [{"type": "websocket.close", "code": 1008, "reason": why}]


def test_a_socket_is_opened_by_the_cookie_alone():
    assert ask(HERE, f"token={TOKEN}", kind="websocket")[0]["type"] == "websocket.close"
    assert ask({**HERE, **COOKIE}, kind="websocket")[-1]["body"] == b"the page"
    assert ask({}, kind="lifespan")[-1]["body"] == b"the page"  # of the server itself


def test_what_the_browser_may_do_with_the_page():
    """Each policy by its name: scripts and styles within the page, sockets to it, no frame of others around it."""
    start, _ = ask({**HERE, **COOKIE})
    headers = headers_of(start)
    policy = dict(part.strip().split(" ", 1) for part in headers.pop("content-security-policy").split(";"))
    assert policy == {
        "default-src": "'self' 'unsafe-inline' 'unsafe-eval' data: blob:", "connect-src": "'self' ws: data: blob:",
        "frame-ancestors": "'none'", "form-action": "'self'", "base-uri": "'self'",
    }  # fmt: skip
    assert headers == {
        "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    }  # fmt: skip


def test_the_page_at_an_address_with_a_token_is_asked_for_again_without_it():
    start, body = ask(HERE, f"a=1&token={TOKEN}")
    assert (headers_of(start), body["body"]) == (
        {"location": "/", "set-cookie": f"echub_{PORT}={TOKEN}; HttpOnly; SameSite=Strict; Path=/"},
        b"",
    )


@pytest.mark.parametrize("kinds", [["http.request"], ["http.disconnect"], ["http.disconnect", "http.request"]])
def test_an_error_after_the_browser_broke_off_is_none(kinds):
    from echub.cli.page.guard import _unless_gone

    messages = [{"type": kind} for kind in kinds]

    async def receive():
        return messages.pop(0)

    async def app(scope, receive, send):
        for kind in kinds:
            assert (await receive())["type"] == kind
        raise ValueError("it cannot be sent")

    work = _unless_gone(app, {}, receive, None)
    if "http.disconnect" in kinds:
        assert asyncio.run(work) is None
    else:
        with pytest.raises(ValueError, match="cannot be sent"):
            asyncio.run(work)
