"""Runs our matchers and their peers in turn on the same data, and writes the table of ratios.

    compare.py --corpus DIR [--work DIR] [--rounds 9] [--only REGEX] [--output FILE]
    compare.py --literals PATTERNS INPUT [--work DIR] [--rounds 9] [--output FILE]

The first makes its data from a folder of feeds, logs and captures; with `--only` the other rows of the
output stay as they are. The second takes your own: one pattern a line, and what is searched.

A round starts our command once and asks each peer, which stays in memory, once; nine rounds, the
median of the rounds' ratios. A fixed loop is timed in each round; a round in which it took more than
a tenth longer or less than in the median round does not count, and a row with fewer than five rounds
left says so. Counts must agree.

Peers come from the package registries: Debian's (libvectorscan-dev, libabsl-dev, libxxhash-dev,
libdpdk-dev, ripgrep, grep) and pip's (ahocorasick_rs, daachorse, pyahocorasick, pytricia, radixtarget). What cannot
be had is named in the table. Both sides ask the system for huge pages.
"""

import argparse
import dense
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Seconds from which on a peer's search is not repeated in a round, and three rounds do.
SLOW = 5


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


class Peers:
    """Builds the peers' programs, and remembers which cannot be had."""

    def __init__(self, work):
        self.work = work
        self.missing = {}
        work.mkdir(parents=True, exist_ok=True)
        self.install()

    def install(self):
        packages = ["libvectorscan-dev", "libabsl-dev", "libxxhash-dev", "libdpdk-dev", "g++",
                    "ripgrep", "grep"]
        if shutil.which("apt-get"):
            subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", *packages],
                           capture_output=True)
        if not (self.work / "venv").exists():
            run(sys.executable, "-m", "venv", str(self.work / "venv"))
        python = str(self.work / "venv/bin/python")
        subprocess.run([python, "-m", "pip", "install", "-q", "ahocorasick_rs", "daachorse",
                        "pyahocorasick", "pytricia", "radixtarget"], capture_output=True)
        self.build("vectorscan", "cc", "-O2", "-o", "{out}", HERE / "vectorscan.c", "-lhs")
        self.build("keys", "c++", "-O2", "-std=c++17", "-march=native", "-o", "{out}", HERE / "keys.cpp",
                   "-labsl_raw_hash_set", "-labsl_hash", "-labsl_hashtablez_sampler", "-lxxhash")
        try:
            flags = run("pkg-config", "--cflags", "--libs", "libdpdk").split()
        except (OSError, subprocess.CalledProcessError) as error:
            self.missing["dpdk"] = str(error)
        else:
            self.build("dpdk", "cc", "-O2", "-march=native", "-o", "{out}", HERE / "dpdk.c", *flags)

    def build(self, name, *command):
        command = [str(part).replace("{out}", str(self.work / name)) for part in command]
        try:
            run(*command)
        except (OSError, subprocess.CalledProcessError) as error:
            self.missing[name] = (getattr(error, "stderr", None) or str(error)).strip()[-200:]

    def command(self, name, *arguments):
        if name.endswith(".py"):
            return [str(self.work / "venv/bin/python"), str(HERE / name), *map(str, arguments)]
        return [str(self.work / name), *map(str, arguments)]


