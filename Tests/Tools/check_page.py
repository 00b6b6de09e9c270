#!/usr/bin/env python3
"""Holds the charts of a page of `coverage --html` against its `--json`, both of one run.

    sekisho coverage --feed FEEDS INPUT --json --html page.html > report.json
    check_page.py page.html report.json

Parses the page, so that it also fails on markup that does not nest. Prints what was compared; exits
1 where something differs.
"""
import html.parser
import json
import re
import sys

VOID = {"meta", "br"}
faults = []


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.section, self.rows, self.titles = [], None, [], []
        self.tables, self.label, self.text = {}, None, ""

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        if any(name.startswith("on") or name in ("src", "href") for name in names):
            faults.append(f"<{tag}> has {names}")
        if tag in VOID:
            return
        self.open.append(tag)
        if tag == "svg":
            self.label = dict(attributes).get("aria-label")
        if tag == "tr":
            self.rows.append([])
        self.text = ""

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            faults.append(f"</{tag}> does not nest")
        if tag == "h2":
            self.section = self.text
        if tag == "title" and "svg" in self.open:
            self.titles.append((self.section, len(self.rows), self.label, self.text))
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append((self.section, self.text))
        if tag in ("small", "span", "title"):
            return
        if tag not in ("td", "th", "tr"):
            self.text = ""

    def handle_data(self, data):
        self.text += data


def number(text):
    return int(text.replace("\u2009", "").replace(" ", "").replace("\u00a0", ""))


def expect(what, found, wanted):
    if found != wanted:
        faults.append(f"{what}: the page has {found}, the JSON {wanted}")


def main():
    if len(sys.argv) != 3 or {"-h", "--help"} & set(sys.argv):
        print(__doc__.strip())
        sys.exit(0 if {"-h", "--help"} & set(sys.argv) else 2)
    page = Page()
    with open(sys.argv[1], encoding="utf-8") as file:
        page.feed(file.read())
    with open(sys.argv[2], encoding="utf-8") as file:
        report = json.load(file)
    if page.open:
        faults.append(f"not closed: {page.open}")
    feeds = {feed["feed"]: feed for feed in report["feeds"]}

    # The table of feeds: values, what each adds, hits.
    rows = [[text for _, text in row] for row in page.rows
            if row and row[0][0] == "Which feed adds what"]
    head, compared = rows[0], 0
    for row in rows[1:]:
        feed = feeds.get(row[0])
        if feed is None:
            continue
        compared += 1
        cells = dict(zip(head, row))
        expect(row[0], number(cells["Values"]), feed["values"])
        expect(row[0], number(cells["Adds"]), feed["adds"])
        if "Hits" in cells:
            expect(row[0], number(cells["Hits"]), feed["hits"])
            expect(row[0], number(cells["Values hit"]), feed["values_hit"])
    print(f"{compared} rows of the table of feeds")

    # The heat map: each cell says its figures.
    pairs = {}
    for pair in report["pairs"]:
        pairs[pair["a"], pair["b"]] = (pair["shared"], pair["a_covered_by_b"])
        pairs[pair["b"], pair["a"]] = (pair["shared"], pair["b_covered_by_a"])
    cells = 0
    for section, _, label, text in page.titles:
        if label != "Overlap of feeds":
            continue
        match = re.match(r"(\S+ %) of (.*) in (.*): (?:(.*) shared, (.*) of (.*) covered|nothing shared)$",
                         text)
        if match is None:
            continue
        cells += 1
        wanted = pairs.get((match[2], match[3]), (0, 0))
        found = (number(match[4]), number(match[5])) if match[4] else (0, 0)
        expect(text, found, wanted)
        if match[6]:
            expect(text, number(match[6]), feeds[match[2]]["values"])
    print(f"{cells} cells of the heat map")

    # The rows of hits over time.
    wanted = {}
    for step in report.get("timeline", {}).get("steps", []):
        for part in step["hits"]:
            wanted.setdefault(part["feed"], []).append(part["hits"])
    found = {}
    for section, row, label, text in page.titles:
        if section == "Hits by feed over time" and label is None:
            found.setdefault(row, []).append(number(text.rsplit(": ", 1)[1]))
    strips = [row for row in page.rows if row and row[0][0] == "Hits by feed over time"]
    names = [row[0][1] for row in strips if len(row) == 3]
    for (row, counts), name in zip(sorted(found.items()), names):
        # The page cuts long names.
        whole = [n for n in wanted if n == name or name.endswith("…") and n.startswith(name[:-1])]
        expect(f"hits over time of {name}", [counts], [wanted[n] for n in whole])
    print(f"{len(found)} rows over time")

    # The technique matrix.
    techniques = {}
    for technique in report["techniques"]:
        for part in technique["feeds"]:
            techniques[technique["technique"], part["feed"]] = part["values"]
    cells = 0
    for section, _, label, text in page.titles:
        match = label == "Techniques by feed" and re.match(r"(T\S+) in (.*): (.*) values$", text)
        if match:
            cells += 1
            expect(text, number(match[3]), techniques.get((match[1], match[2]), 0))
    print(f"{cells} cells of the technique matrix")

    print(f"{len(faults)} faults")
    for fault in faults[:20]:
        print("  " + fault)
    sys.exit(1 if faults or compared == 0 else 0)


main()
