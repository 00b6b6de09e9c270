#!/usr/bin/env python3
"""Looks up random entries of compiled feeds in the files that they come from.

    check_entries.py --sekisho PATH [--entries 10] [--seed N] CORPUS

Compiles each file of the corpus' feeds by itself, draws entries from the database (read by skdb.py), and looks
for each value in the lines that the entry names as its source: as it stands, without defanging, with the
escapes of JSON and XML undone, or as an address or network in another notation. One line for each value that is
not found there; the last line has the totals. Exit code 1 where any is missing.
"""

import argparse
import gzip
import html
import ipaddress
import os
import random
import re
import subprocess
import sys
import tempfile
import unicodedata
import urllib.parse

from skdb import Database, MODE_PREFIX


def refanged(text):
    text = unicodedata.normalize("NFKC", text).replace("\u3002", ".")
    text = re.sub(r"\[\s*\.\s*\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|\\\.|\[\.|\.\]", ".", text, flags=re.I)
    text = re.sub(r"h[x*]{2}p", "http", text, flags=re.I)
    for one, other in (("[:]", ":"), ("[://]", "://"), ("[/]", "/"), ("[@]", "@"), ("[at]", "@"), ("(at)", "@")):
        text = text.replace(one, other)
    return text.lower()


def unescaped(text):
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match.group(1), 16)), html.unescape(text))
    return text.replace("\\/", "/").replace("\\\\", "\\")


def networks(text):
    for word in re.findall(r"[0-9A-Fa-f:.]+(?:/\d+)?", text):
        try:
            yield ipaddress.ip_network(word.strip(".:") if not word.endswith("::") else word, strict=False)
        except ValueError:
            continue
    for first, last in re.findall(r"([0-9.]+)\s*-\s*([0-9.]+)", text):
        try:
            yield from ipaddress.summarize_address_range(
                ipaddress.ip_address(first), ipaddress.ip_address(last))
        except (ValueError, TypeError):
            continue


def is_found(entry, text):
    value = entry.text.lower()
    plain = refanged(unescaped(text))
    if value in plain or value in refanged(text):
        return True
    if entry.kind in ("ipv4", "ipv6"):
        wanted = ipaddress.ip_network(entry.text)
        return any(wanted == network for network in networks(plain))
    if entry.kind == "url":
        decoded = urllib.parse.unquote(plain)
        bare = urllib.parse.unquote(re.sub(r"^https?://", "", value)).rstrip("/")
        return bare in decoded or bare in re.sub(r":(80|443)(?=/)", "", decoded)
    if entry.kind == "domain" and "xn--" in value:
        try:
            return value.encode().decode("idna") in plain
        except UnicodeError:
            return False
    if entry.kind in ("filename", "registry-key", "pipe", "mutex"):
        tail = value.replace("\\", "/").rsplit("/", 1)[-1]
        return tail in plain.replace("\\", "/")
    # Colons in fingerprints.
    return value in plain.replace(":", "")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sekisho", required=True)
    arguments.add_argument("--entries", type=int, default=10)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("corpus")
    options = arguments.parse_args()
    random.seed(options.seed)
    root = os.path.join(options.corpus, "feeds")
    files = checked = missing = 0
    with tempfile.TemporaryDirectory() as scratch:
        database = os.path.join(scratch, "feed.skdb")
        for folder, _, names in sorted(os.walk(root)):
            for name in sorted(names):
                path = os.path.join(folder, name)
                label = os.path.relpath(path, root)
                allow = ["--allow", path] if label.startswith("warninglists") else [path]
                subprocess.run([options.sekisho, "compile", "--quiet", "-o", database] + allow,
                               capture_output=True)
                if not os.path.exists(database):
                    continue
                entries = list(Database(database).entries())
                os.unlink(database)
                if not entries:
                    continue
                files += 1
                with open(path, "rb") as file:
                    data = file.read()
                data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
                lines = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf8", "replace").split("\n")
                for entry in random.sample(entries, min(options.entries, len(entries))):
                    checked += 1
                    line = entry.sources[0][1][0]
                    # An object's line is its first; its value may stand below.
                    reach = 60 if data.lstrip()[:1] in b"{[<" else 1
                    text = "\n".join(lines[max(line - 1, 0):line + reach]) if line else "\n".join(lines)
                    if not is_found(entry, text):
                        missing += 1
                        print(f"{label}:{line}: {entry.kind} {entry.text!r} is not there: {text[:160]!r}")
    print(f"{files} files, {checked} entries looked up, {missing} not found")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
