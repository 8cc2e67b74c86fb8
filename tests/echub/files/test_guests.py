"""Third parties beside the hub's readers: a claim on its files, and hooks that change what was measured."""

import signal
import sys
import warnings

import numpy as np
import pytest

import echub
from echub.files import store, stored
from echub.files.enriching import _with
from echub.registry.registry import PluginWarning, registry
from echub.remark import Notice
from tests.echub.strangers import install

GUEST = """
from echub.plugin import Confidence, Reader, ReadError, Record, hookimpl

@hookimpl
def echub_readers():
    return [Reader("guest", "guest", (".mpr",), sniff="{name}:sniff", read="{name}:read")]

def sniff(source):
    return Confidence.CERTAIN if source.head.startswith(b"BIO-LOGIC MODULAR FILE") else Confidence.NO

def read(source, options):
    raise ReadError("the guest reads nothing")
"""
HOOK = """
from dataclasses import replace
from echub.plugin import hookimpl

@hookimpl
def echub_record_read(record):
    {body}
"""
CHANGES = {
    "replaced": (
        "dataset = record['timeseries']; "
        "new = replace(dataset.columns['time'], values=dataset['time'] * 2); "
        "record.datasets['timeseries'] = replace(dataset, columns={**dataset.columns, 'time': new})"
    ),
    "removed": (
        "dataset = record['timeseries']; "
        "record.datasets['timeseries'] = replace(dataset, "
        "columns={n: c for n, c in dataset.columns.items() if n != 'time'})"
    ),
    "emptied": "record.datasets.clear()",
    "in another unit": (
        "dataset = record['timeseries']; new = replace(dataset.columns['time'], unit='h'); "
        "record.datasets['timeseries'] = replace(dataset, columns={**dataset.columns, 'time': new})"
    ),
    "unlocked": "v = record['timeseries'].columns['time'].values; v.flags.writeable = True; v[0] = 9",
}
ADDS = "record.metadata.set('sample.id', 'one', source='eln'); record['timeseries']['time'].sum()"
WRITES = "record['timeseries']['time'][:] = 0"


@pytest.fixture
def guests(tmp_path, monkeypatch):
    """Install plugins of third parties, found until the end of the test."""

    names = []

    def installed(**codes):
        place = tmp_path / "plugins"
        place.mkdir()
        for name, code in codes.items():
            install(place, f"{name}-plugin", code)
            names.append(f"{name}_plugin")
        monkeypatch.syspath_prepend(str(place))
        registry.cache_clear()

    yield installed
    registry.cache_clear()
    for name in names:
        sys.modules.pop(name, None)


def test_a_file_of_the_hub_stays_readable_beside_a_certain_claim(guests, eclab):
    guests(
        guest=GUEST.format(name="guest_plugin"),
        other=GUEST.format(name="other_plugin").replace('"guest"', '"other"'),
    )
    with pytest.warns(PluginWarning, match="eclab-mpr is used, --reader guest takes the other") as warned:
        record = echub.read(eclab / "ocv.mpr")
    assert record.provenance.reader["name"] == "eclab-mpr"
    (claim,) = [str(w.message) for w in warned if "claims this file" in str(w.message)]
    assert "guest of the plugin guest_plugin of guest-plugin 1.0" in claim
    assert "other of the plugin other_plugin of other-plugin 1.0" in claim
    with pytest.raises(echub.errors.ReadError, match="the guest reads nothing"):
        echub.read(eclab / "ocv.mpr", reader="guest")


@pytest.mark.parametrize("change", CHANGES)
def test_a_hook_that_changes_columns_is_named_in_notices_and_provenance(guests, eclab, tmp_path, change):
    guests(quiet=HOOK.format(body=ADDS), loud=HOOK.format(body=CHANGES[change]))
    record = echub.read(eclab / "ocv.mpr")
    (notice,) = [n for n in record.notices if n.code == "plugin-changed-columns"]
    assert notice.message.startswith("loud_plugin of loud-plugin changed or removed ")
    changed = notice.message.rpartition("removed ")[2].split(", ")
    assert "time" in changed
    assert ("potential_we" in changed) == (change == "emptied")
    assert record.provenance.operations == (notice.message,)
    store.write(record, tmp_path / "a.h5")
    assert stored.read(tmp_path / "a.h5").provenance.operations == (notice.message,)


