import Indicators
import Matchers
import Parsing

extension CandidateFinder {
  /// Looks at the address whose first dot this is.
  mutating func considerIPv4(_ bytes: RawSpan, dot: Int) {
    let count = bytes.byteCount
    var start = dot
    while start > 0, dot - start < 8, classes.is(bytes.byte(unchecked: start - 1), .digit) {
      start -= 1
    }
    if start > 0 {
      let before = bytes.byte(unchecked: start - 1)
      if before == UInt8(ascii: "."), start > 1,
        classes.is(bytes.byte(unchecked: start - 2), .label)
      {
        // The number may still begin a run: dots and hyphens at a run's start are stripped, and an
        // escape or a percent unit before it is no part of the run.
        if hasEscape(bytes, max(0, start - 8)..<start - 1) { return add(start) }
        if bytes.byte(unchecked: start - 2) == UInt8(ascii: "-") { add(start) }
        return
      }
      if before == UInt8(ascii: "%")
        || (before == UInt8(ascii: "u") || before == UInt8(ascii: "x")) && start > 1
          && bytes.byte(unchecked: start - 2) == UInt8(ascii: "\\")
      {
        return add(start)
      }
      // The number's first digits may belong to a unit: `\u00a9`, `%A0`.
      if classes.is(before, .hex), hasEscape(bytes, max(0, start - 5)..<start - 1) {
        return add(start)
      }
    }
    guard 1...3 ~= dot - start else { return }
    var address: UInt32 = 0
    var offset = start
    // The dots up to here are not looked at as first dots of another address.
    defer { addressesDone = offset }
    for part in 0..<4 {
      var value: UInt32 = 0
      let first = offset
      while offset < count, offset &- first < 4 {
        let digit = bytes.byte(unchecked: offset) &- 0x30
        guard digit <= 9 else { break }
        value = value &* 10 &+ UInt32(digit)
        offset &+= 1
      }
      guard offset > first, value <= 255,
        offset - first == 1 || bytes.byte(unchecked: first) != 0x30
      else { return }
      address = address << 8 | value
      if part < 3 {
        guard offset < count, bytes.byte(unchecked: offset) == UInt8(ascii: ".") else { return }
        offset += 1
      }
    }
    if offset < count {
      let next = bytes.byte(unchecked: offset)
      // The run goes on, so that it is a name; but a hyphen may join two addresses or be stripped.
      if next != UInt8(ascii: "-"), classes.is(next, .label) { return }
      if next == UInt8(ascii: "."), offset + 1 < count {
        let behind = bytes.byte(unchecked: offset + 1)
        if behind != UInt8(ascii: "-"), classes.is(behind, .label) { return }
      }
    }
    add(address, at: start)
  }

  /// Whether a range holds a percent sign or a backslash.
  @inline(__always)
  private func hasEscape(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    for offset in range
    where bytes.byte(unchecked: offset) == UInt8(ascii: "%")
      || bytes.byte(unchecked: offset) == UInt8(ascii: "\\")
    {
      return true
    }
    return false
  }

  @inline(__always)
  mutating func add(_ address: UInt32, at place: Int) {
    addresses.append(address)
    addressPlaces.append(UInt32(truncatingIfNeeded: place))
    if addresses.count == 512 { lookUpAddresses() }
  }

  mutating func lookUpAddresses() {
    let (addresses, places) = (addresses, addressPlaces)
    self.addresses = []
    self.addressPlaces = []
    lookUp(addresses.span, places.span)
    self.addresses = addresses
    addressPlaces = places
    self.addresses.removeAll(keepingCapacity: true)
    addressPlaces.removeAll(keepingCapacity: true)
  }

  /// Looks the addresses of a window up together.
  mutating func lookUp(_ shapes: TextShapes) {
    lookUp(shapes.addresses, shapes.addressPlaces)
  }

  private mutating func lookUp(_ addresses: Span<UInt32>, _ places: Span<UInt32>) {
    if addresses.isEmpty { return }
    counts[Int(IndicatorKind.ipv4.rawValue)] &+= UInt64(addresses.count)
    let count = missed.leaveOut(addresses, at: places)
    if count == 0 { return }
    missed.note(count)
    // Taken out for the call, so that they can be read while the rest is written.
    var missed = missed
    self.missed = MissedAddresses(empty: ())
    lookUp(count, of: &missed)
    self.missed = missed
  }

