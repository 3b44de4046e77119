#!/usr/bin/env python3
"""User-hours of a raw log with pandas, by the study's rules, against what `oddhours prep` wrote.

usage: pandas_prep.py LOG TABLE [--block LINES]

The study read auth.txt in blocks of 500,000 lines, grouped each block by (hour, source user),
put the groups one after the other, sorted by hour and dropped user-hours with one event. Without
--block the log is one block, which gives whole hours. Exit 0 when all rows are equal, in order;
77 when pandas is not there.
"""
import sys

try:
    import pandas as pd
except ImportError:
    print("pandas is not installed")
    sys.exit(77)

COLUMNS = ["time", "src_user", "dst_user", "src_host", "dst_host", "auth_type", "logon_type",
           "orientation", "result"]
FEATURES = ["total_events", "failed_events", "fail_ratio", "dst_hosts", "src_hosts",
            "nbhours_events", "nbhours_ratio"]


def count(block):
    block["dt"] = pd.to_datetime(block["time"], unit="s").dt.floor("h")
    block["failed"] = (block["result"].str.lower() == "fail").astype(int)
    hour = pd.to_datetime(block["time"], unit="s").dt.hour
    block["night"] = ((hour >= 0) & (hour <= 6)).astype(int)
    return block.groupby(["dt", "src_user"]).agg(
        total_events=("time", "size"), failed_events=("failed", "sum"),
        dst_hosts=("dst_host", "nunique"), src_hosts=("src_host", "nunique"),
        nbhours_events=("night", "sum")).reset_index()


def study(path, block):
    # Names are names: "NA" is a user, too.
    blocks = pd.read_csv(path, header=None, names=COLUMNS, chunksize=block, dtype=str,
                         keep_default_na=False, quoting=3, compression="infer")
    parts = [count(part.assign(time=part["time"].astype("int64"))) for part in blocks]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.sort_values("dt", kind="stable")
    rows["fail_ratio"] = rows["failed_events"] / rows["total_events"]
    rows["nbhours_ratio"] = rows["nbhours_events"] / rows["total_events"]
    rows = rows[rows["total_events"] > 1]
    return rows[["dt", "src_user"] + FEATURES].reset_index(drop=True)


def main():
    arguments = sys.argv[1:]
    block = 10**12
    if "--block" in arguments:
        at = arguments.index("--block")
        block = int(arguments[at + 1])
        del arguments[at:at + 2]
    wanted = study(arguments[0], block).to_csv(index=False, date_format="%Y-%m-%d %H:%M:%S")
    with open(arguments[1], encoding="utf-8", newline="") as file:
        got = file.read()
    wanted, got = wanted.splitlines(), got.splitlines()
    differing = [i for i, pair in enumerate(zip(wanted, got)) if pair[0] != pair[1]]
    for i in differing[:10]:
        print(f"line {i + 1}:\n  pandas   {wanted[i]}\n  oddhours {got[i]}")
    print(f"{len(wanted)} lines by pandas, {len(got)} by oddhours, {len(differing)} differ")
    return 0 if not differing and len(wanted) == len(got) else 1


if __name__ == "__main__":
    sys.exit(main())