def test_a_hook_that_adds_is_not(guests, eclab):
    guests(quiet=HOOK.format(body=ADDS))
    record = echub.read(eclab / "ocv.mpr")
    assert record.metadata.value("sample.id") == "one"
    assert not record.provenance.operations
    assert not [n for n in record.notices if n.code.startswith("plugin")]


def test_a_hook_cannot_write_into_measured_values(guests, eclab):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = echub.read(eclab / "ocv.mpr")["timeseries"]["time"]
    guests(loud=HOOK.format(body=WRITES))
    record = echub.read(eclab / "ocv.mpr")
    assert np.array_equal(record["timeseries"]["time"], whole)
    assert [n.code for n in record.notices if n.code.startswith("plugin")] == ["plugin-failed"]


@pytest.mark.parametrize("part", ["datasets", "metadata", "settings", "notices", "dropped", "provenance"])
@pytest.mark.parametrize("value", ["None", "{'timeseries': None}", "[None]"])
def test_a_hook_that_spoils_a_record_is_named_and_the_file_converts(guests, eclab, tmp_path, part, value):
    guests(loud=HOOK.format(body=f"record.{part} = {value}"))
    echub.convert(eclab / "ocv.mpr", path=tmp_path / "a.h5")
    record = stored.read(tmp_path / "a.h5")
    assert len(record["timeseries"])
    fits = (part, value[0]) in {("settings", "{"), ("notices", "["), ("dropped", "[")}
    assert fits != ("plugin-changed-columns" in [n.code for n in record.notices])


def test_every_plugin_that_fails_or_spoils_is_named_with_all_that_it_did(guests, eclab):
    two = "record.settings = None; record.metadata = 3; record.datasets['impedance'] = 'text'"
    guests(
        first=HOOK.format(body="raise ValueError('one')"),
        second=HOOK.format(body="raise KeyError('two')"),
        third=HOOK.format(body=two),
    )
    record = echub.read(eclab / "two_unknown_ids.mpr")
    told = {n.message for n in record.notices if n.code == "plugin-failed"}
    assert {text.partition(":")[0] for text in told} == {f"{n}_plugin of {n}-plugin" for n in ("first", "second")}
    (changed,) = [n.message for n in record.notices if n.code == "plugin-changed-columns"]
    assert changed.startswith("third_plugin of third-plugin changed or removed ")
    assert {"settings", "metadata", "datasets"} <= set(changed.partition("removed ")[2].split(", "))
    assert list(record) == ["timeseries"]
    assert record.metadata.value("technique.name")


def test_remarks_of_the_reader_stay_in_their_order_and_new_ones_follow(guests, eclab):
    before = echub.read(eclab / "two_unknown_ids.mpr").notices
    added = "from echub.plugin import Notice; record.notices[:] = [Notice('x', 'one'), 3, Notice('y', 'two')]"
    guests(loud=HOOK.format(body=added))
    after = echub.read(eclab / "two_unknown_ids.mpr").notices
    assert after[: len(before)] == before
    assert [n.code for n in after[len(before) :] if n.code in "xy"] == ["x", "y"]


def test_lost_remarks_come_back_before_the_others_in_their_order():
    one, two, three, new = (Notice(code, "m") for code in ("one", "two", "three", "new"))
    assert _with([one, two, three], [two, new, 3], Notice) == [one, three, two, new]
    assert _with([], [new, None], Notice) == [new]


def test_a_hook_cannot_take_remarks_away(guests, eclab):
    said = echub.read(eclab / "two_unknown_ids.mpr").notices
    assert said
    guests(loud=HOOK.format(body="record.notices.clear()"))
    assert echub.read(eclab / "two_unknown_ids.mpr").notices == said


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_a_hook_that_never_ends_is_stopped_and_named(guests, eclab, monkeypatch):
    monkeypatch.setattr("echub.registry.registry.ENRICHING_SECONDS", 0.2)
    guests(loud=HOOK.format(body="\n    while True: pass"))
    (notice,) = [n for n in echub.read(eclab / "ocv.mpr").notices if n.code == "plugin-failed"]
    assert "it took longer than 0.2 s" in notice.message
