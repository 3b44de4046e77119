#!/usr/bin/env python3
"""What new hosts are worth: planted rows and their days among the first of each list, without and with --novelty.

    novelty.py ODDHOURS RED_LINES LOG...

RED_LINES are lines in LANL's form that red_log.py has planted in the logs."""
import csv
import datetime
import subprocess
import sys

HEADS = (50, 100, 200, 500, 1000)


def start(row):
    return int((datetime.datetime.fromisoformat(row["dt"]) - datetime.datetime(1970, 1, 1)).total_seconds())


def ranked(program, log, by, novelty):
    command = [program, "top", "-q", log, "--models", "iforest,lof", "--by", by, "--count", "1000000",
               "--novelty=" + novelty]
    return csv.DictReader(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines())


def main():
    program, red_lines, logs = sys.argv[1], sys.argv[2], sys.argv[3:]
    with open(red_lines) as file:
        red = {(int(line.split(",")[0]) // 3600 * 3600, line.split(",")[1]) for line in file}
    print("| log | list | novelty |", " | ".join("%d" % k for k in HEADS), "|")
    for log in logs:
        for by in ("own", "triage", "ensemble"):
            for novelty in ("off", "on"):
                found, days, cells = 0, set(), []
                for place, row in enumerate(ranked(program, log, by, novelty), 1):
                    if (start(row), row["src_user"]) in red:
                        found += 1
                        days.add((start(row) // 86400, row["src_user"]))
                    if place in HEADS:
                        cells.append("%d (%d)" % (found, len(days)))
                print("|", log, "|", by, "|", novelty, "|", " | ".join(cells), "|")


main()
