import CPcap
import Glibc
import Parsing

/// A packet filter compiled by libpcap for one link type.
@safe
final class PacketFilter {
  // SAFETY of what follows: handles and files are open when they are used, and closed by whoever got
  // them; the program is this object's own, and empty unless libpcap filled it.

  private var program = unsafe bpf_program()
  /// The same filter for loopback packets from big-endian machines.
  private let swapped: PacketFilter?

  /// Compiles an expression in libpcap's language; throws libpcap's message if it is refused.
  convenience init(_ expression: String, linkType: UInt32) throws(PacketFilterError) {
    // libpcap would read only what precedes the NUL.
    guard !expression.utf8.contains(0) else {
      throw PacketFilterError(message: "it holds a NUL character")
    }
    // A loopback packet begins with an address family, whose number and byte order are the
    // capturing system's own; libpcap takes those of other systems into account only when it reads
    // a file.
    switch linkType {
    case LinkType.null:
      let swapped = unsafe try PacketFilter(
        expression, handle: Self.savefile(linkType, isBigEndian: true))
      unsafe try self.init(
        expression, handle: Self.savefile(linkType, isBigEndian: false), swapped: swapped)
    case LinkType.loop:
      unsafe try self.init(expression, handle: Self.savefile(linkType, isBigEndian: false))
    default:
      guard let number = LinkType.libraryNumber(linkType) else {
        throw PacketFilterError(message: "no filter for link type \(linkType)")
      }
      unsafe try self.init(
        expression, handle: pcap_open_dead(number, CInt(PacketFramer.longestPacket)))
    }
  }

  private init(
    _ expression: String, handle: OpaquePointer?, swapped: PacketFilter? = nil
  ) throws(PacketFilterError) {
    self.swapped = swapped
    guard let handle = unsafe handle else {
      throw PacketFilterError(message: "no memory for a filter")
    }
    defer { unsafe pcap_close(handle) }
    // SAFETY: the program is this object's own; libpcap fills it only where it returns 0.
    let result = unsafe pcap_compile(handle, &program, expression, 1, PCAP_NETMASK_UNKNOWN)
    guard result == 0 else {
      throw PacketFilterError(message: unsafe String(cString: pcap_geterr(handle)))
    }
  }

  /// A libpcap handle for a capture file of a link type that holds no packets.
  private static func savefile(_ linkType: UInt32, isBigEndian: Bool) -> OpaquePointer? {
    let (length, version) = (UInt32(PacketFramer.longestPacket), isBigEndian ? [2, 4] : [4, 2])
    let words: [UInt32] = [
      0xa1b2_c3d4, UInt32(version[0]) << 16 | UInt32(version[1]), 0, 0, length, linkType,
    ]
    var bytes: [UInt8] = []
    for word in words {
      for shift: UInt32 in isBigEndian ? [24, 16, 8, 0] : [0, 8, 16, 24] {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    guard let file = unsafe tmpfile() else { return nil }
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count,
      unsafe fseek(file, 0, SEEK_SET) == 0,
      let handle = unsafe pcap_fopen_offline(file, &message)
    else {
      unsafe fclose(file)
      return nil
    }
    return unsafe handle
  }

  deinit { unsafe pcap_freecode(&program) }

  /// Whether the filter lets the packet through.
  func accepts(_ packet: RawSpan, originalLength: UInt32) -> Bool {
    if let swapped, packet.byteCount >= 4, packet.bigEndianUInt32(unchecked: 0) <= 0xffff {
      return swapped.accepts(packet, originalLength: originalLength)
    }
    var header = pcap_pkthdr()
    header.caplen = UInt32(truncatingIfNeeded: packet.byteCount)
    header.len = originalLength
    // SAFETY: libpcap reads at most `caplen` bytes, which the span has.
    return unsafe packet.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return false }
      return unsafe pcap_offline_filter(
        &program, &header, base.assumingMemoryBound(to: UInt8.self)) != 0
    }
  }
}

/// An expression's filters, one for each link type of a capture: the interfaces of one file may
/// differ in it.
struct LinkFilters {
  private let expression: String
  /// The filter for `linkType`.
  private var filter: PacketFilter?
  private var linkType = UInt32.max
  private var filters: [UInt32: PacketFilter?] = [:]

  init(_ expression: String) { self.expression = expression }

  /// Whether the expression compiled for any of the link types seen so far.
  var isAny: Bool { filters.values.contains { $0 != nil } }

  /// Whether the filter accepts a packet; false if the expression does not compile for its link
  /// type.
  ///
  /// - Throws: The reason, on the first packet of a link type for which the expression does not
  ///   compile.
  mutating func accepts(_ packet: RawSpan, _ frame: Frame) throws(PacketFilterError) -> Bool {
    if frame.linkType != linkType {
      filter = try known(frame.linkType)
      linkType = frame.linkType
    }
    return filter?.accepts(packet, originalLength: frame.originalLength) ?? false
  }

  private mutating func known(_ linkType: UInt32) throws(PacketFilterError) -> PacketFilter? {
    if let known = filters[linkType] { return known }
    do throws(PacketFilterError) {
      let filter = try PacketFilter(expression, linkType: linkType)
      filters[linkType] = filter
      return filter
    } catch {
      filters[linkType] = .some(nil)
      throw error
    }
  }
}

extension CaptureOptions {
  /// Why a filter is invalid, in libpcap's words; nil if it compiles for at least one usual link
  /// type.
  package static func fault(ofFilter expression: String) -> String? {
    var fault: String?
    // Ethernet, raw IP, IEEE 802.11 without and with radiotap, Linux's cooked types.
    for linkType: UInt32 in [1, 101, 105, 127, 113, 276] {
      do throws(PacketFilterError) {
        _ = try PacketFilter(expression, linkType: linkType)
        return nil
      } catch {
        fault = fault ?? error.message
      }
    }
    return fault
  }
}

/// libpcap's message about a filter.
struct PacketFilterError: Error {
  var message: String
}
