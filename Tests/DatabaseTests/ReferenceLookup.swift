import Database
import Indicators

/// The matching rules, written out plainly over a list of indicators: no tables, no batches, no
/// helper of the database.
struct ReferenceLookup {
  var indicators: [TestIndicator]

  /// The indices of the indicators that match an observable, and how each matches.
  func matches(
    _ kind: IndicatorKind, _ value: [UInt8], port: UInt16 = 0, schemeLength: Int = 0,
    isHTTP: Bool = false
  ) -> [(indicator: Int, kind: MatchKind)] {
    var result: [(Int, MatchKind)] = []
    for (index, indicator) in indicators.enumerated() where indicator.kind == kind {
      let match: MatchKind? =
        switch kind {
        case .ipv4, .ipv6: address(indicator, value, port)
        case .domain: name(indicator, value)
        case .url: url(indicator, value, schemeLength, isHTTP)
        case .filename: fileName(indicator, value)
        case .email: lower(value) == lower(indicator.value) ? .exact : nil
        default: value == indicator.value ? .exact : nil
        }
      if let match { result.append((index, match)) }
    }
    return result
  }

  private func lower(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }
  }

  private func address(_ indicator: TestIndicator, _ value: [UInt8], _ port: UInt16) -> MatchKind? {
    for bit in 0..<Int(indicator.prefixLength) {
      let mask = UInt8(0x80) >> UInt8(bit % 8)
      if value[bit / 8] & mask != indicator.value[bit / 8] & mask { return nil }
    }
    if indicator.port != 0, port == 0 { return .address }
    if indicator.port != 0, port != indicator.port { return nil }
    return Int(indicator.prefixLength) == value.count * 8 ? .exact : .cidr
  }

  private func name(_ indicator: TestIndicator, _ value: [UInt8]) -> MatchKind? {
    let observed = lower(value)
    let wanted = lower(indicator.value)
    if observed == wanted { return indicator.mode == .subdomainsOnly ? nil : .exact }
    if indicator.mode == .exact { return nil }
    // No name here holds a backslash, so every dot is a border.
    return observed.suffix(wanted.count + 1) == [46] + wanted ? .subdomain : nil
  }

  private func key(_ value: [UInt8], _ schemeLength: Int) -> [UInt8] {
    let scheme = String(decoding: value.prefix(schemeLength), as: UTF8.self)
    return scheme == "http://" || scheme == "https://"
      ? Array(value.dropFirst(schemeLength)) : value
  }

  private func url(
    _ indicator: TestIndicator, _ value: [UInt8], _ schemeLength: Int, _ isHTTP: Bool
  ) -> MatchKind? {
    let observed = key(value, schemeLength)
    let wanted = key(indicator.value, Int(indicator.schemeLength))
    switch indicator.mode {
    case .prefix:
      return observed.starts(with: wanted) ? .urlPrefix : nil
    case .path:
      guard isHTTP else { return nil }
      let text = String(decoding: value.dropFirst(schemeLength), as: UTF8.self)
      guard let slash = text.firstIndex(of: "/") else { return nil }
      let target = text[slash...]
      let path = target.prefix { $0 != "?" }
      let entry = String(decoding: indicator.value, as: UTF8.self)
      return entry == path || entry == target ? .exact : nil
    default:
      return observed == wanted ? .exact : nil
    }
  }

  private func fileName(_ indicator: TestIndicator, _ value: [UInt8]) -> MatchKind? {
    let observed = lower(value).map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "\\") : $0 }
    if observed == indicator.value { return .exact }
    guard observed.suffix(indicator.value.count + 1) == [UInt8(ascii: "\\")] + indicator.value
    else { return nil }
    return indicator.mode == .contains ? .contains : .exact
  }
}
