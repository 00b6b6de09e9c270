internal import Indicators
internal import Parsing

extension CandidateFinder {
  /// Looks at the run of hexadecimal digits around an offset.
  mutating func considerDigest(_ bytes: RawSpan, at place: Int) {
    guard place >= digestsDone else { return }
    let count = bytes.byteCount
    var start = place
    while start > digestsDone, classes.is(bytes.byte(unchecked: start - 1), .hex) { start -= 1 }
    var end = place
    while end < count, classes.is(bytes.byte(unchecked: end), .hex) { end += 1 }
    digestsDone = end
    guard end - start >= 32 else { return }
    if start > 0 {
      let before = bytes.byte(unchecked: start - 1)
      let isEscaped = start > 1 && bytes.byte(unchecked: start - 2) == UInt8(ascii: "\\")
      if isBehindEscape(bytes, start) || isEscaped && classes.is(before, .word) {
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
    var first: UInt64 = 0
    for offset in start..<start + 16 {
      first = first << 4 | UInt64(Hex.value(of: bytes.byte(unchecked: offset)) & 15)
    }
    let hash = SuffixHash.hash(digest: first, width: (end - start) / 2)
    if mayHold(hash) { add(start) }
  }
}
