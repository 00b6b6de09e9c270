#!/usr/bin/env python3
"""Compares what `sekisho compile` loads from STIX and MISP files with what independent readers find in them.

    compare_feeds.py --sekisho PATH [--all] CORPUS

Needs `stix2` and `pymisp` (python3 -m venv V; V/bin/pip install stix2 pymisp; V/bin/python compare_feeds.py …).
stix2 parses each indicator's pattern into its own tree, pymisp each event into its own objects; from both are
taken addresses, names, URLs and digests that are meant for detection, brought to the same normal form here and
held against the database (read by skdb.py, not by Sekisho). One line a file and class that differ, with the
reasons; the last line has the totals. Exit code 1 where a difference has no reason.

Reasons (matching.md §2, §3, §9):

  shape     the value is of another class than its type says, and shape outranks the label
  private   addresses of private networks are refused unless asked for
  refused   a value that is none: listed as such by `--list-refused`
  escape    the reader leaves the pattern's escapes in, or is told of bytes that are no UTF-8
  joint     part of an AND that is kept as a condition (an address with its port)
"""

import argparse
import collections
import gzip
import ipaddress
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import warnings

from skdb import Database

CLASSES = ("address", "name", "url", "digest")
DIGESTS = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "imphash", "certificate-sha1", "certificate-sha256"}


def url_form(url):
    """A URL's form that does not depend on what two readers may write differently."""
    url = refanged(url.strip())
    match = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*)://(.*)$", url, re.S)
    scheme, rest = (match.group(1).lower(), match.group(2)) if match else ("", url)
    host, path = re.match(r"([^/?#]*)(.*)$", rest, re.S).groups()
    host = host.split("@")[-1].lower()
    default = {"http": [":80"], "https": [":443"], "": [":80", ":443"]}.get(scheme, [])
    for port in default:
        if host.endswith(port):
            host = host[:-len(port)]
    path = urllib.parse.unquote_to_bytes(path.split("#")[0].encode("utf8", "replace")).decode("utf8", "replace")
    if not path.startswith("/"):
        path = "/" + path
    return ("" if scheme in ("", "http", "https") else scheme + "://") + host + path


def refanged(text):
    text = re.sub(r"\[\.\]|\(\.\)|\[dot\]|\(dot\)|\\\.", ".", text, flags=re.I)
    return re.sub(r"^h[x*]{2}p", "http", text, flags=re.I).replace("[:]", ":").replace("[://]", "://")


class Values:
    def __init__(self):
        self.classes = {name: set() for name in CLASSES}

    def add(self, name, value):
        value = value.strip()
        if name == "address":
            try:
                network = ipaddress.ip_network(refanged(value), strict=False)
                value = str(network.network_address) if network.num_addresses == 1 else str(network)
            except ValueError:
                pass
        elif name == "name":
            value = refanged(value).lower().rstrip(".")
        elif name == "url":
            value = url_form(value)
        else:
            value = value.lower()
        self.classes[name].add(value)


class STIXReader:
    def __init__(self):
        from stix2.pattern_visitor import create_pattern_object
        import stix2.patterns
        self.parse, self.patterns = create_pattern_object, stix2.patterns

    def leaves(self, node):
        p = self.patterns
        if isinstance(node, p._ComparisonExpression):
            yield node
        elif isinstance(node, p.ObservationExpression):
            yield from self.leaves(node.operand)
        elif isinstance(node, p.ParentheticalExpression):
            yield from self.leaves(node.expression)
        elif isinstance(node, p.QualifiedObservationExpression):
            yield from self.leaves(node.observation_expression)
        else:
            for operand in node.operands:
                yield from self.leaves(operand)

    def objects(self, document):
        """The objects of a bundle, of an array of objects or bundles, or the one that there is."""
        if isinstance(document, list):
            for part in document:
                yield from self.objects(part)
        elif isinstance(document.get("objects"), list):
            yield from self.objects(document["objects"])
        else:
            yield document

    def read(self, data):
        values = Values()
        for item in self.objects(json.loads(data.decode("utf-8-sig"))):
            if item.get("type") != "indicator" or "pattern" not in item or item.get("revoked"):
                continue
            if item.get("pattern_type", "stix") != "stix":
                continue
            version = "2.1" if item.get("spec_version") == "2.1" else "2.0"
            try:
                tree = self.parse(item["pattern"], version=version)
            except Exception:
                continue
            for leaf in self.leaves(tree):
                path = str(leaf.lhs).replace("'", "")
                right = leaf.rhs.value if leaf.operator == "IN" else [leaf.rhs]
                for value in (str(getattr(part, "value", part)) for part in right):
                    if path in ("ipv4-addr:value", "ipv6-addr:value"):
                        values.add("address", value)
                    elif re.fullmatch(r"network-traffic:(dst|src)_ref\.value|domain-name:resolves_to_refs\[.*\]\.value",
                                      path):
                        values.add("address", value)
                    elif path == "domain-name:value":
                        values.add("name", value)
                    elif path == "url:value":
                        values.add("url", value)
                    elif ".hashes." in path or ":hashes." in path:
                        values.add("digest", value)
        return values


