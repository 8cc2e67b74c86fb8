"""Packages of an extra that are not installed: which one, and what to type."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from echub.batch import engines, watching
from echub.batch.lake import query
from echub.batch.store import Store
from echub.errors import EchubError


def refusal(work):
    with pytest.raises(EchubError) as refused:
        work()
    return refused.value.as_dict()


@pytest.mark.parametrize(
    ("module", "package", "install", "work"),
    [
        ("distributed", "dask.distributed", "'echub[cluster]'", engines._distributed),
        ("dask_jobqueue", "dask-jobqueue", "dask-jobqueue", lambda: engines._slurm(1)),
        ("duckdb", "duckdb", "'echub[lake]'", query._duckdb),
        ("fsspec", "fsspec", "'echub[remote]'", lambda: Store("s3://b")),
        ("watchfiles", "watchfiles", "'echub[watch]'", watching._watchfiles),
    ],
)
def test_an_extra_that_is_not_installed_is_named(monkeypatch, module, package, install, work):
    monkeypatch.setitem(sys.modules, module, None)
    assert refusal(work) == {
        "code": "plugin", "message": f"{package} is not installed", "hint": f"pip install {install}"
    }  # fmt: skip


def test_an_address_whose_package_is_missing_or_that_is_none(monkeypatch, tmp_path):
    fsspec = pytest.importorskip("fsspec", reason="needs the extra remote (fsspec)")

    def missing(where, **_):
        raise ImportError("install gcsfs")

    assert Store(f"file://{tmp_path}/").root == str(tmp_path)
    told = refusal(lambda: Store("nosuch://b/k"))
    assert "nosuch" in told.pop("cause")
    assert told == {"code": "unknown-option", "message": "an address of an unknown kind", "found": "nosuch://b/k"}
    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    assert refusal(lambda: Store("gs://b/k")) == {
        "code": "plugin", "message": "a package for gs is missing", "hint": "install gcsfs"
    }  # fmt: skip


def test_a_store_is_asked_anew_for_its_lists(monkeypatch):
    """Another run may have written meanwhile."""
    fsspec = pytest.importorskip("fsspec", reason="needs the extra remote (fsspec)")
    asked = []
    monkeypatch.setattr(
        fsspec.core, "url_to_fs", lambda where, **how: asked.append((where, how)) or (None, "b/k/")
    )
    made = Store("s3://b/k")
    assert asked == [("s3://b/k", {"use_listings_cache": False})]
    assert (made.root, made.scheme, made.where, Path(made.root).name) == ("b/k", "s3", "s3://b/k", "k")
