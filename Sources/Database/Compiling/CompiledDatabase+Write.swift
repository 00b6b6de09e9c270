import Inputs

extension CompiledDatabase {
  /// Writes the image to a file that appears under its name only when it is complete.
  ///
  /// The file is readable by its owner alone. A file of this name is replaced in one step, so that
  /// whoever has it open keeps the old one. A symbolic link stays, and what it leads to is
  /// replaced. A name that is no regular file (a device, a pipe) is written to as it is.
  ///
  /// - Throws: `DatabaseError` that says what the system refused.
  public func write(to path: String) throws(DatabaseError) {
    do throws(InputError) {
      var file = try AtomicFile(path: path)
      try forEachPart { (part: [UInt8]) throws(InputError) in try file.write(part) }
      try file.commit()
    } catch {
      throw DatabaseError(.inputOutput, error.message).ofFile(path)
    }
  }
}