class Peer:
    """A peer's process: builds once, then answers each line with seconds and matches."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.header = self.answer()

    def answer(self):
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(self.process.stderr.read().strip()[-300:] or "no answer")
            if line.startswith("{"):
                return json.loads(line)

    def round(self):
        best = None
        # As often as our command repeats.
        for _ in range(3):
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            answer = self.answer()
            if best is None or answer["seconds"] < best["seconds"]:
                best = answer
            if answer["seconds"] > SLOW:
                break
        return best

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Ourselves:
    """Our own command in another way, as a peer."""

    def __init__(self, name, command, amount):
        self.command = command
        self.amount = amount
        self.header = {"tool": name}

    def round(self):
        figures = json.loads(run(*self.command, "--repeat", "3", "--json"))
        self.header["build_seconds"] = figures["build_seconds"]
        self.header["structure_bytes"] = figures["structure_bytes"]
        return {"seconds": self.amount / figures["best"], "matches": figures["matches"]}

    def close(self):
        pass


def calibrate():
    """Seconds of a fixed loop."""
    start = time.perf_counter()
    value = 1
    for i in range(600_000):
        value = (value * 1103515245 + i) & 0xFFFFFFFF
    return time.perf_counter() - start


def measure(ours, peers, amount, rounds):
    """Rates of both sides in each round, and our figures."""
    running = {}
    failed = {}
    for name, command in peers.items():
        try:
            running[name] = (
                Ourselves(name, command, amount) if name == dense.PEER else Peer(command))
        except (OSError, RuntimeError) as error:
            failed[name] = str(error)
    table = []
    for _ in range(rounds):
        clock = calibrate()
        figures = json.loads(run(*ours, "--repeat", "3", "--json"))
        rates = {name: peer.round() for name, peer in running.items()}
        table.append((clock, figures, rates))
        if len(table) == 3 and any(rate["seconds"] > SLOW for rate in rates.values()):
            break
    for peer in running.values():
        peer.close()
    middle = statistics.median(clock for clock, _, _ in table)
    steady = [row for row in table if abs(row[0] - middle) <= 0.1 * middle]
    used = steady if len(steady) >= 5 else table
    figures = used[0][1]
    result = {
        "entries": figures["entries"],
        "build": statistics.median(f["build_seconds"] for _, f, _ in used),
        "bytes": figures["structure_bytes"],
        "ours": statistics.median(f["best"] for _, f, _ in used),
        "unit": figures["unit"],
        "rounds": f"{len(steady)}/{len(table)}",
        "peers": [],
    }
    for name, peer in running.items():
        ratios = [f["best"] / (amount / r[name]["seconds"]) for _, f, r in used]
        # Tools that count lines are held against a count of lines.
        wanted = {peer.header["lines"]} if "lines" in peer.header else {figures["matches"]}
        counts = {r[name].get("matches", r[name].get("lines")) for _, _, r in used}
        result["peers"].append({
            "tool": peer.header["tool"],
            "rate": statistics.median(amount / r[name]["seconds"] for _, _, r in used),
            "ratio": statistics.median(ratios),
            "build": peer.header.get("build_seconds"),
            "bytes": peer.header.get("structure_bytes"),
            "agree": counts == wanted,
            "matches": ", ".join(map(str, sorted(wanted))) + (" lines" if "lines" in peer.header else ""),
        })
    for name, why in failed.items():
        result["peers"].append({"tool": name, "failed": why})
    return result


def literal_rows(data, peers, sekisho):
    bench = [sekisho, "bench", "literals"]
    for kind in ["names", "strings"]:
        files = sorted(data.glob(f"{kind}-*.txt"), key=lambda p: int(p.stem.split("-")[1]))
        for patterns in files:
            size = int(patterns.stem.split("-")[1])
            for density in ["none", "10k", "100"]:
                text = data / (f"{kind}-none.input" if density == "none" else f"{kind}-{size}-{density}.input")
                others = {"vectorscan": peers.command("vectorscan", patterns, text)}
                if density == "none" and 1_000 <= size < 1_000_000:
                    others["aho.py"] = peers.command("aho.py", patterns, text)
                if density == "none" and size in (1_000, 100_000):
                    others["daachorse"] = peers.command("wheels.py", "daachorse", patterns, text)
                if density == "none" and size == 1_000:
                    # A call a match in Python: slower than all others, at any size.
                    others["pyahocorasick"] = peers.command("wheels.py", "pyahocorasick", patterns, text)
                if density == "10k" and size in (100, 10_000):
                    for tool in ["rg", "grep"]:
                        others[tool] = peers.command("greps.py", tool, patterns, text)
                yield (f"literals {kind} {size} hits {density}", [*bench, str(patterns), str(text)],
                       others, text.stat().st_size / 1e9)
    for name, patterns, text in dense.rows(data):
        ours = [*bench, str(patterns), str(text)]
        yield name, ours, {dense.PEER: [*ours, "--strategy", "automaton"]}, text.stat().st_size / 1e9


def own_literals(patterns, text, peers, sekisho):
    ours = [sekisho, "bench", "literals", str(patterns), str(text)]
    others = {
        "vectorscan": peers.command("vectorscan", patterns, text),
        "aho.py": peers.command("aho.py", patterns, text),
        "daachorse": peers.command("wheels.py", "daachorse", patterns, text),
        "pyahocorasick": peers.command("wheels.py", "pyahocorasick", patterns, text),
        "rg": peers.command("greps.py", "rg", patterns, text),
        "grep": peers.command("greps.py", "grep", patterns, text),
        dense.PEER: [*ours, "--strategy", "automaton"],
    }
    yield f"literals of {patterns.name} in {text.name}", ours, others, text.stat().st_size / 1e9


def rows(data, peers, sekisho):
    """Every comparison: its name, our command, the peers' commands and the amount of a round."""
    yield from literal_rows(data, peers, sekisho)
    for kind, flag in [("names", []), ("digests", ["--hex"])]:
        for density in ["miss99", "hit50"]:
            keys, queries = data / f"keys-{kind}.txt", data / f"keys-{kind}-{density}.txt"
            amount = sum(block.count(b"\n") for block in iter_blocks(queries)) / 1e6
            yield (f"keys {kind} {density}",
                   [sekisho, "bench", "keys", str(keys), str(queries), *flag],
                   {"keys": peers.command("keys", keys, queries, *["hex"][: len(flag)])}, amount)
    for density in ["random", "skewed"]:
        yield from prefix_rows("ipv4", density, ["fib"], data, peers, sekisho)
    yield from prefix_rows("ipv6", "random", ["fib6", "lpm6"], data, peers, sekisho)


