"""Tries of prefixes for Python, by the driver's protocol.

    tries.py pytricia|radixtarget longest|covering PREFIXES ADDRESSES

The longest prefix over each address, or all of them, which radixtarget does not give.
"""

import json
import sys
import time
from importlib.metadata import version

tool, what, prefix_path, address_path = sys.argv[1:5]
prefixes = [line.strip() for line in open(prefix_path)]
addresses = [line.strip() for line in open(address_path)]
start = time.perf_counter()
if tool == "pytricia":
    import pytricia

    trie = pytricia.PyTricia(128 if ":" in prefixes[0] else 32)
    for number, prefix in enumerate(prefixes):
        trie[prefix] = number
    longest = trie.get_key
    up = trie.parent
else:
    from radixtarget import RadixTarget

    trie = RadixTarget()
    for prefix in prefixes:
        trie.insert(prefix)
    longest = trie.get
    up = None
built = time.perf_counter() - start
print(json.dumps({"tool": f"{tool} {version(tool)}", "entries": len(prefixes),
                  "build_seconds": built}), flush=True)


def covering():
    count = 0
    for address in addresses:
        key = longest(address)
        while key is not None:
            count += 1
            key = up(key)
    return count


for _ in sys.stdin:
    start = time.perf_counter()
    if what == "covering":
        matches = covering()
    else:
        matches = sum(longest(address) is not None for address in addresses)
    print(json.dumps({"seconds": time.perf_counter() - start, "matches": matches}), flush=True)
