"""Scans captures with our command and with its peers in turn, and writes the table of ratios.

    captures.py --corpus DIR --db DATABASE [--sekisho PATH] [--work DIR] [--rounds 9] [--only REGEX]

Captures are made in the work folder: the corpus' own, enlarged (Tests/Tools/enlarge_captures.py), a scan
storm with one packet a flow, and one full of hits. Each round runs every command of a row once, one after
another; the table has the median of the rounds' ratios, so a row above 1 is one that we win, and the same
for processor time (user and system), which other work on the machine moves less. Everything is read once
before, so that files are in memory. All processes are bound to as many cores as a row says.

Peers: tcpdump with a filter that matches nothing (what libpcap alone costs), nDPI's reader (Debian's
libndpi-bin) and tshark with the same fields. What cannot be had is named in the table.
"""

import argparse
import os
import re
import shutil
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NOTHING = "ether host 02:00:00:00:00:99 and port 9"
FIELDS = ["ip.src", "ip.dst", "dns.qry.name", "dns.a", "dns.aaaa", "http.host", "http.request.full_uri",
          "http.user_agent", "tls.handshake.extensions_server_name", "tls.handshake.ja3",
          "tls.handshake.ja3s"]


def frame(source, destination, protocol, payload):
    total = 20 + len(payload)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, total, 1, 0, 64, protocol, 0, source, destination)
    return bytes(12) + b"\x08\x00" + ip + payload


def write_capture(path, frames):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number, data in enumerate(frames):
            out.write(struct.pack("<IIII", 1_700_000_000 + number // 1000, number % 1000 * 1000,
                                  len(data), len(data)) + data)


def storm(path, flows=2_000_000):
    """A SYN a flow: every packet is one of a flow that was never seen, with addresses that no feed has."""
    def frames():
        for flow in range(flows):
            source = struct.pack(">I", 0x0A000000 + flow % 0x20000)
            tcp = struct.pack(">HHIIBBHHH", 1024 + flow // 0x20000, flow % 60000 + 1, flow, 0,
                              0x50, 2, 1024, 0, 0)
            yield frame(source, bytes([10, 255, 0, 1]), 6, tcp)
    write_capture(path, frames())