def prefix_rows(family, density, dpdk, data, peers, sekisho):
    """The longest prefix against DPDK and Python's tries, and all prefixes against the one that has them."""
    prefixes, addresses = data / f"{family}.txt", data / f"{family}-{density}.txt"
    amount = sum(block.count(b"\n") for block in iter_blocks(addresses)) / 1e6
    others = {"rte_" + tool: peers.command("dpdk", tool, prefixes, addresses) for tool in dpdk}
    tries = ["pytricia", "radixtarget"] if density == "random" else []
    for tool in tries:
        others[tool] = peers.command("tries.py", tool, "longest", prefixes, addresses)
    ours = [sekisho, "bench", "prefixes", str(prefixes), str(addresses)]
    yield f"prefixes {family} {density}", ours, others, amount
    if tries:
        yield (f"prefixes {family} {density} covering", [*ours, "--covering"],
               {"pytricia": peers.command("tries.py", "pytricia", "covering", prefixes, addresses)}, amount)


def iter_blocks(path):
    if not path.exists():
        # Data of rows that are not asked for is not made.
        return
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            yield block


class Table:
    """The rows of the output, those of an earlier run among them."""

    HEAD = [
        "# Results",
        "",
        "The present state; `HISTORY.md` has what was measured before, and all notes. The first table",
        "(literals, keys, prefixes) is written by `Benchmarks/compare/compare.py`, whose first lines say how it",
        "measures and whose `data.py` and `dense.py` say what the data is. Ratios above 1 are in our favour. One core.",
        "The rest is written by hand: [how measured](#how-measured), [feeds](#feeds), [logs](#logs),",
        "[crafted inputs](#crafted-inputs), [captures](#captures),",
        "[memory, small files, threads, compression](#memory-small-files-threads-compression).",
        "",
    ]
    COLUMNS = "| what | ours | build, size | peer | its rate | its build, size | ratio | counts | steady rounds | run |"

    def __init__(self, path):
        self.path = path
        revision = run("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD").strip()
        if run("git", "-C", str(ROOT), "status", "--porcelain", "Sources", "Benchmarks/compare"):
            revision += " and changes"
        self.run = f"{time.strftime('%Y-%m-%d')} {revision}"
        self.done = set()
        lines = path.read_text().splitlines() if path.exists() else []
        head = next((i for i, line in enumerate(lines) if line.startswith("| what | ours")), len(lines))
        end = next((i for i in range(head, len(lines)) if not lines[i].startswith("|")), len(lines))
        self.rows = [(line.split("|")[1].strip(), line) for line in lines[head + 2:end]]
        # What a person wrote below the table stays, other tables among it.
        self.notes = lines[end:]

    def replace(self, name, result):
        def size(value):
            return "" if value is None else f", {value / 1e6:.1f} MB"

        head = f"| {name} | {result['ours']:.2f} {result['unit']} | {result['build']:.3f} s{size(result['bytes'])} "
        lines = []
        for peer in result["peers"]:
            if "failed" in peer:
                why = " ".join(peer["failed"].split())[:80]
                lines.append(head + f"| {peer['tool']} | not to be had: {why} | | | | | {self.run} |")
                continue
            built = "" if peer["build"] is None else f"{peer['build']:.3f} s{size(peer['bytes'])}"
            counts = f"{peer['matches']} equal" if peer["agree"] else "DIFFERENT"
            lines.append(head + f"| {peer['tool'].strip()} | {peer['rate']:.2f} | {built} "
                         f"| **{peer['ratio']:.2f}** | {counts} | {result['rounds']} | {self.run} |")
        for line in lines:
            print(line, flush=True)
        new = [(name, line) for line in lines]
        at = next((i for i, row in enumerate(self.rows) if row[0] == name), None)
        if at is None:
            # Behind the last row of its kind.
            kind = name.split()[0]
            at = 1 + max((i for i, row in enumerate(self.rows) if row[0].split()[0] == kind),
                         default=len(self.rows) - 1)
        before = [row for row in self.rows[:at] if row[0] != name]
        self.rows = before + new + [row for row in self.rows[at:] if row[0] != name]

    def write(self, missing):
        lines = self.HEAD + [
            f"- Machine of the last run: {machine()}",
            f"- Swift: {run('swift', '--version').splitlines()[0]}",
            "",
            self.COLUMNS,
            "|---" * 10 + "|",
        ] + [line for _, line in self.rows] + self.notes
        lines += [f"\nNot built: {name}: {why}" for name, why in missing.items()]
        self.path.write_text("\n".join(lines).rstrip("\n") + "\n")


