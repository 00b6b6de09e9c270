import Capture
public import Inputs

/// Something that the user must hear about: an input that could not be read to its end.
public struct ScanProblem: Sendable, Equatable, Advising {
  /// What kind of problem it is, for programs; the raw value is stable.
  public enum Code: String, Sendable, CaseIterable {
    /// The path does not exist, is not allowed or is nothing that can be read.
    case cannotOpen = "cannot-open"
    /// The system refused to go on reading.
    case cannotRead = "cannot-read"
    /// The file for the packets of flows that hit could not be written.
    case cannotWrite = "cannot-write"
    /// The input ends in the middle.
    case truncated
    /// The input is damaged.
    case corrupt
    /// Decompressing it would go beyond a limit.
    case tooLarge = "too-large"
    /// A form that is known and not read, such as an archive.
    case unsupported
    /// Results are written to the file, so it was not read.
    case isOutput = "is-output"
    /// A folder without a file to scan.
    case emptyFolder = "empty-folder"
    /// What was to be read as a capture is none.
    case notACapture = "not-a-capture"
    /// The packet filter is none, or none for the capture's link type.
    case invalidFilter = "invalid-filter"
    /// A file that is no growing log: compressed, a capture, or no regular file.
    case cannotFollow = "cannot-follow"
    /// An input that can be read only once, so that packets of its flows cannot be written.
    case cannotReadAgain = "cannot-read-again"
    /// Another process cut a database while it was read; the path is the database's.
    case databaseCut = "database-cut"
    /// The hosts of URL indicators make no database and take no part; the path is `urlHosts`.
    case noURLHosts = "no-url-hosts"
    /// More hits than a comparison of two databases keeps; the path is the database's.
    case tooManyHits = "too-many-hits"
    /// A comparison's or explanation's own database could not be made.
    case cannotCompile = "cannot-compile"

    /// There is nothing in the input.
    case empty
    /// It looks like binary data, and was scanned as text.
    case binary
    /// It is compressed twice, and was scanned as text because a format was named.
    case compressedTwice = "compressed-twice"
    /// None of a capture's packets was read: their link type is not known.
    case unknownLinkType = "unknown-link-type"
    /// A log was read as a whole though packets were chosen by filter or time; said of the first alone.
    case readWhole = "read-whole"
    /// A file to follow is not there yet, and is waited for.
    case absent
    /// A file that is followed became shorter, and is read again from its start.
    case shortened
    /// A file that is followed was replaced, and the new one is read from its start.
    case replaced
  }

  /// What kind of problem it is.
  public var code: Code
  /// The input's path.
  public var path: InputPath
  /// What happened and what follows from it.
  public var message: String
  /// What to do about it where the message does not say it, such as an option that helps; mostly empty.
  public var remedy: Advice
  /// Whether the exit code must tell of it: an input was not read to its end, or a result was not written.
  public var isError: Bool

  /// A problem with an input.
  public init(
    _ code: Code, path: InputPath, message: String, remedy: Advice = "", isError: Bool = true
  ) {
    self.code = code
    self.path = path
    self.message = message
    self.remedy = remedy
    self.isError = isError
  }

  /// `PATH: what happened; what to do`.
  public var description: String { text { $0.description } }

  /// `PATH: what happened; what to do`, with options as a program calls them.
  public func text(naming name: (Advice.Option) -> String) -> String {
    text("\(path): \(message)", naming: name)
  }
}

extension ScanProblem {
  /// A problem with an input that could not be read, or not to its end.
  init(path: InputPath, _ error: InputError) {
    self.init(Code(error.code), path: path, message: error.message)
  }

  /// A problem with a capture.
  init(path: InputPath, _ error: CaptureError) {
    self.init(Code(error.code), path: path, message: error.message)
  }

  /// A problem with an input that was read until a fault of its own.
  init(path: InputPath, cutBy error: InputError) {
    self.init(path: path, error)
    if code == .truncated { message += "; hits up to there are reported" }
  }
}

extension ScanProblem.Code {
  /// What an input's fault is to a scan.
  init(_ code: InputError.Code) {
    self =
      switch code {
      case .cannotOpen: .cannotOpen
      case .cannotRead: .cannotRead
      case .cannotWrite: .cannotWrite
      case .truncated: .truncated
      case .corrupt: .corrupt
      case .tooLarge: .tooLarge
      case .unsupported: .unsupported
      case .isOutput: .isOutput
      }
  }

  /// What a capture's fault is to a scan.
  init(_ code: CaptureError.Code) {
    self =
      switch code {
      case .notACapture: .notACapture
      case .unsupported: .unsupported
      case .truncated: .truncated
      case .corrupt: .corrupt
      case .cannotRead: .cannotRead
      case .tooLarge: .tooLarge
      case .invalidFilter: .invalidFilter
      }
  }
}
