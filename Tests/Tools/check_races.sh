#!/bin/sh
# Scans on several threads with a command that was built with the thread sanitizer, which ends it with 66 where two
# threads touch the same memory without order. Run by `make races`.
#
#     check_races.sh SEKISHO
set -u
sekisho=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
database=$folder/seeds.skdb
inputs="Fixtures/demo.pcap Fixtures/demo.pcapng Fixtures/demo-access.log Fixtures/demo-dns.log Fixtures/demo-eve.json"
# The sanitizer does not see the lock of Synchronization.Mutex, which is in a library that is not instrumented: all of
# OrderedOutput's state is behind one.
echo 'race:13OrderedOutputC' >"$folder/suppressions"
export TSAN_OPTIONS="exitcode=66 halt_on_error=0 suppressions=$folder/suppressions"

"$sekisho" compile --quiet seeds/feeds -o "$database" || exit 1
for threads in 2 3 8; do
  for what in "scan --db $database --format ndjson" "scan --db $database --group host" "extract"; do
    # Words of the command and paths without blanks.
    # shellcheck disable=SC2086
    "$sekisho" $what --quiet --threads $threads $inputs >/dev/null 2>"$folder/errors"
    status=$?
    if [ $status -gt 1 ]; then
      cat "$folder/errors"
      echo "check_races: $what --threads $threads ended with $status" >&2
      exit 1
    fi
  done
done
echo "no races"
