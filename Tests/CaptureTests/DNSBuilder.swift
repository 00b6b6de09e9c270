/// Builds DNS messages.
struct DNSBuilder {
  var bytes: [UInt8]

  /// A message with this header; sections are counted by hand, so that they can be wrong.
  init(
    flags: UInt16 = 0x0100, questions: UInt16 = 1, answers: UInt16 = 0, authorities: UInt16 = 0,
    additional: UInt16 = 0
  ) {
    bytes = join(
      UInt16(0xbeef).bytes, flags.bytes, questions.bytes, answers.bytes, authorities.bytes,
      additional.bytes)
  }

  /// A name on the wire, without compression.
  static func name(_ name: String) -> [UInt8] {
    Self.name(labels: name.split(separator: ".").map { Array($0.utf8) })
  }

  static func name(labels: [[UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = []
    for label in labels { bytes += join([UInt8(label.count)], label) }
    return bytes + [0]
  }

  static func pointer(_ offset: Int) -> [UInt8] { (UInt16(offset) | 0xc000).bytes }

  func question(_ name: [UInt8], type: UInt16 = 1, class queryClass: UInt16 = 1) -> DNSBuilder {
    var builder = self
    builder.bytes += join(name, type.bytes, queryClass.bytes)
    return builder
  }

  func question(_ name: String, type: UInt16 = 1) -> DNSBuilder {
    question(Self.name(name), type: type)
  }

  func record(
    _ owner: [UInt8], type: UInt16, _ data: [UInt8], length: UInt16? = nil
  ) -> DNSBuilder {
    var builder = self
    builder.bytes += join(
      owner, type.bytes, UInt16(1).bytes, UInt32(60).bytes,
      (length ?? UInt16(data.count)).bytes, data)
    return builder
  }

  func record(_ owner: String, type: UInt16, _ data: [UInt8]) -> DNSBuilder {
    record(Self.name(owner), type: type, data)
  }
}
