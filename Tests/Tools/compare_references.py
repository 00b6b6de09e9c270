#!/usr/bin/env python3
"""Compares what `sekisho extract` finds with the expected values that accompany the corpus' captures.

    compare_references.py --sekisho PATH [--differences FILE] CORPUS

Baselines: the results of JA4's own implementations (reference/ja4), nDPI's (reference/ndpi: server names,
JA4, JA3S and certificate hashes by flow) and Zeek's logs (reference/zeek: dns, http and ssl). Values are
compared by capture and flow. A value that only we have is counted but not held against either side: the
baselines stop looking at a flow once they have classified it, or were made with a script that looks at
a part of the traffic only.

Where the baseline's notion is another one than the contract's, a value counts under a rule's name:

  quic      JA4 and names of QUIC are fields of their own
  cut       nDPI's tables show only the first characters of a name
  ndpi-ja4  nDPI writes `d` whether there is a server name or not, the first two characters of the
            protocol instead of first and last, `d2` for newer DTLS, and the digest of nothing for no
            extensions; the rest is the same
  dtls      of DTLS only the ClientHello is read so far
  shape     Zeek writes names with its own escapes, or a value that is no host's name
  update    the name in an update's prerequisites, which is an answer for the contract
  decrypted inside TLS, decrypted with secrets from the capture; those are ignored
  layer     inside a carrier that the contract does not name (AYIYA)
  request-line
            a request line without a version, of which Zeek makes a request all the same
  ja4-alpn  bytes outside alphanumerics in ALPN are hex digits by the technical description; the reference's
            result writes 99
  malformed a hello with lengths that lie, of which no fingerprint is made
"""

import argparse
import collections
import ipaddress
import json
import os
import re
import subprocess
import sys


# What each rule is for, where it is one value of one capture and nothing in the baseline tells it.
KNOWN = {
    ("zeek", "dns.query", "dns__dynamic-update.pcap"): "update",
    ("zeek", "http.host", "tls__tls12-decryption.pcap"): "decrypted",
    ("zeek", "http.user-agent", "tls__tls12-decryption.pcap"): "decrypted",
    ("zeek", "http.host", "tunnels__ayiya3.pcap"): "layer",
    ("zeek", "http.user-agent", "tunnels__ayiya3.pcap"): "layer",
    ("zeek", "http.host", "http__methods.pcap"): "request-line",
    ("ja4", "tls.ja4", "tls-non-ascii-alpn.pcapng"): "ja4-alpn",
    ("ndpi", "tls.ja4", "tls_invalid_reads.pcap"): "malformed",
}


def ours(sekisho, path):
    found = collections.defaultdict(set)
    run = subprocess.run([sekisho, "extract", "--quiet", path], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL)
    for line in run.stdout.splitlines():
        entry = json.loads(line)
        flow = entry.get("flow", {})
        key = frozenset([(flow.get("src"), flow.get("src_port")), (flow.get("dst"), flow.get("dst_port"))])
        found[entry["field"]].add((key, entry["value"].lower()))
    return found


def flow(a, a_port, b, b_port):
    # nDPI and Zeek shorten zeros otherwise than RFC 5952 says.
    a, b = str(ipaddress.ip_address(a)), str(ipaddress.ip_address(b))
    return frozenset([(a, int(a_port)), (b, int(b_port))])


def ja4(folder, name):
    path = os.path.join(folder, "ja4", name + ".python.json")
    if not os.path.exists(path):
        return
    for entry in json.load(open(path)):
        for key, value in entry.items():
            if re.fullmatch(r"JA4(\.\d+)?", key):
                rule = "quic" if value.startswith("q") else None
                yield "ja4", "tls.ja4", flow(
                    entry["src"], entry["srcport"], entry["dst"], entry["dstport"]), value, rule


def ndpi(folder, name):
    path = os.path.join(folder, "ndpi", name + ".out")
    if not os.path.exists(path):
        return
    for line in open(path, encoding="utf-8", errors="replace"):
        match = re.match(r"\s*\d+\s+(TCP|UDP) \[?([0-9a-fA-F.:]+?)\]?:(\d+) (?:<->|->) "
                         r"\[?([0-9a-fA-F.:]+?)\]?:(\d+) ", line)
        if not match:
            continue
        try:
            key = flow(match[2], match[3], match[4], match[5])
        except ValueError:
            continue
        if "QUIC" in line or "[JA4: q" in line:
            rule = "quic"
        else:
            rule = None
        is_tls = re.search(r"/(TLS|DTLS)\b|/TLS\.|\.TLS|DTLS", line)
        name_ = re.search(r"\[Hostname/SNI: ([^\]]*)\]", line)
        if name_ and is_tls and "[JA4:" in line:
            yield "ndpi", "tls.sni", key, name_[1], rule or ("cut" if len(name_[1]) >= 79 else None)
        for label, field in (("JA4", "tls.ja4"), ("JA3S", "tls.ja3s")):
            value = re.search(r"\[%s: ([0-9a-z_]+)[^\]]*\]" % label, line)
            if value:
                is_dtls = match[1] == "UDP" and field == "tls.ja3s"
                yield "ndpi", field, key, value[1], rule or ("dtls" if is_dtls else None)
        value = re.search(r"\[Certificate SHA-1: ([0-9A-F:]*)\]", line)
        if value:
            yield ("ndpi", "tls.certificate.sha1", key, value[1].replace(":", ""),
                   rule or ("dtls" if match[1] == "UDP" else None))


