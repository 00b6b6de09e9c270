"""Makes the data of the comparison from a folder of real feeds, logs and captures.

    data.py CORPUS OUT literals|keys|prefixes

Does nothing if that part is there.

Everything is a function of the corpus: the generators have fixed seeds. What is real and what is
made is said at each part. Data made by repeating the corpus varies from copy to copy (numbers and
words are rewritten), since caches would otherwise learn it.
"""

import dense
import gzip
import hashlib
import ipaddress
import random
import re
import sys
from pathlib import Path

SIZES = [10, 100, 1_000, 10_000, 100_000, 1_000_000]
LOG_BYTES = 64 << 20
CAPTURE_BYTES = 64 << 20
# Bytes of input to a planted pattern; 0 plants none.
DENSITIES = {"none": 0, "10k": 10_000, "100": 100}


def content(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def files(folder, *suffixes):
    found = (p for p in folder.rglob("*") if p.is_file())
    return sorted(p for p in found if not suffixes or p.name.endswith(suffixes))


def real_names(corpus):
    """Every name of two labels or more that stands alone in a line or cell of a feed."""
    name = re.compile(rb"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]{2,24}")
    found = set()
    for folder in ["scale", "domains", "hosts", "maltrail", "csv_vendor"]:
        for path in files(corpus / "feeds" / folder):
            for cell in re.split(rb"[\s,;|\"'=/]+", content(path).lower()):
                if name.fullmatch(cell):
                    found.add(cell)
    return sorted(found)


def more_names(names, count, generator):
    """Made names: the first label of one real name on the rest of another."""
    known = set(names)
    result = list(names)
    while len(result) < count:
        first = names[generator.randrange(len(names))].split(b".", 1)[0]
        rest = names[generator.randrange(len(names))].split(b".", 1)[1]
        made = first + b"." + rest
        if b"." in rest and made not in known:
            known.add(made)
            result.append(made)
    return result


def rewritten(text, copy):
    """The text with other digits and other words, the same in length and kind."""
    if copy == 0:
        return text
    generator = random.Random(copy)
    words = {}
    table = bytearray(range(256))
    for group in [b"aeiou", b"tnsrl", b"dcmpbghf", b"vwkyxjqz"]:
        shuffled = list(group)
        generator.shuffle(shuffled)
        for old, new in zip(group, shuffled):
            table[old] = new
    table = bytes(table)

    def word(match):
        old = match.group()
        new = words.get(old)
        if new is None:
            new = words[old] = old.translate(table) if generator.random() < 0.7 else old
        return new

    def number(match):
        old = match.group()
        new = words.get(old)
        if new is None:
            new = words[old] = old[:1] + bytes(generator.randrange(48, 58) for _ in old[1:])
        return new

    return re.sub(rb"\d+", number, re.sub(rb"[a-z]{4,}", word, text))


def repeated(text, size):
    """`size` bytes made of the text and rewritten copies of it."""
    parts = []
    total = 0
    copy = 0
    while total < size:
        parts.append(rewritten(text, copy))
        total += len(parts[-1])
        copy += 1
    return b"".join(parts)[:size]


def planted(text, patterns, every, generator):
    """The text with a pattern written over it about every `every` bytes."""
    if every == 0:
        return text
    data = bytearray(text)
    at = generator.randrange(every)
    while True:
        pattern = patterns[generator.randrange(len(patterns))]
        if at + len(pattern) >= len(data):
            return bytes(data)
        data[at : at + len(pattern)] = pattern
        at += max(len(pattern) + 1, int(every * (0.5 + generator.random())))


def write_sets(out, kind, patterns, text, sizes):
    for size in sizes:
        chosen = patterns[:size]
        (out / f"{kind}-{size}.txt").write_bytes(b"\n".join(chosen) + b"\n")
        for density, every in DENSITIES.items():
            generator = random.Random(f"{kind}{size}{density}")
            target = out / f"{kind}-{size}-{density}.input"
            if every == 0:
                target = out / f"{kind}-none.input"
                if target.exists():
                    continue
            target.write_bytes(planted(text, chosen, every, generator))


def real_strings(corpus):
    """Paths and URLs of feeds, user agents of logs, and byte strings of body signatures."""
    found = set()
    url = re.compile(rb"https?://[^\s\"'<>,|\\]{4,200}")
    for path in files(corpus / "feeds", ".csv", ".txt", ".json", ".gz", ".stix2", ".intel"):
        for match in url.findall(content(path)):
            found.add(match)
            rest = match.split(b"//", 1)[1]
            if b"/" in rest and len(rest.split(b"/", 1)[1]) >= 6:
                found.add(b"/" + rest.split(b"/", 1)[1])
    for path in files(corpus / "logs" / "web"):
        found.update(re.findall(rb'"(Mozilla/[^"]{8,300})"', content(path)))
    for path in files(corpus / "feeds" / "clamav", ".ndb"):
        for line in content(path).splitlines():
            for run in re.findall(rb"[0-9a-fA-F]{8,}", line.rsplit(b":", 1)[-1]):
                body = bytes.fromhex(run[: len(run) // 2 * 2].decode())
                found.add(body[:200])
    # Vectorscan refuses a literal that begins with a zero byte.
    return sorted(
        s
        for s in found
        if 4 <= len(s) <= 300 and b"\n" not in s and b"\r" not in s and s[0] != 0
    )


def mixed(known, unknown, share, count, generator):
    """`count` queries of which `share` are known."""
    pick = generator.random
    return [
        known[int(pick() * len(known))] if pick() < share else unknown(i) for i in range(count)
    ]


def write_keys(out, names, generator):
    """The names, and made digests of 32 bytes: hashes of a counter, which is what digests are like."""

    def unknown(i):
        rest = names[(i * 7) % len(names)].split(b".", 1)[1]
        return b"%s%d.%s" % (names[i % len(names)].split(b".")[0], i, rest)

    def digest(i):
        return hashlib.sha256(b"%d" % i).digest()

    (out / "keys-names.txt").write_bytes(b"\n".join(names) + b"\n")
    with open(out / "keys-digests.txt", "wb") as file:
        for i in range(10_000_000):
            file.write(digest(i).hex().encode() + b"\n")
    for share, label in [(0.01, "miss99"), (0.5, "hit50")]:
        queries = mixed(names, unknown, share, 2_000_000, generator)
        (out / f"keys-names-{label}.txt").write_bytes(b"\n".join(queries) + b"\n")
        with open(out / f"keys-digests-{label}.txt", "wb") as file:
            for i in range(4_000_000):
                known = generator.random() < share
                at = generator.randrange(10_000_000) if known else 10_000_000 + i
                file.write(digest(at).hex().encode() + b"\n")


def write_prefixes(corpus, out, generator):
    """All IPv4 addresses and prefixes of the feeds; IPv6 prefixes made in clusters."""
    four = set()
    pattern = re.compile(rb"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(/\d{1,2})?(?![\d./])")
    for folder in ["ips", "scale", "netset", "suricata", "zeek_intel", "abusech", "maltrail"]:
        for path in files(corpus / "feeds" / folder):
            for address, length in pattern.findall(content(path)):
                try:
                    network = ipaddress.ip_network((address + length).decode(), strict=False)
                except ValueError:
                    continue
                if network.prefixlen >= 8:
                    four.add((int(network.network_address), network.prefixlen))
    four = sorted(four)
    print(len(four), "IPv4 entries")

    def show4(n):
        return ".".join(str(n >> s & 255) for s in (24, 16, 8, 0))

    def show6(n):
        return ":".join(f"{n >> s & 0xFFFF:x}" for s in range(112, -1, -16))

    (out / "ipv4.txt").write_text(
        "".join(f"{show4(a)}/{l}\n" if l < 32 else f"{show4(a)}\n" for a, l in four)
    )
    random4 = [generator.randrange(1 << 32) for _ in range(4_000_000)]
    skewed4 = []
    for _ in range(4_000_000):
        # Traffic keeps to a few busy addresses, here those of the list and their neighbours.
        base = four[int(generator.paretovariate(0.7)) % len(four)][0]
        skewed4.append(base if generator.random() < 0.3 else base ^ generator.randrange(256))
    for label, queries in [("random", random4), ("skewed", skewed4)]:
        (out / f"ipv4-{label}.txt").write_text("".join(show4(a) + "\n" for a in queries))

    six = set()
    while len(six) < 300_000:
        site = 0x2000 << 112 | generator.randrange(1 << 29) << 96
        for _ in range(int(generator.paretovariate(0.8)) % 400 + 1):
            length = generator.choice([32, 36, 40, 44, 48, 48, 48, 56, 64, 64, 128])
            host = generator.randrange(1 << 12) << 84 | generator.randrange(1 << 20) << 64
            if length == 128:
                host |= generator.randrange(1 << 64)
            value = (site | host) >> (128 - length) << (128 - length)
            six.add((value, length))
    six = sorted(six)[:300_000]
    (out / "ipv6.txt").write_text("".join(f"{show6(a)}/{l}\n" for a, l in six))
    queries = []
    for _ in range(2_000_000):
        address, _ = six[generator.randrange(len(six))]
        near = generator.random() < 0.5
        low = generator.randrange(1 << 64)
        queries.append(address | low if near else 0x2000 << 112 | generator.randrange(1 << 125))
    (out / "ipv6-random.txt").write_text("".join(show6(a) + "\n" for a in queries))


def write_literals(corpus, out, names):
    logs = b"".join(content(p) for p in files(corpus / "logs" / "zeek_tsv"))
    logs += b"".join(content(p) for p in files(corpus / "logs" / "zeek_json"))
    write_sets(out, "names", names, repeated(logs, LOG_BYTES), SIZES)

    strings = real_strings(corpus)
    print(len(strings), "real strings")
    random.Random(1).shuffle(strings)
    captures = b"".join(content(p) for p in files(corpus / "pcaps", ".pcap", ".pcapng", ".pcap.gz"))
    sizes = [s for s in SIZES if s < len(strings)]
    write_sets(out, "strings", strings, repeated(captures, CAPTURE_BYTES), sizes + [len(strings)])
    dense.write_all(out)


def main():
    corpus, out, part = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    out.mkdir(parents=True, exist_ok=True)
    # A part is a function of what makes it.
    made = hashlib.sha256(Path(__file__).read_bytes() + Path(dense.__file__).read_bytes()).hexdigest()
    mark = out / f"{part}.made"
    if mark.exists() and mark.read_text() == made:
        return
    for old in out.glob({"literals": "*.input"}.get(part, f"{part}-*")):
        old.unlink()
    generator = random.Random(1)
    names = []
    if part != "prefixes":
        names = real_names(corpus)
        print(len(names), "real names")
        generator.shuffle(names)
        names = more_names(names, max(SIZES), generator)
    if part == "literals":
        write_literals(corpus, out, names)
    elif part == "keys":
        write_keys(out, names, generator)
    else:
        write_prefixes(corpus, out, generator)
    mark.write_text(made)


main()
