import Indicators
import Parsing

/// Where a column's bytes are in the chunk, without quotes around them.
struct ColumnRange {
  var start: Int
  var end: Int
  /// It holds doubled quotes or backslashes that stand for something else.
  var hasEscapes = false
  var isQuoted = false
}

/// What to do with each column of a row: made once from its header.
struct ColumnPlan {
  /// How a column's text is read.
  enum Reading: UInt8 {
    /// Not at all: numbers, times, identifiers of a type that holds no values.
    case skipped
    case text
    /// Each element of a set or vector by itself.
    case elements
    /// An address, written by a program that writes nothing else there.
    case address
    case addresses
  }

  struct Column {
    var path: FieldPaths.ID
    var fieldClass: FieldClass
    var reading: Reading
    /// Index of the column with the port of the address in this one, or -1.
    var port: Int
    /// Index of another port column, for rows in which the first is empty: of the columns for two
    /// transport protocols, one has the port.
    var otherPort = -1
  }

  /// The header that the plan was made from, and the generation of the table that its paths are in.
  private(set) var header: LogHeader?
  private var generation: UInt32 = 0

  private(set) var columns: [Column] = []
  /// Indexes of the columns to read.
  private(set) var read: [Int] = []
  /// Indexes of the columns that say something of the event.
  private(set) var facts: [Int] = []
  /// Columns that are joined to URLs: those known by their whole names, and for each prefix of
  /// names that are paths, those known by their last components.
  private(set) var urls: [URLColumns] = []
  /// The column with the connection's port, used if no column has the URL's own; the two may
  /// differ.
  private(set) var connectionPort = -1
  /// Columns that may tell the record's time, the surest first; the date may have a column of its
  /// own.
  private(set) var times: [Int] = []
  private(set) var date = -1
  private(set) var zone = -1
  /// The column that may hold a line as another program wrote it, or -1.
  private(set) var message = -1

  init() {}

  /// Whether the plan was made from `header`, with the table of paths as it is now.
  @inline(__always)
  func holds(for header: LogHeader, _ paths: borrowing FieldPaths) -> Bool {
    self.header === header && generation == paths.generation
  }

  /// Takes over `header` if it says the same as the plan's own; false if not.
  fileprivate mutating func takeOver(_ header: LogHeader, _ paths: borrowing FieldPaths) -> Bool {
    guard let known = self.header, generation == paths.generation, known == header
    else { return false }
    self.header = header
    return true
  }

  /// Makes the plan of a header.
  init(_ header: LogHeader, _ paths: inout FieldPaths) {
    self.header = header
    generation = paths.generation
    // The first and the second port column for each stem.
    var ports: [FieldPaths.ID: Int] = [:]
    var otherPorts: [FieldPaths.ID: Int] = [:]
    for name in header.lines.names {
      let path = paths.child(of: FieldPaths.root, key: name.rawSpan)
      if KeyStem(name.rawSpan).isPort {
        let stem = paths.stem(of: path)
        if ports[stem] == nil {
          ports[stem] = columns.count
        } else if otherPorts[stem] == nil {
          otherPorts[stem] = columns.count
        }
      }
      columns.append(
        Column(path: path, fieldClass: paths.fieldClass(path), reading: .text, port: -1))
    }
    var messageRank = UInt8.max
    var url = URLColumns()
    var dotted: [(prefix: FieldPaths.ID, url: URLColumns)] = []
    for (index, bytes) in header.lines.names.enumerated() {
      let fieldClass = columns[index].fieldClass
      // Without types, all columns of a Zeek log are read as strings.
      let reading =
        index < header.lines.types.count ? Self.reading(header.lines.types[index]) : .text
      columns[index].reading = reading
      if !ports.isEmpty, !KeyStem(bytes.rawSpan).isPort {
        let stem = paths.stem(of: columns[index].path)
        columns[index].port = ports[stem] ?? -1
        columns[index].otherPort = otherPorts[stem] ?? -1
      }
      if columns[index].reading != .skipped { read.append(index) }
      if fieldClass.fact != .none { facts.append(index) }
      let isWhole = reading == .text || reading == .address
      switch fieldClass.role {
      case .time:
        URLColumns.insert(index, into: &times) { columns[$0].fieldClass.rank }
      case .date where date < 0: date = index
      case .zone where zone < 0: zone = index
      // Only in a CSV: Zeek has columns for all that it knows.
      case .message where header.lines.layout == .csv && fieldClass.rank < messageRank:
        (message, messageRank) = (index, fieldClass.rank)
      default: url.take(index, fieldClass.role, fieldClass.rank, isWhole: isWhole)
      }
      if fieldClass.part != .none {
        let prefix = paths.prefix(of: columns[index].path)
        let place = dotted.firstIndex { $0.prefix == prefix } ?? dotted.count
        if place == dotted.count { dotted.append((prefix, URLColumns())) }
        dotted[place].url.take(index, fieldClass.part, fieldClass.partRank, isWhole: isWhole)
      }
      let name = bytes.rawSpan
      switch header.lines.layout {
      // The time of the window's first packet; its end may be ten minutes later.
      case .flowLog: if Self.is(name, "start") { times = [index] }
      case .zeek: if Self.is(name, "idrespp", lettersOnly: true) { connectionPort = index }
      case .w3c:
        // For a proxy this is its own port; the port of the request has another column.
        if Self.is(name, "sport", lettersOnly: true) { connectionPort = index }
      case .csv: break
      }
    }
    giveHostsPort(url)
    urls = ([url] + dotted.map(\.url)).compactMap(\.joined)
    if header.lines.layout == .csv { takeEndpoints(header) }
  }

