import Indicators
import Parsing

extension HTTPReader {
  /// Writes the values of a request line.
  mutating func beginRequest(
    _ text: RawSpan, _ request: HTTPRequest.RequestLine, _ context: HTTPContext,
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    phase = .headers
    head.isConnect =
      request.method.count == 7
      && text.starts(ignoringCase: "connect", at: request.method.lowerBound)
    head.isVersionless = request.isVersionless
    let range = request.target
    guard !range.isEmpty else { return }
    if head.isConnect {
      let (host, port) = HTTPRequest.splitHost(text, range)
      if let port {
        head.tunnel = Preamble.named(text.extracting(host), port)
        head.keepAuthority(text.extracting(host), port)
      }
      writer.place(range.upperBound)
      let isHost = writer.keepHost(.httpHost, text.extracting(host), port: port, onlyIfValid: true)
      if !isHost { skips.add(.httpURL) }
      return
    }
    if context.isDatagram { return }
    let authority = HTTPRequest.authority(text, range)
    if let authority {
      // A proxy goes by this host, whatever the Host header says (RFC 9112 §3.2.2).
      let (host, port) = HTTPRequest.splitHost(text, authority)
      if let port { head.keepAuthority(text.extracting(host), port) }
      writer.place(range.upperBound)
      writer.keepHost(.httpHost, text.extracting(host), port: port, onlyIfValid: true)
    }
    guard writer.kinds.contains(.url) else { return }
    if text.byte(unchecked: range.lowerBound) == Byte.slash {
      head.keepTarget(text.extracting(range))
    } else if authority != nil {
      writer.scratch.removeAll(keepingCapacity: true)
      writer.scratch.append(text.extracting(range))
      writer.place(range.upperBound)
      keepURL(&writer, &skips)
    } else if !(range.count == 1 && text.byte(unchecked: range.lowerBound) == UInt8(ascii: "*")) {
      // `*` gives no URL; anything else that is neither a path nor an absolute form is counted.
      skips.add(.httpURL)
    }
  }

  /// Reads a header; `line` may be several lines, without the last line break.
  mutating func readHeader(
    _ text: RawSpan, _ line: Range<Int>, _ context: HTTPContext,
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    guard let colon = text.firstOffset(of: Byte.colon, in: line) else { return }
    var name = line.lowerBound..<colon
    if let last = name.last, Byte.isBlank(text.byte(unchecked: last)) {
      name = HTTPRequest.trimmed(text, name)
    }
    guard let field = HTTPField(text, name), !isAnswer || field.isReadInAnswers else { return }
    switch field {
    case .host:
      let value = value(text, colon + 1..<line.upperBound, &writer)
      readHost(text.extracting(value), context, into: &writer, &skips)
    case .expect:
      let value = HTTPRequest.trimmed(text, colon + 1..<line.upperBound)
      head.expectsLeave = text.starts(ignoringCase: "100-continue", at: value.lowerBound)
    case .referer:
      guard !context.isDatagram else { return }
      let value = value(text, colon + 1..<line.upperBound, &writer)
      keepReferrer(text.extracting(value), &writer, &skips)
    case .upgrade:
      // The server may refuse: then requests follow, and are recognised by content.
      let value = HTTPRequest.trimmed(text, colon + 1..<line.upperBound)
      head.isUpgrade =
        !context.isDatagram && !text.starts(ignoringCase: "h2c", at: value.lowerBound)
    case .userAgent:
      guard writer.kinds.contains(.userAgent) else { return }
      let value = value(text, colon + 1..<line.upperBound, &writer)
      keepUserAgent(text.extracting(value), &writer)
    case .contentLength:
      guard let length = HTTPRequest.length(text, colon + 1..<line.upperBound) else { return }
      if !head.stateLength(length) { skips.add(.tcpOverlapLimit) }
    case .forwardedFor:
      guard !context.isDatagram else { return }
      let value = value(text, colon + 1..<line.upperBound, &writer)
      keepForwardedFor(text, value, &writer, &skips)
    case .transferEncoding:
      // The last coding decides; any coding other than `chunked` leaves the length to its own
      // header. Empty elements of the list are ignored (RFC 9110 §5.6.1).
      func isBetween(_ offset: Int) -> Bool {
        let byte = text.byte(unchecked: offset)
        return byte == Byte.comma || Byte.isBlank(byte)
      }
      var value = HTTPRequest.trimmed(text, colon + 1..<line.upperBound)
      while let last = value.last, isBetween(last) { value.removeLast() }
      guard !value.isEmpty else { return }
      let start = value.upperBound - 7
      head.isChunked =
        start >= value.lowerBound && text.starts(ignoringCase: "chunked", at: start)
        && (start == value.lowerBound || isBetween(start - 1))
    case .contentDisposition:
      guard !context.isDatagram, writer.kinds.contains(.filename) else { return }
      let value = value(text, colon + 1..<line.upperBound, &writer)
      keepFileNames(text.extracting(value), &writer)
    }
  }

