import Inputs
import Parsing

/// A file that says of each feed what cannot be guessed (`feeds.yaml`).
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
  public static func read(path: String) throws(FeedError) -> [FeedReader.Request] {
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
  ) throws(FeedError) -> [FeedReader.Request] {
    do throws(ConfigurationFault) {
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
    _ root: ConfigurationNode, folder: String
  ) throws(ConfigurationFault) -> [FeedReader.Request] {
    var defaults: [ConfigurationMember] = []
    var feeds: [ConfigurationNode] = []
    var hasFeeds = false
    switch root.value {
    case .list(let items):
      feeds = items
      hasFeeds = true
    case .map(let members):
      for member in members {
        switch member.key {
        case "feeds":
          guard case .list(let items) = member.node.value else {
            throw ConfigurationFault(
              line: member.line, problem: "'feeds' is a list; begin each feed with '- path: …'")
          }
          feeds = items
          hasFeeds = true
        case "defaults":
          guard case .map(let inner) = member.node.value else {
            throw ConfigurationFault(
              line: member.line, problem: "'defaults' holds the keys of a feed")
          }
          defaults = inner
        default:
          throw unknown(member.key, member.line, ["feeds", "defaults"])
        }
      }
    case .scalar: break
    }
    guard hasFeeds else {
      throw ConfigurationFault(
        line: root.line, problem: "there is no 'feeds' with a list of feeds")
    }
    var common = FeedEntry()
    for member in defaults {
      if member.key == "path" || member.key == "name" || member.key == "columns" {
        throw ConfigurationFault(
          line: member.line, problem: "'\(member.key)' belongs to one feed, not to 'defaults'")
      }
      try common.set(member)
    }
    var requests: [FeedReader.Request] = []
    for feed in feeds {
      guard case .map(let members) = feed.value else {
        throw ConfigurationFault(line: feed.line, problem: "a feed is written as '- path: FILE'")
      }
      var entry = common
      for member in members { try entry.set(member) }
      guard let path = entry.path else {
        throw ConfigurationFault(line: feed.line, problem: "the feed has no 'path'")
      }
      let isAbsolute = path.utf8.first == Byte.slash || path == "-"
      requests.append(
        FeedReader.Request(
          path: isAbsolute ? path : folder + path, format: entry.format, options: entry.options))
    }
    return requests
  }

  // MARK: Messages

  /// An unknown word, and the one that was meant.
  static func unknown(
    _ word: String, _ line: Int, _ known: [String], what: String = "key"
  ) -> ConfigurationFault {
    let nearest = known.map { (distance(word, $0), $0) }.min { ($0.0, $0.1) < ($1.0, $1.1) }
    let bytes = Array(word.utf8)
    let shown = Excerpt.text(bytes.rawSpan)
    if let (distance, name) = nearest, distance <= max(2, word.utf8.count / 3) {
      return ConfigurationFault(
        line: line, problem: "unknown \(what) '\(shown)'; did you mean '\(name)'?")
    }
    return ConfigurationFault(
      line: line,
      problem: "unknown \(what) '\(shown)'; use one of " + known.joined(separator: " "))
  }

  /// Edits between two words, two letters that changed places being one; underscores and case count
  /// nothing (Damerau 1964).
  private static func distance(_ left: String, _ right: String) -> Int {
    func letters(_ word: String) -> [UInt8] {
      word.utf8.prefix(64).map { $0 == UInt8(ascii: "_") ? Byte.minus : Text.lowercased($0) }
    }
    let (a, b) = (letters(left), letters(right))
    var rows = [[Int]](repeating: Array(0...b.count), count: a.count + 1)
    for i in 0..<a.count {
      rows[i + 1][0] = i + 1
      for j in 0..<b.count {
        var best = min(rows[i][j + 1], rows[i + 1][j]) + 1
        best = min(best, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, rows[i - 1][j - 1] + 1)
        }
        rows[i + 1][j + 1] = best
      }
    }
    return rows[a.count][b.count]
  }
}
