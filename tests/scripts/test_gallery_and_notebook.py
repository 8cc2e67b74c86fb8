"""The pictures and the notebook come from the commands and cells of their pages."""

import json
import sys
from pathlib import Path

import pytest

from scripts import gallery, notebook


def test_the_commands_of_the_gallery_draw_its_pictures(tmp_path, monkeypatch):
    page, pictures = tmp_path / "gallery.md", tmp_path / "images"
    page.write_text(
        "# G\n```console\n$ echub plot 'a b.x' -o gallery/1.svg\n$ echub info x\n$ ls\n```\nof $ echub x\n"
    )
    pictures.mkdir()
    (pictures / "old.svg").write_text("old")
    monkeypatch.setattr(gallery, "PAGE", page)
    monkeypatch.setattr(gallery, "PICTURES", pictures)
    ran = []

    def run(words, *, cwd, check):
        assert check
        assert Path(cwd, "fixtures", "eclab").is_dir()
        Path(cwd, "gallery").mkdir(exist_ok=True)
        Path(cwd, "gallery", f"{len(ran)}.svg").write_text(words[-1])
        ran.append(words)

    monkeypatch.setattr(gallery.subprocess, "run", run)
    gallery.main()
    command = [sys.executable, "-m", "echub"]
    assert ran == [[*command, "plot", "a b.x", "-o", "gallery/1.svg"], [*command, "info", "x"]]
    assert sorted(path.name for path in pictures.iterdir()) == ["0.svg", "1.svg"]


PAGE = "# Title\n\nText.\n\n```python\na = 2\na + 1\n```\n```python\nb = a\n```\n\nMore.\n"


class Table:
    def __repr__(self):
        return "plain"

    def _repr_html_(self):
        return "<b>"


def test_cells_have_their_outputs_and_share_their_names():
    made = notebook.cells(PAGE)
    assert [(cell["cell_type"], cell["source"], cell["id"]) for cell in made] == [
        ("markdown", "# Title\n\nText.", "cell-0"),
        ("code", "a = 2\na + 1", "cell-1"),
        ("code", "b = a", "cell-2"),
        ("markdown", "More.", "cell-3"),
    ]
    shown = {
        "output_type": "execute_result", "execution_count": 2, "metadata": {}, "data": {"text/plain": "3"},
    }  # fmt: skip
    assert [cell.get("outputs") for cell in made] == [None, [shown], [], None]
    assert [cell.get("execution_count") for cell in made] == [None, 2, 3, None]
    assert notebook.blocks(PAGE) == ["a = 2\na + 1", "b = a"]


def test_a_table_and_a_figure_are_shown_as_such():
    figures = pytest.importorskip("matplotlib.figure")
    assert notebook._output(Table(), 1)["data"] == {"text/plain": "plain", "text/html": "<b>"}
    drawn = notebook._output(figures.Figure(), 1)["data"]
    assert set(drawn) == {"text/plain", "image/png"}
    assert drawn["image/png"].startswith("iVBORw0KGgo")  # the start of a PNG file


def test_the_notebook_is_written_from_its_page_in_a_folder_with_the_fixtures(tmp_path, monkeypatch):
    page, target = tmp_path / "notebook.md", tmp_path / "notebook.ipynb"
    page.write_text("Ä\n```python\nfrom pathlib import Path\nPath('fixtures/eclab').is_dir()\n```\n", "utf-8")
    monkeypatch.setattr(notebook, "PAGE", page)
    monkeypatch.setattr(notebook, "NOTEBOOK", target)
    monkeypatch.chdir(tmp_path)
    notebook.main()
    assert Path.cwd() == notebook.ROOT
    text = target.read_text("utf-8")
    told = json.loads(text)
    assert text.endswith("}\n")
    assert "Ä" in text
    assert (told["nbformat"], told["nbformat_minor"]) == (4, 5)
    assert told["metadata"]["kernelspec"]["name"] == "python3"
    assert told["cells"][1]["outputs"][0]["data"] == {"text/plain": "True"}
