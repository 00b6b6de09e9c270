import Indicators

/// A value found in one string.
struct ReferenceValue {
  var kind: IndicatorKind
  /// The text that `extract` prints.
  var value: [UInt8]
  /// Where it begins in the string.
  var start: Int
  /// The whole run that it was taken from, which must not touch a cut.
  var extent: Range<Int>
  var port: UInt16?
}

/// Finds the values of one string: a log line without structure, or a string of a record.
struct ReferenceScanner {
  let text: ReferenceText
  let field: ReferenceField
  let units: [ReferenceUnit]
  private let urls: [ReferenceURL.Found]
  private var values: [ReferenceValue] = []

  init(_ text: ReferenceText, field: ReferenceField) {
    self.text = text
    self.field = field
    units = text.units()
    urls = ReferenceURL.find(in: text)
  }

  static func scan(_ text: ReferenceText, field: ReferenceField) -> [ReferenceValue] {
    var scanner = ReferenceScanner(text, field: field)
    return scanner.scan()
  }

  private mutating func scan() -> [ReferenceValue] {
    if field.isCipher { return [] }
    if field.isCertificate {
      scanCertificateDigests()
      return values
    }
    if scanNameTyped() { return values }
    for url in urls {
      guard let form = url.form else { continue }
      add(.url, form, from: url.range.lowerBound, extent: url.range)
    }
    let addresses = scanIPv6()
    let locals = scanEmails()
    for run in nameRuns() {
      // What an address of version 6 takes up is no name.
      guard let rest = rest(of: run, behind: addresses) else { continue }
      scanRun(rest, of: rest, locals: locals)
      for part in asciiParts(rest) { scanRun(part, of: rest, locals: locals) }
    }
    scanDigests()
    setKeyedPorts()
    return values.filter { value in !urls.contains { $0.userinfo.contains(value.start) } }
  }

  private mutating func add(
    _ kind: IndicatorKind, _ value: [UInt8], from start: Int, extent: Range<Int>,
    port: UInt16? = nil
  ) {
    values.append(
      ReferenceValue(kind: kind, value: value, start: start, extent: extent, port: port))
  }

  private func unit(_ index: Int) -> ReferenceUnit? {
    units.indices.contains(index) ? units[index] : nil
  }

  private func bytes(_ range: Range<Int>) -> Range<Int> {
    guard let first = unit(range.lowerBound), let last = unit(range.upperBound - 1) else {
      return 0..<0
    }
    return first.start..<last.end
  }

  private func isASCII(_ index: Int, _ character: Unicode.Scalar) -> Bool {
    unit(index)?.isASCII(character) ?? false
  }

  /// The characters of units as UTF-8, dots of every script as `.`.
  private func characters(_ range: Range<Int>) -> [UInt8] {
    var output: [UInt8] = []
    for index in range {
      if units[index].isDot {
        output.append(0x2E)
      } else if let scalar = Unicode.Scalar(units[index].scalar) {
        output += Array(String(Character(scalar)).utf8)
      }
    }
    return output
  }

  // MARK: Runs of names

  /// Maximal runs of name characters (§1.1), as unit ranges.
  private func nameRuns() -> [Range<Int>] { runs { $0.isName } }

  private func runs(_ belongs: (ReferenceUnit) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var index = 0
    while index < units.count {
      var end = index
      while end < units.count, belongs(units[end]) { end += 1 }
      if end > index { runs.append(index..<end) }
      index = max(end, index + 1)
    }
    return runs
  }

  /// What is left of a run that begins inside of an address, or the run.
  private func rest(of run: Range<Int>, behind taken: [Range<Int>]) -> Range<Int>? {
    guard let address = taken.first(where: { $0.contains(run.lowerBound) }) else { return run }
    return address.upperBound < run.upperBound ? address.upperBound..<run.upperBound : nil
  }

  private func stripped(_ run: Range<Int>) -> Range<Int> {
    var (start, end) = (run.lowerBound, run.upperBound)
    while start < end, units[start].isDot || units[start].isASCII("-") { start += 1 }
    while start < end, units[end - 1].isDot || units[end - 1].isASCII("-") { end -= 1 }
    return start..<end
  }

