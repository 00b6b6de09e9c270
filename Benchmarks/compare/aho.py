"""The Rust aho-corasick crate through its Python wheel, by the driver's protocol.

    aho.py PATTERNS INPUT
"""

import json
import sys
import time
from importlib.metadata import version

import ahocorasick_rs

patterns = [p for p in open(sys.argv[1], "rb").read().split(b"\n") if p]
data = open(sys.argv[2], "rb").read()
start = time.perf_counter()
automaton = ahocorasick_rs.BytesAhoCorasick(patterns)
built = time.perf_counter() - start
tool = "Rust aho-corasick (ahocorasick_rs " + version("ahocorasick_rs") + ")"
print(json.dumps({"tool": tool, "entries": len(patterns), "build_seconds": built}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    matches = len(automaton.find_matches_as_indexes(data, overlapping=True))
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "matches": matches}), flush=True)
