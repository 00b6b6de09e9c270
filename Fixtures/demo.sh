#!/bin/sh
# The main job on shipped data: compile the starter feeds, scan a capture and logs, show the hits.
set -eu
sekisho="$1"
here="$(cd "$(dirname "$0")/.." && pwd)"
cd "$here"
database="$(mktemp -d)/seeds.skdb"
trap 'rm -rf "$(dirname "$database")"' EXIT

say() { printf '\n$ sekisho %s\n' "$*"; }

say "compile seeds/feeds -o seeds.skdb"
"$sekisho" compile seeds/feeds -o "$database"

say "inspect seeds.skdb"
"$sekisho" inspect "$database"

found=0
say "scan --db seeds.skdb --format table Fixtures/demo.pcap Fixtures/demo-dns.log Fixtures/demo-eve.json Fixtures/demo-access.log"
"$sekisho" scan --db "$database" --format table \
  Fixtures/demo.pcap Fixtures/demo-dns.log Fixtures/demo-eve.json Fixtures/demo-access.log || found=$?
if [ "$found" -ne 1 ]; then
  echo "demo: expected hits (exit code 1), got exit code $found" >&2
  exit 1
fi

say "lookup seeds.skdb cdn.evil.example 203.0.113.66 good.example"
"$sekisho" lookup "$database" cdn.evil.example 203.0.113.66 good.example || true
