/// What to do about a fault: words, and among them options, each as itself.
///
/// An option has one name in the library and another among a program's arguments: `description` has the
/// former, and `text(naming:)` whichever the program calls them by.
public struct Advice: Sendable, Equatable, CustomStringConvertible {
  /// An option that helps; its description is its name in the library.
  public enum Option: Sendable, Hashable, CustomStringConvertible {
    /// Keeps the entries of a feed that ends in the middle.
    case keepsPartial
    /// Believes a feed that lists what is known to be good.
    case isTrusted
    /// Makes a feed one whose entries suppress hits.
    case isAllowList
    /// Loads MISP attributes that are not meant for detection.
    case loadsAllMISP
    /// Levels of JSON and XML inside one another.
    case depthLimit
    /// How much more than its compressed form an input may be.
    case expansionLimit
    /// Bytes of the window that zstd data may ask for.
    case zstdWindowLimit
    /// The configuration that says of feeds what cannot be guessed.
    case feedConfiguration
    /// A feed's format, by its name where one is meant.
    case format(String?)
    /// Compiles feeds for use at once.
    case compile
    /// Writes a database file.
    case write
    /// Opens a database file.
    case openDatabase
    /// Reads a database into memory instead of mapping it.
    case copyDatabase
    /// Follows logs that grow.
    case follow
    /// Writes the packets of flows that hit.
    case evidencePath
    /// Lets hosts of URL indicators match.
    case urlHosts

    /// The option's name in the library; a format that is meant, by its own.
    public var description: String {
      switch self {
      case .keepsPartial: "FeedOptions.keepsPartial"
      case .isTrusted: "FeedOptions.isTrusted"
      case .isAllowList: "FeedOptions.isAllowList"
      case .loadsAllMISP: "FeedOptions.loadsAllMISP"
      case .depthLimit: "FeedOptions.depthLimit"
      case .expansionLimit: "ScanLimits.expansion or FeedOptions.expansionLimit"
      case .zstdWindowLimit: "ScanLimits.zstdWindowBytes or FeedOptions.zstdWindowLimit"
      case .feedConfiguration: "FeedConfiguration"
      case .format(let name): name ?? "FeedRequest.format"
      case .compile: "Compilation(of:)"
      case .write: "CompiledDatabase.write(to:)"
      case .openDatabase, .copyDatabase: "IndicatorDatabase.open(path:copying:)"
      case .follow: "IndicatorScanner.follow"
      case .evidencePath: "ScanOptions.evidencePath"
      case .urlHosts: "ScanOptions.urlHosts"
      }
    }
  }

  fileprivate enum Part: Sendable, Equatable {
    case words(String)
    case option(Option)
  }

  /// Two that follow one another are not both words, so that equal texts are equal.
  private var parts: [Part] = []

  /// Advice in words alone.
  public init(_ words: String) { append(.words(words)) }

  fileprivate mutating func append(_ part: Part) {
    guard case .words(let more) = part else { return parts.append(part) }
    if case .words(let words) = parts.last {
      parts[parts.count - 1] = .words(words + more)
    } else if !more.isEmpty {
      parts.append(part)
    }
  }

  /// Whether there is none.
  public var isEmpty: Bool { parts.isEmpty }

  /// The options that it names, in their order.
  public var options: [Option] {
    parts.compactMap { if case .option(let option) = $0 { option } else { nil } }
  }

  /// The advice with options as a program calls them.
  public func text(naming name: (Option) -> String) -> String {
    parts.reduce(into: "") { text, part in
      switch part {
      case .words(let words): text += words
      case .option(let option): text += name(option)
      }
    }
  }

  /// Puts more behind it.
  public static func += (advice: inout Advice, more: Advice) {
    more.parts.forEach { advice.append($0) }
  }

  /// The advice with options as the library calls them.
  public var description: String { text { $0.description } }
}

extension Advice: ExpressibleByStringInterpolation {
  /// Words and options, of which a literal is made.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var advice = Advice("")

    /// An empty one.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds words.
    public mutating func appendLiteral(_ literal: String) { appendInterpolation(literal) }

    /// Adds words.
    public mutating func appendInterpolation(_ words: String) {
      advice.append(.words(words))
    }

    /// Adds an option.
    public mutating func appendInterpolation(_ option: Option) { advice.append(.option(option)) }
  }

  /// Advice in words alone.
  public init(stringLiteral words: String) { self.init(words) }

  /// Advice in words and options.
  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.advice }
}

/// A fault that comes with advice.
public protocol Advising: CustomStringConvertible {
  /// What to do about it; empty where nothing can be said.
  var remedy: Advice { get }
  /// What is wrong and what to do, with options as a program calls them.
  func text(naming name: (Advice.Option) -> String) -> String
}

extension Advising {
  /// Puts the advice behind what is wrong.
  package func text(_ problem: String, naming name: (Advice.Option) -> String) -> String {
    remedy.isEmpty ? problem : "\(problem); \(remedy.text(naming: name))"
  }

  /// What the command prints of it, which is also part of the reports that are the command's.
  package var commandText: String { text(naming: { $0.commandName }) }
}

extension Advice.Option {
  /// What the command calls it; with the subcommand where not every one that tells it has it.
  package var commandName: String {
    switch self {
    case .keepsPartial: "compile --keep-partial"
    case .isTrusted: "compile --trusted"
    case .isAllowList: "--allow"
    case .loadsAllMISP: "compile --misp-all"
    case .depthLimit: "compile --max-depth"
    case .expansionLimit: "--max-expansion"
    case .zstdWindowLimit: "--max-zstd-window"
    case .feedConfiguration: "a feed configuration (--feeds)"
    case .format(let name): "=" + (name ?? "FORMAT")
    case .compile: "--feed"
    case .write: "'sekisho compile'"
    case .openDatabase: "--db"
    case .copyDatabase: "--copy-db"
    case .follow: "--follow"
    case .evidencePath: "--write-pcap"
    case .urlHosts: "--url-hosts"
    }
  }
}
