import Capture
public import Inputs

/// Something that the user must hear about, such as an input that could not be read to its end.
public struct ScanProblem: Sendable, Equatable, Advising {
  /// What kind of problem it is, for programs; the raw value is stable.
  public enum Code: String, Sendable, CaseIterable {
    /// The path does not exist, may not be opened, or cannot be read.
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
    /// The format is known but not supported, such as an archive.
    case unsupported
    /// Results are written to the file, so it was not read.
    case isOutput = "is-output"
    /// A folder without a file to scan.
    case emptyFolder = "empty-folder"
    /// The input was to be read as a capture but is not one.
    case notACapture = "not-a-capture"
    /// The packet filter is invalid, or invalid for the capture's link type.
    case invalidFilter = "invalid-filter"
    /// The file cannot be followed: it is compressed, a capture, or not a regular file.
    case cannotFollow = "cannot-follow"
    /// An input that can be read only once, so that packets of its flows cannot be written.
    case cannotReadAgain = "cannot-read-again"
    /// Another process cut a database while it was read.
    case databaseCut = "database-cut"
    /// No database could be made of the hosts of URL indicators, so they take no part.
    case noURLHosts = "no-url-hosts"
    /// There were more hits than a comparison of two databases keeps.
    case tooManyHits = "too-many-hits"
    /// A database or matcher that a scan, comparison or explanation needs could not be made.
    case cannotCompile = "cannot-compile"

    /// There is nothing in the input.
    case empty
    /// It looks like binary data, and was scanned as text.
    case binary
    /// It is compressed twice, and was scanned as text because a format was named.
    case compressedTwice = "compressed-twice"
    /// None of a capture's packets was read: their link type is not known.
    case unknownLinkType = "unknown-link-type"
    /// A log was read as a whole although packets are chosen by filter or time; reported for the
    /// first log only.
    case readWhole = "read-whole"
    /// A file to follow does not exist yet; the run waits for it.
    case absent
    /// A file that is followed became shorter, and is read again from its start.
    case shortened
    /// A file that is followed was replaced, and the new one is read from its start.
    case replaced
  }

  /// What a problem is about.
  public enum Subject: Sendable, Equatable {
    /// An input.
    case input(InputPath)
    /// A file that the run writes.
    case output(InputPath)
    /// A database, by its path or name.
    case database(InputPath)
    /// An option.
    case option(Advice.Option)
  }

  /// What kind of problem it is.
  public var code: Code
  /// What it is about.
  public var subject: Subject
  /// The path of the file that it is about; nil for an option.
  public var path: InputPath? {
    switch subject {
    case .input(let path), .output(let path), .database(let path): path
    case .option: nil
    }
  }
  /// What happened and what follows from it.
  public var message: String
  /// What to do about it, such as an option that helps; mostly empty, as the message says it.
  public var remedy: Advice
  /// Whether the problem is an error for the exit code: an input was not read to its end, or a
  /// result was not written.
  public var isError: Bool

  /// A problem with its message.
  public init(
    _ code: Code, _ subject: Subject, message: String, remedy: Advice = "", isError: Bool = true
  ) {
    self.code = code
    self.subject = subject
    self.message = message
    self.remedy = remedy
    self.isError = isError
  }

  /// `SUBJECT: what happened; what to do`; the subject is a path or an option.
  public var description: String { text { $0.description } }

  /// `SUBJECT: what happened; what to do`, with each option named by the closure.
  public func text(naming name: (Advice.Option) -> String) -> String {
    text("\(subject(naming: name)): \(message)", naming: name)
  }

  /// The path, or the option as the closure names it.
  package func subject(naming name: (Advice.Option) -> String) -> String {
    switch subject {
    case .input(let path), .output(let path), .database(let path): path.description
    case .option(let option): name(option)
    }
  }
}

extension ScanProblem {
  /// A problem with an input.
  init(
    _ code: Code, path: InputPath, message: String, remedy: Advice = "", isError: Bool = true
  ) {
    self.init(code, .input(path), message: message, remedy: remedy, isError: isError)
  }

  /// A problem with an input that could not be read, or not to its end.
  init(path: InputPath, _ error: InputError) {
    self.init(Code(error.code), path: path, message: error.message, remedy: error.remedy)
  }

  /// A problem with a capture.
  init(path: InputPath, _ error: CaptureError) {
    self.init(Code(error.code), path: path, message: error.message, remedy: error.remedy)
    noteCut(hasRead: error.packets > 0)
  }

  /// A problem with an input whose own fault ended the reading.
  init(path: InputPath, cutBy error: InputError) {
    self.init(path: path, error)
    noteCut()
    if code == .corrupt { remedy = "fetch or copy the file again" }
  }

  /// Says what follows from an input that ends in the middle.
  private mutating func noteCut(hasRead: Bool = true) {
    guard code == .truncated else { return }
    if hasRead { message += "; hits up to there are reported" }
    remedy = "fetch or copy the file again"
  }
}

extension ScanProblem.Code: CustomStringConvertible {
  /// The word for it.
  public var description: String { rawValue }

  /// The problem code for an input's error.
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

  /// The problem code for a capture's error.
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
