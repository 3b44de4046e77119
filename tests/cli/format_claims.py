#!/usr/bin/env python3
"""Writes the samples of each format as a log.

usage: format_claims.py FORMATS FOLDER

FOLDER/NAME.log holds what the samples of FORMATS/NAME.json show: the header, if there is one, and
the lines or records with that header."""
import glob
import json
import os
import sys

for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.json"))):
    with open(path, encoding="utf-8") as file:
        samples = json.load(file)["samples"]
    header = samples[0].get("header")
    lines = [header] if header else []
    for sample in samples:
        if sample.get("header") == header:
            lines.append(sample["line"] if "line" in sample else json.dumps(sample["record"]))
    name = os.path.basename(path)[: -len(".json")]
    with open(os.path.join(sys.argv[2], name + ".log"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
