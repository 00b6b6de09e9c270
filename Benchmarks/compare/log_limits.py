#!/usr/bin/env python3
"""What scanning logs costs at its limits: small files, two cores, memory, decompression, crafted inputs.

    python3 log_limits.py --db DB [--sekisho PATH] [--few DB --many DB] [--megabytes 64] LOG...

Rows, each a median of rounds in which everything compared runs in turn:
  small files        10 000 files of 4 KiB of the first log, against one file of the same bytes
  two cores          --threads 2 against 1, beside two processes of a loop that does nothing but compute
  memory             the most anonymous memory of the process (RssAnon), for one log and for one ten times as long
  many indicators    the rate with the database of --many as a share of that with --few
  gzip, zstd         two threads on a compressed log against the bare decompressor (zlib's `pigz -d`-less
                     loop of Python's zlib, and `zstd -d`), as a share of its rate
  crafted            inputs made to cost much, as the cost of a byte against that of the first log
"""
import argparse
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib

class NewKeys:
    """Lines each of which has a key that none before it had, beside a value that must be looked at."""

    def __init__(self, line):
        self.line = line

    def __mul__(self, count):
        return "".join(self.line % self.key(number) for number in range(count)).encode()

    def __len__(self):
        return len((self.line % "abcde").encode())

    @staticmethod
    def key(number):
        key = ""
        number += 26 ** 4
        while number:
            key += chr(97 + number % 26)
            number //= 26
        return key


