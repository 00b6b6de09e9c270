"""`rg` and `grep -F`, by the driver's protocol.

    greps.py rg|grep PATTERNS INPUT

Both count lines, so `lines` is held against the lines in which Rust's aho-corasick finds something.
The seconds of an empty input (starting the program, building from the patterns) are the build's, and
are taken off the search's.
"""

import json
import os
import subprocess
import sys
import time

import ahocorasick_rs

COMMANDS = {
    "rg": ["rg", "--no-config", "-a", "-c", "-F", "--no-unicode", "-j1", "-f"],
    "grep": ["grep", "-a", "-c", "-F", "-f"],
}


def reference(patterns, data):
    """Lines with a match."""
    automaton = ahocorasick_rs.BytesAhoCorasick(patterns)
    lines, last, at = 0, -1, 0
    for _, start, _ in automaton.find_matches_as_indexes(data, overlapping=True):
        if start <= last:
            continue
        lines += 1
        last = data.find(b"\n", start)
        if last < 0:
            break
    return lines


def run(tool, patterns, path):
    # Byte for byte, whatever the input's encoding.
    environment = dict(os.environ, LC_ALL="C")
    start = time.perf_counter()
    done = subprocess.run(
        [*COMMANDS[tool], patterns, path], capture_output=True, text=True, env=environment)
    seconds = time.perf_counter() - start
    if done.returncode > 1:
        sys.exit(done.stderr[-300:])
    return seconds, int(done.stdout.strip() or 0)


tool, patterns, path = sys.argv[1:]
data = open(path, "rb").read()
expected = reference([p for p in open(patterns, "rb").read().split(b"\n") if p], data)
del data
version = subprocess.run([tool, "--version"], capture_output=True, text=True).stdout.splitlines()[0]
build = min(run(tool, patterns, os.devnull)[0] for _ in range(3))
print(json.dumps({"tool": version.split(" (rev")[0] + (" -F" if tool == "grep" else ""),
                  "build_seconds": build, "lines": expected}), flush=True)
for _ in sys.stdin:
    seconds, lines = run(tool, patterns, path)
    print(json.dumps({"seconds": max(seconds - build, 1e-6), "lines": lines}), flush=True)