  /// Takes the columns `Source` and `Destination` as the ends if both exist (Wireshark, Check
  /// Point).
  ///
  /// `Source` alone may be who sent the record.
  private mutating func takeEndpoints(_ header: LogHeader) {
    takeFlowTools(header)
    guard
      let source = header.lines.names.firstIndex(where: { Self.is($0.rawSpan, "source") }),
      let destination = header.lines.names.firstIndex(where: { Self.is($0.rawSpan, "destination") })
    else { return }
    for (index, fact) in [(source, EventFact.source), (destination, .destination)]
    where columns[index].fieldClass.fact == .none {
      (columns[index].fieldClass.fact, columns[index].fieldClass.factRank) = (fact, 1)
      facts.append(index)
    }
  }

  /// Takes the columns of nfdump, whose names mean something only if all of them are there.
  private mutating func takeFlowTools(_ header: LogHeader) {
    let names: [(StaticString, EventFact)] = [
      ("sa", .source), ("da", .destination), ("sp", .sourcePort), ("dp", .destinationPort),
      ("pr", .ipProtocol),
    ]
    let places = names.compactMap { name in
      header.lines.names.firstIndex { Self.is($0.rawSpan, name.0) }
    }
    guard places.count == names.count else { return }
    for (place, name) in zip(places, names) {
      (columns[place].fieldClass.fact, columns[place].fieldClass.factRank) = (name.1, 1)
      if !facts.contains(place) { facts.append(place) }
    }
    // Each address belongs to the port of its end.
    (columns[places[0]].port, columns[places[1]].port) = (places[2], places[3])
  }

  /// Gives an address in a host column the port of the request.
  private mutating func giveHostsPort(_ url: URLColumns) {
    let connection = columns.firstIndex { $0.fieldClass.role == .connectionPort } ?? -1
    let port = url.port >= 0 ? url.port : connection
    guard port >= 0 else { return }
    for index in columns.indices
    where columns[index].port < 0 && columns[index].fieldClass.isHost {
      columns[index].port = port
      // Used if the first column holds no port.
      if connection != port { columns[index].otherPort = connection }
    }
  }

  /// Whether a name is a word, in upper or lower case.
  ///
  /// Bytes above ASCII are ignored; with `lettersOnly`, so is everything but letters and digits.
  private static func `is`(
    _ name: RawSpan, _ word: StaticString, lettersOnly: Bool = false
  ) -> Bool {
    var count = 0
    for offset in 0..<min(name.byteCount, 128) {
      let byte = name.byte(unchecked: offset)
      let folded = Byte.lowercased(byte)
      if byte >= 0x80 || lettersOnly && folded &- 0x61 > 25 && folded &- Byte.zero > 9 { continue }
      // SAFETY: the index is below the word's length.
      guard count < word.utf8CodeUnitCount, unsafe word.utf8Start[count] == folded else {
        return false
      }
      count += 1
    }
    return count == word.utf8CodeUnitCount
  }

  /// How a column of a Zeek type is read.
  private static func reading(_ type: [UInt8]) -> Reading {
    var element = 0..<type.count
    var isContainer = false
    // Bro up to 2.2 wrote sets as tables.
    for container in ["set[", "vector[", "table["]
    where type.last == UInt8(ascii: "]") && type.starts(with: container.utf8) {
      element = container.utf8.count..<type.count - 1
      isContainer = true
    }
    switch String(decoding: type[element], as: UTF8.self) {
    case "addr": return isContainer ? .addresses : .address
    case "string", "subnet", "enum", "pattern", "file", "func":
      return isContainer ? .elements : .text
    default: return .skipped
    }
  }
}

/// The plans of the headers met so far.
struct ColumnPlans {
  /// How many plans of earlier headers are kept.
  private static let mostPlans = 16

  /// What the row's header says about each column, for the latest header.
  private(set) var current = ColumnPlan()
  private var others: [ColumnPlan] = []

  /// Makes `current` the plan of `header`, reusing an earlier one: if a file holds several logs,
  /// headers come again.
  mutating func choose(_ header: LogHeader, _ paths: inout FieldPaths) {
    if current.holds(for: header, paths) { return }
    for index in others.indices where others[index].takeOver(header, paths) {
      swap(&current, &others[index])
      return
    }
    if others.count == Self.mostPlans { others.removeFirst() }
    others.append(current)
    current = ColumnPlan(header, &paths)
  }
}
