#!/usr/bin/env python3
"""Scanning of logs beside other tools, in one run: a table of rates and of ratios.

    python3 logs.py --db DB [--db2 DB] --names NAMES [--sekisho PATH] [--rounds 5] [--sample-mb 8]
                    [--vectorscan] [--addresses FILE] LOG...

DB is an indicator database, NAMES its names one a line (for the tools that take patterns). Each round
runs every row once, in turn, so that a slow moment of the machine hits all of them; printed are medians
of the rates, and the median of the ratios to the newline count of the same round.

Rows:
  newline count     newlines.c over the bytes in memory: a look at every byte, and nothing else
  sekisho scan      the whole process, one thread: opening the database, reading, writing hits
  … with strings    the same with the database of --db2, which holds kinds of strings too
  … 1 in 10 KB,     the same as the first on the first 100 MB with addresses of the file of --addresses, which the
  … 1 in 100 B      database must hold, in place of those that are there, so far from one another
  grep -F -f        whole process, on a sample, since it would not end
  rg -F -f          the same, where ripgrep is installed
  vectorscan        the bare scan in memory by vectorscan.c, with --vectorscan; its build, of minutes with a
                    million names, is not counted
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


class Peer:
    """A program that keeps its data in memory and runs once for each byte that it is sent."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.facts = json.loads(self.process.stdout.readline())

    def rate(self, size):
        self.process.stdin.write(b".")
        return size / json.loads(self.process.stdout.readline())["seconds"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def build(folder, name, *flags):
    program = os.path.join(folder, name)
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".c")
    subprocess.run(["cc", "-O3", "-march=native", "-o", program, source, *flags], check=True)
    return program


ADDRESS = re.compile(rb"(?<![0-9A-Za-z.:-])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![0-9A-Za-z.-])")


def with_hits(data, gap, addresses):
    """The log with an address of a list in place of one of its own, once in so many bytes."""
    last, number = -gap, 0

    def replace(match):
        nonlocal last, number
        if match.start() - last < gap:
            return match[0]
        last = match.start()
        number += 1
        return addresses[number * 7919 % len(addresses)]

    return ADDRESS.sub(replace, data)


def hit_count(command):
    """How many hits a scan writes."""
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.count(b"\n")


def read_whole(path):
    """Has what the system let go of the file since the last run in memory again."""
    with open(path, "rb", buffering=0) as file:
        block = bytearray(1 << 20)
        while file.readinto(block):
            pass


def process_rate(command, size, timeout=None):
    start = time.perf_counter()
    try:
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=timeout)
        return size / (time.perf_counter() - start)
    except subprocess.TimeoutExpired:
        # At most this fast.
        return size / timeout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", required=True)
    parser.add_argument("--db2")
    parser.add_argument("--names")
    parser.add_argument("--addresses")
    parser.add_argument("--sekisho", default=".build/release/sekisho")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sample-mb", type=int, default=8)
    parser.add_argument("--vectorscan", action="store_true")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("logs", nargs="+")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp()
    newlines = build(folder, "newlines")
    vectorscan = build(folder, "vectorscan", "-lhs") if arguments.vectorscan else None
    print("| log | row | GB/s | of the newline count | bytes a hit |\n|---|---|---|---|---|")
    addresses = None
    if arguments.addresses:
        with open(arguments.addresses, "rb") as file:
            addresses = [line for line in file.read().split(b"\n") if ADDRESS.fullmatch(line)]
    for log in arguments.logs:
        size = os.path.getsize(log)
        with open(log, "rb") as file, open(os.path.join(folder, "sample"), "wb") as sample:
            sample.write(file.read(arguments.sample_mb << 20))
        sampled = os.path.getsize(sample.name)
        peers = {"newline count": Peer(newlines, log)}
        if vectorscan:
            peers["vectorscan"] = Peer(vectorscan, arguments.names, log)
        rows = {name: lambda peer=peer: peer.rate(size) for name, peer in peers.items()}
        hits = {}

        def add_scan(name, database, path):
            command = [arguments.sekisho, "scan", "--threads", "1", "--quiet", "--format", "ndjson",
                       "--db", database]
            bytes_scanned = os.path.getsize(path)

            def run():
                read_whole(path)
                return process_rate(command + ["-o", os.devnull, path], bytes_scanned)

            rows[name] = run
            hits[name] = bytes_scanned // max(1, hit_count(command + [path]))

        add_scan("sekisho scan", arguments.db, log)
        if arguments.db2:
            add_scan("sekisho scan with strings", arguments.db2, log)
        if addresses:
            with open(log, "rb") as file:
                data = file.read(100_000_000)
            for name, gap in {"1 in 10 KB": 10_000, "1 in 100 B": 100}.items():
                path = os.path.join(folder, f"hits-{gap}")
                with open(path, "wb") as output:
                    output.write(with_hits(data, gap, addresses))
                add_scan(f"sekisho scan, {name}", arguments.db, path)
        if arguments.names:
            rows["grep -F -f"] = lambda: process_rate(
                ["grep", "-a", "-F", "-f", arguments.names, sample.name], sampled,
                arguments.timeout)
        if arguments.names and shutil.which("rg"):
            rows["rg -F -f"] = lambda: process_rate(
                ["rg", "-a", "-F", "-j1", "-f", arguments.names, sample.name], sampled,
                arguments.timeout)
        rates = {name: [] for name in rows}
        slow = set()
        for _ in range(arguments.rounds):
            for name, run in rows.items():
                # What takes a minute for a sample is measured once.
                if name in slow:
                    continue
                start = time.perf_counter()
                rate = run()
                if time.perf_counter() - start > 10:
                    slow.add(name)
                rates[name].append(rate)
        base = rates["newline count"]
        for name, measured in rates.items():
            measured = [rate for rate in measured if rate]
            if not measured:
                continue
            ratio = statistics.median(rate / count for rate, count in zip(measured, base))
            print(f"| {os.path.basename(log)} | {name} | {statistics.median(measured) / 1e9:.3f} "
                  f"| {ratio:.4f} | {hits.get(name, '')} |", flush=True)
        for peer in peers.values():
            peer.end()
    shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
