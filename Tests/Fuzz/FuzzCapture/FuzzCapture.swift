// Reads captures of any shape: the reader must end, stay in bounds, and keep its promises about its
// output.
//
// The first byte is options. Bits 0–1 say what the rest is: 0 a capture file, 1 packets of a link
// type, 2 and 3 the payloads of a stream or of datagrams. Bit 2 makes every packet's addresses
// observables, bit 3 sets small limits, and bit 5 searches payloads for byte strings. The second
// byte is the link type or the port, the third the number of bytes in a packet.
//
// FUZZ_PARSER=files|layers|dns|http|tls|dtls makes all inputs go to one part of the reader.

import Capture
import FuzzSupport
import Glibc
import Indicators
import Inputs
import TestSupport
import Matchers

private func number(_ value: Int, _ count: Int, big: Bool = true) -> [UInt8] {
  let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  return big ? bytes.reversed() : bytes
}

private func file(_ packets: [[UInt8]], linkType: Int) -> [UInt8] {
  var file: [UInt8] = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0]
  file += number(linkType, 4, big: false)
  for (index, packet) in packets.enumerated() {
    file += number(1_700_000_000 + index, 4, big: false) + number(0, 4)
    file += number(packet.count, 4, big: false) + number(packet.count, 4, big: false) + packet
  }
  return file
}

private func ip(_ ipProtocol: UInt8, _ payload: [UInt8], back: Bool = false) -> [UInt8] {
  let ends: [[UInt8]] = [[192, 0, 2, 1], [198, 51, 100, 2]]
  return [0x45, 0] + number(20 + payload.count, 2) + [0, 0, 0, 0, 64, ipProtocol, 0, 0]
    + ends[back ? 1 : 0] + ends[back ? 0 : 1] + payload
}

/// A part of the reader that is fuzzed alone.
private enum Parser: String {
  case files, layers, dns, http, tls, dtls

  /// The part that the environment variable names.
  static let chosen: Parser? = getenv("FUZZ_PARSER").flatMap { name in
    guard let parser = Parser(rawValue: String(cString: name)) else {
      fatalError("FUZZ_PARSER is none of files, layers, dns, http, tls, dtls")
    }
    return parser
  }

  /// The input's first byte, changed so that it chooses this part.
  func choice(_ byte: UInt8) -> UInt8 {
    switch self {
    case .files: byte & ~3
    case .layers: byte & ~3 | 1
    // Over streams or in datagrams.
    case .dns: byte | 2
    case .http, .tls: byte & ~3 | 2
    case .dtls: byte | 3
    }
  }

  /// The port that its payloads are sent to.
  var port: Int {
    switch self {
    case .files, .layers, .http: 80
    case .dns: 53
    case .tls, .dtls: 443
    }
  }
}

/// Link types that are read, and one that is not.
private let linkTypes = [1, 113, 276, 101, 0, 108, 9, 50, 51, 104, 107, 105, 127, 192, 239, 147]
/// Ports with a protocol of their own, and one without.
private let ports = [53, 5353, 80, 443, 4789, 6081, 3544, 8080]

private func packets(_ source: inout FuzzInput, _ options: UInt8) -> [UInt8] {
  let choice = source.byte()
  let size = source.byte()
  if options & 3 == 1 {
    var packets: [[UInt8]] = []
    while !source.isAtEnd { packets.append(source.take(upTo: Int(source.byte()) + Int(size) + 1)) }
    return file(packets, linkType: linkTypes[Int(choice) % linkTypes.count])
  }
  let port = Parser.chosen?.port ?? ports[Int(choice) % ports.count]
  var packets: [[UInt8]] = []
  var sequence = options & 0x10 == 0 ? 1000 : 0xffff_ff00
  while !source.isAtEnd {
    let kind = source.byte()
    let payload = source.take(upTo: size == 0 ? 1 << 16 : Int(size))
    let back = kind & 3 == 3
    let ends = back ? [port, 50000] : [50000, port]
    let header = number(ends[0], 2) + number(ends[1], 2)
    if options & 3 == 2 {
      // Sometimes changes the sequence number: gaps, overlaps, segments out of order.
      if kind & 0xf0 == 0xf0 { sequence += Int(kind & 15) * 8 - 64 }
      packets.append(
        ip(
          6,
          header + number(sequence, 4) + [
            0, 0, 0, 1, 0x50, kind & 4 == 0 ? 16 : 18, 0, 0, 0, 0, 0, 0,
          ]
            + payload, back: back))
      sequence += payload.count
    } else {
      packets.append(
        ip(17, header + number(8 + payload.count, 2) + [0, 0] + payload, back: back))
    }
  }
  return file(packets, linkType: 101)
}

/// Long and short byte strings that many inputs contain.
private let strings: LiteralMatcher? = {
  let literals = [
    "\0\0", "GET", "a", "example", "HTTP/1.1\r\nHost: ", "aaaaaaaaaaaaaaaa", "\u{16}\u{3}",
  ]
  var builder = LiteralMatcherBuilder()
  for (number, literal) in literals.enumerated() {
    Array(literal.utf8).withUnsafeBytes {
      builder.insert($0.bytes, number: UInt32(number), ignoresCase: number == 3)
    }
  }
  guard let image = try? builder.build() else { return nil }
  return image.withUnsafeBytes {
    try? LiteralMatcher(image: ImageBytes(copying: $0.bytes), range: 0..<image.count)
  }
}()

/// Reads one input as a capture and checks the result.
package func fuzzCapture(_ input: [UInt8]) {
  var source = FuzzInput(input)
  let first = source.byte()
  let choice = Parser.chosen?.choice(first) ?? first
  let capture = choice & 3 == 0 ? Array(input.dropFirst()) : packets(&source, choice)
  var options = CaptureOptions()
  options.everyPacket = choice & 4 != 0
  if choice & 0x20 != 0, let strings { options.payloadMatchers = [strings] }
  if choice & 8 != 0 {
    options.flowLimit = 2
    options.httpHeaderLimit = 64
    options.dnsPointerLimit = 2
    options.tunnelDepthLimit = 1
  }
  read(capture, options)
}

private func read(_ capture: [UInt8], _ options: CaptureOptions) {
  guard
    let reader = try? CaptureReader(
      source: InputSource(bytes: capture, path: "fuzz"), options: options)
  else { return }
  var batch = ObservableBatch()
  while (try? reader.fill(&batch)) ?? false {
    check(batch, reader)
    batch.removeAll()
  }
  check(batch, reader)
  precondition(reader.tally.counts.values.allSatisfy { $0 > 0 }, "a reason that never held")
}

private func check(_ batch: ObservableBatch, _ reader: CaptureReader) {
  let lastNumber = reader.packetCount + (reader.tally.counts["record-not-a-packet"] ?? 0)
  for observable in batch.observables {
    let (start, length) = (Int(observable.offset), Int(observable.length))
    precondition(observable.flags.contains(.inArena), "a value outside the arena")
    precondition(length > 0 && start + length <= batch.arena.count, "a value out of bounds")
    switch observable.kind {
    case .ipv4: precondition(length == 4)
    case .ipv6: precondition(length == 16)
    default: break
    }
    let record = batch.records[Int(observable.record)]
    precondition(record.number >= 1 && record.number <= lastNumber, "no such packet")
    precondition(Int(record.flow) < batch.flows.count, "no such flow")
    precondition(!batch.fields.name(observable.field).isEmpty)
  }
}

#if FUZZING
  /// The function that the fuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzCapture(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  @main
  struct Replay {
    static func main() { replay(fuzzCapture) }
  }
#endif
