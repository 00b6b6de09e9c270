import Indicators
import Parsing

/// Lists of addresses, prefixes and ranges, one a line, also as filters and firewalls write them.
///
/// - alone, with or without a comment;
/// - `add SET value …` as `ipset save` writes it;
/// - `name:first-last`, PeerGuardian's and eMule's P2P text;
/// - `first - last , level , name`, eMule's `ipfilter.dat`, addresses padded with zeros: levels of 128
///   and above let through.
struct NetsetFormat: LineFormat {
  func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
    if Comment.isWhole(line) { return }
    if let form = Form(line) {
      form.read(line, number: number, into: &sink)
      return
    }
    sink.setContext(sink.emptyContext)
    PlainFormat(declared: .network).read(line, number: number, into: &sink)
  }

  /// Whether a line has one of the forms in which other words surround the value.
  static func fits(_ line: RawSpan) -> Bool { Form(line) != nil }

  /// A value among other words of a line.
  private struct Form {
    enum Kind {
      /// Says something of the list, not of an address.
      case statement
      case member, exception, named, filter
    }

    var kind: Kind
    var value = 0..<0
    /// What the line says of the value.
    var description = 0..<0
    /// The filter's level; 128 and above let the range through.
    var level = 0

    init?(_ line: RawSpan) {
      guard let form = Self.ipset(line) ?? Self.filter(line) ?? Self.named(line) else {
        return nil
      }
      self = form
    }

    private init(_ kind: Kind) { self.kind = kind }

    func read(_ line: RawSpan, number: UInt64, into sink: inout FeedSink) {
      switch kind {
      case .statement: return
      case .exception: return sink.refuse(.unsupportedRule, line, line: number)
      case .filter where level >= 128: return sink.refuse(.unsupportedRule, line, line: number)
      case .member, .named, .filter: break
      }
      var context = sink.emptyContext
      if !description.isEmpty {
        context.description = sink.collection.intern(line.extracting(description))
      }
      sink.setContext(context)
      let value = value(in: line)
      sink.add(value.rawSpan, as: .network, line: number)
    }

    /// The value as other lists write it.
    private func value(in line: RawSpan) -> [UInt8] {
      var bytes = Array(line.copied(value))
      if kind == .filter { bytes = Self.withoutPadding(bytes) }
      // `address,tcp:port` of sets that hold both.
      if kind == .member, let comma = bytes.firstIndex(of: Byte.comma),
        let colon = bytes[comma...].lastIndex(of: Byte.colon)
      {
        var part = JointPart(
          value: Array(bytes[..<comma]), declared: .network, nameMode: .exact)
        if part.join(port: Array(bytes[(colon + 1)...])) { bytes = part.value }
      }
      return bytes
    }

    /// `198.051.100.000` as `198.51.100.0`.
    private static func withoutPadding(_ bytes: [UInt8]) -> [UInt8] {
      var result: [UInt8] = []
      for (index, byte) in bytes.enumerated() {
        if Text.isSpace(byte) { continue }
        let startsNumber = index == 0 || !Byte.isDigit(bytes[index - 1])
        let isFollowed = index + 1 < bytes.count && Byte.isDigit(bytes[index + 1])
        let followsPadding = !startsNumber && result.last.map { !Byte.isDigit($0) } ?? true
        if byte == Byte.zero, startsNumber || followsPadding, isFollowed { continue }
        result.append(byte)
      }
      return result
    }

    // MARK: Forms

    private static func ipset(_ line: RawSpan) -> Form? {
      if line.starts(with: "create ") || line.starts(with: "-N "),
        Text.firstIndex(of: " hash:", in: line) != nil
          || Text.firstIndex(of: " list:", in: line) != nil
          || Text.firstIndex(of: "hash", in: line) != nil
      {
        return Form(.statement)
      }
      if line.equals(ignoringCase: "COMMIT") { return Form(.statement) }
      guard line.starts(with: "add ") || line.starts(with: "-A ") else { return nil }
      let words = words(line, most: 64)
      guard words.count >= 3, isNetwork(line, words[2]) else { return nil }
      let options = words[3...]
      var form = Form(
        options.contains { line.extracting($0).equals(ignoringCase: "nomatch") }
          ? .exception : .member)
      form.value = words[2]
      if let start = Text.firstIndex(of: " comment \"", in: line) {
        let text = start + 10
        if let end = line.firstOffset(of: Byte.quote, from: text) {
          form.description = text..<end
        }
      }
      return form
    }

    private static func words(_ line: RawSpan, most: Int) -> [Range<Int>] {
      var words: [Range<Int>] = []
      var start = 0
      while start < line.byteCount, words.count < most {
        var end = start
        while end < line.byteCount, !Text.isSpace(line.byte(unchecked: end)) { end += 1 }
        if end > start { words.append(start..<end) }
        start = end + 1
      }
      return words
    }

    /// Whether a word begins with an address and continues as members of sets do.
    private static func isNetwork(_ line: RawSpan, _ range: Range<Int>) -> Bool {
      var end = range.lowerBound
      while end < range.upperBound {
        let byte = line.byte(unchecked: end)
        if byte == Byte.slash || byte == Byte.comma || byte == Byte.minus { break }
        end += 1
      }
      return isAddress(line.extracting(range.lowerBound..<end))
    }

    private static func filter(_ line: RawSpan) -> Form? {
      guard let first = line.firstOffset(of: Byte.comma),
        let second = line.firstOffset(of: Byte.comma, from: first + 1)
      else { return nil }
      let value = Text.trimmed(line, 0..<first)
      let level = Text.trimmed(line, first + 1..<second)
      guard let number = Text.number(line.extracting(level)), number <= 255,
        isRange(line.copied(value))
      else { return nil }
      var form = Form(.filter)
      form.value = value
      form.level = number
      form.description = Text.trimmed(line, second + 1..<line.byteCount)
      return form
    }

    private static func named(_ line: RawSpan) -> Form? {
      // The name may hold colons, the range does not.
      var colon = line.byteCount - 1
      while colon >= 0, line.byte(unchecked: colon) != Byte.colon { colon -= 1 }
      guard colon >= 0, line.byteCount - colon <= 40 else { return nil }
      let value = Text.trimmed(line, colon + 1..<line.byteCount)
      guard isRange(line.copied(value)),
        line.extracting(value).firstOffset(of: Byte.minus) != nil
      else { return nil }
      var form = Form(.named)
      form.value = value
      form.description = Text.trimmed(line, 0..<colon)
      return form
    }

    /// Two IPv4 addresses, padded or not, with a hyphen between.
    private static func isRange(_ bytes: [UInt8]) -> Bool {
      guard bytes.count <= 48 else { return false }
      let plain = withoutPadding(bytes)
      guard let hyphen = plain.firstIndex(of: Byte.minus) else { return false }
      let (first, last) = (Array(plain[..<hyphen]), Array(plain[(hyphen + 1)...]))
      return IPAddressText.ipv4(first.rawSpan) != nil && IPAddressText.ipv4(last.rawSpan) != nil
    }

    private static func isAddress(_ text: RawSpan) -> Bool {
      IPAddressText.ipv4(text) != nil || IPAddressText.ipv6(text) != nil
    }
  }
}