  /// In a run with letters of a script without spaces, the maximal ASCII parts with a dot inside.
  private func asciiParts(_ run: Range<Int>) -> [Range<Int>] {
    guard run.contains(where: { ReferenceIDNA.isWrittenWithoutSpaces(units[$0].scalar) }) else {
      return []
    }
    var parts: [Range<Int>] = []
    var index = run.lowerBound
    while index < run.upperBound {
      var end = index
      while end < run.upperBound, units[end].isNameASCII || units[end].isDot { end += 1 }
      if stripped(index..<end).contains(where: { units[$0].isDot }) {
        parts.append(index..<end)
      }
      index = max(end, index + 1)
    }
    return parts
  }

  /// Classifies a whole run: IPv4, two IPv4 joined by `-`, else a name.
  private mutating func scanRun(_ run: Range<Int>, of whole: Range<Int>, locals: [Range<Int>]) {
    let core = stripped(run)
    guard !core.isEmpty else { return }
    let written = characters(core)
    if ReferenceAddress.ipv4(written) != nil {
      addIPv4(written, at: core, run: whole)
      return
    }
    for dash in core where units[dash].isASCII("-") {
      let (left, right) = (core.lowerBound..<dash, dash + 1..<core.upperBound)
      if ReferenceAddress.ipv4(characters(left)) != nil,
        ReferenceAddress.ipv4(characters(right)) != nil
      {
        addIPv4(characters(left), at: left, run: whole)
        addIPv4(characters(right), at: right, run: whole)
        return
      }
    }
    guard !locals.contains(where: { $0.overlaps(run) }) else { return }
    guard let form = nameInText(run) else { return }
    add(.domain, form, from: units[core.lowerBound].start, extent: bytes(whole))
  }

  /// The name that a run of free text is, or nil.
  private func nameInText(_ run: Range<Int>) -> [UInt8]? {
    guard let form = ReferenceName.normalForm(characters(stripped(run))),
      ReferenceName.isQualified(form), ReferenceName.endsInTopLevelDomain(form)
    else { return nil }
    if ReferenceName.hasFileExtension(form), !isNameDespiteExtension(run, form) { return nil }
    return form
  }

  /// §1.6: whether a name that ends like a file is one by where it stands.
  private func isNameDespiteExtension(_ run: Range<Int>, _ form: [UInt8]) -> Bool {
    let (before, beforeThat) = (unit(run.lowerBound - 1), unit(run.lowerBound - 2))
    let isAfterSlash = before?.isSlash ?? false
    let isAfterBackslash = before?.isBackslash ?? false
    if isAfterSlash, beforeThat?.isSlash ?? false { return true }
    if before?.isASCII("@") ?? false { return true }
    if isAfterSlash { return false }
    if isAfterBackslash, !(beforeThat?.isBackslash ?? false) { return false }
    if ReferenceName.labels(form).count >= 3 { return true }
    let end = run.upperBound
    if unit(end)?.isSlash ?? false { return !form.suffix(4).elementsEqual(".app".utf8) }
    guard isASCII(end, ":") else { return false }
    var digits = end + 1
    while unit(digits)?.isDigit ?? false { digits += 1 }
    guard digits > end + 1 else { return false }
    guard let next = unit(digits) else { return true }
    return !(next.isASCII(":") || next.isASCII(")") || next.isASCII("]") || next.isWord)
  }

  /// §1.7: a field of names whose value is one run with an optional port.
  private mutating func scanNameTyped() -> Bool {
    guard field.isNameTyped, !units.isEmpty else { return false }
    var end = 0
    while unit(end)?.isName ?? false { end += 1 }
    guard end > 0 else { return false }
    if end < units.count {
      guard isASCII(end, ":"), (2...6).contains(units.count - end),
        units[(end + 1)...].allSatisfy(\.isDigit)
      else { return false }
    }
    let run = 0..<end
    addWholeName(run, of: run)
    for part in asciiParts(run) { addWholeName(part, of: run) }
    return true
  }

  /// The name or address that a run is, or an ASCII part of it, in a field of names.
  private mutating func addWholeName(_ part: Range<Int>, of run: Range<Int>) {
    let core = stripped(part)
    guard !core.isEmpty else { return }
    let count = values.count
    scanRun(part, of: run, locals: [run])
    guard values.count == count, let form = ReferenceName.normalForm(characters(core)) else {
      return
    }
    let start = units[core.lowerBound].start
    if let address = ReferenceAddress.reverse(form), !field.isVersion {
      addAddress(address, from: start, extent: bytes(run), port: nil)
    }
    if ReferenceName.isQualified(form) {
      add(.domain, form, from: start, extent: bytes(run))
    }
  }

