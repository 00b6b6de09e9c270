#!/usr/bin/env python3
"""Makes one large capture of small ones, for measurements: each copy has addresses, ports and times of its own.

    enlarge_captures.py --bytes 400000000 -o LARGE.pcap CAPTURE...

Takes Ethernet captures in pcap format (others are passed over, and said so). In every copy the last
three bytes of IPv4 addresses and the last four of IPv6 addresses are changed in the same way, ports
from 1024 on are shifted, and times go on where the copy before ended; the checksums of IP, TCP and UDP are
changed along (RFC 1624), so a right one stays right. Payloads stay as they are.
"""

import argparse
import gzip
import struct
import sys


def read(path):
    opener = gzip.open if open(path, "rb").read(2) == b"\x1f\x8b" else open
    with opener(path, "rb") as file:
        data = file.read()
    magic = data[:4]
    orders = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\x4d\x3c\xb2\xa1": ("<", 1),
              b"\xa1\xb2\xc3\xd4": (">", 1000), b"\xa1\xb2\x3c\x4d": (">", 1)}
    if magic not in orders or len(data) < 24:
        return None
    order, scale = orders[magic]
    if struct.unpack_from(order + "I", data, 20)[0] & 0x3ffffff != 1:
        return None
    packets, offset = [], 24
    while offset + 16 <= len(data):
        seconds, fraction, captured, original = struct.unpack_from(order + "IIII", data, offset)
        offset += 16
        if offset + captured > len(data):
            break
        packets.append((seconds * 10**9 + fraction * scale, original, data[offset:offset + captured]))
        offset += captured
    return packets


def fold(value):
    while value >> 16:
        value = (value & 0xffff) + (value >> 16)
    return value


def adjust(packet, offset, difference):
    """Changes the checksum at an offset as the words it covers were changed."""
    old = struct.unpack_from(">H", packet, offset)[0]
    struct.pack_into(">H", packet, offset, ~fold((~old & 0xffff) + difference) & 0xffff)


def changed(packet, offset, new):
    """Writes a word; gives what that adds to the complement sum."""
    old = struct.unpack_from(">H", packet, offset)[0]
    struct.pack_into(">H", packet, offset, new)
    return (~old & 0xffff) + new


def rewrite(bytes_, copy):
    packet = bytearray(bytes_)
    if len(packet) < 34:
        return packet
    offset = 12
    while packet[offset:offset + 2] in (b"\x81\x00", b"\x88\xa8") and len(packet) > offset + 6:
        offset += 4
    kind, ip = packet[offset:offset + 2], offset + 2
    mask = (copy * 0x9e3779b1) & 0xffffffff
    if kind == b"\x08\x00" and len(packet) >= ip + 20:
        if packet[ip + 12:ip + 16] == b"\0\0\0\0" or packet[ip + 16] >= 224:
            return packet
        difference = 0
        for address in (ip + 12, ip + 16):
            high = packet[address] << 8 | packet[address + 1] ^ (mask >> 16 & 0x7f)
            low = (packet[address + 2] << 8 | packet[address + 3]) ^ (mask & 0xfffe)
            difference += changed(packet, address, high) + changed(packet, address + 2, low)
        adjust(packet, ip + 10, difference)
        transport, protocol = ip + (packet[ip] & 15) * 4, packet[ip + 9]
        if struct.unpack_from(">H", packet, ip + 6)[0] & 0x1fff:
            return packet
    elif kind == b"\x86\xdd" and len(packet) >= ip + 40:
        if packet[ip + 24] == 0xff:
            return packet
        difference = 0
        for address in (ip + 8, ip + 24):
            for word, bits in ((address + 12, mask >> 16), (address + 14, mask & 0xffff)):
                old = struct.unpack_from(">H", packet, word)[0]
                difference += changed(packet, word, old ^ bits)
        transport, protocol = ip + 40, packet[ip + 6]
    else:
        return packet
    place = {6: 16, 17: 6}.get(protocol)
    if place is None or len(packet) < transport + place + 2:
        return packet
    for port in (transport, transport + 2):
        old = struct.unpack_from(">H", packet, port)[0]
        if old >= 1024 and old not in (3544, 4789, 5353, 5355, 6081, 8080, 2152, 1900):
            difference += changed(packet, port, 1024 + (old - 1024 + copy * 131) % 64512)
    if protocol == 6 or packet[transport + 6:transport + 8] != b"\0\0":
        adjust(packet, transport + place, difference)
    return packet


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bytes", type=int, default=400_000_000)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("captures", nargs="+")
    options = parser.parse_args()
    packets = []
    start = 0
    for path in options.captures:
        capture = read(path)
        if not capture:
            print("passed over: " + path, file=sys.stderr)
            continue
        before = capture[0][0]
        for time, original, data in capture:
            # Long silences would fill the clock's range; none is longer than a second here.
            start += min(max(time - before, 0), 10**9)
            before = time
            packets.append((start, original, data))
        start += 1_000_000
    if not packets:
        sys.exit("enlarge_captures: no Ethernet capture in pcap format was given")
    span = start
    written, copy, count = 24, 0, 0
    with open(options.output, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        while written < options.bytes:
            for time, original, data in packets:
                at = 1_600_000_000 * 10**9 + copy * span + time
                packet = rewrite(data, copy) if copy else data
                out.write(struct.pack("<IIII", at // 10**9, at % 10**9 // 1000, len(packet), original))
                out.write(packet)
                written += 16 + len(packet)
                count += 1
            copy += 1
    print("%d packets, %d bytes, %d copies" % (count, written, copy))


if __name__ == "__main__":
    main()
