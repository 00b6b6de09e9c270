"""Python wheels of other automata, by the driver's protocol.

    wheels.py pyahocorasick|daachorse PATTERNS INPUT

pyahocorasick takes text: it gets the characters of the same numbers as the bytes.
"""

import json
import sys
import time
from importlib.metadata import version


def pyahocorasick(patterns):
    import ahocorasick

    automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
    for number, pattern in enumerate(patterns):
        automaton.add_word(pattern.decode("latin-1"), number)
    automaton.make_automaton()
    text = data.decode("latin-1")
    return lambda: sum(1 for _ in automaton.iter(text))


def daachorse(patterns):
    import daachorse

    automaton = daachorse.DoubleArrayAhoCorasick(patterns)
    return lambda: len(automaton.find_overlapping(data))


tool = sys.argv[1]
patterns = [p for p in open(sys.argv[2], "rb").read().split(b"\n") if p]
data = open(sys.argv[3], "rb").read()
start = time.perf_counter()
search = {"pyahocorasick": pyahocorasick, "daachorse": daachorse}[tool](patterns)
built = time.perf_counter() - start
print(json.dumps({"tool": f"{tool} {version(tool)}", "entries": len(patterns),
                  "build_seconds": built}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    matches = search()
    print(json.dumps({"seconds": time.perf_counter() - start, "matches": matches}), flush=True)