  // MARK: Addresses

  private mutating func addIPv4(_ written: [UInt8], at core: Range<Int>, run: Range<Int>) {
    guard !isVersion(at: core.lowerBound) else { return }
    add(
      .ipv4, written, from: units[core.lowerBound].start, extent: bytes(run),
      port: port(after: core.upperBound, hash: true))
  }

  private mutating func addAddress(
    _ address: [UInt8], from start: Int, extent: Range<Int>, port: UInt16?
  ) {
    if address.count == 4 {
      add(.ipv4, ReferenceAddress.text(ipv4: address), from: start, extent: extent, port: port)
    } else if ReferenceAddress.isMapped(address) {
      add(
        .ipv4, ReferenceAddress.text(ipv4: address[12...]), from: start, extent: extent, port: port)
    } else {
      add(.ipv6, ReferenceAddress.text(ipv6: address), from: start, extent: extent, port: port)
    }
  }

  /// `:n` or `#n` directly at a place, 1–65535, not followed by a letter or digit.
  private func port(after index: Int, hash: Bool) -> UInt16? {
    guard isASCII(index, ":") || hash && isASCII(index, "#") else { return nil }
    return number(at: index + 1)
  }

  private func number(at index: Int) -> UInt16? {
    var end = index
    while unit(end)?.isDigit ?? false { end += 1 }
    if let next = unit(end), next.isAlphanumeric {
      return nil
    }
    guard end > index, end - index <= 5,
      let value = Int(String(decoding: characters(index..<end), as: UTF8.self)),
      (1...65535).contains(value)
    else { return nil }
    return UInt16(value)
  }

  /// §2, versions: whether an address that begins here is a part of a version.
  private func isVersion(at index: Int) -> Bool {
    if field.isVersion { return true }
    if isASCII(index - 1, "~") { return true }
    if isASCII(index - 1, ":"), isASCII(index - 2, "v"), isASCII(index - 3, "r"),
      !(unit(index - 4)?.isWord ?? false)
    {
      return true
    }
    let mozilla = Array("Mozilla/".unicodeScalars)
    func isMozilla(_ start: Int) -> Bool {
      mozilla.indices.allSatisfy { isASCII(start + $0, mozilla[$0]) }
    }
    if field.isQuoted || !field.keys.isEmpty, isMozilla(0) { return true }
    for place in 0..<index
    where (isASCII(place, "\"") || isASCII(place, "'")) && isMozilla(place + 1) {
      let end = units[(place + 1)...].firstIndex { $0.scalar == units[place].scalar }
      if index < end ?? units.count { return true }
    }
    return false
  }

  /// The addresses of version 6 (§2); the result is what name runs must keep out of.
  private mutating func scanIPv6() -> [Range<Int>] {
    var taken: [Range<Int>] = []
    if field.isVersion { return taken }
    let runs = runs { !$0.isPercent && ($0.isHex || $0.isASCII(":") || $0.isASCII(".")) }
    for run in runs {
      guard let found = ipv6(in: run) else { continue }
      taken.append(found.range.lowerBound..<zoneEnd(after: found.range.upperBound))
      guard !isVersion(at: found.range.lowerBound) else { continue }
      let start = units[found.range.lowerBound].start
      addAddress(found.address, from: start, extent: bytes(run), port: found.port)
    }
    return taken
  }

