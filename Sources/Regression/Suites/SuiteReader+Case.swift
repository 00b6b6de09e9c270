import Feeds
import Inputs
import Scanning
import YAML

extension SuiteReader {
  /// Reads one case; `defaults` apply where the case says nothing itself.
  func suiteCase(_ node: YAMLNode, _ defaults: [YAMLMember]) throws(YAMLFault) -> SuiteCase {
    guard case .map(let own) = node.value else {
      throw YAMLFault(line: node.line, problem: "a case is written as '- name: …'")
    }
    for member in own where !Self.caseKeys.contains(member.key) {
      guard Self.sharedKeys.contains(member.key) else {
        throw .unknown(
          member.key, line: member.line, known: Self.caseKeys + Self.sharedKeys)
      }
    }
    guard let nameMember = own.first(where: { $0.key == "name" }) else {
      throw YAMLFault(line: node.line, problem: "the case has no 'name'")
    }
    var result = SuiteCase(
      name: try nameMember.text(), line: node.line, indicators: [], inputs: [], texts: [],
      options: ScanOptions(), requires: [], expectation: Expectation(),
      place: Self.place(node, own))
    // Options of a scan are merged key by key; any other key of the case replaces the default.
    let inherited = defaults.filter { member in
      member.key == "scan" || !own.contains { $0.key == member.key }
    }
    var hasTime = false
    var at: Int64?
    for member in inherited + own {
      switch member.key {
      case "requires": result.requires = try member.texts().map(resolved)
      case "db": result.indicators += try member.texts().map { .database(resolved($0)) }
      case "feeds":
        for item in member.items() { result.indicators.append(try feed(item)) }
      case "feeds-config":
        for path in try member.texts() {
          result.indicators += try configuration(resolved(path), line: member.line)
          result.options.sourcePaths.append(InputPath(resolved(path)))
        }
      case "allow":
        for item in member.items() {
          result.indicators.append(try feed(item, isAllowList: true))
        }
      case "at": at = try Self.time(member)
      case "scan":
        for option in try member.members() {
          if option.key == "time" { hasTime = true }
          try SuiteScanOptions.set(option, of: &result.options)
        }
      case "inputs": result.inputs = try member.texts().map(resolved)
      case "text": result.texts = try Self.texts(member)
      case "expect": result.expectation = try Self.expectation(member)
      default: break
      }
    }
    if let at {
      result.options.now = at
      if !hasTime { result.options.timeMode = .now }
    }
    guard !result.indicators.isEmpty else {
      throw YAMLFault(
        line: node.line,
        problem: "the case '\(result.name)' has nothing to match against; give 'feeds' or 'db'")
    }
    guard !result.inputs.isEmpty || !result.texts.isEmpty else {
      throw YAMLFault(
        line: node.line,
        problem: "the case '\(result.name)' has nothing to look at; give 'inputs' or 'text'")
    }
    return result
  }

  private static func place(_ node: YAMLNode, _ members: [YAMLMember]) -> ExpectationPlace {
    let expect = members.first { $0.key == "expect" }
    return ExpectationPlace(
      member: expect.map { ($0.start, $0.node.end) }, caseStart: members.first?.start ?? node.start,
      caseEnd: node.end, isFlow: members.first.map { $0.start != node.start } ?? false)
  }

  // MARK: Indicators

