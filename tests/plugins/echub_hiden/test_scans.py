"""MASsoft exports of scans: bars and profiles, several scans of a file never mixed, unknown layouts refused."""

import re

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from fixtures.sims import massoft, massoft_scans, scan_rows

LAYOUTS = ("beside", "below")


def read(tmp_path, data, **options):
    path = tmp_path / "scan.csv"
    path.write_bytes(data)
    return echub.read(path, reader="hiden-massoft", options=options)


def truth(number):
    return np.array(scan_rows(number)).T


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("ends", "delimiter"), [("\r\n", ","), ("\n", ","), ("\r\n", ";")])
def test_each_scan_is_a_dataset_with_its_own_masses(tmp_path, layout, ends, delimiter):
    record = read(tmp_path, massoft_scans(layout, ends=ends, delimiter=delimiter))
    assert list(record) == ["mass_spectrum_1", "mass_spectrum_2"]
    for number, quantity in enumerate(("partial_pressure", "ion_count_rate")):
        dataset = record[f"mass_spectrum_{number + 1}"]
        _, _, mass, intensity = truth(number)
        assert np.array_equal(dataset["mass_to_charge"], mass)
        assert np.array_equal(dataset[quantity], intensity)
    assert not record.notices


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_scan_beside_a_longer_one_ends_where_its_cells_do(tmp_path, order):
    """The second scan is the shorter one too: its cells are missing at the ends of the lines."""
    record = read(tmp_path, massoft_scans("beside", scans=order))
    for number, dataset in zip(order, (record[name] for name in record), strict=True):
        _, _, mass, intensity = truth(number)
        quantity = ("partial_pressure", "ion_count_rate")[number]
        assert (dataset["mass_to_charge"].tolist(), dataset[quantity].tolist()) == (
            mass.tolist(),
            intensity.tolist(),
        )


def test_columns_of_scans_beside_each_other_state_their_positions_in_the_file(tmp_path):
    """Of Cycle, Time, ms, and then mass and intensity of each: the clocks are shared."""
    record = read(tmp_path, massoft_scans("beside"))
    found = [
        {c.header: c.index for c in dataset.columns.values() if c.index is not None}
        for dataset in (record[name] for name in record)
    ]
    clocks = {"Cycle": 0, "Time": 1, "ms": 2}
    assert found == [
        {**clocks, "mass amu": 3, "Faraday torr": 4}, {**clocks, "mass amu": 5, "SEM c/s": 6},
    ]  # fmt: skip


def test_blocks_keep_their_own_clock_and_cycles(tmp_path):
    second = read(tmp_path, massoft_scans("below"))["mass_spectrum_2"]
    cycle, ms, _, _ = truth(1)
    assert np.array_equal(second["cycle"], cycle)
    assert np.array_equal(second["time"], ms / 1000)


def test_bars_and_profiles_are_told_by_the_header(tmp_path):
    record = read(tmp_path, massoft_scans("beside"))
    told = [record[name].column("mass_to_charge").attrs for name in record]
    assert [(attrs["scan"], attrs["shape"]) for attrs in told] == [("Scan 1", "bar"), ("Scan 2", "profile")]
    assert [(attrs["start"], attrs["increment"]) for attrs in told] == [("10.00", "1.00"), ("27.00", "0.25")]


@pytest.mark.parametrize(
    ("printed", "other"), [(b"27.00,29.00", b"27.00,28.00"), (b'"SEM","mass"', b'"Faraday","mass"')]
)
def test_a_scan_of_the_header_with_another_range_or_input_is_not_taken(tmp_path, printed, other):
    record = read(tmp_path, massoft_scans("beside").replace(printed, other))
    told = [record[name].column("mass_to_charge").attrs for name in record]
    assert ["scan" in attrs for attrs in told] == [True, False]


def test_scans_that_share_their_columns_are_told_apart_by_start_and_stop(tmp_path):
    record = read(tmp_path, massoft_scans("shared"))
    assert [record[name].attrs["part"] for name in record] == ["Scan 1", "Scan 2"]
    for number, name in enumerate(record):
        assert np.array_equal(record[name]["mass_to_charge"], truth(number)[2])
        assert np.array_equal(record[name]["partial_pressure"], truth(number)[3])


def test_a_sweep_that_is_no_scan_of_the_header_is_refused(tmp_path):
    with pytest.raises(ReadError, match="cannot be told apart") as caught:
        read(tmp_path, massoft_scans("shared").replace(b"27.00,29.00", b"26.00,29.00"))
    assert "fits none" in caught.value.found


def test_scans_of_one_range_in_shared_columns_are_refused(tmp_path):
    line = b'"Scan 1","RGA","Faraday","mass",10.00,14.00,1.00,100.000%,100.000%,1.0,1.0,\r\n'
    data = massoft_scans("shared", scans=(0,)).replace(b'"header",0000000010', b'"header",0000000011')
    with pytest.raises(ReadError, match="cannot be told apart") as caught:
        read(tmp_path, data.replace(line, line + line.replace(b"Scan 1", b"Scan 2").replace(b"Faraday", b"SEM")))
    assert "Scan 1 and Scan 2" in caught.value.found


