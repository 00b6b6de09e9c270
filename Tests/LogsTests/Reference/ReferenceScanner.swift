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
  var values: [ReferenceValue] = []

  init(_ text: ReferenceText, field: ReferenceField) {
    self.text = text
    self.field = field
    units = text.units()
    urls = ReferenceURL.find(in: text, units)
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

  mutating func add(
    _ kind: IndicatorKind, _ value: [UInt8], from start: Int, extent: Range<Int>,
    port: UInt16? = nil
  ) {
    values.append(
      ReferenceValue(kind: kind, value: value, start: start, extent: extent, port: port))
  }

  func unit(_ index: Int) -> ReferenceUnit? {
    units.indices.contains(index) ? units[index] : nil
  }

  func bytes(_ range: Range<Int>) -> Range<Int> {
    guard let first = unit(range.lowerBound), let last = unit(range.upperBound - 1) else {
      return 0..<0
    }
    return first.start..<last.end
  }

  func isASCII(_ index: Int, _ character: Unicode.Scalar) -> Bool {
    unit(index)?.isASCII(character) ?? false
  }

  /// The characters of units as UTF-8, dots of every script as `.`.
  func characters(_ range: Range<Int>) -> [UInt8] {
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

  func runs(_ belongs: (ReferenceUnit) -> Bool) -> [Range<Int>] {
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
  ///
  /// A dot of the script ends a part; it may stand for a dot as well, and then the parts are one.
  private func asciiParts(_ run: Range<Int>) -> [Range<Int>] {
    asciiStretches(run).flatMap { stretch in
      let divided = divided(stretch)
      return stripped(stretch).contains { units[$0].isWideDot } ? [stretch] + divided : divided
    }
  }

  /// In a run with letters of a script without spaces, what lies between the letters.
  private func asciiStretches(_ run: Range<Int>) -> [Range<Int>] {
    guard run.contains(where: { ReferenceIDNA.isWrittenWithoutSpaces(units[$0].scalar) }) else {
      return []
    }
    return run.split { !units[$0].isNameASCII && !units[$0].isDot }
  }

  /// The parts of ASCII characters with a dot inside that the dots of another script divide.
  private func divided(_ stretch: Range<Int>) -> [Range<Int>] {
    stretch.split { units[$0].isWideDot }
      .filter { part in stripped(part).contains { units[$0].isDot } }
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
    // What ends before a dot of another script is not directly before an `@`. In a field of names
    // the whole is given, since names are told there by other rules.
    let isDivided = unit(run.upperBound)?.isWideDot ?? false
    guard !locals.contains(where: { $0.overlaps(run) && (!isDivided || $0 == whole) }) else {
      return
    }
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
    if addWildcard() { return true }
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

  /// The name behind the `*.` of a wildcard, with an optional port, whatever file could be called so.
  private mutating func addWildcard() -> Bool {
    guard isASCII(0, "*"), isASCII(1, ".") else { return false }
    var end = 2
    while let unit = unit(end), unit.isNameASCII, !unit.isPercent { end += 1 }
    let isPort =
      isASCII(end, ":") && (2...6).contains(units.count - end)
      && units[(end + 1)...].allSatisfy(\.isDigit)
    guard end == units.count || isPort else { return false }
    let core = stripped(2..<end)
    guard let form = ReferenceName.normalForm(characters(core)), ReferenceName.isQualified(form),
      ReferenceName.endsInTopLevelDomain(form)
    else { return false }
    add(.domain, form, from: units[core.lowerBound].start, extent: bytes(2..<end))
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
      let isShare = urls.contains { $0.shareHostEnd == at }
      if start < at, !isShare { locals.append(start..<at) }
    }
    for at in signs {
      let start = localStart(at)
      var first = start
      while first < at, [0x2E, 0x2B, 0x25, 0x2D].contains(units[first].scalar) { first += 1 }
      guard first < at, let run = runs.first(where: { $0.lowerBound == at + 1 }) else { continue }
      for host in [run] + asciiStretches(run).flatMap({ [$0] + divided($0) })
      where host.lowerBound == at + 1 {
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
    guard !field.isSerial, !field.isNameAlone else { return }
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
    for run in colonRuns() {
      switch labelBefore(run.lowerBound) {
      case nil, .certificate, .kind(.sha1), .kind(.sha256): addColonDigest(run)
      default: break
      }
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
