#!/usr/bin/env bash
# gamry-parser 0.4.6: in a Gamry file with German dates 12.11.2018 is 11 December and 13.11.2018 is 13 November.
#
# Expected: Framework writes the date as Windows is set up; with points the day comes first, so the two runs are a day
#           apart, or a date whose order is not sure is refused.
# Seen:     with to_timestamp=True the first is 2018-12-11, the second 2018-11-13: the later run seems to have been
#           measured four weeks before the earlier one. Only dates with minus signs are read day first.
# For us:   dates with points have the day first, 12/11/2018 stays open until told; the page on Gamry says so.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile "gamry-parser==0.4.6" "pandas==2.3.3"
cd "$folder"
seen=$(venv/bin/python - 2>/dev/null <<'PY'
from gamry_parser import GamryParser

for date in ("12.11.2018", "13.11.2018"):
    head = ["EXPLAIN", "TAG\tCHRONOA", f"DATE\tLABEL\t{date}\tDate", "TIME\tLABEL\t10:00:00\tTime"]
    table = ["CURVE\tTABLE\t2", "\tPt\tT\tVf\tIm", "\t#\ts\tV\tA", "\t0\t0\t0.1\t0.001", "\t1\t1\t0.1\t0.001", ""]
    with open("run.DTA", "w") as file:
        file.write("\n".join([*head, *table]))
    parser = GamryParser()
    parser.load("run.DTA", to_timestamp=True)
    print(f"{date} is {parser.get_curve_data(0)['T'].iloc[0]:%Y-%m-%d}", end="; ")
PY
)
seen=${seen%"; "}
echo "gamry-parser 0.4.6: $seen"
test "$seen" = "12.11.2018 is 2018-12-11; 13.11.2018 is 2018-11-13"
