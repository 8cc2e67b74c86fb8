"""Layered reports: records below the lines of their steps and cycles, as another builder writes them."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub.model.source import Source
from echub_table.explain import explain, first_profile
from echub_table.layers import layered
from echub_table.options import TableOptions

STEPS = [("Rest", 0.0, 2), ("CC Chg", 1.5, 3), ("CC DChg", -1.5, 2)]
"""Name, current in mA and number of records, one each 10 s, of the steps of both cycles."""
TIMES, NAMES, CURRENTS, CYCLES, NUMBERS = [], [], [], [], []
for cycle in (1, 2):
    for number, (name, current, count) in enumerate(STEPS, 1):
        NAMES += [name] * count
        CURRENTS += [current] * count
        CYCLES += [cycle] * count
        NUMBERS += [number + 3 * (cycle - 1)] * count
        TIMES += [10 * n for n in range(count)]
CLOCK = [10 * n for n in range(len(TIMES))]
OUTER = ["Cycle ID,Cap_Chg(mAh)", ",Step ID,Step Name,Capacity(mAh)"]
RECORDS = ",,Record ID,Time(h:min:s.ms),Voltage(V),Current(mA),Realtime"


def report(end="\r\n", delimiter=",", decimal=".", pad=0, encoding="utf-8", names=(*OUTER, RECORDS)):
    """Return the bytes of a report; `pad`: cells to which each line is filled up."""
    lines, at = list(names), 0
    for cycle in (1, 2):
        lines.append(f"{cycle},0.{cycle}25")
        for number, (name, current, count) in enumerate(STEPS, 1):
            lines.append(f",{number + 3 * (cycle - 1)},{name},0.5")
            for n in range(count):
                clock = f"2024-03-14 09:{CLOCK[at] // 60:02d}:{CLOCK[at] % 60:02d}"
                lines.append(f",,{at + 1},00:00:{10 * n:02d}.000,3.{at:02d}5,{current},{clock}")
                at += 1
    lines = [line + "," * (pad - 1 - line.count(",")) if pad else line for line in lines]
    lines = [line.replace(",", delimiter) for line in lines]
    return (
        end.join([*lines[: len(names)], *(line.replace(".", decimal) for line in lines[len(names) :])]) + end
    ).encode(encoding)


WAYS = {
    "as printed": {},
    "filled up": {"pad": 9},
    "tabs": {"delimiter": "\t", "end": "\n"},
    "decimal commas": {"delimiter": "\t", "decimal": ","},
    "UTF-16": {"encoding": "utf-16"},
    "a mark": {"encoding": "utf-8-sig"},
    "returns": {"end": "\r"},
    "a blank line between the names": {"names": (OUTER[0], "", OUTER[1], RECORDS)},
}


@pytest.mark.parametrize("way", WAYS)
def test_each_record_has_the_cycle_and_the_step_above_it(way):
    record = echub.read(report(**WAYS[way]))
    data = record["timeseries"]
    assert data["cycle"].tolist() == CYCLES
    assert data["step"].tolist() == NUMBERS
    assert data["vendor_step_name"].tolist() == NAMES
    assert data["current"].tolist() == CURRENTS
    assert data["voltage"].tolist() == [float(f"3.{n:02d}5") for n in range(len(TIMES))]
    assert data["step_time"].tolist() == TIMES
    assert data["time"].tolist() == CLOCK
    assert "vendor_column_1" not in data.names


def test_nothing_of_the_layers_above_is_lost():
    record = echub.read(report())
    cycles, steps = record.settings["layers"]
    assert cycles == {"names": ["Cycle ID", "Cap_Chg(mAh)"], "rows": [["1", "0.125"], ["2", "0.225"]]}
    assert steps["names"] == ["Step ID", "Step Name", "Capacity(mAh)"]
    assert steps["rows"] == [[str(n), STEPS[(n - 1) % 3][0], "0.5"] for n in range(1, 7)]
    (said,) = [notice.message for notice in record.notices if notice.code == "layered"]
    assert said == (
        "a layered report: each record has the Cycle ID, Step ID, Step Name of the line above it; in the settings "
        "only: Cap_Chg(mAh), Capacity(mAh) of cycles or steps"
    )


def test_steps_may_be_the_only_layer_above():
    text = (
        "Step ID,Step Name\n,Record ID,Total Time(s),Voltage(V)\n1,Rest\n,1,0,3.5\n,2,5,3.6\n2,CC Chg\n,3,10,3.7\n"
    )
    data = echub.read(text.encode())["timeseries"]
    assert data["step"].tolist() == [1, 1, 2]
    assert data["voltage"].tolist() == [3.5, 3.6, 3.7]


def test_records_of_a_cycle_without_a_step_have_none_of_the_cycle_before():
    names = "Cycle ID\n,Step ID\n,,Record ID,Total Time(s),Voltage(V)\n"
    text = f"{names}1\n,7\n,,1,0,3.5\n,,2,5,3.6\n2\n,,3,10,3.7\n,,4,15,3.7\n"
    data = echub.read(text.encode())["timeseries"]
    assert data["cycle"].tolist() == [1, 1, 2, 2]
    assert data["step"].tolist()[:2] == [7, 7]
    assert np.isnan(data["step"][2:]).all()


def test_a_stated_encoding_is_that_of_the_report():
    chinese = (
        "循环号,充电容量(mAh)",
        ",工步号,工步类型,容量(mAh)",
        ",,记录序号,相对时间(h:min:s.ms),电压(V),电流(mA),绝对时间",
    )
    record = echub.read(report(encoding="gbk", names=chinese), options={"encoding": "gbk"})
    assert record["timeseries"]["current"].tolist() == CURRENTS
    assert record["timeseries"]["step"].tolist() == NUMBERS


def test_a_cut_report_keeps_its_whole_records():
    data = report()
    cut = data[: data.rindex(b"2024-03") + 3]
    record = echub.read(cut)
    assert record["timeseries"]["current"].tolist() == CURRENTS[:-1]
    assert {"truncated"} <= {notice.code for notice in record.notices}


def test_a_report_that_ends_within_the_line_of_a_step_says_so():
    data = report()
    cut = data[: data.rindex(b"CC DChg") + 4]
    record = echub.read(cut)
    assert record["timeseries"]["current"].tolist() == CURRENTS[:-2]
    said = {notice.code: notice.message for notice in record.notices}
    assert said["truncated"] == "the file ends within the line of a cycle or step"
    assert "truncated" not in {notice.code for notice in echub.read(data).notices}


def test_a_faulty_record_is_named_by_its_line_in_the_file():
    data = report().replace(b"3.005", b"OVL")
    (said,) = [n.message for n in echub.read(data).notices if n.code == "unparsable-rows"]
    assert "line 6" in said


def test_what_is_inferred_is_said_of_the_records():
    source, options = Source.from_bytes(report(), "layers.csv"), TableOptions()
    said = {decision.what: decision for decision in explain(source, options)}
    assert said["layers"].evidence == "the lines begin in different cells: 2 under Cycle ID and 6 under Step ID"
    assert said["column Step ID"].chosen == "step"
    profile = first_profile(source, options)
    names = [line for line in profile.splitlines() if line.startswith("[columns.")]
    assert names[:4] == [f'[columns."{name}"]' for name in ("Cycle ID", "Step ID", "Step Name", "Record ID")]
    assert 'delimiter = "comma"  # 14 of the first 25 lines have 8 fields, 7 of them numbers' in profile


@pytest.mark.parametrize(
    "text",
    [
        "t (s),U (V)\n,V\n0,1\n1,2\n",
        "Cycle,U (V),t (s)\n1,3.5,0\n1,3.6,1\n",
        "Cycle,U (V),t (s)\n,V,s\n1,3.5,0\n1,3.6,1\n",
        "Cycle (kg),U (V),t (s)\n,V,s\n1,3.5,0\n1,3.6,1\n",
    ],
)
def test_other_tables_are_no_reports(text):
    assert "layers" not in echub.read(text.encode()).settings


@pytest.mark.parametrize("line", [b"1,0.125\r\n", b",2,CC Chg,0.5\r\n", b",,3,"])
@pytest.mark.parametrize("blank", [b"\r\n", b",,,\r\n"])
def test_a_blank_line_ends_no_cycle_and_no_step(line, blank):
    """Behind the line of a cycle, behind that of a step, and between two records."""
    data = report()
    assert data.count(line) == 1
    more = data.replace(line, blank + line if line[:2] == b",," else line + blank)
    record = echub.read(more)
    series = record["timeseries"]
    assert (series["cycle"].tolist(), series["step"].tolist()) == (CYCLES, NUMBERS)
    assert record.settings["layers"] == echub.read(data).settings["layers"]


def test_a_record_with_more_cells_than_names_is_not_shortened():
    data = report().replace(b"09:00:20\r\n", b"09:00:20,,9\r\n")
    with pytest.raises(ReadError) as caught:
        echub.read(data)
    assert caught.value.message == "1 of 14 rows does not parse"
    assert caught.value.found.startswith("line 9: 10 fields, not 8: 1,2,CC Chg,3,00:00:00.000,")


def test_a_report_with_a_cell_over_two_lines_is_no_layered_one():
    data = report().replace(b",1,Rest,", b',1,"Rest\n(long)",', 1)
    assert layered(Source.from_bytes(data, "a.csv"), "") is None
    assert layered(Source.from_bytes(report(), "a.csv"), "") is not None


@pytest.mark.parametrize("blank", [(), ("",), ("", "")])
def test_the_names_of_the_records_stand_where_they_are_in_the_file(blank):
    record = echub.read(report(names=(OUTER[0], *blank, OUTER[1], RECORDS)))
    assert record.settings["dialect"]["header_line"] == 3 + len(blank)
