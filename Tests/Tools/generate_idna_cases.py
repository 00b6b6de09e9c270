#!/usr/bin/env python3
"""Writes cases for the IDNA tests from a second, slow implementation of UTS 46.

    generate_idna_cases.py COUNT OUTPUT.swift       a Swift table
    generate_idna_cases.py COUNT OUTPUT.tsv         the same cases, for large runs by hand

Normalisation and Punycode are Python's; tables come from PyPI's idna and unicodedata2, of the version
that generate_idna_tables.py used.
"""

import bisect
import random
import sys

import unicodedata2 as ucd
from idna import idnadata, uts46data

JOINING = {}
for name, ranges in idnadata.joining_types.items():
    for packed in ranges:
        for scalar in range(packed >> 32, packed & 0xFFFFFFFF):
            JOINING[scalar] = name


def row(scalar):
    index = bisect.bisect_right(uts46data.uts46_starts, scalar) - 1
    return chr(uts46data.uts46_statuses[index]), uts46data.uts46_replacements[index]


def joiner_allowed(label, index):
    if index > 0 and ucd.combining(label[index - 1]) == 9:
        return True
    if label[index] == "\u200d":
        return False
    kinds = [JOINING.get(ord(character), "U") for character in label]
    before = "".join(kinds[:index]).rstrip("T")
    after = "".join(kinds[index + 1 :]).lstrip("T")
    return before[-1:] in ("L", "D") and before != "" and after[:1] in ("R", "D") and after != ""


def valid(label):
    if not label or ucd.normalize("NFC", label) != label:
        return False
    if label.startswith("xn--") or "." in label or ucd.category(label[0])[0] == "M":
        return False
    for index, character in enumerate(label):
        if row(ord(character))[0] not in "VD":
            return False
        if character in "\u200c\u200d" and not joiner_allowed(label, index):
            return False
    return True


def bidi(labels):
    if not any(ucd.bidirectional(c) in ("R", "AL", "AN") for label in labels for c in label):
        return True
    for label in labels:
        kinds = [ucd.bidirectional(character) for character in label]
        rest = [kind for kind in kinds if kind != "NSM"]
        if kinds[0] in ("R", "AL"):
            if not set(kinds) <= {"R", "AL", "AN", "EN", "ES", "CS", "ET", "ON", "BN", "NSM"}:
                return False
            if rest[-1] not in ("R", "AL", "EN", "AN") or {"EN", "AN"} <= set(kinds):
                return False
        elif kinds[0] == "L":
            if not set(kinds) <= {"L", "EN", "ES", "CS", "ET", "ON", "BN", "NSM"}:
                return False
            if rest[-1] not in ("L", "EN"):
                return False
        else:
            return False
    return True


