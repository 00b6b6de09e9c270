package import YAML

extension FeedConfiguration {
  /// The keys of a feed, in the order of the documentation.
  package static var feedKeys: [String] { FeedEntry.keys }

  /// The feed that a map of keys describes, as an item of `feeds:` does.
  ///
  /// For files that hold more than feeds.
  ///
  /// - Throws: `YAMLFault` with the line of what is wrong.
  package static func request(
    _ members: [YAMLMember], line: Int, folder: String
  ) throws(YAMLFault) -> FeedRequest {
    try request(members, of: FeedEntry(), line: line, folder: folder)
  }
}