  /// The range of a header's value without surrounding blanks; the next values are attributed to
  /// the packet in which it ends.
  private func value(
    _ text: RawSpan, _ range: Range<Int>, _ writer: inout ObservableWriter
  ) -> Range<Int> {
    let value = HTTPRequest.trimmed(text, range)
    writer.place(value.upperBound)
    return value
  }

  private mutating func readHost(
    _ value: RawSpan, _ context: HTTPContext, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    let (host, port) = HTTPRequest.splitHost(value, value.byteOffsets)
    let isHost = writer.keepHost(
      .httpHost, value.extracting(host), port: port, of: head.authority ?? context.target,
      onlyIfValid: true)
    var authority = (text: value.byteOffsets, hasPort: port != nil)
    if port == nil {
      // An impossible port is left out of the URL; the bracket after an IPv6 address is kept.
      let isBracketed =
        host.lowerBound > 0 && value.byte(unchecked: host.lowerBound - 1) == UInt8(ascii: "[")
      authority.text = 0..<host.upperBound + (isBracketed ? 1 : 0)
    }
    if !isHost, let odd = keepOddHosts(value, context, &writer) { authority = odd }
    guard !head.hasHost else { return }
    if value.byteCount == 0 {
      keepURLWithoutHost(context, into: &writer, &skips)
    } else if head.hasTarget, writer.kinds.contains(.url) {
      keepURL(
        host: value.extracting(authority.text), hasPort: authority.hasPort, context, into: &writer,
        &skips)
    }
    head.hasHost = true
    head.hasTarget = false
  }

  /// Writes the hosts in a value that is no host as a whole, or the whole value if it holds none;
  /// returns the authority of the first host, for the URL.
  private func keepOddHosts(
    _ value: RawSpan, _ context: HTTPContext, _ writer: inout ObservableWriter
  ) -> (text: Range<Int>, hasPort: Bool)? {
    var first: (text: Range<Int>, hasPort: Bool)?
    var start = 0
    // Some proxies join two headers to a list.
    while start < value.byteCount {
      let end = value.firstOffset(of: Byte.comma, in: start..<value.byteCount) ?? value.byteCount
      let odd = HTTPRequest.oddHost(value, start..<end)
      start = end + 1
      let host = value.extracting(odd.host)
      let isHost = writer.keepHost(
        .httpHost, host, port: odd.port, of: head.authority ?? context.target, onlyIfValid: true)
      guard isHost else { continue }
      if first == nil { first = (odd.authority, odd.port != nil) }
    }
    if first == nil {
      let (host, _) = HTTPRequest.splitHost(value, value.byteOffsets)
      writer.keepHost(.httpHost, value.extracting(host))
    }
    return first
  }

  /// Writes a user agent; if it continues in further lines, they are joined by one blank.
  private func keepUserAgent(_ value: RawSpan, _ writer: inout ObservableWriter) {
    guard value.firstOffset(of: Byte.lineFeed, in: value.byteOffsets) != nil else {
      writer.append(.httpUserAgent, .userAgent, value, flags: .ownField)
      return
    }
    let start = writer.batch.arena.count
    var isInBreak = false
    for offset in value.byteOffsets {
      let byte = value.byte(unchecked: offset)
      if HTTPRequest.isLineBreak(byte) || isInBreak && Byte.isBlank(byte) {
        isInBreak = true
        continue
      }
      if isInBreak { writer.batch.arena.append(Byte.space) }
      isInBreak = false
      writer.batch.arena.append(byte)
    }
    writer.keep(.httpUserAgent, .userAgent, from: start, flags: .ownField)
  }

  /// Writes a referrer, and the host in it, which is kept in a field of its own nowhere else.
  private func keepReferrer(
    _ value: RawSpan, _ writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    guard value.byteCount > 0 else { return }
    // Without a slash it is no URL, but a name or an address.
    let slash = value.firstOffset(of: Byte.slash, in: value.byteOffsets)
    if slash != nil, writer.kinds.contains(.url) {
      let start = writer.batch.arena.count
      // A URL that continues in another line would contain a blank that is not its own.
      if value.firstOffset(of: Byte.lineFeed, in: value.byteOffsets) == nil,
        let schemeLength = writer.appendURL(value)
      {
        writer.keep(
          .httpReferrer, .url, from: start, schemeLength: UInt16(clamping: schemeLength))
      } else {
        skips.add(.httpReferrer)
      }
    }
    guard !writer.kinds.isDisjoint(with: Self.hostKinds) else { return }
    if let slash {
      let (host, port, _) = HTTPRequest.oddHost(value, value.byteOffsets)
      // Without a scheme one label is a word, as in `n/a`.
      guard
        value.starts(with: "://", at: slash - 1)
          || value.firstOffset(of: Byte.dot, in: host) != nil
      else { return }
      writer.keepHost(.httpReferrer, value.extracting(host), port: port, onlyIfValid: true)
    } else {
      let (host, port) = HTTPRequest.splitHost(value, value.byteOffsets)
      let isHost = writer.keepHost(
        .httpReferrer, value.extracting(host), port: port, onlyIfValid: true)
      if !isHost { skips.add(.httpReferrer) }
    }
  }

