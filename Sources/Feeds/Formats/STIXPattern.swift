import Indicators
import Parsing

/// A STIX pattern (2.0 and 2.1 §9) as alternatives, each of one `=` or `IN` comparison or of several
/// that must hold on the same observation.
///
/// OR gives alternatives, also across observations; AND within one observation gives a joint
/// condition, written out over the alternatives inside it. `X.type = 'domain-name' AND X.value = …`
/// is one comparison, since the type follows from the value. Alternatives of any other form are
/// counted and left out; an AND, FOLLOWEDBY or qualifier over observations leaves nothing. `LIKE`
/// is read if an indicator's value can mean the same: a name with those below it, or a URL's
/// beginning.
struct STIXPattern {
  /// One comparison; ranges are in `arena`.
  struct Test {
    /// Object path in lower case, quotes dropped: `file:hashes.sha-256`.
    var path: Range<Int>
    /// The literal, escapes undone.
    var value: Range<Int>
  }

  /// Why a pattern is not used.
  enum Fault: Error {
    case unsupported
  }

  var arena: [UInt8] = []
  var tests: [Test] = []
  /// Tests that must hold at once, by their place in `tests`: one group for each alternative.
  var groups: [[Int]] = []
  /// Whether any group comes from an AND, so that groups differ from tests.
  var hasConjunction = false
  /// Number of alternatives whose form is not supported.
  var unsupportedAlternatives = 0

  /// Limits how much all ANDs of the pattern may write out.
  var expansion = JointExpansion(free: freeExpansion)
  private static let freeExpansion = 512

  static let depthLimit = 32

  /// The kind and value of a pattern of the commonest form, a single comparison.
  ///
  /// Nil for any other pattern, or if a quote or backslash is in the value.
  static func simple(_ text: RawSpan) -> (kind: DeclaredKind, value: Range<Int>)? {
    guard text.byteCount > 16, text.byte(unchecked: text.byteCount - 1) == UInt8(ascii: "]"),
      text.byte(unchecked: text.byteCount - 2) == Byte.apostrophe
    else { return nil }
    for (start, kind) in simpleStarts where text.starts(with: start) {
      var offset = start.utf8CodeUnitCount
      while offset < text.byteCount, text.byte(unchecked: offset) == Byte.space { offset += 1 }
      guard offset < text.byteCount, text.byte(unchecked: offset) == UInt8(ascii: "=") else {
        return nil
      }
      offset += 1
      while offset < text.byteCount, text.byte(unchecked: offset) == Byte.space { offset += 1 }
      guard offset < text.byteCount - 2, text.byte(unchecked: offset) == Byte.apostrophe else {
        return nil
      }
      let value = offset + 1..<text.byteCount - 2
      for place in value {
        let byte = text.byte(unchecked: place)
        if byte == Byte.apostrophe || byte == Byte.backslash { return nil }
      }
      return (kind, value)
    }
    return nil
  }

  private static let simpleStarts: [(StaticString, DeclaredKind)] = [
    ("[file:hashes.'SHA-256'", .kind(.sha256)), ("[file:hashes.MD5", .kind(.md5)),
    ("[file:hashes.'SHA-1'", .kind(.sha1)), ("[domain-name:value", .kind(.domain)),
    ("[ipv4-addr:value", .network), ("[url:value", .kind(.url)),
  ]

  init() {}

  /// Reads the pattern in a table's cell; nil if the cell holds none.
  init?(cell: RawSpan) {
    guard cell.byteCount > 8, cell.byte(unchecked: 0) == UInt8(ascii: "["),
      cell.byte(unchecked: cell.byteCount - 1) == UInt8(ascii: "]"),
      cell.firstOffset(of: UInt8(ascii: ":")) != nil, (try? parse(cell)) != nil
    else { return nil }
  }

  /// Reads a pattern; on a fault nothing of it is to be used.
  mutating func parse(_ pattern: RawSpan) throws(Fault) {
    arena.removeAll(keepingCapacity: true)
    tests.removeAll(keepingCapacity: true)
    groups.removeAll(keepingCapacity: true)
    hasConjunction = false
    unsupportedAlternatives = 0
    expansion = JointExpansion(free: Self.freeExpansion)
    expansion.allow(pattern.byteCount)
    var offset = 0
    try observations(pattern, &offset, depth: 0)
    Self.skipSpace(pattern, &offset)
    guard offset == pattern.byteCount else { throw .unsupported }
    if hasConjunction { dropTypes() }
  }

  /// Lets in the values of the pattern, and counts the alternatives that are left out.
  func addTests(
    to sink: inout FeedSink, source: RawSpan, line: UInt64, id: StringID
  ) {
    for _ in 0..<unsupportedAlternatives {
      sink.refuse(.unsupportedPattern, source, line: line, id: id)
    }
    if hasConjunction {
      for group in groups { addJoint(group, to: &sink, source: source, line: line, id: id) }
      return
    }
    for test in tests { addTest(test, to: &sink, source: source, line: line, id: id) }
  }

  func addTest(
    _ test: Test, to sink: inout FeedSink, source: RawSpan, line: UInt64, id: StringID
  ) {
    guard let declared = STIXPath.kind(arena.rawSpan.extracting(test.path)) else {
      sink.refuse(.unsupportedPath, source, line: line, id: id)
      return
    }
    sink.add(
      arena.rawSpan.extracting(test.value), as: declared, nameMode: .exact, line: line, id: id)
  }
}