  /// Looks up the first `count` of `missed.others`, and forgets those that are found.
  private mutating func lookUp(_ count: Int, of missed: inout MissedAddresses) {
    if numbers.count < count {
      numbers.append(contentsOf: repeatElement(0, count: count - numbers.count))
    }
    for family in ipv4.indices {
      ipv4[family].find(missed.others, count: count, &numbers)
      for index in 0..<count where numbers[index] != PrefixTrie.none {
        found.append(missed.otherPlaces[index])
        missed.forget(missed.others[index])
      }
    }
    if wantsAddressHosts {
      if let filter { addHosts(filter, count, of: &missed) }
      for filter in otherFilters { addHosts(filter, count, of: &missed) }
    }
  }

  /// Adds those of the first `count` of `missed.others` that may be hosts of URLs to `hostPlaces`.
  private mutating func addHosts(
    _ filter: CandidateFilter, _ count: Int, of missed: inout MissedAddresses
  ) {
    if passingHosts.count < count {
      passingHosts = [UInt32](repeating: 0, count: count + 1024)
    }
    let passed = filter.hosts.keepAddresses(
      missed.others.span.extracting(first: count), in: &passingHosts)
    for place in 0..<passed {
      let index = Int(passingHosts[place])
      hostPlaces.append(missed.otherPlaces[index])
      missed.forget(missed.others[index])
    }
  }

  // MARK: IPv6

  /// Looks at the run of hexadecimal digits, colons and dots around a colon.
  mutating func considerColons(_ bytes: RawSpan, at colon: Int) {
    let count = bytes.byteCount
    var start = colon
    while start > colonsDone, classes.is(bytes.byte(unchecked: start - 1), .address) { start -= 1 }
    var end = colon
    let near = min(count, colon + 64)
    while end < near, classes.is(bytes.byte(unchecked: end), .address) { end += 1 }
    if end == near { end = IPAddressText.endOfRun(bytes, from: end, to: count) }
    colonsDone = end
    if end - start > Self.longestAddress {
      if mayHoldValue(bytes, start..<end) { add(start) }
      return
    }
    if takesAnyIPv6 { return add(start) }
    guard !ipv4.isEmpty || !ipv6.isEmpty || wantsAddressHosts else { return }
    if end < count, classes.is(bytes.byte(unchecked: end), .word) { return }
    // More digits beside the run may be written as units, or the run's own may belong to a unit.
    if isBehindUnit(bytes, start) || isUnit(bytes, at: end) { return add(start) }
    if start > 0, classes.is(bytes.byte(unchecked: start - 1), .word) {
      // The byte before is the letter of an escape, which is a border, or the end of a word.
      if start > 1, bytes.byte(unchecked: start - 2) == Byte.backslash {
        considerIPv6(bytes, start..<end)
      }
      if bytes.byte(unchecked: start - 1) == UInt8(ascii: "_") { return }
      // `inside:2001:…`: the word before goes with its colon.
      while start < end, bytes.byte(unchecked: start) != UInt8(ascii: ":") { start += 1 }
      guard start + 1 < end, bytes.byte(unchecked: start + 1) != UInt8(ascii: ":") else { return }
      start += 1
    }
    considerIPv6(bytes, start..<end)
  }

  /// The longest address with a port, in bytes; a digest in pairs is longer.
  private static let longestAddress = 56

  /// Whether a run that is longer than any address may hold a value: an address, if a unit or a
  /// word touches the run, or a digest in pairs.
  private func mayHoldValue(_ bytes: RawSpan, _ run: Range<Int>) -> Bool {
    if refangs || takesAnyIPv6 || isBehindUnit(bytes, run.lowerBound)
      || isUnit(bytes, at: run.upperBound)
    {
      return true
    }
    if run.lowerBound > 0, classes.is(bytes.byte(unchecked: run.lowerBound - 1), .word) {
      return true
    }
    // Sixteen pairs in a row have fifteen colons.
    var colons = 0
    var last = run.lowerBound - 1
    var offset = run.lowerBound
    while offset < run.upperBound {
      if bytes.byte(unchecked: offset) == UInt8(ascii: ":") {
        colons = offset - last == 3 ? colons + 1 : 0
        if colons == 15 { return true }
        last = offset
      }
      offset += 1
    }
    return false
  }

  /// Looks at the run of hexadecimal digits, colons and dots from `start` on, which follows the
  /// ANSI sequence that begins at `sequence`.
  mutating func considerColons(_ bytes: RawSpan, behind sequence: Int, from start: Int) {
    let count = bytes.byteCount
    var end = start
    while end < count, end - start <= Self.longestAddress,
      classes.is(bytes.byte(unchecked: end), .address)
    {
      end += 1
    }
    if end == count || end - start > Self.longestAddress || takesAnyIPv6 || isUnit(bytes, at: end) {
      return add(sequence)
    }
    if classes.is(bytes.byte(unchecked: end), .word) { return }
    considerIPv6(bytes, start..<end)
  }

