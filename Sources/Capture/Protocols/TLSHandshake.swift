import Indicators
import Parsing

/// Handshake messages, each with its header: four bytes in TLS, twelve in DTLS.
enum TLSHandshake {
  private static let clientHello: UInt8 = 1
  private static let serverHello: UInt8 = 2
  private static let certificate: UInt8 = 11

  /// The kinds of indicators that certificates yield.
  private static let certificateKinds = IndicatorKindSet([
    .certificateSHA1, .certificateSHA256, .domain, .ipv4, .ipv6,
  ])

  /// Whether messages of a type can hold anything that is wanted.
  static func isWanted(_ type: UInt8, _ kinds: IndicatorKindSet) -> Bool {
    switch type {
    case clientHello: true
    case serverHello: kinds.contains(.ja3s)
    case certificate: !kinds.isDisjoint(with: certificateKinds)
    default: false
    }
  }

  /// Writes the values of a message; of one that is cut, only the names of a ClientHello.
  ///
  /// - Returns: whether the message announces early data, which is sent before the server has
  ///   answered.
  @discardableResult
  static func read(
    _ message: RawSpan, start: Int = 4, isWhole: Bool, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) -> Bool {
    switch message.byte(unchecked: 0) {
    case clientHello:
      return TLSClientHello.readHello(
        message, start: start, isDatagram: false, isWhole: isWhole, &writer, &skips)
    case serverHello where isWhole:
      do { try TLSFingerprint.writeServer(message, start: start, into: &writer) } catch {
        skips.add(.tlsHelloMalformed)
      }
    case certificate where isWhole:
      TLSCertificates.read(message, start: start, into: &writer, &skips)
    case certificate:
      skips.add(.tlsMessageCut)
    default: break
    }
    return false
  }
}
