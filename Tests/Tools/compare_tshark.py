#!/usr/bin/env python3
"""Compares what `sekisho extract` finds in captures with the fields of tshark, packet by packet.

    compare_tshark.py --sekisho PATH [--single-packets] [--differences FILE] CAPTURE-OR-FOLDER...

Prints a table of agreement; every difference is written, with its explanation where a rule of this
file gives one, to the file named with --differences. Where the contract's notion of a value is another
one than tshark's, a rule below says so and the value is counted under the rule's name:

  root            the DNS root has no name that could be an indicator; tshark prints <Root>
  quoted          in a packet that an ICMP message quotes, which is nobody's observable
  decrypted       inside TLS or QUIC, decrypted with secrets from the capture; those are ignored
  quic            a ClientHello in QUIC Initial packets; a field of its own
  retransmission  tshark's analysis says that the segment was sent before; it yields nothing again
  netbios         NetBIOS names travel in DNS's layout but are none
  ssdp            a datagram's request has no URL, and of an answer in one nothing is read
  connect, asterisk, malformed-target
                  a target from which no URL is made
  not-ascii       a name with bytes that are no ASCII, which we write in its IDNA form and tshark does not
  extended-label  labels of a kind that no standard in use has, which tshark names by a text of its own
  layer           inside a carrier that the contract does not name (IPComp, PKTAP, AYIYA, OpenVPN,
                  RDP over UDP)
  dtls            a fingerprint of DTLS, of which tshark computes none
  unrecognised    in a packet where tshark sees no such protocol: on a port that it knows for another one,
                  behind STARTTLS, or where the stream has a hole; only ours
  no-host         a request without a Host header, for which the destination's address stands; only ours
  moved           the same value in another packet: tshark shows all fields of a head or a message in
                  the packet that completes it, the contract where each value's last byte arrived

Owners of records that equal a question are not reported a second time, so names of answers are
compared without the questions. Each (packet, field, value) counts once.
"""

import argparse
import base64
import collections
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

SEPARATOR, AGGREGATOR = "\x1e", "\x1f"

# tshark's fields, by the column of the table that they are compared in.
COLUMNS = {
    "dns.query": ["dns.qry.name"],
    "dns.name": [
        "dns.resp.name", "dns.cname", "dns.ptr.domain_name", "dns.ns", "dns.dname",
        "dns.mx.mail_exchange", "dns.srv.target", "dns.soa.mname", "dns.svcb.targetname",
    ],
    "dns.address": [
        "dns.a", "dns.aaaa", "dns.svcb.svcparam.ipv4hint.ip", "dns.svcb.svcparam.ipv6hint.ip",
    ],
    "tls.sni": ["tls.handshake.extensions_server_name"],
    "tls.ja3": ["tls.handshake.ja3"],
    "tls.ja3s": ["tls.handshake.ja3s"],
    "tls.certificate": ["tls.handshake.certificate", "dtls.handshake.certificate"],
    "http.host": ["http.host"],
    "http.url": ["http.request.full_uri"],
    "http.user-agent": ["http.user_agent"],
}

# Our fields, by the same columns.
OURS = {
    "dns.query": "dns.query",
    "dns.answer.name": "dns.name", "dns.authority.name": "dns.name",
    "dns.additional.name": "dns.name",
    "dns.answer.address": "dns.address", "dns.authority.address": "dns.address",
    "dns.additional.address": "dns.address",
    "tls.sni": "tls.sni", "tls.ja3": "tls.ja3", "tls.ja3s": "tls.ja3s",
    "tls.certificate.sha256": "tls.certificate",
    "http.host": "http.host", "http.url": "http.url", "http.user-agent": "http.user-agent",
}

CONTEXT = [
    "frame.number", "frame.protocols", "tcp.analysis.retransmission",
    "tcp.analysis.fast_retransmission", "tcp.analysis.spurious_retransmission",
    "http.request.method", "http.request.version", "ip.proto", "tcp.dstport",
]

