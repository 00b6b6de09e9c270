#!/usr/bin/env python3
"""Writes Sources/Indicators/Tables/IDNATableData.swift: what UTS 46, NFC and text cutting ask of characters.

    generate_idna_tables.py OUTPUT.swift

Needs PyPI's idna (mapping and joining types), unicodedata2 (categories, bidirectional and combining
classes, decompositions) and fonttools (scripts), all of one Unicode version.

Each table is a stream of numbers, each number a LEB128 varint, the stream in base64: a string literal
compiles in no time and costs nothing at start.
"""

import base64
import bisect
import sys

import unicodedata2 as ucd
from fontTools import unicodedata as scripts
from idna import idnadata, uts46data

LIMIT = 0x110000
BLOCK = 128
UNSPACED = {"Hani", "Hira", "Kana", "Hang", "Thai", "Laoo", "Khmr", "Mymr"}
BIDI = ["L", "R", "AL", "AN", "EN", "ES", "CS", "ET", "ON", "BN", "NSM"]
JOINING = {"U": 0, "T": 1, "R": 2, "L": 3, "D": 4, "C": 5}
VALID, MAPPED, IGNORED, DISALLOWED = range(4)


def idna_status(scalar):
    row = bisect.bisect_right(uts46data.uts46_starts, scalar) - 1
    status = chr(uts46data.uts46_statuses[row])
    # Deviations (ß, ς, joiners) are valid in non-transitional processing.
    kind = {"V": VALID, "D": VALID, "M": MAPPED, "I": IGNORED, "X": DISALLOWED}[status]
    return kind, uts46data.uts46_replacements[row] if kind == MAPPED else None


def joining_types():
    """Scalar to joining type; what is left out does not join."""
    result = {}
    for name, ranges in idnadata.joining_types.items():
        for packed in ranges:
            for scalar in range(packed >> 32, packed & 0xFFFFFFFF):
                result[scalar] = JOINING[name]
    return result


def varint(out, value):
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def signed(value):
    return value << 1 if value >= 0 else (-value << 1) - 1


def runs(values):
    """Run lengths and values."""
    result = []
    for value in values:
        if result and result[-1][1] == value:
            result[-1][0] += 1
        else:
            result.append([1, value])
    return result


def main(path):
    version = uts46data.__version__
    assert idnadata.__version__ == version == ucd.unidata_version
    joining = joining_types()
    properties = []
    mappings = []
    decompositions = []
    for scalar in range(LIMIT):
        character = chr(scalar)
        if 0xD800 <= scalar < 0xE000:
            properties.append(DISALLOWED)
            continue
        status, replacement = idna_status(scalar)
        category = ucd.category(character)
        letter = category[0] == "L"
        word = letter or category[0] == "M" or category == "Nd"
        value = status
        if scalar in (0x3002, 0xFF0E, 0xFF61):
            value |= 2 << 2
        elif word and status in (VALID, MAPPED):
            value |= 1 << 2
        value |= word << 4
        if letter and UNSPACED & ({scripts.script(character)} | scripts.script_extension(character)):
            value |= 1 << 5
        bidi = ucd.bidirectional(character)
        value |= (BIDI.index(bidi) if bidi in BIDI else len(BIDI)) << 6
        value |= joining.get(scalar, 0) << 10
        value |= (category[0] == "M") << 13
        combining = ucd.combining(character)
        value |= (combining == 9) << 14
        decomposition = ucd.decomposition(character)
        hangul = 0xAC00 <= scalar < 0xD7A4
        if decomposition and not hangul and not decomposition.startswith("<"):
            parts = [int(part, 16) for part in decomposition.split()]
            composes = len(parts) == 2 and ucd.normalize("NFC", decomposition_text(parts)) == character
            decompositions.append((scalar, parts, composes))
        # Whether a string with the character may differ from its NFC: it combines, decomposes, or
        # can be the second of a pair that composes (Hangul vowels and finals among them).
        unstable = combining != 0 or ucd.normalize("NFC", character) != character
        value |= unstable << 15
        properties.append(value)
        if status == MAPPED:
            mappings.append((scalar, [ord(part) for part in replacement]))
    for _, parts, composes in decompositions:
        if composes:
            properties[parts[1]] |= 1 << 15
    for scalar in list(range(0x1161, 0x1176)) + list(range(0x11A8, 0x11C3)):
        properties[scalar] |= 1 << 15

    blocks = []
    index = []
    for start in range(0, LIMIT, BLOCK):
        block = tuple(properties[start : start + BLOCK])
        if block not in blocks:
            blocks.append(block)
        index.append(blocks.index(block))

    streams = {}
    out = bytearray()
    for table in (index, [value for block in blocks for value in block]):
        table = runs(table)
        varint(out, len(table))
        for length, value in table:
            varint(out, length)
            varint(out, value)
    streams["properties"] = out

    out = bytearray()
    varint(out, len(mappings))
    previous = 0
    for scalar, parts in mappings:
        varint(out, scalar - previous)
        varint(out, len(parts))
        last = scalar
        for part in parts:
            varint(out, signed(part - last))
            last = part
        previous = scalar
    streams["mappings"] = out

    out = bytearray()
    varint(out, len(decompositions))
    previous = 0
    for scalar, parts, composes in decompositions:
        varint(out, scalar - previous)
        varint(out, len(parts) | composes << 2)
        last = scalar
        for part in parts:
            varint(out, signed(part - last))
            last = part
        previous = scalar
    streams["decompositions"] = out

    classes = runs([0 if 0xD800 <= s < 0xE000 else ucd.combining(chr(s)) for s in range(LIMIT)])
    out = bytearray()
    varint(out, len(classes))
    for length, value in classes:
        varint(out, length)
        varint(out, value)
    streams["combiningClasses"] = out

    print({name: len(stream) for name, stream in streams.items()}, len(blocks))
    with open(path, "w") as file:
        file.write(
            "// Generated by Tests/Tools/generate_idna_tables.py from the Unicode Character Database and\n"
            f"// the mapping table of UTS 46, both of version {version}. Do not edit.\n\n"
            "// swift-format-ignore-file\n"
            "enum IDNATableData {\n"
        )
        for name, stream in streams.items():
            file.write(f'  static let {name}: StaticString = """\n')
            text = base64.b64encode(bytes(stream)).decode()
            lines = [text[start : start + 92] for start in range(0, len(text), 92)]
            file.write("\\\n".join("    " + line for line in lines))
            file.write('\n    """\n')
        file.write("}\n")


def decomposition_text(parts):
    return "".join(chr(part) for part in parts)


main(*sys.argv[1:2])
