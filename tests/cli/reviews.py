"""What docs/REVIEWS.md says of the store and its exports, against those in a directory.

usage: reviews.py DIRECTORY REVIEWS.md views|csv|json|pandas
The directory holds reviews.db, review.csv and review.json of the review that reviews.sh types.
"""
import csv
import json
import os
import re
import sqlite3
import sys


def names(words):
    words = re.sub(r"\([^)]*\)", "", words.replace("\n", " "))
    return {word.strip(" `").split()[-1] for word in words.split(",")}


def found(pattern, text):
    return re.search(pattern, text, re.M | re.S).group(1)


def columns_of_view(name, text):
    return found(r"^\| `%s` \|[^|\n]*\|([^|\n]*)\|" % name, text)


def check_views(text):
    told = {name: names(columns_of_view(name, text)) for name in ("verdicts", "notes")}
    more = columns_of_view("history", text).replace("the above and", "")
    told["history"] = told["verdicts"] | told["notes"] | names(more)
    db = sqlite3.connect("reviews.db")
    for name, columns in told.items():
        there = {row[1] for row in db.execute("PRAGMA table_info(%s)" % name)}
        assert there == columns, (name, there ^ columns)

    def value(sql):
        return db.execute(sql).fetchone()[0]

    assert value("PRAGMA integrity_check") == "ok"
    assert value("PRAGMA user_version") == int(found(r"of the schema \(now (\d+)\)", text))
    assert value("PRAGMA application_id") == 0x4F444852
    assert db.execute("SELECT verdict, count(*) FROM verdicts GROUP BY 1").fetchall() == [
        ("fp", 1), ("tp", 2), ("undecided", 1)]
    assert value("SELECT count(*) FROM verdicts WHERE blind AND rank IS NULL "
                 "AND detector IS NULL") == 1
    assert value("SELECT note FROM notes") == 'looks, "odd"'


def check_csv(text):
    with open("review.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == names(found(r"The columns are (.*?)\.", text))
    assert len(rows) == 7, len(rows)  # four verdicts, a note, an undo and a redo


def check_json(text):
    with open("review.json", encoding="utf-8") as file:
        review = json.load(file)
    assert set(review) == {"format", "version", "dataset", "entries"}
    assert set(review["dataset"]) == names(found(r'"dataset": \{([^}]*)\}', text))
    listed = found(r"one entry a line: (.*?)\. What says nothing", text)
    keys = {key for entry in review["entries"] for key in entry}
    assert names(listed) - keys == {"origin", "reason", "episode", "suggestion"} and keys <= names(listed), keys ^ names(listed)
    of_rows = {key for entry in review["entries"] for row in entry.get("rows", []) for key in row}
    assert of_rows == names(found(r"rows \(([^)]*)\)", listed))


def check_pandas(text):
    import pandas
    blocks = re.findall(r"(?:^    .*\n)+", text, re.M)
    code = "".join(block for block in blocks if "pandas." in block or "json.load" in block)
    known = {"pandas": pandas, "json": json}
    exec(re.sub(r"^    ", "", code, flags=re.M), known)
    assert sorted(known["verdicts"]["verdict"]) == ["fp", "tp", "tp", "undecided"]
    assert len(known["entries"]) == 7 and known["entries"]["row_id"].notna().sum() == 5
    assert len(known["rows"]) == 5


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        text = file.read()
    os.chdir(sys.argv[1])
    {"views": check_views, "csv": check_csv, "json": check_json,
     "pandas": check_pandas}[sys.argv[3]](text)


if __name__ == "__main__":
    main()
