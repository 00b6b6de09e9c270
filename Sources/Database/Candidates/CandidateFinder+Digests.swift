import Indicators
import Parsing

extension CandidateFinder {
  /// Looks at the run of hexadecimal digits around an offset.
  mutating func considerDigest(_ bytes: RawSpan, at place: Int) {
    guard place >= digestsDone else { return }
    let count = bytes.byteCount
    var start = place
    while start > digestsDone, classes.is(bytes.byte(unchecked: start - 1), .hex) { start -= 1 }
    let end = Hex.end(of: bytes, from: place)
    digestsDone = end
    guard end - start >= 32 else { return }
    if start > 0 {
      let before = bytes.byte(unchecked: start - 1)
      let isEscaped = start > 1 && bytes.byte(unchecked: start - 2) == UInt8(ascii: "\\")
      if before == UInt8(ascii: "%") || isEscaped && classes.is(before, .word) { return add(start) }
      // `\b` and `\f` are the only one-letter escapes whose letter is a hexadecimal digit; before
      // any other digit the backslash is a border.
      let first = bytes.byte(unchecked: start)
      if before == UInt8(ascii: "\\"), first == UInt8(ascii: "b") || first == UInt8(ascii: "f") {
        return add(start)
      }
      if before != UInt8(ascii: "_"), classes.is(before, .word) { return }
    }
    if end < count {
      let next = bytes.byte(unchecked: end)
      if next != UInt8(ascii: "_"), classes.is(next, .word) { return }
    }
    let kind: IndicatorKind
    switch end - start {
    case 32: kind = .md5
    case 40: kind = .sha1
    case 56: kind = .sha224
    case 64: kind = .sha256
    case 96: kind = .sha384
    case 128: kind = .sha512
    default: return
    }
    counts[Int(kind.rawValue)] &+= 1
    let first =
      UInt64(Hex.value(ofEight: bytes.littleEndianUInt64(unchecked: start))) << 32
      | UInt64(Hex.value(ofEight: bytes.littleEndianUInt64(unchecked: start + 8)))
    digestHashes.append(SuffixHash.hash(digest: first, width: (end - start) / 2))
    digestPlaces.append(UInt32(truncatingIfNeeded: start))
  }

  /// Looks up the digests of a window in one loop, so that their loads overlap.
  mutating func lookUpDigests() {
    for index in digestHashes.indices where mayHold(digestHashes[index]) {
      found.append(digestPlaces[index])
    }
    digestHashes.removeAll(keepingCapacity: true)
    digestPlaces.removeAll(keepingCapacity: true)
  }
}
