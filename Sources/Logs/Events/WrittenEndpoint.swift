import Indicators
import Parsing

/// An address in a sentence, with its port if there is one: `192.0.2.1`, `192.0.2.1:443`, `[2001:db8::1]:443`,
/// `192.0.2.1/443`, `192.0.2.1(443)`, `192.0.2.1[443]`.
struct WrittenEndpoint {
  let address: Range<Int>
  private var portRange: Range<Int>
  /// The words behind it are not read.
  var isLast = true

  /// Whether there is a port, or a zero in its place.
  var hasPort: Bool { !portRange.isEmpty }

  /// The port, or 0.
  func port(_ bytes: RawSpan) -> UInt16 { NumberText.port(bytes, portRange) ?? 0 }

  /// Reads a token that is an endpoint as a whole; brackets and punctuation that close it are
  /// ignored.
  ///
  /// `192.0.2.1/32` is an address alone and `192.0.2.0/24` none, unless `hasPorts` says that a slash
  /// stands before a port.
  init?(_ bytes: RawSpan, _ token: Range<Int>, hasPorts: Bool = false) {
    var token = token
    while let last = token.last, Self.isPunctuation(bytes.byte(unchecked: last)) {
      token.removeLast()
    }
    guard 2...64 ~= token.count else { return nil }
    if bytes.byte(unchecked: token.lowerBound) == UInt8(ascii: "[") {
      token.removeFirst()
      if let close = bytes.firstOffset(
        of: UInt8(ascii: "]"), from: token.lowerBound, to: token.upperBound)
      {
        guard Self.isAddress(bytes, token.lowerBound..<close) else { return nil }
        address = token.lowerBound..<close
        portRange = Self.port(bytes, behind: close + 1, to: token.upperBound)
        return
      }
      // The bracket is around more than the endpoint, as in `[192.0.2.1:5 -> …]`, or was cut above.
    }
    // An IPv6 address with the name of its interface as its zone.
    if let zone = bytes.firstOffset(of: 0x25, from: token.lowerBound, to: token.upperBound),
      IPAddressText.ipv6(bytes, token.lowerBound..<zone) != nil,
      (zone + 1..<token.upperBound).allSatisfy({ offset in
        let byte = bytes.byte(unchecked: offset)
        return Byte.isAlphanumeric(byte) || byte == Byte.dot
          || byte == Byte.minus || byte == UInt8(ascii: "_")
      })
    {
      token = token.lowerBound..<zone
    }
    if Self.isAddress(bytes, token) {
      (address, portRange) = (token, token.upperBound..<token.upperBound)
      return
    }
    // The port is behind the last mark, since the address may hold colons as well.
    var mark = token.upperBound
    while mark > token.lowerBound, Byte.isDigit(bytes.byte(unchecked: mark - 1)) { mark -= 1 }
    guard mark > token.lowerBound + 1, mark < token.upperBound,
      Self.isAddress(bytes, token.lowerBound..<mark - 1)
    else { return nil }
    address = token.lowerBound..<mark - 1
    portRange = Self.port(bytes, behind: mark - 1, to: token.upperBound)
    if portRange.isEmpty { return nil }
    guard !hasPorts, bytes.byte(unchecked: mark - 1) == Byte.slash else { return }
    switch Self.prefix(bytes, address, length: NumberText.unsigned(bytes, portRange) ?? 0) {
    case .none: break
    case .address: portRange = token.upperBound..<token.upperBound
    case .network: return nil
    }
  }

  private enum Prefix { case none, address, network }

  /// Whether a number behind an address is the length of the prefix of that address alone, or of a network
  /// without host bits.
  ///
  /// A mail server may have an address in which the last seven bits are zero.
  private static func prefix(_ bytes: RawSpan, _ range: Range<Int>, length: UInt64) -> Prefix {
    if let address = IPAddressText.ipv4(bytes, range) {
      if length == 32 { return .address }
      guard 8...31 ~= length, length != 25 || address & 0xff == 0 else { return .none }
      return address << UInt32(length) == 0 ? .network : .none
    }
    guard 16...128 ~= length, let address = IPAddressText.ipv6(bytes, range) else { return .none }
    if length == 128 { return .address }
    let isNetwork =
      length < 64
      ? address.high << length == 0 && address.low == 0 : address.low << (length - 64) == 0
    return isNetwork ? .network : .none
  }

  private static func isAddress(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    IPAddressText.ipv4(bytes, range) != nil || IPAddressText.ipv6(bytes, range) != nil
  }

  /// The digits behind a mark.
  private static func port(_ bytes: RawSpan, behind mark: Int, to end: Int) -> Range<Int> {
    guard mark < end else { return end..<end }
    switch bytes.byte(unchecked: mark) {
    case Byte.colon, Byte.slash, UInt8(ascii: "("), UInt8(ascii: "@"), UInt8(ascii: "#"),
      UInt8(ascii: "["):
      let digits = LogTime.digits(bytes, from: mark + 1, to: end)
      return 1...5 ~= digits.count && digits.upperBound == end ? digits : end..<end
    default: return end..<end
    }
  }

  private static func isPunctuation(_ byte: UInt8) -> Bool {
    switch byte {
    case Byte.comma, Byte.dot, Byte.colon, UInt8(ascii: ";"), UInt8(ascii: ")"), UInt8(ascii: "]"):
      true
    default: false
    }
  }
}
