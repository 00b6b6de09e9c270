import Indicators

/// An extraction's options in the form that it needs, and its state and scratch memory in groups.
///
/// Each group is a struct with a file of its own, and has the functions that need nothing else. What
/// is left for the extensions of this struct is what needs several of them: the readers
/// (`…Reader.swift`, `JSONWalk.swift`) cut records out of the chunk, hand their texts to `scanner`
/// and tell `event` what they say.
///
/// Everything is one struct, passed `inout`, so that hot loops need no run-time check of exclusive
/// access.
struct Extraction {
  let options: LogOptions
  var candidates = CandidateCursor()
  /// Finds values in texts and puts them into the batch.
  var scanner: TextScanner
  /// What the record says about its event.
  var event = EventNotes()

  // Lines and tables.
  /// The line being read as a record.
  var line = LineRecord()
  /// Its words, for the formats that have them in a fixed order.
  var lineWords: [ColumnRange] = []
  /// The names in the log have the length of each label before it (`CountedNames`).
  var readsCountedNames = false
  var tableRow: TableRow
  var plans = ColumnPlans()

  // JSON.
  var json: JSONReading
  var nested: NestedReading
  var objects = OpenObjects()
  var urlParts = GatheredURLParts()

  init(options: LogOptions) {
    self.options = options
    scanner = TextScanner(options: options)
    tableRow = TableRow(options: options)
    json = JSONReading(options: options)
    nested = NestedReading(options: options)
  }

  /// Starts a record that begins at an offset of the chunk.
  mutating func beginRecord(
    at base: Int, length: Int, number: UInt64, batch: borrowing ObservableBatch
  ) {
    scanner.record.begin(
      at: base, length: length, number: number,
      mayHoldWord: scanner.words.mayHold(from: base, to: base + length), batch: batch)
    event.reset()
    nested.beginRecord()
    objects.outerElement = 0
  }
}
