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
  /// What fields say, by their index in batches; the name tells whether the index still means the same.
  private var known: [(field: [UInt8], holdsName: Bool)] = []
  /// Whether a field's name was compared for the batch at hand.
  private var isChecked: [Bool] = []
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

  /// Looks what a field says, unless it is the one known by its index.
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
