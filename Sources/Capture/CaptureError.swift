package import Inputs

/// Why a capture could not be read, or not to its end.
///
/// All values found before the fault have been handed out when it is thrown.
package struct CaptureError: Error, Sendable, CustomStringConvertible {
  /// The kind of fault.
  package enum Code: Sendable {
    /// The bytes are no packet capture.
    case notACapture
    /// A capture, but of a version or in a form that cannot be read.
    case unsupported
    /// The capture ends inside its header, a packet or a block, or its compressed form does.
    case truncated
    /// A length in the file is impossible, so the next packet cannot be found.
    case corrupt
    /// The file could not be opened, read or decompressed.
    case cannotRead
    /// Decompressing the file would exceed a limit.
    case tooLarge
    /// The packet filter is not valid, or not for the capture's link type.
    case invalidFilter
  }

  /// The kind of fault.
  package var code: Code
  /// The input's path as the user gave it.
  package var path: String
  /// Packets read before the fault.
  package var packets: UInt64
  /// What is wrong and, where there is a remedy, what to do; one line.
  package var message: String
  /// What to do about it where an option helps; else empty.
  package var remedy: Advice

  /// An error at the place that follows `packets` whole packets.
  package init(
    code: Code, path: String, packets: UInt64, message: String, remedy: Advice = ""
  ) {
    self.code = code
    self.path = path
    self.packets = packets
    self.message = message
    self.remedy = remedy
  }

  init(_ error: InputError, packets: UInt64) {
    let code: Code =
      switch error.code {
      case .truncated: .truncated
      case .corrupt: .corrupt
      case .tooLarge: .tooLarge
      default: .cannotRead
      }
    self.init(
      code: code, path: error.path, packets: packets, message: error.message, remedy: error.remedy)
  }

  /// What may be done about an impossible record after so many packets.
  ///
  /// Some variants of pcap have longer headers before each packet, but no first bytes of their own.
  /// Their records make no sense from the second one on.
  static func variantRemedy(after packets: UInt64) -> String {
    packets < 8
      ? "; if this is a variant of pcap, convert it with editcap -F pcapng"
      : "; fetch or copy the file again"
  }

  /// The path and the message.
  package var description: String { "\(path): \(message)" }
}