  private func ipv6(in run: Range<Int>) -> (address: [UInt8], range: Range<Int>, port: UInt16?)? {
    var (start, end) = (run.lowerBound, run.upperBound)
    if let right = unit(end), right.isWord, !right.isPercent { return nil }
    func isDouble(_ index: Int) -> Bool {
      (start..<end).contains(index) && (start..<end).contains(index + 1) && isASCII(index, ":")
        && isASCII(index + 1, ":")
    }
    if let left = unit(start - 1), left.isWord {
      guard left.isAlphanumeric, let colon = (start..<end).first(where: { isASCII($0, ":") }),
        !isDouble(colon)
      else { return nil }
      start = colon + 1
    } else if isASCII(start, ":"), !isDouble(start) {
      start += 1
    }
    while end > start, isASCII(end - 1, ".") { end -= 1 }
    if end > start, isASCII(end - 1, ":"), !isDouble(end - 2) || isDouble(end - 3) {
      end -= 1
      while end > start, isASCII(end - 1, ".") { end -= 1 }
    }
    let written = characters(start..<end)
    let groups = written.split(separator: 0x3A, omittingEmptySubsequences: false)
    guard groups.count >= 3, groups.contains(where: { !$0.isEmpty }) else { return nil }
    if groups.count >= 8, groups[..<8].allSatisfy({ $0.count == 2 }) { return nil }
    if let address = ReferenceAddress.ipv6(written) {
      return (address, start..<end, bracketedPort(start: start, end: end))
    }
    guard groups.count == 9, groups.allSatisfy({ !$0.isEmpty }), let last = groups.last,
      (1...5).contains(last.count),
      last.allSatisfy({ (0x30...0x39).contains($0) }),
      let address = ReferenceAddress.ipv6(Array(groups[..<8].joined(separator: [0x3A])))
    else { return nil }
    let port = Int(String(decoding: last, as: UTF8.self)) ?? 0
    return (
      address, start..<end - last.count - 1, (1...65535).contains(port) ? UInt16(port) : nil
    )
  }

  /// Where the zone ends that begins at a place with `%`, also `%25` or a `%` that seems to encode.
  private func zoneEnd(after end: Int) -> Int {
    guard let sign = unit(end),
      sign.isASCII("%") || sign.percent == 0x25 || sign.isPercent && sign.isNameASCII
    else { return end }
    var place = end + 1
    while let unit = unit(place), unit.isNameASCII, !unit.isPercent { place += 1 }
    return place
  }

  /// The port of `[v6]:n`, also with a zone before the bracket.
  private func bracketedPort(start: Int, end: Int) -> UInt16? {
    guard isASCII(start - 1, "[") else { return nil }
    let place = zoneEnd(after: end)
    guard isASCII(place, "]") else { return nil }
    return port(after: place + 1, hash: false)
  }

  /// `SRC=` with `SPT=` and the like on one line (§2, ports).
  private mutating func setKeyedPorts() {
    let pairs = [
      ("src", "spt"), ("dst", "dpt"), ("srcip", "srcport"), ("saddr", "sport"),
      ("dstip", "dstport"), ("daddr", "dport"),
    ]
    for number in values.indices
    where values[number].port == nil && [.ipv4, .ipv6].contains(values[number].kind) {
      guard var index = units.firstIndex(where: { $0.start == values[number].start }) else {
        continue
      }
      if unit(index - 1)?.isQuote ?? false { index -= 1 }
      for (addressKey, portKey) in pairs where isKey(addressKey, endsAt: index) {
        var place = index
        while place < units.count, !(place > index && isKey(addressKey, endsAt: place)) {
          if place > index, isKey(portKey, endsAt: place) {
            values[number].port = self.number(
              at: (unit(place)?.isQuote ?? false) ? place + 1 : place)
            break
          }
          place += 1
        }
      }
    }
  }

  /// Whether `key=` in any case, with no word character before it, ends at a place.
  private func isKey(_ key: String, endsAt index: Int) -> Bool {
    let start = index - key.utf8.count - 1
    guard start >= 0, isASCII(index - 1, "="), !(unit(start - 1)?.isWord ?? false) else {
      return false
    }
    return referenceLowercased(characters(start..<index - 1)) == Array(key.utf8)
  }

  // MARK: E-mail

  /// E-mail addresses (§4); the result is the local parts, which yield no names.
  private mutating func scanEmails() -> [Range<Int>] {
    var locals: [Range<Int>] = []
    let runs = nameRuns()
    let signs = units.indices.filter { isASCII($0, "@") && (unit($0 + 1)?.isName ?? false) }
    func localStart(_ at: Int) -> Int {
      var start = at
      while unit(start - 1)?.isLocalPart ?? false { start -= 1 }
      return start
    }
    // A dot of another script is a dot here as well, though no such part is an address's.
    for at in signs {
      var start = at
      while unit(start - 1).map({ $0.isLocalPart || $0.isDot }) ?? false { start -= 1 }
      if start < at { locals.append(start..<at) }
    }
    for at in signs {
      let start = localStart(at)
      var first = start
      while first < at, [0x2E, 0x2B, 0x25, 0x2D].contains(units[first].scalar) { first += 1 }
      guard first < at, let run = runs.first(where: { $0.lowerBound == at + 1 }) else { continue }
      for host in [run] + asciiParts(run)
      where host.lowerBound == at + 1 && !locals.contains(where: { $0.overlaps(host) }) {
        guard let form = nameInText(host) else { continue }
        let local = referenceLowercased(characters(first..<at))
        add(
          .email, local + [0x40] + form, from: units[first].start,
          extent: units[start].start..<bytes(run).upperBound)
        break
      }
    }
    return locals
  }

