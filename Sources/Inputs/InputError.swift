import Glibc

/// Why an input could not be read, or not to its end.
///
/// The message is for the user: lower case, no full stop, without the path, which `description`
/// puts before it.
public struct InputError: Error, Sendable, Equatable, Advising {
  /// What kind of fault it is, for programs.
  public enum Code: String, Sendable, CaseIterable {
    /// The path does not exist, is not allowed or cannot be what was asked for.
    case cannotOpen = "cannot-open"
    /// The system refused to go on reading.
    case cannotRead = "cannot-read"
    /// The system refused to write, or to finish, a file of ours.
    case cannotWrite = "cannot-write"
    /// The data ends in the middle; everything before was handed out.
    case truncated
    /// The data is damaged; what came before was handed out.
    case corrupt
    /// A limit was exceeded.
    case tooLarge = "too-large"
    /// A form that is known and not supported.
    case unsupported
    /// Results are written to the file, so that reading it would never end.
    case isOutput = "is-output"
  }

  /// What kind of fault it is.
  public var code: Code
  /// The input's path as the user gave it; standard input is `-`.
  public var path: String
  /// What is wrong, in words; mostly with what to do about it.
  public var message: String
  /// What to do about it where an option helps; else empty.
  public var remedy: Advice

  /// An error with its message.
  public init(code: Code, path: String, message: String, remedy: Advice = "") {
    self.code = code
    self.path = path
    self.message = message
    self.remedy = remedy
  }

  /// The path and what is wrong, with what to do.
  public var description: String { text { $0.description } }

  /// The path and what is wrong, with each option named by the closure.
  public func text(naming name: (Advice.Option) -> String) -> String {
    text("\(path): \(message)", naming: name)
  }

  /// What a user can do about a path that cannot be opened or written, behind `; `.
  package static func remedy(_ code: Code, _ number: Int32) -> String {
    guard code == .cannotOpen || code == .cannotWrite else { return "" }
    return switch number {
    case ENOENT: code == .cannotOpen ? "; check the path" : "; make its folder first"
    case ENOTDIR: "; a part of the path is no folder"
    case EACCES, EPERM: "; check its permissions"
    case EISDIR: "; it is a folder, name a file"
    case ELOOP: "; its symbolic links lead in a circle"
    case EMFILE, ENFILE: "; too many files are open, see ulimit -n"
    default: ""
    }
  }

  /// An error of the system: `what` was attempted, `number` is its `errno`.
  package init(code: Code, path: String, what: String, number: Int32) {
    // SAFETY: the C library's text for an error number is a string that outlives the call.
    let text = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    if number == ENOENT, path.utf8.contains(0) {
      self.init(code: code, path: path, message: "\(what): no path holds a NUL byte, as this one")
      return
    }
    self.init(code: code, path: path, message: "\(what): \(text)" + Self.remedy(code, number))
  }
}

extension InputError.Code: CustomStringConvertible {
  /// The word for it.
  public var description: String { rawValue }
}
