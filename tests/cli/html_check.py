#!/usr/bin/env python3
"""Checks a report in HTML.

usage: html_check.py REPORT.html [REPORT.md]

Elements are nested and closed, attributes quoted, ids unique; nothing is fetched and nothing runs;
every figure has a title and a description. With the report in Markdown: every row of its tables is
in the page, cell by cell. Prints what is wrong; nothing when all is well."""
import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "rect", "line", "polygon", "polyline", "path"}
problems = []


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.rows, self.figures = [], set(), [], 0
        self.cell, self.policy = None, False

    def handle_starttag(self, tag, attributes):
        raw = self.get_starttag_text()
        if re.search(r"=\s*[^\"\s>]", re.sub(r'"[^"]*"', '""', raw)):
            problems.append("an attribute without quotes: " + raw[:80])
        if tag in ("script", "iframe", "object", "embed", "link", "base", "form"):
            problems.append("an element that may run or fetch: " + tag)
        for name, value in attributes:
            if name.startswith("on"):
                problems.append("a handler: " + name)
            if name in ("src", "href", "data", "action") or "url(" in (value or ""):
                problems.append("a reference: %s=%s" % (name, value))
            if name == "id":
                if value in self.ids:
                    problems.append("an id twice: " + value)
                self.ids.add(value)
            if name == "content" and value and "default-src 'none'" in value:
                self.policy = True
        if tag == "svg":
            self.figures += 1
            named = dict(attributes).get("aria-labelledby", "").split()
            if len(named) != 2:
                problems.append("a figure without a title and a description")
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.cell = ""
        if tag not in VOID and not raw.endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            problems.append("</%s> where %s is open" % (tag, self.open[-3:]))
        else:
            self.open.pop()
        if tag in ("td", "th"):
            self.rows[-1].append(self.cell)
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data


def plain(cell):
    """What Markdown shows of a cell: a character behind a backslash is itself."""
    return re.sub(r"\\([\\`*_{}\[\]()#+\-.!|<>&~])|\*\*|`", lambda m: m.group(1) or "", cell.strip())


def cells_of(line):
    return [plain(cell) for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]



with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
if not text.startswith("<!DOCTYPE html>"):
    problems.append("no doctype")
if re.search(r"https?://(?!www\.w3\.org)", re.sub(r"<details>.*?</details>", "", text, flags=re.S)):
    problems.append("an address of elsewhere")
page = Page()
page.feed(text)
page.close()
if page.open:
    problems.append("never closed: %s" % page.open)
if not page.policy:
    problems.append("no content security policy")
if page.figures == 0:
    problems.append("no figure")
for needed in re.findall(r'aria-labelledby="([^"]*)"', text):
    for one in needed.split():
        if one not in page.ids:
            problems.append("a figure names what is not there: " + one)
if len(sys.argv) > 2:
    with open(sys.argv[2], encoding="utf-8") as file:
        lines = [line for line in file if line.startswith("|")]
    rows = [cells_of(line) for line in lines if not re.fullmatch(r"[|\-: \n]*", line)]
    left = list(page.rows)
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            problems.append("a row of the Markdown is not in the page: %s" % row[:6])
print("\n".join(problems[:20]), end="")
