import Parsing

extension Extraction {
  /// Notes what the fields of the record that was read last say about one another and about the
  /// event.
  ///
  /// The serial of the record distinguishes the fields from those of other records.
  mutating func noteLineFields(_ bytes: RawSpan) {
    let serial = objects.nextSerial()
    var fields = line.fields
    line.fields = []
    defer { line.fields = fields }
    for index in fields.indices where fields[index].path >= 0 && !fields[index].isApart {
      noteLineField(bytes, index, owner: serial, &fields)
    }
  }

  /// Notes what a field says about its siblings and about the event.
  ///
  /// A port belongs to the earlier addresses that its name fits, the last one under each key; if
  /// there are none, to the only such address behind it.
  private mutating func noteLineField(
    _ bytes: RawSpan, _ index: Int, owner serial: UInt32, _ fields: inout [LineField]
  ) {
    let field = fields[index]
    let fieldClass = scanner.paths.fieldClass(field.path)
    let range = field.start..<field.end
    // An address is its own owner and the owner of its port.
    var owner = UInt32(index + 1)
    switch fieldClass.role {
    case .port, .connectionPort:
      owner = 0
      guard let port = NumberText.port(bytes, range) else { break }
      var address = scanner.paths.takeAddress(forPort: field.path, owner: serial)
      if address < 0 { scanner.paths.setPort(port, of: field.path, owner: serial) }
      while address >= 0 {
        fields[address].port = port
        // The fact for the last address is noted below.
        if owner > 0 {
          event.facts.note(fieldClass.fact, rank: fieldClass.factRank, bytes, range, owner: owner)
        }
        owner = UInt32(address + 1)
        address = Int(fields[address].waiting)
      }
    default:
      guard !field.hasOwnPort, field.port == 0, 2...45 ~= range.count,
        IPAddressText.ipv4(bytes, range) != nil || IPAddressText.ipv6(bytes, range) != nil
      else { break }
      let before = scanner.paths.noteAddress(index, of: field.path, owner: serial)
      if before >= 0 { wait(index, with: before, &fields) }
    }
    if field.fact != .none {
      event.facts.note(field.fact, rank: 0, bytes, range, port: field.port, owner: owner)
    } else if fieldClass.fact != .none {
      event.facts.note(
        fieldClass.fact, rank: fieldClass.factRank, bytes, range, port: field.port, owner: owner,
        depth: 1 + Int(fieldClass.namedDepth))
    }
  }

  /// The most keys of one end that wait for its port together; no real record has more.
  private static let mostWaiting = 8

  /// Lets an address wait for its port together with earlier ones; it takes the place of one with
  /// the same key.
  private func wait(_ index: Int, with before: Int, _ fields: inout [LineField]) {
    fields[index].waiting = Int32(before)
    var last = index
    for _ in 0..<Self.mostWaiting {
      let next = Int(fields[last].waiting)
      guard next >= 0 else { return }
      if fields[next].path == fields[index].path {
        fields[last].waiting = fields[next].waiting
      } else {
        last = next
      }
    }
    fields[last].waiting = -1
  }
}