  /// `PATH[=FORMAT]`, or a map with the keys of a feed configuration, or one with `text`.
  private func feed(
    _ node: YAMLNode, isAllowList: Bool = false
  ) throws(YAMLFault) -> IndicatorSource {
    switch node.value {
    case .scalar(let argument, _):
      guard !argument.isEmpty else {
        throw YAMLFault(
          line: node.line, problem: "a feed is a path, or a map with 'path' or 'text'")
      }
      var request = FeedRequest(path: resolved(argument))
      if let equals = argument.lastIndex(of: "="),
        let (format, dataset) = FeedFormat.named(String(argument[argument.index(after: equals)...]))
      {
        request.path = resolved(String(argument[..<equals]))
        request.format = format
        request.options.dataset = dataset
      }
      request.options.isAllowList = isAllowList
      return .feed(request, key: "\(isAllowList) \(resolved(argument))")
    case .map(var members):
      let text = members.firstIndex { $0.key == "text" }.map { members.remove(at: $0) }
      if let text {
        if let path = members.first(where: { $0.key == "path" }) {
          throw YAMLFault(line: path.line, problem: "a feed has either 'path' or 'text'")
        }
        let name = members.first { $0.key == "name" }
        members.append(
          YAMLMember(
            key: "path", start: text.start,
            node: name?.node
              ?? YAMLNode(
                .scalar("line \(text.line) of the suite", isPlain: false), start: text.start,
                end: text.start)))
      }
      for member in members where !FeedConfiguration.feedKeys.contains(member.key) {
        throw .unknown(
          member.key, line: member.line, known: FeedConfiguration.feedKeys + ["text"],
          what: "key of a feed")
      }
      var request = try FeedConfiguration.request(
        members, line: node.line, folder: text == nil ? folder : "")
      if isAllowList { request.options.isAllowList = true }
      let key = "\(isAllowList) \(Self.spelling(node))"
      guard let text else { return .feed(request, key: key) }
      return .text(Array(try text.text().utf8), request, key: key)
    case .list:
      throw YAMLFault(line: node.line, problem: "a feed is a path, or a map with 'path' or 'text'")
    }
  }

  /// All that a node says, in one line: feeds that say the same are compiled once.
  private static func spelling(_ node: YAMLNode) -> String {
    switch node.value {
    case .scalar(let text, _): "\(text.utf8.count):\(text)"
    case .list(let items): "[" + items.map(spelling).joined(separator: ",") + "]"
    case .map(let members):
      "{" + members.map { "\($0.key):" + spelling($0.node) }.joined(separator: ",") + "}"
    }
  }

  private func configuration(
    _ path: String, line: Int
  ) throws(YAMLFault) -> [IndicatorSource] {
    do throws(FeedError) {
      return try FeedConfiguration.read(path: path).enumerated().map { index, request in
        .feed(request, key: "\(index) of \(path)")
      }
    } catch {
      throw YAMLFault(line: line, problem: error.commandText)
    }
  }

  // MARK: Inputs and expectations

  private static func texts(_ member: YAMLMember) throws(YAMLFault) -> [InlineText] {
    guard case .list(let items) = member.node.value else {
      if case .map = member.node.value {
        return [try text(member.node, number: 1)]
      }
      return [InlineText(name: "text", bytes: Array(try member.text().utf8))]
    }
    var texts: [InlineText] = []
    for (index, item) in items.enumerated() { texts.append(try text(item, number: index + 1)) }
    return texts
  }

  private static func text(_ node: YAMLNode, number: Int) throws(YAMLFault) -> InlineText {
    switch node.value {
    case .scalar(let text, _):
      return InlineText(name: "text-\(number)", bytes: Array(text.utf8))
    case .map(let members):
      var result = InlineText(name: "text-\(number)", bytes: [])
      var hasContent = false
      for member in members {
        switch member.key {
        case "name": result.name = try member.text()
        case "content":
          result.bytes = Array(try member.text().utf8)
          hasContent = true
        default: throw .unknown(member.key, line: member.line, known: textKeys)
        }
      }
      guard hasContent else {
        throw YAMLFault(line: node.line, problem: "the text has no 'content'")
      }
      return result
    case .list:
      throw YAMLFault(
        line: node.line, problem: "a text is a text, or a map with 'name' and 'content'")
    }
  }

  private static func expectation(_ member: YAMLMember) throws(YAMLFault) -> Expectation {
    var result = Expectation()
    for part in try member.members(of: expectKeys) {
      switch part.key {
      case "hits":
        for node in part.items() {
          result.hits.append(try HitPattern(node, counts: true))
        }
      case "no-hits":
        for node in part.items() {
          result.absentHits.append(try HitPattern(node, counts: false))
        }
      case "only": result.allowsNoOthers = try part.flag()
      case "summary": result.summary = try SummaryPattern(part)
      case "problems": result.problems = try part.texts()
      default: throw .unknown(part.key, line: part.line, known: expectKeys)
      }
    }
    return result
  }

  /// A point in time in nanoseconds since 1970.
  static func time(_ member: YAMLMember) throws(YAMLFault) -> Int64 {
    guard let time = ScanOptions.time(try member.text()) else {
      throw YAMLFault(
        line: member.line,
        problem: "'\(member.key)' is a time such as 2024-05-01T10:00:00Z, or seconds since 1970")
    }
    return time
  }
}
