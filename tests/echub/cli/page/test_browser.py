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
LARGE = 40_000_000
"""Bytes of an upload: sent in twenty seconds, so that there is time to cancel it."""
REPORT = """<!doctype html><h1>All ramps</h1><script>parent.alert(1); document.title = "run"</script>
<img src="http://203.0.113.1/spy.png"><img src=x onerror="alert(2)"><a href="#below">below</a>
<a href="http://203.0.113.1/elsewhere">a link</a>
<p style="height:3000px"></p><h2 id="below">Below</h2>"""
HOSTILE = "<img src=x onerror=alert(1)> $(rm) ünïcode.mpr"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    from fixtures.eclab.make import FOLDER

    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(FOLDER / "ramp.mpr", folder)
    shutil.copy(FOLDER / "cp.mpr", folder / HOSTILE)
    (folder / "damaged.mpr").write_bytes((FOLDER / "gcpl.mpr").read_bytes()[:3000])
    (folder / "report.html").write_text(REPORT, "utf-8")
    (folder / "comma.csv").write_text("time / s;voltage / V\n0;1,200\n1;1,201\n2;1,202\n", "utf-8")
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
    # What the policy of the page stops is announced, and never sent.
    opened.on("requestfailed", lambda request: request.failure == "csp" and asked.remove(request.url))
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
    page.wait_for_selector("text=The file is read with these values.")
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


def test_a_table_with_two_readings_is_opened_by_what_its_error_says(page):
    page.click("text=comma.csv")
    page.wait_for_selector("[role=alert] >> text=comma.csv: the decimal mark")
    page.get_by_role("button", name="--option decimal=comma").click()
    page.wait_for_selector("canvas")
    assert page.inner_text("[role=alert]") == ""


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


def test_the_report_of_a_study_is_shown_and_can_do_nothing(page):
    page.click("text=report.html")
    frame = page.frame_locator("iframe.report")
    frame.get_by_text("All ramps").wait_for()
    assert "allow-s" not in page.get_attribute("iframe.report", "sandbox")  # neither scripts nor same-origin
    assert page.title() != "run"  # requests and dialogs are looked at when the page is closed


def test_links_of_a_report_lead_to_its_places_and_to_other_sites_in_a_new_tab(page, address):
    page.click("text=report.html")
    frame = page.frame_locator("iframe.report")
    frame.get_by_text("All ramps").wait_for()
    frame.get_by_text("below", exact=True).click()
    frame.get_by_role("heading", name="Below").wait_for()
    shown = frame.get_by_role("heading", name="Below").bounding_box()
    around = page.locator("iframe.report").bounding_box()
    assert around["y"] <= shown["y"] <= around["y"] + around["height"]
    page.context.route("http://203.0.113.1/elsewhere", lambda route: route.fulfill(body="elsewhere"))
    with page.context.expect_page() as opened:
        frame.get_by_text("a link").click()
    opened.value.wait_for_url("http://203.0.113.1/elsewhere")
    assert opened.value.evaluate("window.opener") is None
    opened.value.close()


def test_what_an_answer_lacks_is_one_click_away(page):
    page.click("text=ramp.mpr")
    page.click(".q-tab:has-text('Analyse')")
    page.get_by_label("question").fill("ramp-onset")
    page.get_by_role("option", name=re.compile("ramp-onset")).first.click()
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("button", name=re.compile("--param method=lowack2026")).click()
    page.wait_for_selector("text=method is lowack2026 now")


def test_on_a_narrow_screen_the_list_makes_room_for_the_file(browser, address):
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        opened = context.new_page()
        opened.set_default_timeout(SLOW)
        opened.goto(address)
        opened.click("text=ramp.mpr")
        opened.wait_for_selector("canvas")
        opened.click(".q-tab:has-text('Data')")  # fails if the list still covers it
        opened.wait_for_selector("text=How the file was recognised")
        assert opened.evaluate("document.documentElement.scrollWidth") <= 390


def test_two_tabs_know_nothing_of_each_other_and_a_reload_starts_anew(page, browser, address):
    page.click("text=ramp.mpr")
    page.wait_for_selector("canvas")
    other = browser.new_page()
    other.set_default_timeout(SLOW)
    other.goto(address)
    other.wait_for_selector("text=Drop a file")
    other.close()
    assert "ramp.mpr" in page.inner_text("[role=main]")
    page.reload()
    page.wait_for_selector("text=Drop a file")
    page.click("text=ramp.mpr")
    page.wait_for_selector("canvas")


def test_an_upload_that_is_cancelled_leaves_nothing_and_the_page_goes_on(page, tmp_path):
    large = tmp_path / "large.mpr"
    with large.open("wb") as file:
        file.truncate(LARGE)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slowly = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": LARGE // 20}
    network.send("Network.emulateNetworkConditions", slowly)
    page.set_input_files("input[type=file]", large)
    page.wait_for_selector(".q-uploader .q-icon:has-text('clear')")
    page.click(".q-uploader .q-icon:has-text('clear')")
    network.send("Network.emulateNetworkConditions", {**slowly, "uploadThroughput": -1})
    page.click("text=ramp.mpr")
    page.wait_for_selector("canvas")
    assert "large.mpr" not in page.inner_text("[role=main]")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_every_tab_is_accessible(browser, address, scheme, width):
    """No violation of WCAG A and AA that axe can find, wide and narrow, light and dark."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    with browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800}) as context:
        opened = context.new_page()
        opened.set_default_timeout(SLOW)
        opened.goto(address)
        opened.click("text=ramp.mpr")
        opened.wait_for_selector("canvas")
        found = {}
        for tab in ("Figure", "Data", "Metadata", "Analyse", "Convert", "Compare", "Validate"):
            opened.click(f".q-tab:has-text('{tab}')")
            opened.wait_for_selector(f".q-tab--active:has-text('{tab}')")
            opened.wait_for_timeout(500)  # the panels slide; what moves has another contrast
            if tab == "Analyse":
                opened.get_by_role("button", name="Ask").click()
                opened.wait_for_selector(".q-badge")
            if tab == "Data":
                opened.get_by_text("rows", exact=True).first.click()  # the widest table there is
            opened.wait_for_function("!document.querySelector('.q-notification')")  # what fades has no contrast
            opened.wait_for_timeout(500)
            for wrong in axe.Axe().run(opened, options=rules).response["violations"]:
                found.setdefault((tab, wrong["id"]), [node["html"][:200] for node in wrong["nodes"]])
    assert found == {}


def test_another_origin_and_another_host_get_nothing(address):
    plain, _, token = address.partition("?token=")
    port = plain.rstrip("/").rpartition(":")[2]
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}):
        asked = urllib.request.Request(plain, headers={"Cookie": f"echub_{port}={token}", **headers})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(asked)
        with caught.value as refused:
            assert refused.code == 403
