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
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    reports.remove(first)
    closed = get(reports, first)
    assert closed.status_code == 404
    assert "not open any more" in closed.text
    assert get(reports, second).text == "<p>second</p>"
    reports.remove(first)  # closing twice is harmless


def test_only_links_to_other_sites_open_in_a_new_tab():
    reports = Reports()
    path = reports.add('<a href="#below">b</a><a href="HTTPS://example.org">o</a>')
    assert get(reports, path).text == (
        '<a href="#below">b</a><a target="_blank" rel="noopener noreferrer" href="HTTPS://example.org">o</a>'
    )
