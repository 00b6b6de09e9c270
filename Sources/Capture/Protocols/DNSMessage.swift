import Indicators
import Parsing

/// Reads the names, addresses and texts in DNS messages (RFC 1035, RFC 6762, RFC 4795, RFC 2136,
/// RFC 9460), without state.
///
/// What tells that bytes are a message is in `DNSMessage+Recognition.swift`.
struct DNSMessage {
  /// Bytes of a message's header.
  static let headerLength = 12

  /// Record types that the reader knows (IANA's registry of DNS parameters).
  private enum RecordType {
    static let a: UInt16 = 1
    static let ns: UInt16 = 2
    static let cname: UInt16 = 5
    static let soa: UInt16 = 6
    static let ptr: UInt16 = 12
    static let mx: UInt16 = 15
    static let txt: UInt16 = 16
    static let aaaa: UInt16 = 28
    static let srv: UInt16 = 33
    static let dname: UInt16 = 39
    static let opt: UInt16 = 41
    static let svcb: UInt16 = 64
    static let https: UInt16 = 65
    static let spf: UInt16 = 99
  }

  /// The fields in which the records of a section are reported.
  private struct Section {
    var name: CaptureField
    var address: CaptureField
    var text: CaptureField?

    /// The fields of section 0 (answers), 1 (authorities) or 2 (additional records).
    init(_ number: Int) {
      switch number {
      case 0: self = Section(.dnsAnswerName, .dnsAnswerAddress, text: .dnsAnswerText)
      case 1: self = Section(.dnsAuthorityName, .dnsAuthorityAddress)
      default: self = Section(.dnsAdditionalName, .dnsAdditionalAddress)
      }
    }

    private init(_ name: CaptureField, _ address: CaptureField, text: CaptureField? = nil) {
      self.name = name
      self.address = address
      self.text = text
    }
  }

  /// Writes the observables of a message; one that is cut is read as far as it goes.
  static func read(
    _ message: RawSpan, pointerLimit: Int, into writer: inout ObservableWriter,
    _ skips: inout SkipCounters
  ) {
    guard message.byteCount >= headerLength else {
      if message.byteCount > 0 { skips.add(.dnsMalformed) }
      return
    }
    writer.beginMessage(
      isResponse(message) ? DNSResponseCode(message.byte(unchecked: 3)) : nil)
    defer { writer.endMessage() }
    var offset = headerLength
    for _ in 0..<message.bigEndianUInt16(unchecked: 4) {
      guard
        readQuestion(message, at: &offset, pointerLimit: pointerLimit, into: &writer, &skips)
      else { return }
    }
    for number in 0..<3 {
      let section = Section(number)
      var owners = Owners()
      for _ in 0..<message.bigEndianUInt16(unchecked: 6 + 2 * number) {
        guard
          readRecord(
            message, at: &offset, section, &owners, pointerLimit: pointerLimit, into: &writer,
            &skips)
        else { return }
      }
    }
  }

  private static func readQuestion(
    _ message: RawSpan, at offset: inout Int, pointerLimit: Int,
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) -> Bool {
    if offset == message.byteCount {
      skips.add(.dnsMessageCut)
      return false
    }
    guard DNSName.read(message, at: &offset, pointerLimit: pointerLimit, into: &writer.name) else {
      skips.add(.dnsMalformed)
      // The name may only be too long, as tunnels make names: then the records behind it can still
      // be read.
      guard DNSName.skip(message, at: &offset, limit: message.byteCount),
        message.byteCount - offset >= 4
      else { return false }
      offset += 4
      return true
    }
    guard message.byteCount - offset >= 4 else {
      // The name is whole, as in old captures of 68 bytes a packet.
      skips.add(.dnsMessageCut)
      writer.place(offset)
      writer.keepName(.dnsQuery)
      return false
    }
    let type = message.bigEndianUInt16(unchecked: offset)
    writer.place(offset)
    offset += 4
    writer.keepName(.dnsQuery)
    if type == RecordType.ptr, let reverse = DNSName.reverseAddress(writer.name.bytes) {
      writer.append(.dnsQueryReverse, reverse)
    }
    return true
  }

  /// The pointers that the last records of a section have as owners; each is followed only once,
  /// since a name costs far more than the two bytes that point to it.
  private struct Owners {
    private var pointers = InlineArray<16, UInt16>(repeating: 0)

    /// The owner of a record with this pointer, if an earlier record had the pointer too.
    subscript(pointer: UInt16) -> Owner? {
      let known = pointers[Int(pointer & 15)]
      return known == pointer ? .known : known == pointer & 0x7fff ? .malformed : nil
    }

    /// Notes where a pointer leads; its two top bits are set.
    mutating func note(_ pointer: UInt16, isMalformed: Bool) {
      pointers[Int(pointer & 15)] = isMalformed ? pointer & 0x7fff : pointer
    }
  }

  /// The owner of a record.
  private enum Owner {
    /// The first question's name, or a name that an earlier record had as owner.
    case known
    /// The name that was just put together, in `writer.name`.
    case inName
    case malformed
  }

