package import YAML

extension FeedConfiguration {
  /// The keys of a feed, in the order of the documentation.
  package static var feedKeys: [String] { FeedEntry.keys }

  /// The feed that a map of keys stands for, as one below `feeds:`, for files that hold more than feeds.
  ///
  /// - Throws: `YAMLFault` with the line of what is wrong.
  package static func request(
    _ members: [YAMLMember], line: Int, folder: String
  ) throws(YAMLFault) -> FeedReader.Request {
    var entry = FeedEntry()
    do throws(ConfigurationFault) {
      for member in members { try entry.set(ConfigurationMember(member)) }
    } catch {
      throw YAMLFault(line: error.line, problem: error.problem)
    }
    guard let path = entry.path else {
      throw YAMLFault(line: line, problem: "the feed has no 'path'")
    }
    let isAbsolute = path.hasPrefix("/") || path == "-"
    return FeedReader.Request(
      path: isAbsolute ? path : folder + path, format: entry.format, options: entry.options)
  }
}

extension ConfigurationMember {
  fileprivate init(_ member: YAMLMember) {
    self.init(key: member.key, line: member.line, node: ConfigurationNode(member.node))
  }
}

extension ConfigurationNode {
  fileprivate init(_ node: YAMLNode) {
    let value: Value =
      switch node.value {
      case .scalar(let text, let isPlain): .scalar(text, isQuoted: !isPlain)
      case .list(let items): .list(items.map { ConfigurationNode($0) })
      case .map(let members): .map(members.map { ConfigurationMember($0) })
      }
    self.init(value: value, line: node.line)
  }
}
