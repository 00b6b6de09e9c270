import Indicators
import Matchers

/// Memory that lookups reuse; one for each thread.
public struct LookupScratch: Sendable {
  /// How many matches exceeded `LookupOptions.matchLimit` since the scratch was made.
  public var cutMatches: UInt64 = 0

  /// The indices of the batch's observables, sorted by kind, and where each kind starts.
  var order: [UInt32] = []
  var starts: [Int] = Array(repeating: 0, count: IndicatorKind.allCases.count + 1)

  /// The keys of one lookup, the observables that they belong to, and what was found.
  var keys: [KeyReference] = []
  var owners: [UInt32] = []
  var numbers: [UInt32] = []
  var candidates: [KeyCandidate] = []
  var ipv4: [UInt32] = []
  var ipv6: [IPv6Bits] = []
  /// Normal forms of what was observed in another form.
  var bytes: [UInt8] = []
  var normalizer = Normalizer()

  /// Names that no entry covers.
  var misses = KnownMisses()

  var found: [FoundEntry] = []
  /// The observable whose matches are being added, and how many more it may have.
  var current: UInt32 = .max
  var remaining = 0
  var limit = 0

  /// Empty scratch memory.
  public init() {}

  @inline(__always)
  mutating func clearKeys() {
    keys.removeAll(keepingCapacity: true)
    owners.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  mutating func addKey(offset: Int, length: Int, owner: UInt32) {
    keys.append(KeyReference(offset: UInt32(offset), length: UInt32(length)))
    owners.append(owner)
  }

  /// Makes `numbers` long enough for `count` answers.
  @inline(__always)
  mutating func makeRoom(_ count: Int) {
    if numbers.count < count {
      numbers.append(contentsOf: repeatElement(KeySet.none, count: count - numbers.count))
    }
  }

  /// Makes room for `count` IPv4 addresses that are written by index.
  mutating func makeRoomForAddresses(_ count: Int) {
    if ipv4.count < count {
      ipv4.append(contentsOf: repeatElement(0, count: count - ipv4.count))
    }
    if owners.count < count {
      owners.append(contentsOf: repeatElement(0, count: count - owners.count))
    }
    makeRoom(count)
  }

  /// Makes room for `count` keys that are written by index.
  mutating func makeRoomForKeys(_ count: Int) {
    if keys.count < count {
      keys.append(
        contentsOf: repeatElement(KeyReference(offset: 0, length: 0), count: count - keys.count))
    }
    if owners.count < count {
      owners.append(contentsOf: repeatElement(0, count: count - owners.count))
    }
    makeRoom(count)
  }

  /// Starts the matches of an observable, unless it is the current one.
  @inline(__always)
  mutating func begin(_ observable: UInt32) {
    if observable == current { return }
    current = observable
    remaining = limit
  }

  /// Adds a match of the current observable.
  mutating func add(_ entry: Int, _ kind: MatchKind, length: Int) {
    guard remaining > 0 else {
      cutMatches += 1
      return
    }
    remaining -= 1
    found.append(
      FoundEntry(observable: current, entry: UInt32(entry), kind: kind, length: UInt32(length)))
  }
}

/// A match before it takes its place among those of its observable.
struct FoundEntry {
  var observable: UInt32
  var entry: UInt32
  var kind: MatchKind
  /// How much of the observable the entry covers: the longer, the earlier.
  var length: UInt32

  /// The order of matches: by observable, then as the indicators of a hit are listed.
  static func precedes(_ left: FoundEntry, _ right: FoundEntry) -> Bool {
    if left.observable != right.observable { return left.observable < right.observable }
    if left.kind != right.kind { return left.kind < right.kind }
    if left.length != right.length { return left.length > right.length }
    return left.entry < right.entry
  }
}
