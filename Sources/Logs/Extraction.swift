import Indicators
import Inputs
import Parsing

/// One stretch of text to be scanned, and what is known about it.
struct TextUnit {
  /// The range in the bytes given beside it.
  var start: Int
  var end: Int
  /// Where its bytes are: 0 in the chunk, 1 or 2 in the text after one or two unescapings,
  /// `RefangedText.level` in the refanged text.
  var level: Int
  /// The field to report.
  var field: FieldPaths.ID
  /// The class of its own field, which in a nested record is not the one to report.
  var fieldClass: FieldClass
  /// The port from a sibling field, if the whole text is the address that it belongs to; else 0.
  var port: UInt16 = 0
  /// The path of its own field if a sibling behind it may still give the port; else -1.
  var sibling: FieldPaths.ID = -1
  /// It was between quotes, which are not part of it.
  var isQuoted = false
  /// Which end an address in it is, if the field's name does not tell.
  var side: ObservableFlags = []
  /// The text goes on before its start, or behind its end, where a line was cut.
  var isCutAtStart = false
  var isCutAtEnd = false
}

/// An extraction's options in the form that it needs, and its scratch memory.
///
/// The readers (`…Reader.swift`) cut records out of the chunk; the scanner (`TextScanner.swift` and
/// the files of single kinds) finds values in their texts; `Emission.swift` puts these into the
/// batch. Everything is one struct, passed `inout`, so that hot loops need no run-time check of
/// exclusive access.
struct Extraction {
  let options: LogOptions
  let isScan: Bool
  let classes = ByteClasses.shared

  // What to emit, taken from the options once.
  let wantsDomains: Bool
  let wantsURLs: Bool
  let wantsHashes: Bool
  /// Whether file names or texts are searched for.
  let hasWordSearch: Bool

  var normalizer = Normalizer()
  var paths = FieldPaths()
  var counters = LogCounters()
  var record = RecordCursor()
  var candidates = CandidateCursor()
  /// Candidates around which file names and texts are searched for.
  var wordPlaces = CandidateCursor()

  /// The texts after one and two unescapings, and where their bytes were before.
  var text1: [UInt8] = []
  var text2: [UInt8] = []
  var map1 = OffsetMap()
  var map2 = OffsetMap()

  /// The text being scanned as it was before it was defanged.
  var refanged = RefangedText()

  /// The run being decoded (`DecodedRun.swift`): its bytes, and the offset of each.
  var runBytes: [UInt8] = []
  var runOffsets: [Int32] = []

  /// The search for file names, once it was asked for, and whether it was.
  var fileNameSearch: (any FileNameSearch)?
  var hasFileNameSearch = false
  /// File names in the text being scanned.
  var fileNames: [Range<Int>] = []
  /// Texts found in the text being scanned.
  var foundTexts: [FoundText] = []
  /// Ends of the ANSI sequences of the text being scanned.
  var ansiEnds: [Int] = []
  /// Ends of the pieces of a URL's text that are tried whatever is left of the record's
  /// `urlBudget`.
  var urlEnds: [Int] = []
  /// User information in the URLs of the text being scanned.
  var userInformation: [Range<Int>] = []

  /// The line being read as a record.
  var lineReader: LineRecordReader
  /// What the record says about its event.
  var event = EventNotes()
  /// The JSON value being read, and the record in a string or at the end of a line.
  var json: JSONReading
  var nested: NestedReading

  /// Columns of the row being read.
  var columns: [ColumnRange] = []
  var cells: [CSVCell] = []
  /// Cells of a single line within the row.
  var lineCells: [CSVCell] = []
  /// What the row's header says about each column, for the latest header.
  var plan = ColumnPlan()
  /// Plans of headers met before.
  var otherPlans: [ColumnPlan] = []

  /// The array element that is, or holds, the string that may be such a record; 0 if there is none.
  var outerElement: UInt32 = 0
  /// Numbers the objects, so that siblings are distinguished from members of other objects.
  var objectSerial: UInt32 = 0
  /// Addresses that wait for the port in a sibling field.
  var waiting: [WaitingAddress] = []
  var frames: [JSONFrame] = []
  /// Further values of keys that occur again, where the first value is a part of a URL.
  var doubledParts: [DoubledPart] = []
  /// Parts of URLs whose keys are dotted paths, for the open objects.
  var dottedURLs: [DottedURL] = []
  /// Parts of a joined URL that had to be unescaped.
  var joinHost: [UInt8] = []
  var joinPath: [UInt8] = []
  var joinQuery: [UInt8] = []

  init(options: LogOptions) {
    self.options = options
    isScan = options.purpose == .scan
    lineReader = LineRecordReader(options: options)
    json = JSONReading(options: options)
    nested = NestedReading(options: options)
    hasWordSearch = options.fileNames != nil || options.texts != nil
    wantsDomains = options.kinds.contains(.domain)
    wantsURLs = options.kinds.contains(.url)
    wantsHashes = IndicatorKind.allCases.contains {
      $0.isDigest && options.kinds.contains($0)
    }
  }

  /// Takes out the memory for a text whose escapes are undone, at the first or the second level.
  ///
  /// While the text is read, the rest of the extraction can then be written.
  @inline(__always)
  mutating func takeText(level: Int) -> [UInt8] {
    var text: [UInt8] = []
    if level == 1 { swap(&text, &text1) } else { swap(&text, &text2) }
    return text
  }

  /// Gives the memory of a text back to the extraction.
  @inline(__always)
  mutating func giveBack(_ text: [UInt8], level: Int) {
    if level == 1 { text1 = text } else { text2 = text }
  }

  /// Where a byte of a text was before, as an offset from the chunk's first byte.
  func origin(_ offset: Int, level: Int) -> Int {
    switch level {
    case 0: offset
    case 1: map1.origin(of: offset)
    case RefangedText.level: origin(refanged.map.origin(of: offset), level: refanged.level)
    default: map1.origin(of: map2.origin(of: offset))
    }
  }
}
