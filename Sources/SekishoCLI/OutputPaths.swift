import ArgumentParser
import Glibc
import Inputs

/// Checks the files that a command writes against those that it reads.
enum OutputPaths {
  /// Checks that no file that is read would be replaced, and that no file is written twice.
  ///
  /// Files are compared by identity, not by path: links and other spellings lead to the same file.
  /// Devices and pipes can be read and written at once.
  ///
  /// - Parameters:
  ///   - outputs: options and the paths given to them; nil for an option that is not used.
  ///   - read: paths of files that are read.
  /// - Throws: `ValidationError` that names the option.
  static func check(_ outputs: [(option: String, path: String?)], read: [String]) throws {
    var written: [(option: String, path: String, place: FileIdentity?)] = []
    for (option, path) in outputs {
      guard let path else { continue }
      let place = FileIdentity(InputPath(path))
      for other in written where other.path == path || place != nil && other.place == place {
        if isReplaced(path) {
          throw ValidationError(
            "\(other.option) and \(option) both write \(Console.shown(path)); name two files")
        }
      }
      written.append((option, path, place))
      guard let place else { continue }
      for input in read where FileIdentity(InputPath(input)) == place {
        throw ValidationError(
          "\(option) \(Console.shown(path)) would replace what is read as "
            + "\(Console.shown(input)); name another file")
      }
    }
  }

  /// Whether a path is or would become a plain file.
  private static func isReplaced(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) != 0 || facts.st_mode & S_IFMT == S_IFREG
  }
}