LDH = set("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def convert(name):
    """The normal form, or None."""
    if name.isascii():
        result = name.lower()
        return check(result[:-1] if result.endswith(".") else result)
    mapped = ""
    for character in name:
        status, replacement = row(ord(character))
        if status == "X":
            return None
        mapped += {"V": character, "D": character, "M": replacement, "I": ""}[status]
    labels = ucd.normalize("NFC", mapped).split(".")
    if labels[-1] == "":
        labels.pop()
    out = []
    shown = []
    for label in labels:
        if label.isascii():
            out.append(label)
            if label.startswith("xn--"):
                try:
                    decoded = label[4:].encode().decode("punycode")
                    if "\\x" in ascii(label[4:]):
                        return None
                except (UnicodeError, IndexError, ValueError):
                    return None
                if decoded.isascii() or not valid(decoded):
                    return None
                label = decoded
        else:
            if not valid(label):
                return None
            out.append("xn--" + label.encode("punycode").decode())
        if not label:
            return None
        shown.append(label)
    if not out or not bidi(shown):
        return None
    return check(".".join(out))


def check(result):
    labels = result.split(".")
    fits = all(1 <= len(label) <= 63 for label in labels) and len(result) <= 253
    return result if fits and set(result) <= LDH else None


def cases(count):
    generator = random.Random(46)
    by_kind = {}
    for scalar in range(0x80, 0x30000):
        if not 0xD800 <= scalar < 0xE000:
            character = chr(scalar)
            status, _ = row(scalar)
            key = (status, ucd.category(character)[0], ucd.bidirectional(character))
            by_kind.setdefault(key, []).append(character)
    kinds = sorted(by_kind)
    likely = [k for k in kinds if k[0] in "VMD" and k[1] in "LMN"]
    joining = [chr(s) for s in range(0x600, 0x900) if JOINING.get(s) in ("D", "R", "L", "T")]
    viramas = [chr(s) for s in range(0x900, 0x1100) if ucd.combining(chr(s)) == 9]
    marks = [chr(s) for s in range(0x300, 0x370)]
    fixed = [
        "faß.example", "fass.example", "Faß.Example", "ΣΊΣΥΦΟΣ.example", "σίσυφος.example",
        "bücher.example", "BU\u0308CHER.example", "xn--bcher-kva.example", "例え。テスト", "例え．テスト｡",
        "www。example。com", "ｅｘａｍｐｌｅ.com", "\u200bexample.com", "exa\u00admple.com",
        "נ\u200dה.example", "ශ්\u200dරී.example", "نامه\u200cای.example", "a\u200cb.example", "ا1.example",
        "1א.example", "א1.example", "א١1.example", "123.אב.example", "_x.אב.example", "ẞ.example", "☃.example",
        "a\u0300\u0315\u0323.example", "각.example", "\u1100\u1161\u11a8.example", "\u0301a.example",
        "㎏.example", "½.example", "a／b.example", "é" * 57 + ".example", "é" * 60 + ".example",
        "xn--0.bücher.example", "xn--a-.bücher.example", "xn--.é", "é..example", ".é.example", "é.", "。é", "é。",
        "XN--BCHER-KVA.é", "xn--é.example", "a_b.é.example", "-é-.example", "ab--é.example", "é b.example",
    ]
    yield from fixed
    for _ in range(count):
        style = generator.random()
        labels = []
        for _ in range(generator.randint(1, 3)):
            length = generator.randint(1, 6)
            if style < 0.3:
                label = "".join(
                    generator.choice(by_kind[generator.choice(likely)]) for _ in range(length))
            elif style < 0.45:
                label = "".join(
                    generator.choice("aeiouAn" + "".join(marks)) for _ in range(length))
            elif style < 0.6:
                label = "".join(
                    generator.choice(joining + ["\u200c", "\u200d"] * 30) for _ in range(length))
            elif style < 0.7:
                label = "".join(
                    generator.choice("क" + "".join(viramas) + "\u200c\u200d") for _ in range(length))
            elif style < 0.8:
                text = "".join(
                    generator.choice(by_kind[generator.choice(likely)]) for _ in range(length))
                label = "xn--" + text.encode("punycode").decode()
            elif style < 0.85:
                label = "xn--" + "".join(
                    generator.choice("abcxyz0159-") for _ in range(length + 2))
            else:
                label = "".join(generator.choice("אבגا1٢-ab") for _ in range(length))
            labels.append(label)
        labels.append(generator.choice(["example", "example", "é", "한국", "ไทย", "المغرب"]))
        yield ".".join(labels)


def escaped(text):
    return "".join(
        c if c.isascii() and c.isprintable() else f"\\u{{{ord(c):x}}}" for c in text)


def main(count, path):
    names = list(dict.fromkeys(cases(int(count))))
    with open(path, "w", encoding="utf-8") as file:
        if path.endswith(".tsv"):
            for name in names:
                file.write(f"{name}\t{convert(name) or ''}\n")
            return
        file.write(
            "// Generated by Tests/Tools/generate_idna_cases.py with Unicode "
            f"{uts46data.__version__}. Do not edit.\n\n"
            "// swift-format-ignore-file\n"
            "/// A name, a tab, its normal form or nothing.\n"
            'let idnaCases = """\n'
        )
        for name in names:
            file.write(f"  {escaped(name)}\\t{convert(name) or ''}\n")
        file.write('  """\n')


main(*sys.argv[1:3])
