"""Makes the worst inputs that we know of for each way of finding literals.

    dense.py OUT

OUT is the folder with the patterns that `data.py` wrote (`names-1000.txt` …); the inputs go there too.
Each is built against one stage of the search: what comes before that stage lets everything through,
and the stage itself finds nothing, or everything.
"""

import random
import sys
from pathlib import Path

BYTES = 16 << 20
# What each is measured against.
PEER = "the automaton alone"


def filled(parts, generator):
    data = bytearray()
    while len(data) < BYTES:
        data += generator.choice(parts)
    return bytes(data[:BYTES])


def bursts(dense, sparse, generator):
    """Dense stretches with quiet ones between them, so that every change of plan comes too late."""
    data = bytearray()
    while len(data) < BYTES:
        at = generator.randrange(len(dense) - 65_536)
        data += dense[at : at + 16_384]
        at = generator.randrange(len(sparse) - 131_072)
        data += sparse[at : at + generator.choice([16_384, 32_768, 65_536, 131_072])]
    return bytes(data[:BYTES])


def around(pattern, before, behind):
    """The part of a name around its first dot."""
    dot = pattern.find(b".")
    return pattern[max(0, dot - before) : dot + behind]


def inputs(kind, size, patterns, out):
    """Each input of one set of patterns: its name and bytes."""
    generator = random.Random(f"{kind}{size}")
    yield "patterns", filled(patterns, generator)
    # Everything but the last byte, which comes out another.
    yield "all but the last byte", filled([p[:-1] + b"\x01" for p in patterns], generator)
    if kind == "names":
        yield "anchors only", filled([b".c", b".n", b".o", b".a", b".r"], generator)
        yield "windows only", filled([around(p, 5, 3) for p in patterns], generator)
        quiet = (out / "names-none.input").read_bytes()
        yield "bursts", bursts(filled([around(p, 5, 3) for p in patterns], generator), quiet, generator)
    else:
        pairs = [p[i : i + 2] for p in patterns for i in range(0, min(len(p), 40) - 1, 3)]
        yield "pairs of patterns", filled(pairs, generator)
        pieces = [p[i : i + 10] for p in patterns for i in range(0, min(len(p), 60), 7)]
        yield "pieces of patterns", filled(pieces, generator)


def write_all(out):
    """All inputs, and `dense.list`: a line for each, its name and files."""
    rows = []
    runs = out / "dense-aaaa.input"
    runs.write_bytes(b"a" * BYTES)
    (out / "dense-runs.txt").write_bytes(b"".join(b"a" * n + b"\n" for n in (2, 3, 5, 8, 13, 21, 34, 55)))
    rows.append(("8 runs of a: aaaa", "dense-runs.txt", runs.name))
    # Long runs that fail at their ends.
    (out / "dense-ends.txt").write_bytes(
        b"".join(b"a" * n + b"%d" % i + b"\n" for i in range(10) for n in (40, 400, 4000)))
    rows.append(("30 runs of a with an end: aaaa", "dense-ends.txt", runs.name))
    # One site with ten thousand names below it: windows that all share.
    generator = random.Random(7)
    site = b".blog.sharedhosting.example"
    (out / "dense-hosting.txt").write_bytes(
        b"".join(b"%x" % generator.randrange(1 << 32) + site + b"\n" for _ in range(10_000)))
    (out / "dense-hosting.input").write_bytes(
        filled([b"%x" % generator.randrange(1 << 32) + site for _ in range(50_000)], generator))
    rows.append(("10000 names of one site: others of it", "dense-hosting.txt", "dense-hosting.input"))
    for kind, sizes in [("names", [10, 1_000, 100_000, 1_000_000]), ("strings", [100, 1_000, 10_000])]:
        for size in sizes:
            path = out / f"{kind}-{size}.txt"
            patterns = [p for p in path.read_bytes().split(b"\n") if p]
            for name, data in inputs(kind, size, patterns, out):
                if size == 1_000_000 and name not in ("windows only", "all but the last byte"):
                    # An automaton of these takes ten seconds to build, and every row the more.
                    continue
                target = out / f"dense-{kind}-{size}-{name.replace(' ', '-')}.input"
                target.write_bytes(data)
                rows.append((f"{size} {kind}: {name}", path.name, target.name))
    (out / "dense.list").write_text("".join("\t".join(row) + "\n" for row in rows))


def rows(data):
    """Each comparison's name, patterns and input."""
    for line in (data / "dense.list").read_text().splitlines():
        name, patterns, text = line.split("\t")
        yield f"literals dense, {name}", data / patterns, data / text


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
