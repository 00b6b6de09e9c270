#!/usr/bin/env python3
"""What comes of each feed file of the corpus, as a Markdown table.

    feeds_table.py --sekisho PATH CORPUS > feeds.md

For each file: its format as recognised, lines, entries, values refused by reason, and what was noted or said of the
file as a whole. Lists of known-good values are compiled as `--allow`.
"""

import argparse
import gzip
import os
import re
import subprocess
import sys
import tempfile


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sekisho", required=True)
    arguments.add_argument("corpus")
    options = arguments.parse_args()
    root = os.path.join(options.corpus, "feeds")
    counts = {"files": 0, "compiled": 0, "refused by name": 0, "lines": 0, "entries": 0}
    print("| file | format | lines | entries | refused | said |")
    print("|---|---|---:|---:|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        database = os.path.join(scratch, "feed.skdb")
        for folder, _, names in sorted(os.walk(root)):
            for name in sorted(names):
                path = os.path.join(folder, name)
                label = os.path.relpath(path, root)
                feed = ["--allow", path] if label.startswith("warninglists") else [path]
                run = subprocess.run([options.sekisho, "compile", "-o", database] + feed,
                                     capture_output=True, text=True, errors="replace")
                with open(path, "rb") as file:
                    data = file.read()
                data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
                format_name, entries, refused, said = "–", "–", "", []
                for line in run.stderr.replace(root + "/", "").splitlines():
                    if "was not written" in line or database in line:
                        continue
                    match = re.search(r"\(([a-z0-9-]+)\): (\d+) entries(?:; refused: ([^;]*))?(?:; noted: (.*))?$", line)
                    if match:
                        format_name, entries = match.group(1), match.group(2)
                        refused = match.group(3) or ""
                        if match.group(4):
                            said.append("noted: " + match.group(4))
                    else:
                        line = line.replace(label + ": ", "").replace(label, "it")
                        said.append(re.sub(r"^sekisho: ", "", line))
                counts["files"] += 1
                counts["lines"] += data.count(b"\n")
                if entries == "–":
                    counts["refused by name"] += 1
                else:
                    counts["compiled"] += 1
                    counts["entries"] += int(entries)
                cells = [label, format_name, str(data.count(b"\n")), entries, refused, "; ".join(said)]
                print("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    print("\n" + ", ".join(f"{name} {count}" for name, count in counts.items()))


if __name__ == "__main__":
    sys.exit(main())
