"""News fragments become the section of a release, and are gone."""

import pytest

from scripts.changelog import HEAD, release, section


@pytest.fixture
def root(tmp_path):
    """A project with two fragments and a released version."""
    news = tmp_path / "changelog.d"
    news.mkdir()
    (news / "README.md").write_text("How to write news.\n", encoding="utf-8")
    (news / "b.md").write_text("Prose that goes\non in a second line.\nA second sentence.\n", encoding="utf-8")
    (news / "a.md").write_text("- One item\n  of two lines.\n  And more.\n- Another.\n", encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(f"{HEAD}\n## 0.1.0 (2026-01-02)\n\n- First.\n", encoding="utf-8")
    return tmp_path


NEWS = """\
- One item
  of two lines.
  And more.
- Another.
- Prose that goes
  on in a second line.
- A second sentence.
"""


def test_fragments_are_entries_in_the_order_of_their_names(root):
    assert section("0.2.0", root) == f"## 0.2.0\n\n{NEWS}"


def test_a_release_stands_above_the_one_before_and_takes_the_fragments(root):
    release("0.2.0", "2026-02-03", root)
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text == f"{HEAD}\n## 0.2.0 (2026-02-03)\n\n{NEWS}\n## 0.1.0 (2026-01-02)\n\n- First.\n"
    assert [path.name for path in (root / "changelog.d").iterdir()] == ["README.md"]


def test_a_first_release_makes_the_file(root):
    (root / "CHANGELOG.md").unlink()
    release("0.1.0", "2026-01-02", root)
    assert (root / "CHANGELOG.md").read_text(encoding="utf-8") == f"{HEAD}\n## 0.1.0 (2026-01-02)\n\n{NEWS}"


@pytest.mark.parametrize("version", ["0.1.0", "0.2.0"])
def test_a_release_without_news_or_for_a_second_time_is_refused(root, version):
    if version == "0.2.0":
        release(version, "2026-02-03", root)
    with pytest.raises(SystemExit, match=r"has a section of 0\.1\.0|holds no news"):
        release(version, "2026-02-04", root)
