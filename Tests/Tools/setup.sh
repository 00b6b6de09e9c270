#!/bin/sh
# Installs the system libraries that the build needs and that are missing, with the system's own
# package manager, as root or through sudo. Installs nothing when nothing is missing.
set -eu

have_header() {
  printf '#include <%s>\n' "$1" | cc -E -x c - >/dev/null 2>&1 ||
    printf '#include <%s>\n' "$1" | clang -E -x c - >/dev/null 2>&1
}

missing=""
need() { # header, Debian package, Fedora package, Alpine package
  have_header "$1" && return 0
  case "$manager" in
    apt-get) missing="$missing $2" ;;
    dnf) missing="$missing $3" ;;
    apk) missing="$missing $4" ;;
    *) missing="$missing $2" ;;
  esac
}

manager=""
for candidate in apt-get dnf apk; do
  if command -v "$candidate" >/dev/null 2>&1; then manager="$candidate"; break; fi
done

need pcap/pcap.h libpcap-dev libpcap-devel libpcap-dev
need xxhash.h libxxhash-dev xxhash-devel xxhash-dev
need zlib.h zlib1g-dev zlib-devel zlib-dev
need zstd.h libzstd-dev libzstd-devel zstd-dev
need yaml.h libyaml-dev libyaml-devel yaml-dev
if ! command -v pkg-config >/dev/null 2>&1; then missing="$missing pkg-config"; fi

if ! command -v swift >/dev/null 2>&1; then
  echo "setup: Swift 6.2 or later is not on the PATH; install a toolchain from swift.org and run this again" >&2
  exit 1
fi
if [ -z "$missing" ]; then
  exit 0
fi
if [ -z "$manager" ]; then
  echo "setup: no apt-get, dnf or apk here; install by hand:$missing" >&2
  exit 1
fi

root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "setup: not root and no sudo; ask an administrator to install:$missing" >&2
    exit 1
  fi
  root="sudo"
fi

echo "setup: installing$missing"
case "$manager" in
  apt-get)
    $root apt-get update -qq || echo "setup: the package lists could not be renewed; trying with the old ones" >&2
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    ;;
  dnf) $root dnf install -y -q $missing ;;
  apk) $root apk add -q $missing ;;
esac || {
  echo "setup: could not install$missing; install them by hand and run this again" >&2
  exit 1
}