def many_hits(path, names, queries=300_000):
    """DNS questions, every tenth for a name that is an indicator."""
    def frames():
        for query in range(queries):
            name = names[query % len(names)] if query % 10 == 0 else f"h{query}.example"
            labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
            dns = struct.pack(">HHHHHH", query & 0xFFFF, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"
            udp = struct.pack(">HHHH", 1024 + query % 60000, 53, 8 + len(dns), 0) + dns
            yield frame(bytes([10, 1, 0, 1 + query % 200]), bytes([10, 255, 0, 53]), 17, udp)
    write_capture(path, frames())


def seconds(command, cores):
    """Wall time, and the processor's time of the command: the two drift apart on a busy machine."""
    before = os.times()
    start = time.perf_counter()
    code = subprocess.run(["taskset", "-c", cores, *map(str, command)], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode
    wall = time.perf_counter() - start
    after = os.times()
    if command[1:2] == ["scan"] and code not in (0, 2):
        sys.exit(f"captures.py: {command[0]} ended with {code}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, used


class Table:
    def __init__(self, rounds):
        self.rounds = rounds
        print("| row | ours | peer | ratio (peer / ours) | ratio of processor time | rounds |")
        print("|---|---|---|---|---|---|")

    def row(self, name, ours, peer, cores="0", peer_cores=None, rounds=None):
        peer_cores = peer_cores or cores
        rounds = rounds or self.rounds
        seconds(ours, cores)
        pairs = [(seconds(ours, cores), seconds(peer, peer_cores)) for _ in range(rounds)]
        ratio, used = (statistics.median(theirs[at] / mine[at] for mine, theirs in pairs) for at in (0, 1))
        mine, theirs = (statistics.median(side[0] for side in column) for column in zip(*pairs))
        print(f"| {name} | {mine:.3f} s | {theirs:.3f} s | {ratio:.2f} | {used:.2f} | {rounds} |",
              flush=True)

    def missing(self, name, what):
        print(f"| {name} | | | {what} is not there | | |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--db", required=True, help="indicators of all kinds but file hashes")
    parser.add_argument("--literals", help="a database with 10 000 text indicators")
    parser.add_argument("--names", type=Path, help="names in the database, one a line, for the row of hits")
    parser.add_argument("--sekisho", default=str(ROOT / ".build/release/sekisho"))
    parser.add_argument("--work", type=Path, default=Path("capture-benchmark"))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    captures = options.corpus / "pcaps"
    large, storming = options.work / "large.pcap", options.work / "storm.pcap"
    if not large.exists():
        files = sorted(path for path in captures.rglob("*") if path.is_file())
        subprocess.run([sys.executable, ROOT / "Tests/Tools/enlarge_captures.py", "-o", large, *files],
                       check=True, stderr=subprocess.DEVNULL)
    if not storming.exists():
        storm(storming)

    def scan(inputs, threads=1, database=options.db):
        return [options.sekisho, "scan", "--quiet", "--exit-zero", "--threads", threads, "--db", database,
                "--format", "ndjson", *inputs]

    def walk(capture):
        return ["tcpdump", "-n", "-r", capture, NOTHING]

    for database in filter(None, (options.db, options.literals)):
        # A database that is refused would make a quick scan.
        subprocess.run([options.sekisho, "inspect", database], check=True, stdout=subprocess.DEVNULL)
    table = Table(options.rounds)
    wanted = re.compile(options.only)
    if wanted.search("tcpdump"):
        table.row("one core, against tcpdump", scan([large]), walk(large))
    if wanted.search("storm"):
        table.row("one packet a flow, against tcpdump", scan([storming]), walk(storming))
    if wanted.search("hits") and options.names:
        hitting = options.work / "hits.pcap"
        if not hitting.exists():
            names = [line.strip() for line in options.names.read_text().splitlines() if line.strip()]
            many_hits(hitting, names[:1000])
        table.row("a hit in ten packets, against tcpdump", scan([hitting]), walk(hitting))
    if wanted.search("literals") and options.literals:
        table.row("10 000 payload literals, against tcpdump",
                  scan([large], database=options.literals), walk(large))
    if wanted.search("small"):
        each = f"find '{captures}' -type f | while read f; do tcpdump -r \"$f\" '{NOTHING}'; done"
        table.row("the corpus' small files, against a tcpdump each", scan([captures]), ["sh", "-c", each],
                  rounds=3)
    if wanted.search("ndpi"):
        if shutil.which("ndpiReader"):
            table.row("one core, against nDPI's reader", scan([large]),
                      ["ndpiReader", "-q", "-i", large], rounds=3)
        else:
            table.missing("one core, against nDPI's reader", "ndpiReader (libndpi-bin)")
    if wanted.search("tshark"):
        if shutil.which("tshark"):
            fields = [part for field in FIELDS for part in ("-e", field)]
            table.row("one core, against tshark", scan([large]),
                      ["tshark", "-n", "-r", large, "-T", "fields", *fields], rounds=1)
        else:
            table.missing("one core, against tshark", "tshark")
    if wanted.search("two") and (os.cpu_count() or 1) >= 2:
        copies = [options.work / f"copy{index}.pcap" for index in range(4)]
        for copy in copies:
            if not copy.exists():
                os.link(large, copy)
        table.row("two cores against one, one file", scan([large], threads=2), scan([large]), "0,1", "0")
        table.row("two cores against one, many files", scan(copies, threads=2), scan(copies), "0,1",
                  "0", rounds=min(options.rounds, 5))


if __name__ == "__main__":
    sys.exit(main())