SINGLE_PACKETS = [
    "tcp.desegment_tcp_streams", "ip.defragment", "ipv6.defragment", "tls.desegment_ssl_records",
    "tls.desegment_ssl_application_data", "http.desegment_headers", "http.desegment_body",
    "dns.desegment_dns_messages",
]


# MARK: Normal forms


def their_name(text):
    """A name as tshark shows it: bytes that cannot be printed are octal numbers or letters."""
    text = re.sub(r"\\([0-3][0-7][0-7])", lambda m: chr(int(m[1], 8)), text)
    for letter, byte in zip("abfnrtv", "\a\b\f\n\r\t\v"):
        text = text.replace("\\" + letter, byte)
    return plain_name(text)


def dns_name(text):
    """A name as we write it: bytes that cannot be printed are decimal numbers."""
    return plain_name(re.sub(r"\\(\d\d\d)", lambda m: chr(int(m[1])), text))


def plain_name(text):
    text = text.replace("\\.", ".").replace("\\\\", "\\")
    text = re.sub(r"\\x([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), text)
    # Neither bytes that are no UTF-8 nor the sign for them can be compared; nor can IDNA's two forms.
    text = re.sub("[\ud800-\udfff\ufffd\x80-\xff]", "?", text)
    try:
        text = text.encode("idna").decode() if not text.isascii() else text
    except UnicodeError:
        pass
    return text.lower().rstrip(".")


def host(text):
    """The host of a Host header: without port and brackets, in lower case."""
    text = text.strip()
    match = re.fullmatch(r"\[(.*)\](?::\d{0,5})?", text)
    if match:
        return address(match[1].lower())
    if text.count(":") == 1:
        name, port = text.split(":")
        if port.isdigit() and len(port) <= 5:
            text = name
    return dns_name(address(text))


def address(text):
    import ipaddress
    try:
        value = ipaddress.ip_address(text)
    except ValueError:
        return text
    mapped = getattr(value, "ipv4_mapped", None)
    return str(mapped or value)


UNRESERVED = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def url(text):
    """The normal form of matching.md section 4, as far as observed URLs need it."""
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?", text, re.S)
    if not match:
        return text
    scheme, authority, path, query = (part or "" for part in match.groups())
    scheme = scheme.lower()
    authority = authority.rsplit("@", 1)[-1].lower()
    if (scheme, authority[authority.rfind(":"):]) in (("http", ":80"), ("https", ":443")):
        authority = authority[:authority.rfind(":")]
    if authority.startswith("["):
        inner, _, rest = authority[1:].partition("]")
        authority = "[" + address(inner) + "]" + rest

    def component(value):
        value = value.encode("utf-8", "surrogateescape")
        out, i = b"", 0
        while i < len(value):
            byte = value[i]
            if byte == 0x25 and re.match(rb"[0-9A-Fa-f]{2}", value[i + 1:i + 3]):
                decoded = int(value[i + 1:i + 3], 16)
                out += bytes([decoded]) if decoded in UNRESERVED else value[i:i + 3].upper()
                i += 3
                continue
            out += b"%%%02X" % byte if byte > 0x7e else bytes([byte])
            i += 1
        return out.decode("latin-1")

    path = component(path)
    segments = []
    pieces = path.split("/")[1:] if path.startswith("/") else [path]
    for index, piece in enumerate(pieces):
        last = index == len(pieces) - 1
        if piece == "..":
            if segments:
                segments.pop()
            if last:
                segments.append("")
        elif piece == ".":
            if last:
                segments.append("")
        else:
            segments.append(piece)
    return scheme + "://" + dns_name(authority) + "/" + "/".join(segments) + component(query)


NORMAL = {
    "dns.query": dns_name, "dns.name": dns_name, "dns.address": address, "tls.sni": host,
    "http.host": host, "http.url": url, "http.user-agent": lambda text: text.strip(),
}
NORMAL.update(dict.fromkeys(["tls.ja3", "tls.ja3s", "tls.certificate"], lambda text: text))
THEIR_NORMAL = dict(NORMAL, **{
    "dns.query": their_name, "dns.name": their_name,
    "tls.certificate": lambda text: hashlib.sha256(bytes.fromhex(text.replace(":", ""))).hexdigest(),
})


# MARK: Both tools


def ours(sekisho, path):
    """Column -> set of (packet, value), and whether the capture was read to its end."""
    found = collections.defaultdict(set)
    run = subprocess.run(
        [sekisho, "extract", "--quiet", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in run.stdout.splitlines():
        entry = json.loads(line)
        column = OURS.get(entry["field"])
        if not column:
            continue
        value = entry["value"]
        if "raw" in entry:
            value = base64.b64decode(entry["raw"]).decode("utf-8", "surrogateescape")
        found[column].add((entry["source"]["packet"], NORMAL[column](value)))
    return found, run.returncode, run.stderr.decode("utf-8", "replace")


def theirs(tshark, path, single):
    """Column -> {(packet, value): rule or None}, and the packets' protocols."""
    fields = CONTEXT + [field for column in COLUMNS.values() for field in column]
    command = [tshark, "-n", "-r", path, "-T", "fields", "-E", "occurrence=a",
               "-E", "separator=" + SEPARATOR, "-E", "aggregator=" + AGGREGATOR]
    # Otherwise it gives a stream up where its segments come in another order.
    command += ["-2", "-o", "tcp.reassemble_out_of_order:TRUE"]
    if single:
        for preference in SINGLE_PACKETS:
            command += ["-o", preference + ":FALSE"]
    for field in fields:
        command += ["-e", field]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if b"aren't valid" in run.stderr:
        sys.exit("compare_tshark: this tshark lacks a field: " + run.stderr.decode())
    found = collections.defaultdict(dict)
    protocols = {}
    for line in run.stdout.decode("utf-8", "surrogateescape").split("\n"):
        cells = line.split(SEPARATOR)
        if len(cells) != len(fields):
            continue
        row = dict(zip(fields, cells))
        packet = int(row["frame.number"])
        protocols[packet] = row["frame.protocols"]
        for column, names in COLUMNS.items():
            for name in names:
                for value in row[name].split(AGGREGATOR) if row[name] else []:
                    key = (packet, THEIR_NORMAL[column](value))
                    found[column][key] = rule(column, row, value)
    return found, protocols


def rule(column, row, value):
    """The rule by which a value of tshark's is none of ours, or None."""
    stack = row["frame.protocols"].split(":")
    if value in ("<Root>", ""):
        return "root"
    if value == "<Unknown extended label>":
        return "extended-label"
    if column.startswith("dns") and "nbns" in stack and "dns" not in stack:
        return "netbios"
    if CARRIERS & set(stack):
        return "layer"
    for quoting in ("icmp", "icmpv6"):
        if quoting in stack and stack.index(quoting) < len(stack) - 1:
            return "quoted"
    if column.startswith("http.") and "ssdp" in stack and not row["http.request.method"]:
        return "ssdp"
    if column == "http.url":
        method = row["http.request.method"].split(AGGREGATOR)
        if "udp" in stack or "ssdp" in stack:
            return "ssdp"
        if "CONNECT" in method:
            return "connect"
        if re.fullmatch(r"https?://[^/]*\*", value):
            return "asterisk"
        if re.search(r"\s", value) or not re.match(r"[a-z]+://[^/]*(/|$)", value):
            return "malformed-target"
    if column.startswith("tls."):
        return "quic" if "quic" in stack else retransmitted(row)
    for crypt in ("tls", "quic", "dtls"):
        name = column.split(".")[0]
        if crypt in stack and name in stack and stack.index(crypt) < stack.index(name):
            return "decrypted"
    return retransmitted(row)


# Carriers of packets or streams that the contract does not name.
CARRIERS = {"ipcomp", "openvpn", "rdpudp"}

# By the first part of a column: the layers of tshark's that read such values.
READERS = {
    "dns": {"dns", "mdns", "llmnr"}, "tls": {"tls", "dtls", "ssl"},
    "http": {"http", "ssdp"},
}


def rule_for_ours(column, stack, value, hosts):
    """The rule by which a value of ours is none of tshark's, or None."""
    layers = set(stack.split(":"))
    if column in ("tls.ja3", "tls.ja3s") and "dtls" in layers:
        return "dtls"
    if not layers & READERS[column.split(".")[0]]:
        return "unrecognised"
    if column == "http.url" and not hosts:
        authority = re.match(r"http://(\[[0-9a-f:]+\]|[0-9.]+)(:\d+)?/", value)
        return "no-host" if authority else None
    return None


def retransmitted(row):
    if any(row["tcp.analysis." + kind] for kind in
           ("retransmission", "fast_retransmission", "spurious_retransmission")):
        return "retransmission"
    return None


# MARK: Comparison


def captures(arguments):
    for argument in arguments:
        if os.path.isdir(argument):
            for folder, _, names in sorted(os.walk(argument)):
                for name in sorted(names):
                    if not name.endswith(".txt"):
                        yield os.path.join(folder, name)
        else:
            yield argument


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sekisho", default=".build/release/sekisho")
    parser.add_argument("--tshark", default="tshark")
    parser.add_argument("--single-packets", action="store_true",
                        help="switch tshark's reassembly off")
    parser.add_argument("--differences", default=None)
    parser.add_argument("inputs", nargs="+")
    options = parser.parse_args()

    table = {column: collections.Counter() for column in COLUMNS}
    with_values = collections.Counter()
    rules = collections.Counter()
    compared = 0
    out = open(options.differences, "w") if options.differences else None
    for path in captures(options.inputs):
        mine, code, _ = ours(options.sekisho, path)
        other, protocols = theirs(options.tshark, path, options.single_packets)
        if not protocols:
            continue
        compared += 1
        questions = mine["dns.query"] | set(other["dns.query"])
        theirs_hosts = set(other["http.host"])
        for column in COLUMNS:
            left, right = set(mine[column]), dict(other[column])
            if column == "dns.name":
                left -= questions
                right = {key: value for key, value in right.items() if key not in questions}
            if left or right:
                with_values[column] += 1
            # The same value at another packet: pairs, the nearest first.
            for key in sorted(left - set(right)):
                others = [other for other in right if other[1] == key[1] and other not in left]
                if others and not options.single_packets:
                    nearest = min(others, key=lambda other: abs(other[0] - key[0]))
                    del right[nearest]
                    left.remove(key)
                    table[column]["equal"] += 1
                    rules["moved"] += 1
            for key in sorted(left | set(right)):
                if key in left and key in right:
                    table[column]["equal"] += 1
                    continue
                side = "ours" if key in left else "theirs"
                if side == "theirs":
                    reason = right.get(key)
                else:
                    hosts = [other for other in theirs_hosts if other[0] == key[0]]
                    reason = rule_for_ours(column, protocols.get(key[0], ""), key[1], hosts)
                strange = [other for other in left | set(right)
                           if other[0] == key[0] and re.search(r"\?|xn--", other[1])]
                if column.startswith("dns") and key in strange and len(strange) > 1:
                    reason = "not-ascii"
                if reason:
                    rules[reason] += 1
                else:
                    table[column][side] += 1
                if out:
                    print(side, column, os.path.basename(path), key[0], repr(key[1]),
                          protocols.get(key[0], "?"), "exit %d" % code, reason or "-", sep="\t",
                          file=out)
                    out.flush()

    print("captures compared: %d" % compared)
    print("%-16s %9s %9s %9s %9s %9s" % (
        "field", "captures", "equal", "ours", "theirs", "agree"))
    for column, counts in table.items():
        total = sum(counts.values())
        share = "%.2f%%" % (100 * counts["equal"] / total) if total else "-"
        print("%-16s %9d %9d %9d %9d %9s" % (
            column, with_values[column], counts["equal"], counts["ours"], counts["theirs"], share))
    print("explained by rule: " + ", ".join(
        "%s %d" % item for item in sorted(rules.items())) if rules else "no rule was needed")


if __name__ == "__main__":
    sys.exit(main())
