"""Reports of studies have addresses of their own, which close with them."""

import asyncio

import pytest

pytest.importorskip("nicegui")

import httpx
from fastapi import FastAPI

from echub.cli.page.reports import Reports


def get(reports, path):
    """Return what a server with these reports answers."""
    app = FastAPI()
    app.include_router(reports.router)

    async def answer():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
            return await client.get(path)

    return asyncio.run(answer())


def test_a_report_is_shown_in_a_sandbox_and_only_until_it_is_closed():
    reports = Reports()
    first, second = reports.add("<p>first</p>"), reports.add("<p>second</p>")
    answer = get(reports, first)
    assert (answer.status_code, answer.text) == (200, "<p>first</p>")
    assert answer.headers["content-security-policy"].startswith("sandbox ")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy == {
        "sandbox": "allow-popups allow-popups-to-escape-sandbox", "default-src": "'none'",
        "style-src": "'unsafe-inline'", "img-src": "data:", "font-src": "data:", "base-uri": "'none'",
        "form-action": "'none'", "frame-ancestors": "'self'",
    }  # fmt: skip
    reports.remove(first)
    closed = get(reports, first)
    assert closed.status_code == 404
    assert closed.text == "This report is not open any more: choose it again."
    assert get(reports, second).text == "<p>second</p>"
    reports.remove(first)  # closing twice is harmless


def test_only_links_to_other_sites_open_in_a_new_tab():
    reports = Reports()
    path = reports.add('<a href="#below">b</a><a href="HTTPS://example.org">o</a>')
    assert get(reports, path).text == (
        '<a href="#below">b</a><a target="_blank" rel="noopener noreferrer" href="HTTPS://example.org">o</a>'
    )
