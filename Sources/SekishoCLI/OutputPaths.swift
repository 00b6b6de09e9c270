import ArgumentParser
import Glibc
import Inputs

/// Checks the files that a command writes against those that it reads.
enum OutputPaths {
  /// A file that a command is told to write.
  struct Output {
    /// The option that names it.
    var option: String
    /// The path that is given to the option; nil if the option is not used.
    var path: String?
    /// What is written to it.
    var content: OwnOutput
  }

  /// A file that is written, and what is there already.
  private struct Place {
    var output: Output
    var path: String
    /// The plain file that is replaced; nil if there is none.
    var file: FileIdentity?
  }

  /// Checks that no file that is read would be replaced, that no file is written twice, and that
  /// every file can be written.
  ///
  /// Files are compared by identity, not by path: links and other spellings lead to the same file.
  /// Devices and pipes can be read and written at once. A file below a folder that is read may be
  /// replaced if an earlier run wrote it.
  ///
  /// - Parameters:
  ///   - outputs: the files that are written.
  ///   - read: paths of files and folders that are read.
  /// - Throws: `ValidationError` that names the option; `ExitCode` 2 if a file cannot be written,
  ///   after an error message.
  static func check(_ outputs: [Output], read: [String]) throws {
    var places: [Place] = []
    for output in outputs {
      guard let path = output.path else { continue }
      let place = Place(output: output, path: path, file: FileIdentity(InputPath(path)))
      try check(place, against: places)
      places.append(place)
    }
    let replaced = places.filter { $0.file != nil }
    if !replaced.isEmpty { try check(replaced, read: read) }
    for place in places where isReplaced(place.path) { try checkWritable(place.path) }
  }

  private static func check(_ place: Place, against others: [Place]) throws {
    guard isReplaced(place.path) else { return }
    for other in others
    where other.path == place.path || place.file != nil && other.file == place.file {
      throw ValidationError(
        "\(other.output.option) and \(place.output.option) both write "
          + "\(Console.shown(place.path)); name two files")
    }
  }

  private static func check(_ places: [Place], read: [String]) throws {
    for argument in read {
      for item in InputList(paths: [argument]).items {
        guard let file = FileIdentity(item.path),
          let place = places.first(where: { $0.file == file })
        else { continue }
        let isBelow = item.path != InputPath(argument)
        if isBelow, place.output.content.isWritten(to: place.path) { continue }
        throw ValidationError(
          "\(place.output.option) \(Console.shown(place.path)) would replace what is read "
            + (isBelow ? "below " : "as ") + "\(Console.shown(argument)); name another file")
      }
    }
  }

  /// Finds out at once what would else be an error when all is read.
  private static func checkWritable(_ path: String) throws {
    do throws(InputError) {
      // Not committed, so it goes away.
      _ = try AtomicFile(path: path)
    } catch {
      Console.error(error)
      throw ExitCode(2)
    }
  }

  /// Whether a path is or would become a plain file.
  private static func isReplaced(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) != 0 || facts.st_mode & S_IFMT == S_IFREG
  }
}