class MISPReader:
    PERSONAL = ("Person", "Financial fraud", "Targeting data")
    DIGESTS = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "imphash", "x509-fingerprint-sha1"}

    def __init__(self):
        from pymisp import MISPEvent
        self.event = MISPEvent

    def events(self, document):
        """The events of a file: one, or the many of a search's answer."""
        if isinstance(document, list):
            for part in document:
                yield from self.events(part)
        elif "response" in document:
            yield from self.events(document["response"])
        else:
            event = self.event()
            event.from_dict(**document.get("Event", document))
            yield event

    def read(self, data):
        values = Values()
        attributes = []
        for event in self.events(json.loads(data.decode("utf-8-sig"))):
            attributes += event.attributes
            for item in event.objects:
                attributes += item.attributes
        for attribute in attributes:
            if not attribute.to_ids or getattr(attribute, "deleted", False):
                continue
            if attribute.category in self.PERSONAL:
                continue
            kind, value = attribute.type, str(attribute.value)
            if kind in ("ip-src", "ip-dst"):
                values.add("address", value)
            elif kind in ("ip-src|port", "ip-dst|port"):
                values.classes["address"].add(value.replace("|", ":"))
            elif kind in ("domain", "hostname", "onion-address"):
                values.add("name", value)
            elif kind == "domain|ip":
                values.add("name", value.split("|")[0])
            elif kind in ("url", "uri"):
                values.add("url", value)
            elif kind in self.DIGESTS:
                values.add("digest", value)
            elif kind.startswith("filename|") or kind == "malware-sample":
                values.add("digest", value.rsplit("|", 1)[1])
        return values


def compiled(sekisho, path, folder):
    """What Sekisho loads from a file, and the values it names as refused."""
    database = os.path.join(folder, "feed.skdb")
    if os.path.exists(database):
        os.unlink(database)
    run = subprocess.run([sekisho, "compile", "--list-refused", "-o", database, path],
                         capture_output=True, text=True, errors="replace")
    values, joint = Values(), set()
    if os.path.exists(database):
        for entry in Database(database).entries():
            if entry.kind in ("ipv4", "ipv6"):
                text = entry.text
                if entry.port:
                    joint.add(text)
                    text += f":{entry.port}"
                values.classes["address"].add(text)
            elif entry.kind == "domain":
                values.classes["name"].add(entry.text)
            elif entry.kind == "url":
                values.add("url", entry.text)
            elif entry.kind in DIGESTS:
                values.classes["digest"].add(entry.text)
    return values, joint, run.stderr


def is_private(value):
    try:
        network = ipaddress.ip_network(value.split(":")[0] if value.count(":") == 1 else value, strict=False)
        return network.is_private or network.is_reserved or network.is_multicast
    except ValueError:
        return False


def reason(name, value, is_theirs, theirs, ours, joint, refused):
    """Why one side alone has a value, or None."""
    bare = value.rstrip("/")
    if is_theirs:
        if any(bare in ours.classes[other] for other in CLASSES if other != name):
            return "shape"
        if name == "address" and is_private(value):
            return "private"
        if name == "address" and value in joint:
            return "joint"
        if bare.lower() in refused or value.lower() in refused:
            return "refused"
        if "\\" in value or "\ufffd" in value:
            return "escape"
        return None
    if any(value == other.rstrip("/") for kind in CLASSES if kind != name for other in theirs.classes[kind]):
        return "shape"
    if name == "address" and value.rsplit(":", 1)[0] in theirs.classes["address"]:
        return "joint"
    return "escape" if "\\" in value or "\ufffd" in value else None


def files(corpus):
    for part, reader in (("stix2", STIXReader), ("attack", STIXReader), ("misp", MISPReader),
                         ("misp_feed_dir", MISPReader)):
        made = reader()
        for folder, _, names in sorted(os.walk(os.path.join(corpus, "feeds", part))):
            for name in sorted(names):
                if name not in ("manifest.json", "hashes.csv"):
                    yield os.path.join(folder, name), made


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sekisho", required=True)
    arguments.add_argument("--all", action="store_true", help="a line for files that agree, too")
    arguments.add_argument("corpus")
    options = arguments.parse_args()
    warnings.filterwarnings("ignore")
    totals = collections.Counter()
    print("file\tclass\tboth\treader only\tsekisho only\treasons")
    with tempfile.TemporaryDirectory() as folder:
        for path, reader in files(options.corpus):
            with open(path, "rb") as file:
                data = file.read()
            data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            label = os.path.relpath(path, os.path.join(options.corpus, "feeds"))
            try:
                theirs = reader.read(data)
            except Exception as error:
                totals["files the reader refuses"] += 1
                print(f"{label}\t-\t-\t-\t-\tthe reader refuses it: {str(error).splitlines()[0][:80]}")
                continue
            ours, joint, errors = compiled(options.sekisho, path, folder)
            totals["files"] += 1
            refused = refanged(errors.lower())
            for name in CLASSES:
                left, right = theirs.classes[name], ours.classes[name]
                totals["values"] += len(left | right)
                totals["values in both"] += len(left & right)
                if not options.all and left == right:
                    continue
                reasons = collections.Counter()
                for values, is_theirs in ((left - right, True), (right - left, False)):
                    for value in values:
                        why = reason(name, value, is_theirs, theirs, ours, joint, refused)
                        reasons[why or f"NONE: {value[:60]!r}"] += 1
                        totals["unexplained" if why is None else f"explained: {why}"] += 1
                if left or right:
                    print(f"{label}\t{name}\t{len(left & right)}\t{len(left - right)}\t{len(right - left)}\t"
                          + ", ".join(f"{why} {count}" for why, count in sorted(reasons.items())))
    print("total: " + ", ".join(f"{name} {count}" for name, count in totals.items()))
    return 1 if totals["unexplained"] else 0


if __name__ == "__main__":
    sys.exit(main())