def ndpi_form(value):
    """A JA4 without what nDPI writes in its own way."""
    value = value.replace("e3b0c44298fc", "000000000000")
    head, _, rest = value.partition("_")
    return (head[:1] if head[0] == "d" else head[:3]) + head[4:8] + "_" + rest


def zeek(folder, name):
    for log in ("dns", "http", "ssl"):
        path = os.path.join(folder, "zeek", "%s.%s.log" % (name, log))
        if not os.path.exists(path):
            continue
        fields = []
        for line in open(path, encoding="utf-8", errors="replace"):
            cells = line.rstrip("\n").split("\t")
            if cells[0] == "#fields":
                fields = cells[1:]
            if line.startswith("#") or len(cells) != len(fields):
                continue
            row = dict(zip(fields, cells))
            try:
                key = flow(row["id.orig_h"], row["id.orig_p"], row["id.resp_h"], row["id.resp_p"])
            except (KeyError, ValueError):
                continue
            for column, field in (("query", "dns.query"), ("host", "http.host"),
                                  ("user_agent", "http.user-agent"), ("server_name", "tls.sni")):
                value = row.get(column, "-")
                if value in ("-", "(empty)"):
                    continue
                if column == "host":
                    value = re.sub(r":\d+$", "", value)
                rule = "quic" if log == "ssl" and "quic" in name.lower() else None
                if column in ("query", "host") and re.search(r"\\x|[^ -~]", value):
                    rule = "shape"
                yield "zeek", field, key, value, rule


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sekisho", default=".build/release/sekisho")
    parser.add_argument("--differences")
    parser.add_argument("corpus")
    options = parser.parse_args()
    folder = os.path.join(options.corpus, "reference")
    table = collections.defaultdict(collections.Counter)
    captures = collections.defaultdict(set)
    rules = collections.Counter()
    out = open(options.differences, "w") if options.differences else None
    for place, _, names in sorted(os.walk(os.path.join(options.corpus, "pcaps"))):
        for name in sorted(names):
            # Captures of several collections share names.
            kind = os.path.basename(place)
            base = name.split("_", 1)[1] if kind == "large" and "_" in name else name
            kind = name.split("_", 1)[0] if kind == "large" else kind
            expected = list({"ja4": ja4, "ndpi": ndpi, "zeek": zeek}.get(kind, lambda *_: [])(folder, base))
            if not expected:
                continue
            found = ours(options.sekisho, os.path.join(place, name))
            for source, field, key, value, rule in sorted(set(expected), key=str):
                value = value.lower()
                captures[source, field].add(name)
                if source == "ndpi" and field == "tls.ja4" and (key, value) not in found[field]:
                    mine = [v for k, v in found[field] if k == key]
                    if any(ndpi_form(v) == ndpi_form(value) for v in mine):
                        rule = "ndpi-ja4"
                if (key, value) in found[field]:
                    table[source, field]["equal"] += 1
                elif rule or (source, field, name) in KNOWN:
                    rules[rule or KNOWN[source, field, name]] += 1
                else:
                    table[source, field]["theirs"] += 1
                    if out:
                        mine = sorted(v for k, v in found[field] if k == key)
                        print(source, field, name, sorted(key, key=str), value, mine, sep="\t", file=out)
    print("%-6s %-22s %9s %9s %9s %9s" % ("source", "field", "captures", "equal", "missing", "agree"))
    for (source, field), counts in sorted(table.items()):
        total = sum(counts.values())
        print("%-6s %-22s %9d %9d %9d %8.2f%%" % (
            source, field, len(captures[source, field]), counts["equal"], counts["theirs"],
            100 * counts["equal"] / total))
    print("explained by rule: " + ", ".join("%s %d" % item for item in sorted(rules.items())))


if __name__ == "__main__":
    sys.exit(main())