CRAFTED = {
    "one line of text": b"lorem ipsum dolor 12:34:56 x=1 ",
    "nesting": b'[{"a":',
    "brackets": b"[",
    "dots": b".",
    "colons": b":",
    "hexadecimal digits": b"a1b2c3d4",
    "digests": b"0123456789abcdef0123456789abcdef ",
    "percent units": b"%41",
    "escapes": b"\\u0041",
    "above ASCII": "é".encode(),
    "ANSI sequences": b"\x1b[1m",
    "single letters and dots": b"a.",
    # Of the range for benchmarks (RFC 2544): real feeds hold 1.2.3.4, and each of them would be a hit.
    "addresses": b"198.18.7.9 ",
    "schemes": b"http://",
    "mail signs": b"a@",
    "lines that open an array": b"[\n",
    "lines that open an object": b"{\n",
    "objects that break off": b'{\n"a":1,\n',
    "empty objects": b"{}",
    "empty arrays, a line each": b"[]\n",
    "number signs, a line each": b"#\n",
    "headers that take turns": b"#Fields: a b c\n1 2 3\n#Fields: b c a\n1 2 3\n",
    "right to left": "\u05d0.b ".encode(),
    "names that are mapped": "\u00df.de ".encode(),
    "full width": "\uff41\uff0e\uff42 ".encode(),
    "names in Cyrillic": "\u0441\u043b\u043e\u0432\u043e.\u0434\u0435\u043b\u043e ".encode(),
    "names with percent units": b"a%2eb ",
    "ANSI sequences in records": b'{"a":"\\u001b[1m"}\n',
    "percent units in short lines": b"%41" * 66 + b"\n",
    "keys that are new": NewKeys('{"%s":"\u00e9.example"}\n'),
    "pairs whose keys are new": NewKeys("%s=1 b=1 c=1 d=\u00e9.example\n"),
    "headers that are new": NewKeys("#Fields: %s b c\n1 2 \u00e9.example\n"),
}


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def most_memory(command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as status:
                most = max([most] + [int(line.split()[1]) for line in status
                                     if line.startswith("RssAnon")])
        except (FileNotFoundError, ProcessLookupError):
            break
        time.sleep(0.005)
    return most / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", required=True)
    parser.add_argument("--few")
    parser.add_argument("--many")
    parser.add_argument("--sekisho", default=".build/release/sekisho")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--near-misses", help="a file of text whose every token passes the filters")
    parser.add_argument("logs", nargs="+")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp()
    log = arguments.logs[0]

    def scan(paths, threads=1, database=arguments.db):
        return [arguments.sekisho, "scan", "--threads", str(threads), "--quiet", "--format", "ndjson",
                "--db", database, "-o", os.devnull, *paths]

    def ratio(left, right):
        """The median of how much longer the left one takes."""
        return statistics.median(
            seconds(left) / seconds(right) for _ in range(arguments.rounds))

    with open(log, "rb") as file:
        data = file.read(arguments.megabytes << 20)
    data = data[:data.rfind(b"\n") + 1]
    whole = os.path.join(folder, "whole.log")
    with open(whole, "wb") as file:
        file.write(data)

    small = os.path.join(folder, "small")
    os.mkdir(small)
    for number in range(10_000):
        part = data[number * 4096:(number + 1) * 4096]
        with open(os.path.join(small, f"{number}.log"), "wb") as file:
            file.write(part)
    together = os.path.join(folder, "together.log")
    with open(together, "wb") as file:
        file.write(data[:10_000 * 4096])
    taken = seconds(scan([small]))
    print(f"10 000 small files: {10_000 / taken:.0f} files a second, "
          f"{ratio(scan([small]), scan([together])):.1f} times one file of the same bytes", flush=True)

    loop = [sys.executable, "-c", "s=0\nfor i in range(6000000): s+=i*i"]

    def two_loops():
        start = time.perf_counter()
        processes = [subprocess.Popen(loop) for _ in range(2)]
        for process in processes:
            process.wait()
        return time.perf_counter() - start

    ours, pure = [], []
    for _ in range(arguments.rounds):
        ours.append(seconds(scan([log])) / seconds(scan([log], threads=2)))
        pure.append(2 * seconds(loop) / two_loops())
    print(f"two cores: {statistics.median(ours):.2f} times one, a pure loop "
          f"{statistics.median(pure):.2f}; share "
          f"{statistics.median(a / b for a, b in zip(ours, pure)):.2f}", flush=True)

    long = os.path.join(folder, "long.log")
    with open(long, "wb") as file:
        for _ in range(10):
            file.write(data)
    for threads in (1, 2):
        print(f"memory, {threads} threads: {most_memory(scan([whole], threads)):.0f} MiB, ten times as "
              f"long {most_memory(scan([long], threads)):.0f} MiB", flush=True)
    os.unlink(long)

    if arguments.few and arguments.many:
        slower = ratio(scan([log], database=arguments.few), scan([log], database=arguments.many))
        print(f"many indicators: {slower:.2f} of the rate with few", flush=True)

    packed = os.path.join(folder, "whole.log.gz")
    with open(packed, "wb") as file:
        file.write(gzip.compress(data, 6))
    shares = []
    for _ in range(arguments.rounds):
        with open(packed, "rb") as file:
            content = file.read()
        start = time.perf_counter()
        zlib.decompress(content, 31)
        bare = time.perf_counter() - start
        shares.append(bare / seconds(scan([packed], threads=2)))
    print(f"gzip: {statistics.median(shares):.2f} of the rate of zlib", flush=True)
    if shutil.which("zstd"):
        subprocess.run(["zstd", "-q", "-f", whole], check=True)
        share = 1 / ratio(scan([whole + ".zst"], threads=2),
                          ["zstd", "-q", "-d", "-c", whole + ".zst"])
        print(f"zstd: {share:.2f} of the rate of zstd -d", flush=True)

    crafted = dict(CRAFTED)
    if arguments.near_misses:
        with open(arguments.near_misses, "rb") as file:
            crafted["near misses"] = file.read()
    for name, unit in crafted.items():
        path = os.path.join(folder, "crafted")
        with open(path, "wb") as file:
            block = unit * ((1 << 20) // len(unit) + 1)
            for _ in range(max(1, (arguments.megabytes << 20) // len(block))):
                file.write(block)
            file.write(b"\n")
        size = os.path.getsize(path) / len(data)
        print(f"crafted, {name}: {ratio(scan([path]), scan([whole])) / size:.2f}", flush=True)
    shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
