import Database
import Indicators
import Parsing

/// Gathers the names of encrypted connections for the summary, where hosts of URL indicators do not match
/// (`--url-hosts off`).
///
/// A database of the hosts would have to be made before the first byte is read, which most scans, that show
/// no such name, need not pay for. So names are kept as they are seen, only those that the databases' filters
/// let pass, and the URL indicators are counted when all is read.
struct EncryptedNames {
  private let databases: [IndicatorDatabase]
  /// What each field of the batch at hand says, by its index, as far as it was asked for.
  private var isEncrypted: [Bool?] = []
  private var name: [UInt8] = []

  /// Nil where there is nothing to count.
  init?(_ databases: [IndicatorDatabase], _ options: ScanOptions) {
    guard Self.takePart(databases, options) else { return nil }
    self.databases = databases.filter(\.holdsURLs)
  }

  /// Whether names are to be gathered.
  static func takePart(_ databases: [IndicatorDatabase], _ options: ScanOptions) -> Bool {
    options.urlHosts == .off && options.kinds.contains(.url)
      && databases.contains(where: \.holdsURLs)
  }

  /// Keeps the names of a batch.
  mutating func gather(
    _ batch: ObservableBatch, chunk: RawSpan, into names: inout Set<[UInt8]>
  ) {
    if isEncrypted.count > 0 { isEncrypted.removeAll(keepingCapacity: true) }
    for index in batch.observables.indices
    where batch.observables[index].kind == .domain && batch.observables[index].startsPlace {
      let field = Int(batch.observables[index].field)
      if field >= isEncrypted.count {
        isEncrypted += Array(repeating: nil, count: field + 1 - isEncrypted.count)
      }
      let holdsName: Bool
      if let known = isEncrypted[field] {
        holdsName = known
      } else {
        let path = batch.fields.name(batch.observables[index].field)
        holdsName = URLHosts.role(ofField: Array(path)) == .encrypted
        isEncrypted[field] = holdsName
      }
      guard holdsName else { continue }
      name.removeAll(keepingCapacity: true)
      batch.appendValue(of: batch.observables[index], chunk: chunk, to: &name)
      guard databases.contains(where: { $0.mayBeHostOfURL(name.rawSpan) }) else { continue }
      names.insert(name)
    }
  }
}
