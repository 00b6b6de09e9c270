"""Reads the entries of an indicator database, format 3, without Sekisho: by the description of the layout alone
(Sources/Database/Image/DatabaseFormat.swift), so that what the tools here compare is read by other code than
what wrote it.
"""

import collections
import ipaddress
import struct

KINDS = (
    "ipv4 ipv6 domain url email md5 sha1 sha224 sha256 sha384 sha512 imphash filename user-agent ja3 ja3s ja4 "
    "hassh hassh-server certificate-sha1 certificate-sha256 text registry-key mutex pipe"
).split()
WIDTHS = {
    "ipv4": 4, "ipv6": 16, "md5": 16, "imphash": 16, "ja3": 16, "ja3s": 16, "hassh": 16, "hassh-server": 16,
    "sha1": 20, "certificate-sha1": 20, "sha224": 28, "sha256": 32, "certificate-sha256": 32, "sha384": 48,
    "sha512": 64,
}
MODE_PREFIX = 3
ENTRIES_PER_SOURCE_BLOCK = 32

Entry = collections.namedtuple("Entry", "kind text mode port sources")
"""kind and text as `sekisho` prints them; sources: (feed, [line]) in order."""


class Database:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        magic, major = struct.unpack_from("<8sH", self.bytes)
        assert magic == b"\x89SKDB\r\n\x1a" and major == 3, "no database of format 3"
        (count,) = struct.unpack_from("<I", self.bytes, 20)
        self.sections = {}
        for index in range(count):
            kind, _, _, offset, length, elements, size = struct.unpack_from(
                "<IHHQQQI", self.bytes, 256 + 64 * index)
            self.sections[kind] = (offset, length, elements, size)

    def data(self, section):
        offset, length, _, _ = self.sections[section]
        return self.bytes[offset:offset + length]

    def numbers(self, section):
        _, _, elements, size = self.sections[section]
        return struct.unpack(f"<{elements}{'_BH_I___Q'[size]}", self.data(section))

    def strings(self):
        ends, data = self.numbers(13), self.data(14)
        return [b""] + [data[a:b] for a, b in zip(ends, ends[1:])]

    def feeds(self):
        strings, data = self.strings(), self.data(2)
        return [strings[struct.unpack_from("<I", data, at)[0]].decode("utf8", "replace")
                for at in range(0, len(data), 32)]

    def entries(self):
        heads = self.numbers(5)
        kinds = self.data(1)
        sources = self.sources()
        for number, kind in enumerate(KINDS):
            _, _, count, _, _, _, _, _, first_head, _ = struct.unpack_from("<6I2Q2I", kinds, 48 * number)
            if count == 0:
                continue
            values = self.data(768 + number)
            lengths = [WIDTHS[kind]] * count if kind in WIDTHS else self.numbers(1024 + number)
            numbers = self.numbers(512 + number) if 512 + number in self.sections else [0] * count
            start = 0
            for length, head in zip(lengths[:count], numbers):
                head = struct.pack("<Q", heads[first_head + head])
                port, head_kind, mode, prefix = struct.unpack_from("<HBBB", head)
                assert head_kind == number
                text = self.text(kind, values[start:start + length], mode, prefix)
                yield Entry(kind, text, mode, port, next(sources))
                start += length

    @staticmethod
    def text(kind, value, mode, prefix):
        if kind in ("ipv4", "ipv6"):
            return str(ipaddress.ip_address(value)) + (f"/{prefix}" if mode == MODE_PREFIX else "")
        return value.hex() if kind in WIDTHS else value.decode("utf8", "surrogateescape")

    def sources(self):
        """The sources of each entry in order, as (feed, [line])."""
        data = self.data(8)
        blocks = self.numbers(7)
        origins = self.data(9)
        feed = lambda origin: struct.unpack_from("<I", origins, 8 * origin)[0]
        kinds = self.data(1)
        total = sum(struct.unpack_from("<I", kinds, at + 8)[0] for at in range(0, len(kinds), 48))
        for block, start in enumerate(blocks[:-1]):
            count = min(ENTRIES_PER_SOURCE_BLOCK, total - block * ENTRIES_PER_SOURCE_BLOCK)
            reader = Reader(data, start)
            if reader.byte() == 1:
                yield from ([(feed(o), [line])] for o, line in reader.packed(count))
                continue
            origin = line = 0
            for _ in range(count):
                result, last = [], False
                while not last:
                    header = reader.number()
                    origin += unzigzag(header >> 2)
                    line += unzigzag(reader.number())
                    lines = [line]
                    if header & 2:
                        for _ in range(reader.number() + 1):
                            line += reader.number() + 1
                            lines.append(line)
                    result.append((feed(origin), lines))
                    last = header & 1
                yield result


class Reader:
    def __init__(self, data, offset):
        self.data, self.offset = data, offset

    def byte(self):
        self.offset += 1
        return self.data[self.offset - 1]

    def number(self):
        result = shift = 0
        while True:
            byte = self.byte()
            result |= (byte & 127) << shift
            if byte < 128:
                return result
            shift += 7

    def bits(self, count, width):
        length = (count * width + 7) // 8
        value = int.from_bytes(self.data[self.offset:self.offset + length], "little")
        self.offset += length
        return [value >> index * width & (1 << width) - 1 for index in range(count)]

    def packed(self, count):
        origin, origin_bits = self.number(), self.byte()
        line, line_bits = self.number(), self.byte()
        origins = self.bits(count, origin_bits)
        return [(origin + o, line + n) for o, n in zip(origins, self.bits(count, line_bits))]


def unzigzag(number):
    return number >> 1 ^ -(number & 1)
