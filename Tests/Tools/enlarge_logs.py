#!/usr/bin/env python3
"""Makes large logs of a folder's small ones, for measuring: one of Zeek's TSV, one of JSON, one of the rest.

Each copy has other addresses and names than the one before, so that caches tell nothing but the truth:
the last two parts of an IPv4 address and the first three letters of a name are replaced.

    enlarge_logs.py ../shared/corpus/logs 100 OUTPUT_FOLDER
"""
import gzip
import os
import re
import sys

ADDRESS = re.compile(rb"\b(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\b")
NAME = re.compile(rb"\b([a-z]{3})([a-z0-9-]{2,20}\.[a-z]{2,10})\b")
GROUPS = {
    "zeek.log": ["zeek_tsv"],
    "json.log": ["zeek_json", "suricata", "windows_json"],
    "mixed.log": ["web", "linux", "loghub", "services", "lnav", "aws"],
}


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    return gzip.decompress(data) if path.endswith(".gz") else data


def logs(folder):
    for parent, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if not name.endswith((".bz2", ".zst")):
                data = read(os.path.join(parent, name))
                if b"\0" not in data[:4096]:
                    yield data


def varied(data, copy):
    def address(match):
        third, fourth = int(match[3]) + 7 * copy, int(match[4]) + 13 * copy
        return b"%s.%s.%d.%d" % (match[1], match[2], third % 256, fourth % 256)

    def name(match):
        number = (sum(match[1]) + 31 * copy) % 26**3
        letters = bytes(97 + number // 26**place % 26 for place in range(3))
        return letters + match[2]

    return NAME.sub(name, ADDRESS.sub(address, data)) if copy else data


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    source, size, target = sys.argv[1], int(sys.argv[2]) * 1_000_000, sys.argv[3]
    for name, folders in GROUPS.items():
        originals = [log for folder in folders for log in logs(os.path.join(source, folder))]
        if not originals:
            sys.exit(f"{source}: none of {', '.join(folders)} holds a log; name the folder above them")
        written, copy = 0, 0
        with open(os.path.join(target, name), "wb") as output:
            while written < size:
                for original in originals:
                    if written >= size:
                        break
                    written += output.write(varied(original, copy))
                copy += 1
        print(name, written)


if __name__ == "__main__":
    main()
