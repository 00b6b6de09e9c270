import Inputs
import Parsing
import YAML

/// A file that states for each feed what cannot be guessed (`feeds.yaml`).
///
///     defaults:
///       tlp: amber
///     feeds:
///       - path: lists/c2.csv
///         name: partner-c2
///         confidence: 80
///         domains: exact
///         valid-for: 30d
///
/// A key or value that means nothing is an error that names what was meant; paths are relative to the
/// file's own folder. `seeds/feeds.schema.json` describes it for editors.
public enum FeedConfiguration {
  /// Bytes of the largest configuration that is read.
  static let sizeLimit = 4 << 20

  /// The feeds that a configuration file lists.
  ///
  /// - Throws: `FeedError` with the line of what is wrong and what to write.
  public static func read(path: String) throws(FeedError) -> [FeedRequest] {
    let stream: FeedStream
    do throws(InputError) {
      var opened = FeedStream(try InputSource(path: path))
      opened.prefill(sizeLimit + 1)
      stream = opened
    } catch {
      throw FeedError(error)
    }
    if let fault = stream.fault { throw FeedError(fault) }
    let bytes = Array(stream.window[stream.start...])
    guard bytes.count <= sizeLimit else {
      throw FeedError(.tooLarge, path: path, problem: "a configuration of more than 4 MiB")
    }
    return try read(bytes: bytes, path: path)
  }

  /// The feeds that the text of a configuration lists; the path is for messages and its folder for
  /// the feeds' paths.
  public static func read(
    bytes: [UInt8], path: String
  ) throws(FeedError) -> [FeedRequest] {
    do throws(YAMLFault) {
      return try requests(try YAMLReader.read(bytes), folder: folder(of: path))
    } catch {
      throw FeedError(
        .malformed, path: path, line: UInt64(clamping: error.line), problem: error.problem)
    }
  }

  private static func folder(of path: String) -> String {
    guard path != "-", let slash = path.utf8.lastIndex(of: Byte.slash) else { return "" }
    return String(path[...slash])
  }

  private static func requests(
    _ root: YAMLNode, folder: String
  ) throws(YAMLFault) -> [FeedRequest] {
    var defaults: [YAMLMember] = []
    var feeds: [YAMLNode] = []
    var line: Int?
    switch root.value {
    case .list(let items):
      feeds = items
      line = root.line
    case .map(let members):
      for member in members {
        switch member.key {
        case "feeds":
          guard case .list(let items) = member.node.value else {
            throw YAMLFault(
              line: member.line, problem: "'feeds' is a list; begin each feed with '- path: …'")
          }
          feeds = items
          line = member.line
        case "defaults":
          guard case .map(let inner) = member.node.value else {
            throw YAMLFault(
              line: member.line, problem: "'defaults' holds the keys of a feed")
          }
          defaults = inner
        default:
          throw .unknown(member.key, line: member.line, known: ["feeds", "defaults"])
        }
      }
    case .scalar: break
    }
    guard let line else {
      throw YAMLFault(
        line: root.line, problem: "there is no 'feeds' with a list of feeds")
    }
    var common = FeedEntry()
    for member in defaults {
      if member.key == "path" || member.key == "name" || member.key == "columns" {
        throw YAMLFault(
          line: member.line, problem: "'\(member.key)' belongs to one feed, not to 'defaults'")
      }
      try common.set(member)
    }
    guard !feeds.isEmpty else {
      throw YAMLFault(line: line, problem: "'feeds' is empty; begin each feed with '- path: …'")
    }
    var requests: [FeedRequest] = []
    for feed in feeds {
      guard case .map(let members) = feed.value else {
        throw YAMLFault(line: feed.line, problem: "a feed is written as '- path: FILE'")
      }
      requests.append(try request(members, of: common, line: feed.line, folder: folder))
    }
    return requests
  }

  /// The feed that a map of keys describes; `common` holds the keys that all feeds share.
  static func request(
    _ members: [YAMLMember], of common: FeedEntry, line: Int, folder: String
  ) throws(YAMLFault) -> FeedRequest {
    var entry = common
    for member in members { try entry.set(member) }
    guard let path = entry.path else {
      throw YAMLFault(line: line, problem: "the feed has no 'path'")
    }
    let isAbsolute = path.utf8.first == Byte.slash || path == "-"
    return FeedRequest(
      path: isAbsolute ? path : folder + path, format: entry.format, options: entry.options)
  }
}
