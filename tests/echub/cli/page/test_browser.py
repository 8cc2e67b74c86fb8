"""The page in a real browser: a file is seen, given an area, analysed; strangers and damaged files are refused.

Needs Chromium and playwright (not among the test packages, because they are large); skipped without them.
"""

import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

pytest.importorskip("nicegui")
playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SLOW = 60_000
"""ms: a busy machine is slow, and nothing here is about speed."""
HOSTILE = "<img src=x onerror=alert(1)> $(rm) ünïcode.mpr"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    from fixtures.eclab.make import FOLDER

    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(FOLDER / "ramp.mpr", folder)
    shutil.copy(FOLDER / "cp.mpr", folder / HOSTILE)
    (folder / "damaged.mpr").write_bytes((FOLDER / "gcpl.mpr").read_bytes()[:3000])
    command = [sys.executable, "-m", "echub", "app", str(folder), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield re.search(r"http\S+", server.stdout.readline()).group()
        server.terminate()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def page(browser, address):
    asked, said = [], []
    opened = browser.new_page()
    opened.set_default_timeout(SLOW)
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("dialog", lambda dialog: said.append(dialog.message))
    opened.goto(address)
    opened.wait_for_selector("text=Drop a file")
    yield opened
    assert not said, "a text of a file was run"
    assert not [url for url in asked if not url.startswith(("http://127.0.0.1", "data:", "blob:"))]
    opened.close()


def test_a_file_is_seen_given_an_area_and_analysed(page):
    page.click("text=ramp.mpr")
    page.wait_for_selector("canvas")
    page.click(".q-tab:has-text('Metadata')")
    page.get_by_label("cell.area").fill("0.785 cm^2")
    page.get_by_role("button", name="Use").click()
    page.wait_for_selector("canvas")
    page.click(".q-tab:has-text('Analyse')")
    page.get_by_label("question").click()
    page.get_by_label("question").fill("ramp-onset")
    page.get_by_role("option", name=re.compile("ramp-onset")).first.click()
    page.get_by_role("button", name="Ask").click()
    page.wait_for_selector("text=onset_current_density")
    page.wait_for_selector(".q-tab-panel svg")


def test_a_damaged_file_is_refused_with_its_reason(page):
    page.click("text=damaged.mpr")
    page.wait_for_selector("[role=alert] >> text=[")
    assert "Traceback" not in page.content()


def test_a_hostile_name_is_a_text(page):
    page.click("text=onerror")
    page.wait_for_selector("canvas")
    assert not page.query_selector("img[src=x]")


def test_a_dropped_file_is_read(page, tmp_path):
    from fixtures.eclab.make import FOLDER

    page.set_input_files("input[type=file]", FOLDER / "cp.mpr")
    page.wait_for_selector("canvas")
    assert "cp.mpr" in page.inner_text("[role=main]")


def test_without_the_token_there_is_no_page(address):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(address.partition("?")[0])
    with caught.value as refused:
        assert refused.code == 403
