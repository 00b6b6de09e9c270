#!/usr/bin/env python3
"""How long compiling feeds takes, and what memory and database it needs; and what hostile files cost.

    feeds.py --sekisho PATH [--base PATH] [--rounds 3] [--corpus DIR] DATA
    feeds.py --sekisho PATH --hostile DATA

Makes its files in the folder DATA unless they are there: a million names (half of them the corpus', the others
varied from them), ten million SHA-256, a STIX bundle of 100 MB. Prints rows of a Markdown table: processor seconds
(user and system) of `compile` in turns with those of another build, if one is given, and peak memory beside what it
may be (three times the database and 100 MB). Run it on one core (`taskset -c 1`).
"""

import argparse
import glob
import gzip
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import uuid


def names(path, corpus):
    random.seed(6)
    found = []
    for part in sorted(glob.glob(os.path.join(corpus, "feeds/scale/*domains*.txt.gz"))
                       + glob.glob(os.path.join(corpus, "feeds/scale/*phishing*.txt.gz"))):
        with gzip.open(part, "rt", errors="replace") as lines:
            found += [line.strip() for line in lines
                      if "." in line and line[0] != "#" and " " not in line.strip()]
    found = list(dict.fromkeys(found))[:500_000] or [f"host{number}.evil.example" for number in range(1000)]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    every = list(found)
    while len(every) < 1_000_000:
        first, _, rest = found[len(every) % len(found)].partition(".")
        every.append(first[:6] + "".join(random.choices(letters, k=5)) + "." + rest)
    random.shuffle(every)
    with open(path, "w") as file:
        file.write("\n".join(every) + "\n")


def digests(path, _):
    with open(path, "w") as file:
        for start in range(0, 10_000_000, 100_000):
            file.write("".join(hashlib.sha256(b"%d" % number).hexdigest() + "\n"
                               for number in range(start, start + 100_000)))


def bundle(path, _):
    random.seed(1)
    number = size = 0
    with open(path, "w") as file:
        file.write('{"type":"bundle","id":"bundle--1","objects":[')
        while size < 100_000_000:
            pattern = ("[domain-name:value = 'n%d.bad%d.example']" % (number, number % 977),
                       "[ipv4-addr:value = '203.%d.%d.%d']" % (number % 200, number // 256 % 256, number % 256),
                       "[file:hashes.'SHA-256' = '%064x']" % random.getrandbits(256))[number % 3]
            text = json.dumps({
                "type": "indicator", "spec_version": "2.1",
                "id": "indicator--%s" % uuid.UUID(int=random.getrandbits(128)),
                "created": "2024-05-01T10:00:00.000Z", "modified": "2024-05-01T10:00:00.000Z",
                "name": "Indicator %d" % number, "description": "Seen in campaign %d" % (number % 50),
                "indicator_types": ["malicious-activity"], "pattern": pattern, "pattern_type": "stix",
                "valid_from": "2024-05-01T10:00:00Z", "labels": ["c2", "l%d" % (number % 20)],
                "confidence": number % 100})
            file.write(("," if number else "") + text)
            size += len(text) + 1
            number += 1
        file.write("]}")


def hostile(folder):
    """Files and the format that each is read as, or None."""
    def path(name):
        return os.path.join(folder, name)

    with open(path("line.txt"), "wb") as file:
        for _ in range(1024):
            file.write(b"a" * (1 << 20))
        file.write(b"\nevil.example\n")
    begin = '{"type":"bundle","id":"bundle--1","objects":['
    for name, piece in ("arrays.json", "["), ("objects.json", '{"a":'), ("bundles.json", '{"objects":['):
        with open(path(name), "w") as file:
            file.write(begin + piece * 1_000_000)
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(
        '<!ENTITY a%d "%s">' % (level, ("&a%d;" % (level - 1)) * 10) for level in range(1, 12))
    with open(path("bomb.ioc"), "w") as file:
        file.write('<?xml version="1.0"?><!DOCTYPE ioc [' + entities + "]><ioc><description>&a11;</description></ioc>")
    with gzip.open(path("bomb.txt.gz"), "wb", 9) as file:
        for _ in range(3 * 1024):
            file.write(b"\0" * (1 << 20))
    with open(path("cut.json"), "w") as file:
        file.write(begin + '{"type":"indicator","pattern":"[domain-name:value = \'evil.example\']"},{"type":"indi')
    aliases = "".join("a%d: &a%d [%s]\n" % (level, level, ", ".join(["*a%d" % (level - 1)] * 10) if level else "x")
                      for level in range(12))
    with open(path("feeds.yaml"), "w") as file:
        file.write(aliases)
    return [("line.txt", None), ("line.txt", "plain"), ("arrays.json", None), ("objects.json", None),
            ("bundles.json", None), ("bomb.ioc", None), ("bomb.txt.gz", None), ("bomb.txt.gz", "plain"),
            ("cut.json", None), ("feeds.yaml", "configuration")]


def run(program, arguments, database):
    if os.path.exists(database):
        os.unlink(database)
    done = subprocess.run(["/usr/bin/time", "-f", "%U %S %M", program, "compile", *arguments, "-o", database],
                          capture_output=True, text=True, errors="replace")
    user, system, memory = done.stderr.split()[-3:]
    size = os.path.getsize(database) if os.path.exists(database) else 0
    return float(user) + float(system), int(memory) / 1024, size / 1e6, done


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sekisho", required=True)
    arguments.add_argument("--base")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--corpus", default="../shared/corpus")
    arguments.add_argument("--hostile", action="store_true")
    arguments.add_argument("data")
    options = arguments.parse_args()
    os.makedirs(options.data, exist_ok=True)
    database = os.path.join(options.data, "out.skdb")
    if options.hostile:
        print("| file | seconds | peak MB | exit | said |\n|---|---:|---:|---:|---|")
        for name, kind in hostile(options.data):
            path = os.path.join(options.data, name)
            feed = ["--feeds", path] if kind == "configuration" else [path + ("=" + kind if kind else "")]
            seconds, memory, _, done = run(options.sekisho, feed, database)
            said = done.stderr.splitlines()[0].replace(options.data.rstrip("/") + "/", "")[:140].replace("|", "\\|")
            print(f"| {name} {kind or ''} | {seconds:.2f} | {memory:.0f} | {done.returncode} | {said} |", flush=True)
        return
    print("| feed | seconds | before | ratio | peak MB | allowed | database MB |\n|---|---:|---:|---:|---:|---:|---:|")
    for label, name, make in (("a million names", "names.txt", names), ("STIX, 100 MB", "bundle.json", bundle),
                              ("10 million SHA-256", "digests.txt", digests)):
        path = os.path.join(options.data, name)
        if not os.path.exists(path):
            make(path, options.corpus)
        before, after = [], []
        for _ in range(options.rounds):
            if options.base:
                before.append(run(options.base, [path], database)[0])
            after.append(run(options.sekisho, [path], database))
        seconds = [one[0] for one in after]
        peak, size = max(one[1] for one in after), after[0][2]
        ratio = statistics.median(b / a for b, a in zip(before, seconds)) if before else 0
        print(f"| {label} | {statistics.median(seconds):.2f} (best {min(seconds):.2f}) "
              f"| {statistics.median(before) if before else 0:.2f} | {ratio:.2f} | {peak:.0f} | {3 * size + 100:.0f} "
              f"| {size:.1f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