  /// Whether a run's first digits may belong to a percent unit or an escape, or whether such a unit
  /// before the run may stand for more of it.
  private func isBehindUnit(_ bytes: RawSpan, _ start: Int) -> Bool {
    for offset in max(0, start - 6)..<start {
      switch bytes.byte(unchecked: offset) {
      case UInt8(ascii: "%"): return true
      case Byte.backslash:
        switch bytes.byte(unchecked: offset + 1) {
        // `b` and `f` are digits of the run as well.
        case UInt8(ascii: "u"), UInt8(ascii: "x"), UInt8(ascii: "b"), UInt8(ascii: "f"): return true
        default: break
        }
      default: break
      }
    }
    return false
  }

  mutating func considerIPv6(_ bytes: RawSpan, _ run: Range<Int>) {
    var (start, end) = (run.lowerBound, run.upperBound)
    func isColon(_ offset: Int) -> Bool {
      offset >= start && offset < end && bytes.byte(unchecked: offset) == UInt8(ascii: ":")
    }
    while end > start, bytes.byte(unchecked: end - 1) == UInt8(ascii: ".") { end -= 1 }
    if isColon(end - 1), !isColon(end - 2) || isColon(end - 3) {
      end -= 1
      while end > start, bytes.byte(unchecked: end - 1) == UInt8(ascii: ".") { end -= 1 }
    }
    if isColon(start), !isColon(start + 1) { start += 1 }
    guard end - start > 2 else { return }
    // Between blanks the last group may be a port: that of a client in the log of a load balancer.
    let isBetweenBlanks =
      run.lowerBound > 0 && bytes.byte(unchecked: run.lowerBound - 1) == Byte.space
      && run.upperBound < bytes.byteCount && bytes.byte(unchecked: run.upperBound) == Byte.space
    if isBetweenBlanks {
      considerPort(bytes, run)
    } else if missedRuns.knows(bytes, run) {
      counts[Int(IndicatorKind.ipv6.rawValue)] &+= 1
      return
    }
    guard let address = IPAddressText.ipv6(bytes, start..<end) else {
      // Nine groups may be an address and its port.
      var colons = 0
      for offset in start..<end where bytes.byte(unchecked: offset) == UInt8(ascii: ":") {
        colons += 1
      }
      if colons == 8 { add(start) }
      return
    }
    add(address, at: start, isBetweenBlanks ? 0..<0 : run, bytes)
  }

  /// Looks at what is left of a run where its last group is a port.
  private mutating func considerPort(_ bytes: RawSpan, _ run: Range<Int>) {
    var mark = run.upperBound
    while mark > run.lowerBound, Byte.isDigit(bytes.byte(unchecked: mark - 1)) { mark -= 1 }
    guard mark < run.upperBound, mark > run.lowerBound,
      bytes.byte(unchecked: mark - 1) == UInt8(ascii: ":"),
      let address = IPAddressText.ipv6(bytes, run.lowerBound..<mark - 1)
    else { return }
    add(address, at: run.lowerBound, 0..<0, bytes)
  }

  /// Keeps an address to be looked up; if no entry covers it then, `run` is noted as missed.
  private mutating func add(
    _ address: (high: UInt64, low: UInt64), at start: Int, _ run: Range<Int>, _ bytes: RawSpan
  ) {
    if let mapped = SpecialAddresses.mappedIPv4(address) {
      add(mapped, at: start)
    } else {
      wide.append(IPv6Bits(high: address.high, low: address.low))
      widePlaces.append(UInt32(truncatingIfNeeded: start))
      wideRuns.append(run)
      if wide.count == 512 { lookUpWideAddresses(bytes) }
    }
  }

  mutating func lookUpWideAddresses(_ bytes: RawSpan) {
    let count = wide.count
    if count == 0 { return }
    counts[Int(IndicatorKind.ipv6.rawValue)] &+= UInt64(count)
    if numbers.count < count {
      numbers.append(contentsOf: repeatElement(0, count: count - numbers.count))
    }
    for family in ipv6.indices {
      ipv6[family].find(wide, &numbers)
      for index in 0..<count where numbers[index] != PrefixTrie.none {
        found.append(widePlaces[index])
        wideRuns[index] = 0..<0
      }
    }
    for run in wideRuns { missedRuns.note(bytes, run) }
    wide.removeAll(keepingCapacity: true)
    widePlaces.removeAll(keepingCapacity: true)
    wideRuns.removeAll(keepingCapacity: true)
  }
}
