/// Why an image cannot be used or built.
public enum ImageError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The bytes are no image of this kind, or an inner check failed; the text says which.
  case damaged(String)
  /// The input of a builder makes no image: a key twice, a prefix with host bits, and so on.
  case unusableInput(String)

  /// What is wrong, in one line.
  public var description: String {
    switch self {
    case .damaged(let what), .unusableInput(let what): what
    }
  }
}
