"""Make `docs/notebook.ipynb` from its page, with outputs: `python -m scripts.notebook`."""

from __future__ import annotations

import ast
import base64
import io
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE, NOTEBOOK = ROOT / "docs" / "notebook.md", ROOT / "docs" / "notebook.ipynb"
CELL = re.compile(r"```python\n(.*?)\n```", re.DOTALL)


def blocks(page: str) -> list[str]:
    """Return the cells of the page."""
    return CELL.findall(page)


def cells(page: str) -> list[dict[str, Any]]:
    """Run the page in order; what stands between its blocks becomes text."""
    names: dict[str, Any] = {"__name__": "__main__"}
    found: list[dict[str, Any]] = []
    for number, part in enumerate(CELL.split(page)):
        if number % 2:
            shown = _run(part, names)
            outputs = [] if shown is None else [_output(shown, len(found) + 1)]
            cell = {"cell_type": "code", "execution_count": len(found) + 1, "outputs": outputs}
        elif not part.strip():
            continue
        else:
            cell = {"cell_type": "markdown"}
        found.append({**cell, "id": f"cell-{len(found)}", "metadata": {}, "source": part.strip()})
    return found


def _run(code: str, names: dict[str, Any]) -> Any:  # noqa: ANN401
    """Run a cell, and return the value of its last line if that is an expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, str(PAGE), "exec"), names)
    return eval(compile(ast.Expression(last.value), str(PAGE), "eval"), names) if last is not None else None


def _output(shown: Any, count: int) -> dict[str, Any]:  # noqa: ANN401
    """Return what a notebook would show: a figure as a picture, else text and, if there is one, the table."""
    data = {"text/plain": repr(shown)}
    if hasattr(shown, "savefig"):
        picture = io.BytesIO()
        shown.savefig(picture, format="png", dpi=80)
        data["image/png"] = base64.b64encode(picture.getvalue()).decode()
    elif hasattr(shown, "_repr_html_"):
        data["text/html"] = shown._repr_html_()
    return {"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": data}


def main() -> None:
    """Run the page in a folder with the fixtures, and write the notebook."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "fixtures", Path(folder, "fixtures"))
        os.chdir(folder)
        made = cells(PAGE.read_text(encoding="utf-8"))
        os.chdir(ROOT)
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = {"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    NOTEBOOK.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
