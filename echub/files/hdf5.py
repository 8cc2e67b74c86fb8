"""Native files by the calls beneath h5py's own objects, which take two to five times as long.

Only data in the file itself count: what links to other places, or is computed from them, is refused.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import RLock
from typing import Any, TypeAlias

import numpy as np
from h5py import AttributeManager, Dataset, Group, h5a, h5d, h5f, h5g, h5i, h5l, h5o, h5p, h5s, h5t, h5z
from numpy.typing import NDArray

from echub.errors import PluginError
from echub.files.texts import told
from echub.model.source import HEAD, Source

KEPT = 1 << 18
"""Bytes of a file that is kept in memory: reading as much takes less time than opening it for each column."""
_OUR_FILTERS = (h5z.FILTER_SHUFFLE, h5z.FILTER_DEFLATE)
_ACCESS = h5p.create(h5p.FILE_ACCESS)
_ACCESS.set_fclose_degree(h5f.CLOSE_STRONG)  # as h5py does: one file cannot be opened in two ways at a time


_STAYING = RLock()
_stays: list[list[OpenFile]] = []


@contextmanager
def files_stay_open() -> Iterator[None]:
    """Keep files open that are read in this context, in any thread: opening takes as long as reading a block."""
    with _STAYING:
        _stays.append([])
    try:
        yield
    finally:
        with _STAYING:
            ended = _stays.pop()
            if _stays:
                _stays[-1].extend(ended)  # two threads may be in such a context: the last one closes all
            else:
                for file in ended:
                    file.close()


Place: TypeAlias = h5g.GroupID
"""A group that is open."""
Stored: TypeAlias = h5d.DatasetID
"""An array that is open."""


class OpenFile:
    """A native file: a small one is kept in memory, any other is opened each time that something is read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._groups: dict[str, Place] = {}
        self._arrays: dict[tuple[str, str], Stored] = {}
        self._kept: h5f.FileID | None = None
        self._open: h5f.FileID | None = None

    @contextmanager
    def opened(self) -> Iterator[Place]:
        """Open the root of the file; `SourceChanged` if it has changed since the source was made."""
        if self._kept is None and self.fits:
            self._kept = self._image()
        if self._kept is not None:
            yield h5g.open(self._kept, b"/")
            return
        file = self._staying()
        if file is not None:
            self.source.require_unchanged()
            yield h5g.open(file, b"/")
            return
        file = self._opened()
        try:
            self.source.require_unchanged()
            yield h5g.open(file, b"/")
        finally:
            file.close()

    def array(self, root: Place, dataset: str, name: str, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Stored:
        """Open an array of a dataset and require its form: once as long as the file stays open.

        Raises what `local_array` and `require_form` raise.
        """
        known = self._arrays.get((dataset, name))
        if known is not None:
            return known
        array = local_array(self._group(root, dataset), name)
        require_form(array, dtype, shape)
        if self.stays_open:
            self._arrays[dataset, name] = array
        return array

    def _group(self, root: Place, name: str) -> Place:
        group = self._groups[name] if name in self._groups else local_group(root, name)
        if self.stays_open:
            self._groups[name] = group
        return group

    @property
    def stays_open(self) -> bool:
        """Return whether what is opened may be used again: for good, or until the end of `files_stay_open`."""
        return self._kept is not None or self._open is not None

    def close(self) -> None:
        """Close what stayed open."""
        file, self._open = self._open, None
        self._groups.clear()
        self._arrays.clear()
        if file is not None:
            file.close()

    def _image(self) -> h5f.FileID:
        source = self.source
        try:
            return h5f.open_file_image(source.head if source.size <= HEAD else source.read())
        except ValueError:
            if source.path is not None:
                self._opened().close()  # which says why it cannot be opened; h5py does not say it of an image
            raise

    def _opened(self) -> h5f.FileID:
        return h5f.open(os.fsencode(str(self.source.path)), h5f.ACC_RDONLY, fapl=_ACCESS)

    def _staying(self) -> h5f.FileID | None:
        with _STAYING:
            if self._open is None and _stays:
                self._open = self._opened()
                _stays[-1].append(self)
            return self._open

    def told(self, what: str, text: bytes, of: str = "") -> Any:  # noqa: ANN401
        """Return a text of this file as its shape declares; `of`: the dataset or column that it describes."""
        return told(what, text, self.source.shown, of)

    @property
    def fits(self) -> bool:
        """Return whether the file is small enough to be kept in memory."""
        return self.source.path is None or self.source.size <= KEPT


# -- texts ---------------------------------------------------------------------------------------


def has_text(place: Place | Stored, name: str) -> bool:
    """Return whether there is an attribute."""
    return bool(h5a.exists(place, name.encode()))


def attribute_names(place: Place) -> list[str]:
    """List the attributes."""
    return [h5a.open(place, index=number).name.decode() for number in range(h5a.get_num_attrs(place))]


def text_attribute(place: Place | Stored, name: str) -> bytes:
    """Return an attribute that is one text; `LookupError` without it, `ValueError` for anything else."""
    attribute = h5a.open(place, name.encode())
    if (text := _fixed(attribute)) is not None:
        return text
    wrapped = Group(place) if isinstance(place, h5g.GroupID) else Dataset(place)
    found = AttributeManager(wrapped)[name]
    if not isinstance(found, (str, bytes)):
        raise ValueError(f"the attribute {name} is not a text")
    return found if isinstance(found, bytes) else found.encode("utf-8", "surrogateescape")


def text_array(root: Place, name: str) -> bytes:
    """Return an array that is one text."""
    array = local_array(root, name)
    if (text := _fixed(array)) is not None:
        return text
    found = Dataset(array)[()]
    if not isinstance(found, bytes):
        raise ValueError(f"{name} is not a text")
    return found


def _fixed(place: h5a.AttrID | Stored) -> bytes | None:
    """Return a text of fixed length as it is stored, and None for any other type."""
    kind = place.get_type()
    if not isinstance(kind, h5t.TypeStringID) or kind.is_variable_str() or place.shape:
        return None
    text = np.empty((), f"S{kind.get_size()}")
    if isinstance(place, h5a.AttrID):
        place.read(text, kind)
    else:
        place.read(h5s.ALL, h5s.ALL, text, kind)
    return text.tobytes()


# -- arrays --------------------------------------------------------------------------------------


def local(group: Place, name: str) -> Stored | Place:
    """Open a member of a group whose data are in this file; `ValueError` for one that is elsewhere."""
    key = name.encode()
    if group.links.get_info(key).type != h5l.TYPE_HARD:
        raise ValueError(f"{name} is a link to another place")
    return h5o.open(group, key)


def local_group(group: Place, name: str) -> Place:
    """Open a group inside a group."""
    found = local(group, name)
    if not isinstance(found, h5g.GroupID):
        raise ValueError(f"{name} is not a group")
    return found


def local_array(group: Place, name: str) -> Stored:
    """Open an array whose values are in this file."""
    array = local(group, name)
    if not isinstance(array, h5d.DatasetID):
        raise ValueError(f"{name} is not an array")
    plist = array.get_create_plist()
    if plist.get_layout() == h5d.VIRTUAL or plist.get_external_count():
        raise ValueError(f"the values of {name} are in another file")
    return array


@lru_cache(64)
def _stored_type(dtype: np.dtype[Any]) -> h5t.TypeID:
    return h5t.py_create(dtype, logical=True)


def require_form(array: Stored, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    """Raise `ValueError` for an array of another type, `PluginError` for one of another shape."""
    if array.shape != shape:
        raise PluginError(
            f"{h5i.get_name(array).decode()} is not as long as its description says", found=str(array.shape)
        )
    if not array.get_type().equal(_stored_type(dtype)) and array.dtype != dtype:
        raise ValueError(f"it holds {array.dtype}, where {dtype} was described")


def all_values(array: Stored, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return all values, by HDF5's own filters, which check what they read."""
    values = np.empty(shape, dtype)
    array.read(h5s.ALL, h5s.ALL, values, _stored_type(dtype))
    return values


def rows_of(array: Stored, first: int, last: int) -> NDArray[Any]:
    """Return rows first to last, by HDF5's own filters."""
    return np.asarray(Dataset(array)[first:last])


def our_chunk(array: Stored) -> int:
    """Return the rows of a chunk, or 0 if they are not shuffled and deflated as echub does."""
    plist = array.get_create_plist()
    if plist.get_layout() != h5d.CHUNKED or array.rank != 1 or plist.get_nfilters() != len(_OUR_FILTERS):
        return 0
    ours = all(plist.get_filter(number)[0] == code for number, code in enumerate(_OUR_FILTERS))
    return int(plist.get_chunk()[0]) if ours else 0


def chunk_at(array: Stored, first: int) -> bytes:
    """Return the chunk that starts at a row, as it is stored."""
    mask, chunk = array.read_direct_chunk((first,))
    if mask:
        raise ValueError("a chunk without its filters")
    return bytes(chunk)
