"""`echub detect` shows the ranking and the choice."""


def test_a_name_does_not_decide(echub, eclab, cp):
    renamed = cp.rename(cp.with_name("run.txt"))
    assert "would use eclab-mpr" in echub("detect", renamed).out


def test_an_unknown_file_is_code_3_for_people_and_machines(echub, tmp_path):
    (tmp_path / "a.mpr").write_bytes(b"\0" * 100)
    done = echub("detect", tmp_path / "a.mpr", "-v")
    assert done.code == 3
    assert "NO" in done.out
    assert "[unknown-format]" in done.err
    done = echub("detect", tmp_path / "a.mpr", "--json")
    assert done.code == 3
    assert all(answer["confidence"] == "NO" for answer in done.json)


def test_a_folder_or_a_missing_file_is_code_3(echub, tmp_path):
    assert echub("detect", tmp_path).code == 3
    assert echub("detect", tmp_path / "nothing").code == 3
