"""`echub align` on the command line: what it writes, and what it leaves alone."""

import pytest

from fixtures.clocks import make

pytest.importorskip("matplotlib")

FILES = [make.HERE / "potentiostat.csv", make.HERE / "sims.csv"]
WRITTEN = {"-o": "run.h5", "--plot": "run.svg"}


@pytest.mark.parametrize("existing", WRITTEN)
def test_neither_result_is_replaced_without_force(echub, tmp_path, existing):
    """One that is in the way costs both: no run leaves half of its results."""
    paths = {option: tmp_path / name for option, name in WRITTEN.items()}
    paths[existing].write_bytes(b"kept")
    command = ["align", *FILES, "--event", "auto", *(word for pair in paths.items() for word in pair)]
    refused = echub(*command)
    assert refused.code == 2
    assert str(paths[existing]) in refused.err
    assert "--force" in refused.err
    assert [path.name for path in tmp_path.iterdir()] == [paths[existing].name]
    assert paths[existing].read_bytes() == b"kept"
    assert echub(*command, "--force").code == 0
    assert all(path.stat().st_size > 1000 for path in paths.values())