def machine():
    name = platform.processor() or "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            name = line.split(":")[1].strip()
            break
    return f"{name}, Linux {platform.release()}"


def main():
    # For us and for all peers alike; DPDK's, which has memory of its own, does it itself.
    os.environ.setdefault("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--literals", nargs=2, type=Path, metavar=("PATTERNS", "INPUT"))
    parser.add_argument("--work", type=Path, default=ROOT / ".build-compare")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    if not options.corpus and not options.literals:
        parser.error("give --corpus or --literals")
    if options.output is None:
        own = options.work / "own.md"
        options.output = own if options.literals else ROOT / "Benchmarks/RESULTS.md"
    data = options.work / "data"
    for part in [] if options.literals else ["literals", "keys", "prefixes"]:
        if re.search(options.only, part) or options.only.startswith(part):
            run(sys.executable, str(HERE / "data.py"), str(options.corpus), str(data), part)
    peers = Peers(options.work)
    sekisho = ROOT / ".build/release/sekisho"
    if not sekisho.exists():
        sys.exit("compare.py: build the command first: swift build -c release --product sekisho")
    table = Table(options.output)
    disagree = False
    if options.literals:
        chosen = own_literals(*options.literals, peers, str(sekisho))
    else:
        chosen = rows(data, peers, str(sekisho))
    for name, ours, others, amount in chosen:
        if not re.search(options.only, name):
            continue
        result = measure(ours, others, amount, options.rounds)
        disagree |= any(not peer.get("agree", True) for peer in result["peers"])
        table.replace(name, result)
        table.write(peers.missing)
    table.write(peers.missing)
    if disagree:
        sys.exit("compare.py: counts differ")


if __name__ == "__main__":
    main()
