import Parsing

/// Handshake messages of TLS, each with its header of four bytes.
enum TLSHandshake {
  private static let clientHello: UInt8 = 1

  /// Whether messages of a type name anything.
  static func isWanted(_ type: UInt8) -> Bool { type == clientHello }

  /// Writes what a message names; one that is cut is read as far as it goes.
  static func read(
    _ message: RawSpan, isWhole: Bool, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    switch message.byte(unchecked: 0) {
    case clientHello:
      TLSClientHello.readHello(
        message, start: 4, isDatagram: false, isWhole: isWhole, &writer, &skips)
    default: break
    }
  }
}