def test_one_scan_of_several_cycles_stays_one_dataset(tmp_path):
    dataset = read(tmp_path, massoft_scans("beside", scans=(1,)))["mass_spectrum"]
    assert np.array_equal(dataset["cycle"], truth(1)[0])
    assert dataset.column("mass_to_charge").attrs["shape"] == "profile"


def test_without_a_column_of_cycles_the_sweeps_are_counted(tmp_path):
    lines = massoft_scans("beside", scans=(0,)).decode().split("\r\n")
    at = next(n for n, line in enumerate(lines) if line.startswith('"Cycle"'))
    bare = [*lines[: at - 1], lines[at - 1], *(line.partition(",")[2] for line in lines[at:])]
    bare[0] = bare[0].replace(f"{len(lines[at + 1]) + 2:010d}", f"{len(lines[at + 1]) - 5:010d}")
    dataset = read(tmp_path, "\r\n".join(bare).encode())["mass_spectrum"]
    assert np.array_equal(dataset["cycle"], truth(0)[0])
    assert dataset.column("cycle").origin == "derived"


def test_a_block_that_is_cut_loses_its_last_row_and_says_so(tmp_path):
    record = read(tmp_path, massoft_scans("below")[:-9])
    assert {notice.code for notice in record.notices} == {"last-row-cut", "row-count"}
    assert record["mass_spectrum_2"].rows == len(scan_rows(1)) - 1


@pytest.mark.parametrize(("left", "rows", "codes"), [
    (0, 1, ["row-count"]), (1, 0, ["last-row-cut", "row-count"]), (9, 0, ["last-row-cut", "row-count"]),
    (44, 0, ["last-row-cut", "row-count"]), (45, 0, ["row-count"]), (50, 0, ["row-count"]),
    (53, 0, ["row-count"]),
])  # fmt: skip
def test_the_only_row_of_a_block_is_cut_if_it_lacks_what_ends_the_others(tmp_path, left, rows, codes):
    """A whole row of the second block has 49 characters and its comma, the first five of them blank."""
    data = massoft_scans("below")
    first = data.index(b"\r\n", data.index(b"\r\n", data.rindex(b'"Cycle"')) + 2)
    record = read(tmp_path, data[: first - left])
    assert [notice.code for notice in record.notices] == codes
    assert [record[name].rows for name in record] == [len(scan_rows(0)), rows]


@pytest.mark.parametrize(("left", "rows"), [(0, 18), (2, 18), (3, 17)])
def test_the_last_row_of_a_block_is_cut_if_it_is_shorter_than_the_one_before(tmp_path, left, rows):
    data = massoft_scans("below")
    data = re.sub(rb"(e\+\d\d),\r", rb"\1\r", data)
    record = read(tmp_path, data[: len(data) - left])
    assert [notice.code for notice in record.notices] == ["last-row-cut", "row-count"] * (rows < 18)
    assert record["mass_spectrum_2"].rows == rows


def test_a_block_without_rows_stays_one(tmp_path):
    """Its scan is not matched: a scan is known by its masses."""
    data = massoft_scans("below")
    at = data.rindex(b'"Cycle"')
    names = data[at : data.index(b"\r\n", at) + 2]
    record = read(tmp_path, data[:at] + names + data[at:])
    assert [record[name].rows for name in record] == [len(scan_rows(0)), 0, len(scan_rows(1))]
    bare = read(tmp_path, massoft_scans("beside", scans=(1,)).partition(b"     1,")[0])
    assert (bare["mass_spectrum"].rows, bare["mass_spectrum"].column("mass_to_charge").attrs) == (0, {})
    assert [notice.code for notice in bare.notices] == ["row-count", "no-rows"]


def test_text_between_the_rows_is_no_block(tmp_path):
    data = massoft_scans("below")
    at = data.rindex(b'"Cycle"')
    with pytest.raises(ReadError, match="a row has another length than the first of its block") as caught:
        read(tmp_path, data[:at] + b'"Scan 2"\r\n' + data[at:])
    line = data[:at].count(b"\n") + 1
    assert (caught.value.where, caught.value.expected) == (f"line {line}", "52 bytes with the line's end")
    assert caught.value.found == '10 bytes: "Scan 2"'


def test_a_scan_over_something_else_is_refused(tmp_path):
    with pytest.raises(ReadError, match="other than mass") as caught:
        read(tmp_path, massoft_scans("beside", scans=(0,)).replace(b'"mass amu"', b'"energy V"'))
    assert "energy V" in caught.value.found


def test_channels_of_another_number_than_scans_take_no_unit_from_them(tmp_path):
    data = massoft().replace(b'"Scan 1","RGA","Faraday","mass",2.00,2.00,0.01,100.000%,100.000%,1.0,1.0,\r\n', b"")
    record = read(
        tmp_path, data.replace(b"0000000013", b"0000000012"), faraday="torr", sem="c/s", temperature="degC"
    )
    assert "scan-count" in {notice.code for notice in record.notices}
    assert record["timeseries"].column("vendor_h2").unit is None