  /// Reads a record's owner and moves past it, unless it is malformed.
  private static func readOwner(
    _ message: RawSpan, at offset: inout Int, _ owners: inout Owners, pointerLimit: Int,
    into writer: inout ObservableWriter
  ) -> Owner {
    let pointer = message.byteCount - offset >= 2 ? message.bigEndianUInt16(unchecked: offset) : 0
    // A pointer to the first question is by far the most frequent owner, and yields nothing new.
    if pointer == 0xc00c, message.bigEndianUInt16(unchecked: 4) > 0 {
      offset += 2
      return .known
    }
    if pointer >= 0xc000, let owner = owners[pointer] {
      if owner == .known { offset += 2 }
      return owner
    }
    var end = offset
    let isName = DNSName.read(
      message, at: &end, pointerLimit: pointerLimit, into: &writer.name)
    if pointer >= 0xc000 { owners.note(pointer, isMalformed: !isName) }
    guard isName else { return .malformed }
    offset = end
    return .inName
  }

  /// Reads one record; false if the next one cannot be found.
  private static func readRecord(
    _ message: RawSpan, at offset: inout Int, _ section: Section, _ owners: inout Owners,
    pointerLimit: Int, into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) -> Bool {
    if offset == message.byteCount {
      skips.add(.dnsMessageCut)
      return false
    }
    let owner = readOwner(
      message, at: &offset, &owners, pointerLimit: pointerLimit, into: &writer)
    if owner == .malformed {
      // If only a pointer is wrong or the name too long, the next record can still be found.
      skips.add(.dnsName)
      guard DNSName.skip(message, at: &offset, limit: message.byteCount) else { return false }
    }
    guard message.byteCount - offset >= 10 else {
      skips.add(.dnsMessageCut)
      return false
    }
    let type = message.bigEndianUInt16(unchecked: offset)
    let length = Int(message.bigEndianUInt16(unchecked: offset + 8))
    writer.place(offset)
    offset += 10
    if owner == .inName {
      if type == RecordType.opt {
        // The owner of an OPT record is not written, so its pointer must not count as known.
        owners = Owners()
      } else {
        writer.keepName(section.name, unlessQuestion: true)
      }
    }
    guard length <= message.byteCount - offset else {
      skips.add(.dnsMessageCut)
      return false
    }
    let data = offset..<offset + length
    offset = data.upperBound
    writer.place(offset)
    readData(
      message, data, type: type, section, pointerLimit: pointerLimit, into: &writer, &skips)
    return true
  }

  private static func readData(
    _ message: RawSpan, _ data: Range<Int>, type: UInt16, _ section: Section, pointerLimit: Int,
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    let nameOffset: Int
    switch type {
    case RecordType.a:
      if data.count == 4 {
        writer.append(section.address, VersionedAddress(ipv4: message, at: data.lowerBound))
      }
      return
    case RecordType.aaaa:
      if data.count == 16 {
        writer.append(section.address, VersionedAddress(ipv6: message, at: data.lowerBound))
      }
      return
    case RecordType.txt, RecordType.spf:
      if let field = section.text, writer.kinds.contains(.text) {
        readStrings(message, data, field, into: &writer, &skips)
      }
      return
    case RecordType.ns, RecordType.cname, RecordType.soa, RecordType.ptr, RecordType.dname:
      nameOffset = 0
    case RecordType.mx, RecordType.svcb, RecordType.https: nameOffset = 2
    case RecordType.srv: nameOffset = 6
    default: return
    }
    // In updates (RFC 2136 §2.4) records may have no data.
    guard data.count > nameOffset else { return }
    var offset = data.lowerBound + nameOffset
    guard
      DNSName.read(message, at: &offset, pointerLimit: pointerLimit, into: &writer.name),
      offset <= data.upperBound
    else {
      skips.add(.dnsName)
      return
    }
    writer.keepName(section.name)
    if type == RecordType.svcb || type == RecordType.https {
      readHints(message, offset..<data.upperBound, section.address, into: &writer, &skips)
    }
  }

  /// Writes the strings of one record, joined to one value.
  private static func readStrings(
    _ message: RawSpan, _ data: Range<Int>, _ field: CaptureField,
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    let start = writer.batch.arena.count
    var offset = data.lowerBound
    while offset < data.upperBound {
      let length = Int(message.byte(unchecked: offset))
      let end = min(offset + 1 + length, data.upperBound)
      if end < offset + 1 + length { skips.add(.dnsMalformed) }
      writer.appendToArena(message.extracting(offset + 1..<end))
      offset = end
    }
    if writer.keep(field, .text, from: start) { writer.keepTexts(in: field, from: start, &skips) }
  }

  /// Writes the addresses in a service binding's hints (RFC 9460 §7.3).
  private static func readHints(
    _ message: RawSpan, _ parameters: Range<Int>, _ field: CaptureField,
    into writer: inout ObservableWriter, _ skips: inout SkipCounters
  ) {
    var offset = parameters.lowerBound
    while parameters.upperBound - offset >= 4 {
      let key = message.bigEndianUInt16(unchecked: offset)
      let length = Int(message.bigEndianUInt16(unchecked: offset + 2))
      offset += 4
      guard length <= parameters.upperBound - offset else {
        skips.add(.dnsMalformed)
        return
      }
      let end = offset + length
      let width = key == 4 ? 4 : key == 6 ? 16 : 0
      while width > 0, end - offset >= width {
        writer.append(
          field,
          width == 4
            ? VersionedAddress(ipv4: message, at: offset)
            : VersionedAddress(ipv6: message, at: offset))
        offset += width
      }
      offset = end
    }
  }
}
