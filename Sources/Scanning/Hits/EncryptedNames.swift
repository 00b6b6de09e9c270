import Database
import Indicators
import Parsing

/// Gathers the names of encrypted connections for the summary, where hosts of URL indicators do not
/// match (`--url-hosts off`).
///
/// Looking the names up at once would need a database of the hosts, made before the first byte is
/// read. Most scans see no such name and need not pay for it. So names that pass the databases'
/// filters are kept as they are seen, and the URL indicators on these hosts are counted at the end.
struct EncryptedNames {
  private let databases: [IndicatorDatabase]
  /// For each field index whether that field holds the name of an encrypted connection, and the
  /// field's name, which tells whether the index still means the same field.
  private var known: [(field: [UInt8], holdsName: Bool)] = []
  /// For each field index whether `known` was checked against the current batch's field name.
  private var isChecked: [Bool] = []
  private var name: [UInt8] = []

  /// Creates nil if there is nothing to count.
  init?(_ databases: [IndicatorDatabase], _ options: ScanOptions) {
    guard Self.takePart(databases, options) else { return nil }
    self.databases = databases.filter(\.holdsURLs)
  }

  /// Whether names are to be gathered: URLs are looked for, but their hosts do not match.
  static func takePart(_ databases: [IndicatorDatabase], _ options: ScanOptions) -> Bool {
    options.urlHosts == .off && options.kinds.contains(.url)
      && databases.contains(where: \.holdsURLs)
  }

  /// Adds to `names` the batch's names of encrypted connections that may be hosts of URL
  /// indicators.
  mutating func gather(
    _ batch: ObservableBatch, chunk: RawSpan, into names: inout Set<[UInt8]>
  ) {
    isChecked.removeAll(keepingCapacity: true)
    for index in batch.observables.indices
    where batch.observables[index].kind == .domain && batch.observables[index].startsPlace {
      let field = batch.observables[index].field
      if Int(field) >= isChecked.count || !isChecked[Int(field)] { check(field, batch.fields) }
      guard known[Int(field)].holdsName else { continue }
      name.removeAll(keepingCapacity: true)
      batch.appendValue(of: batch.observables[index], chunk: chunk, to: &name)
      guard databases.contains(where: { $0.mayBeHostOfURL(name.rawSpan) }) else { continue }
      names.insert(name)
    }
  }

  /// Updates `known` for a field, unless the index still means the field that is known.
  private mutating func check(_ field: UInt16, _ fields: FieldTable) {
    let index = Int(field)
    if index >= isChecked.count {
      isChecked += repeatElement(false, count: index + 1 - isChecked.count)
    }
    if index >= known.count {
      known += repeatElement((field: [], holdsName: false), count: index + 1 - known.count)
    }
    isChecked[index] = true
    let path = fields.name(field)
    if !path.isEmpty, known[index].field.elementsEqual(path) { return }
    known[index] = (Array(path), URLHosts.role(ofField: Array(path)) == .encrypted)
  }
}
