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

  /// The names in the log have the length of each label before it (`CountedNames`).
  var readsCountedNames = false

  /// The line being read as a record, its words, and what the record read last says about its
  /// event.
  var line = LineRecord()
  var words: [ColumnRange] = []
  var facts = EventFacts()
  /// What a record in a string or at the end of a line says about its event (its time is
  /// `nestedTime`).
  var nestedFacts = EventFacts()
  /// What deeply nested objects of a JSON record say about its event.
  var deepFacts = EventFacts()
  /// The elements of arrays that `nestedFacts` and `deepFacts` were taken from.
  var nestedElement = EventElement()
  var deepElement = EventElement()
  var nestedTime: Int64?
  /// Where the record begins with which a line of text ends.
  var tailStart: Int?
  /// The record is one with which a line of text ends: a member of it may be another program's
  /// line.
  var isInTail = false
  /// The message of the record with which a line of text ends.
  var nestedMessage: JSONToken?
  /// The message of the record in a member's string, to be examined before the string's memory is
  /// given back.
  var memberMessage: JSONToken?
  var isNestedTimeZoned = false
  /// The ends were named in the text of a line, which is no field.
  var namesEndsInText = false
  /// The time that this text names, for a line that does not begin with one.
  var sentenceTime: Int64?

  /// Columns of the row being read.
  var columns: [ColumnRange] = []
  var cells: [CSVCell] = []
  /// Cells of a single line within the row.
  var lineCells: [CSVCell] = []
  /// What the row's header says about each column, for the latest header.
  var plan = ColumnPlan()
  /// Plans of headers met before.
  var otherPlans: [ColumnPlan] = []

  /// Tokens of the JSON record being read, and of the record nested in it.
  var tokens: [JSONToken] = []
  var nestedTokens: [JSONToken] = []
  /// What is known about the values inside a value that was no record: for the chunk, and for the
  /// text at whose end a record is looked for.
  var knownValues = KnownValues()
  var nestedValues = KnownValues()
  /// The range of the value read last in the tokens of `knownValues`, if its tokens are not in
  /// `tokens`.
  var knownTokens: Range<Int>?
  /// The value being stepped over, of which nothing is kept.
  var passedValues = PassedValues()
  /// The record being walked is in a string, in which no further record is looked for.
  var isNested = false
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

/// What was odd, cut or read, counted where it happens and named only when asked for.
struct LogCounters {
  var lines: UInt64 = 0
  var bytes: UInt64 = 0
  /// Lines that begin like a record in JSON, CEF or LEEF but are none.
  var brokenRecords: UInt64 = 0
  /// Arrays that end in the middle, after some of their objects.
  var brokenArrays: UInt64 = 0
  /// Records beyond the limit, read as text.
  var longRecords: UInt64 = 0
  /// Lines beyond the limit, read in pieces.
  var longLines: UInt64 = 0
  /// Runs that touch a cut of such a line.
  var cutRuns: UInt64 = 0
  /// Rows of another width than their header.
  var oddRows: UInt64 = 0
  /// URLs of which not every form was tried, because a line held more of them than its length allows.
  var crowdedURLs: UInt64 = 0
  /// Values that hold more texts than are reported.
  var crowdedTexts: UInt64 = 0

  var tally: Tally {
    var tally = Tally()
    tally.add("log line broken as a record", brokenRecords)
    tally.add("log array broken", brokenArrays)
    tally.add("log record over the limit, read as text", longRecords)
    tally.add("log line over the limit, read in pieces", longLines)
    tally.add("value at the cut of a long line", cutRuns)
    tally.add("log row of another width than its header", oddRows)
    tally.add("URL with too many other forms on a line", crowdedURLs)
    tally.add("value with too many texts to tell all", crowdedTexts)
    return tally
  }
}

/// The record being read.
struct RecordCursor {
  /// Offset of its first byte in the chunk.
  var base = 0
  /// Its line, from 1.
  var number: UInt64 = 0
  /// Its index in the batch, once it has an observable.
  var index: UInt32 = 0
  var isInBatch = false
  /// A file name or a text may be in it.
  var mayHoldWord = true
  /// Its first observable in the batch, and the first entry of it or of an event in it (`NestedEvents`).
  var firstObservable = 0
  var firstRecord = 0
  /// Place and kind of the latest observable, to see whether the record's are in order.
  var lastPosition = -1
  var lastKind: UInt8 = 0
  var isUnordered = false
  var mayHaveDoubles = false
  /// The number of bytes of URLs that the record may still yield.
  var urlBudget = 0
}
