import CMappedRegions
import Glibc

/// The file behind a mapped image; tells whether another process has cut it.
final class MappedFile: Sendable {
  let path: String
  private let descriptor: CInt
  private let count: Int
  /// The mapping's place in the table of `guardMappedFiles`, or -1.
  private let region: Int32

  /// Takes over the descriptor.
  init(path: String, descriptor: CInt, count: Int, region: Int32) {
    (self.path, self.descriptor, self.count, self.region) = (path, descriptor, count, region)
  }

  deinit { close(descriptor) }

  /// Whether part of the image was lost: zeros were read in its place, or the file does not reach
  /// it any more.
  ///
  /// Either is possible without the other: the file may have grown again, and behind the file's end
  /// its last page reads as zeros without a fault.
  var isCut: Bool {
    if sekisho_region_is_cut(region) != 0 { return true }
    var status = stat()
    // SAFETY: the call fills the local structure.
    return unsafe fstat(descriptor, &status) == 0 && Int(status.st_size) < count
  }
}

extension IndicatorDatabase {
  /// Lets reads of mapped databases go on over zeros where another process has cut the file.
  ///
  /// Without it such a read ends the program (SIGBUS), as for any mapping. It installs a signal
  /// handler for the whole process, which hands on every fault that is in no database's mapping. So
  /// it is left to the program to call it, once, before the first scan. `isCut` says afterwards
  /// that answers cannot be relied on. 256 mappings are covered; a cut in a database opened beyond
  /// those still ends the program.
  ///
  /// - Returns: whether the handler is installed.
  @discardableResult
  public static func guardMappedFiles() -> Bool { sekisho_regions_guard() == 0 }

  /// Whether another process has cut the database's file while it was mapped.
  ///
  /// Part of the image was lost then, and lookups miss what they should find.
  ///
  /// Asks the system, so call it at most once a batch. Always false for a database in memory, and
  /// if `compile` put another file in its place.
  public var isCut: Bool { file?.isCut == true }

  /// Whether, since the program began, zeros were read in place of lost bytes of a mapped database.
  package static var hasReadBehindCut: Bool { sekisho_regions_were_cut() != 0 }

  /// The path of the file; nil if it is not mapped.
  package var mappedPath: String? { file?.path }
}
