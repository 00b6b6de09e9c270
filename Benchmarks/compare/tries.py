"""pytricia, a trie of prefixes for Python, by the driver's protocol: longest match of each address.

    tries.py PREFIXES ADDRESSES
"""

import json
import sys
import time
from importlib.metadata import version

import pytricia

prefixes = [line.strip() for line in open(sys.argv[1])]
addresses = [line.strip() for line in open(sys.argv[2])]
start = time.perf_counter()
trie = pytricia.PyTricia(128 if ":" in prefixes[0] else 32)
for number, prefix in enumerate(prefixes):
    trie[prefix] = number
built = time.perf_counter() - start
print(json.dumps({"tool": "pytricia " + version("pytricia"), "entries": len(prefixes),
                  "build_seconds": built}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    get = trie.get_key
    matches = sum(get(address) is not None for address in addresses)
    print(json.dumps({"seconds": time.perf_counter() - start, "matches": matches}), flush=True)