  // MARK: Digests

  private mutating func scanDigests() {
    guard !field.isSerial, !field.isNameTyped else { return }
    let labels = ReferenceHashLabel.labels(path: field.components)
    for run in runs({ $0.isAlphanumeric }) where run.allSatisfy({ units[$0].isHex }) {
      let near = labelBefore(run.lowerBound).map { [$0] } ?? []
      guard let kind = ReferenceHashLabel.kind(length: run.count, labels: near + labels) else {
        continue
      }
      add(
        kind, referenceLowercased(characters(run)), from: units[run.lowerBound].start,
        extent: bytes(run))
    }
    for run in colonRuns() where labelBefore(run.lowerBound) == .certificate {
      addColonDigest(run)
    }
  }

  /// The word directly before a value, joined by `=` or `:`, if it is a label.
  private func labelBefore(_ index: Int) -> ReferenceHashLabel? {
    func isFiller(_ place: Int) -> Bool {
      // A quote may be an escaped one, in text that holds JSON.
      unit(place).map { $0.isBlank || $0.isQuote || $0.isASCII("\\") && isASCII(place + 1, "\"") }
        ?? false
    }
    var place = index - 1
    while isFiller(place) { place -= 1 }
    guard isASCII(place, "=") || isASCII(place, ":") else { return nil }
    place -= 1
    while isFiller(place) { place -= 1 }
    let end = place + 1
    while unit(place).map({ $0.isWord || $0.isASCII("-") || $0.isASCII(".") }) ?? false {
      place -= 1
    }
    guard place + 1 < end else { return nil }
    // Of a path as many keys as may be a label.
    var keys = characters(place + 1..<end)[...]
    while keys.count > 32 {
      guard let dot = keys.firstIndex(of: 0x2E) else { return nil }
      keys = keys[(dot + 1)...]
    }
    return ReferenceHashLabel(word: Array(keys))
  }

  /// A field of certificate digests gives these and nothing else.
  private mutating func scanCertificateDigests() {
    for run in runs({ $0.isAlphanumeric })
    where run.allSatisfy({ units[$0].isHex && !units[$0].isPercent })
      && [40, 64].contains(run.count)
    {
      add(
        run.count == 40 ? .certificateSHA1 : .certificateSHA256,
        referenceLowercased(characters(run)), from: units[run.lowerBound].start,
        extent: bytes(run))
    }
    for run in colonRuns() { addColonDigest(run) }
  }

  private mutating func addColonDigest(_ run: Range<Int>) {
    let digits = run.filter { !isASCII($0, ":") }.flatMap { characters($0..<$0 + 1) }
    add(
      digits.count == 40 ? .certificateSHA1 : .certificateSHA256, referenceLowercased(digits),
      from: units[run.lowerBound].start, extent: bytes(run))
  }

  /// Twenty or thirty-two pairs of digits written `xx:xx:…`, which only certificates have.
  private func colonRuns() -> [Range<Int>] {
    let pairs = runs { $0.isAlphanumeric }
    func isPair(_ number: Int) -> Bool {
      pairs[number].count == 2 && pairs[number].allSatisfy { units[$0].isHex }
    }
    func isJoined(_ number: Int) -> Bool {
      number + 1 < pairs.count && isPair(number) && isPair(number + 1)
        && pairs[number + 1].lowerBound == pairs[number].upperBound + 1
        && isASCII(pairs[number].upperBound, ":")
    }
    var runs: [Range<Int>] = []
    var number = 0
    while number < pairs.count {
      let first = number
      while isJoined(number) { number += 1 }
      if [20, 32].contains(number - first + 1), isPair(first) {
        runs.append(pairs[first].lowerBound..<pairs[number].upperBound)
      }
      number += 1
    }
    return runs
  }
}