  /// The kinds that a host may have.
  private static let hostKinds = IndicatorKindSet([.domain, .ipv4, .ipv6])

  /// Writes the addresses of a list, each with its port if it has one.
  private func keepForwardedFor(
    _ text: RawSpan, _ value: Range<Int>, _ writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    var start = value.lowerBound
    while start < value.upperBound {
      let end = text.firstOffset(of: Byte.comma, in: start..<value.upperBound) ?? value.upperBound
      var element = HTTPRequest.trimmed(text, start..<end)
      writer.place(element.upperBound)
      if element.count > 2, text.byte(unchecked: element.lowerBound) == Byte.quote,
        text.byte(unchecked: element.upperBound - 1) == Byte.quote
      {
        element = element.lowerBound + 1..<element.upperBound - 1
      }
      var (host, port) = HTTPRequest.splitHost(text, element)
      // A zone has a meaning only on the machine that wrote it.
      if let zone = text.firstOffset(of: UInt8(ascii: "%"), in: host) {
        host = host.lowerBound..<zone
      }
      if let address = VersionedAddress(text: text.extracting(host)) {
        writer.append(.httpForwardedFor, address, port: port ?? 0)
      } else if !element.isEmpty {
        skips.add(.httpForwardedFor)
      }
      start = end + 1
    }
  }

  // MARK: URLs (RFC 9112 §3.2, §3.3)

  private func keepURL(
    host: RawSpan, hasPort: Bool, _ context: HTTPContext,
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    writer.scratch.removeAll(keepingCapacity: true)
    writer.scratch.append("http://")
    writer.scratch.append(host)
    let hostEnd = writer.scratch.count
    writer.scratch += head.target
    guard let first = keepURL(&writer, &skips), context.target.port != 80, !hasPort else { return }
    writer.scratch.removeLast(writer.scratch.count - hostEnd)
    writer.scratch.append(port: context.target.port)
    writer.scratch += head.target
    keepURLWithPort(of: first, &writer)
  }

  /// Writes the URL with the destination address as its host.
  func keepURLWithoutHost(
    _ context: HTTPContext, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    guard head.hasTarget else { return }
    guard let target = context.target.address else { return skips.add(.httpURL) }
    writer.scratch.removeAll(keepingCapacity: true)
    writer.scratch.append("http://")
    let isIPv4 = target.version == 4
    if !isIPv4 { writer.scratch.append(UInt8(ascii: "[")) }
    target.address.append(isIPv4: isIPv4, to: &writer.scratch)
    if !isIPv4 { writer.scratch.append(UInt8(ascii: "]")) }
    writer.scratch.append(port: context.target.port)
    writer.scratch += head.target
    keepURL(&writer, &skips)
  }

  /// Writes the URL in `scratch`; nil if it has no normal form or an earlier version has it.
  ///
  /// Returns the observable that has it, and whether that was written now.
  @discardableResult
  private func keepURL(
    _ writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) -> (index: Int, isNew: Bool)? {
    let start = writer.batch.arena.count
    guard let schemeLength = writer.appendScratchAsURL() else {
      skips.add(.httpURL)
      return nil
    }
    let isNew = writer.keep(
      .httpURL, .url, from: start, flags: .httpURL, schemeLength: UInt16(clamping: schemeLength))
    return writer.lastKept == .max ? nil : (Int(writer.lastKept), isNew)
  }

  /// Writes the URL in `scratch`, with the connection's port, as a form of the one before.
  private func keepURLWithPort(
    of first: (index: Int, isNew: Bool), _ writer: inout ObservableWriter
  ) {
    let start = writer.batch.arena.count
    guard let schemeLength = writer.appendScratchAsURL() else { return }
    let length = UInt16(clamping: schemeLength)
    if first.isNew {
      writer.keep(.httpURL, .url, from: start, flags: [.httpURL, .joint], schemeLength: length)
    } else {
      writer.addURLForm(of: first.index, from: start, schemeLength: length)
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(port: UInt16) {
    append(Byte.colon)
    var divisor: UInt16 = 10_000
    while divisor > 1, port < divisor { divisor /= 10 }
    while divisor > 0 {
      append(Byte.zero + UInt8(truncatingIfNeeded: port / divisor % 10))
      divisor /= 10
    }
  }
}