def test_a_trend_beside_a_scan_of_the_header_is_matched_to_its_own_channels(tmp_path):
    ranged = b'"Scan 1","RGA","SEM","mass",1.00,50.00,1.00,100.000%,100.000%,1.0,1.0,\r\n"Scan 1","RGA","Faraday"'
    data = massoft().replace(b'"Scan 1","RGA","Faraday"', ranged, 1).replace(b"0000000013", b"0000000014")
    dataset = read(tmp_path, data, faraday="torr", sem="c/s")["timeseries"]
    assert dataset.column("partial_pressure").header == "H2"
    assert dataset.column("ion_count_rate").header == "CO2"


@pytest.mark.parametrize("layout", [*LAYOUTS, "shared"])
def test_scans_survive_the_native_file(tmp_path, layout):
    (tmp_path / "scan.csv").write_bytes(massoft_scans(layout))
    before = echub.read(tmp_path / "scan.csv")
    echub.convert(tmp_path / "scan.csv", output=tmp_path / "out")
    (native,) = (tmp_path / "out").glob("*.h5")
    after = echub.read(native)
    assert list(after) == list(before)
    assert all(np.array_equal(after[n]["mass_to_charge"], before[n]["mass_to_charge"]) for n in before)


def test_an_instant_in_utc_is_kept_beside_the_masses(tmp_path):
    lines = massoft_scans("beside", scans=(0,)).decode().split("\r\n")
    at = next(n for n, line in enumerate(lines) if line.startswith('"Cycle"'))
    rows = [f"2021-06-14 15:20:{n:02d},{line}" for n, line in enumerate(lines[at + 1 : -1])]
    head = [lines[0].replace(f"{len(lines[at + 1]) + 2:010d}", f"{len(rows[0]) + 2:010d}"), *lines[1:at]]
    text = "\r\n".join([*head, '"UTC",' + lines[at], *rows, ""])
    dataset = read(tmp_path, text.encode())["mass_spectrum"]
    assert dataset.column("unix_time").attrs["zone"] == "UTC"
    assert dataset["unix_time"][0] == 1623684000.0  # date -u -d "2021-06-14 15:20:00" +%s


def both(cycles, *, cycle=True, detectors=("Faraday torr", "SEM c/s"), inputs=("Faraday", "SEM")):
    """Write sweeps of 1, 2 and 5, 6 u, one row each, of which every row has a value of both detectors."""
    scans = [
        f'"Scan {n + 1}","RGA","{given}","mass",{at}.00,{at + 1}.00,1.00,'
        for n, (at, given) in enumerate((at, given) for at in (1, 5) for given in inputs)
    ]
    titles = '"Scan ID","Mode","Input","Scanned","Start","Stop","Increment"'
    names = ["Cycle"] * cycle + ["ms", "mass amu", *detectors]
    rows = [(n, mass) for n in range(1, cycles + 1) for mass in (1, 2, 5, 6)]
    lines = [[f"{n}"] * cycle + [f"{10 * k:03d}", f"{mass}", f"{mass}.5", f"{mass}0"]
             for k, (n, mass) in enumerate(rows)]  # fmt: skip
    body = [",".join(line) + "," for line in lines]
    head = [titles, *scans, '"Data",4', ",".join(f'"{name}"' for name in names)]
    counts = f"{len(body):010d},scans,{len(body[0]) + 2:010d},DataLength"
    return "\r\n".join([counts, f'"header",{len(scans) + 3:010d},"lines"', *head, *body, ""]).encode()


@pytest.mark.parametrize("cycle", [True, False])
@pytest.mark.parametrize("detectors", [("Faraday torr", "SEM c/s"), ("faraday torr", "sem c/s")])
def test_scans_of_two_detectors_follow_one_another_in_shared_columns(tmp_path, cycle, detectors):
    record = read(tmp_path, both(2, cycle=cycle, detectors=detectors))
    assert [record[name].attrs["part"] for name in record] == ["Scan 1, Scan 2", "Scan 3, Scan 4"]
    for name, masses in zip(record, ((1, 2), (5, 6)), strict=True):
        assert record[name]["mass_to_charge"].tolist() == [*masses, *masses]
        assert record[name]["partial_pressure"].tolist() == [mass + 0.5 for mass in masses] * 2
        assert record[name]["ion_count_rate"].tolist() == [10.0 * mass for mass in masses] * 2
    told = [record[name].column("ion_count_rate").attrs["scan"] for name in record]
    assert told == ["Scan 2", "Scan 4"]


@pytest.mark.parametrize("inputs", [("Faraday", "Faraday"), ("Faraday", "AUX")])
def test_scans_of_one_range_without_a_detector_each_are_refused(tmp_path, inputs):
    with pytest.raises(ReadError, match="cannot be told apart") as caught:
        read(tmp_path, both(1, inputs=inputs))
    assert "fits Scan 1 and Scan 2" in caught.value.found
