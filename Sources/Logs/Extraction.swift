import Indicators
import Inputs
import Parsing

/// One stretch of text to be scanned, and what is known about it.
struct TextUnit {
  /// The range in the bytes given beside it.
  var start: Int
  var end: Int
  /// Where its bytes are: 0 in the chunk, 1 and 2 in the text of one or two unescapings,
  /// `RefangedText.level` in that.
  var level: Int
  /// The field to report.
  var field: FieldPaths.ID
  /// The class of its own field, which in a nested record is not the one to report.
  var fieldClass: FieldClass
  /// The port of the sibling field that belongs to the address which the whole text is, or 0.
  var port: UInt16 = 0
  /// The path of its own field, where a sibling behind it may still give the port; else -1.
  var sibling: FieldPaths.ID = -1
  /// It stood between quotes, which are not part of it.
  var isQuoted = false
  /// Which end an address in it is, where the field's name does not tell.
  var side: ObservableFlags = []
  /// The text goes on before its start, or behind its end, where a line was cut.
  var isCutAtStart = false
  var isCutAtEnd = false
}

/// An extraction's options as it asks for them, and its scratch memory.
///
/// The readers (`…Reader.swift`) cut records out of the chunk; the scanner (`TextScanner.swift` and the
/// files of single kinds) finds values in their texts; `Emission.swift` puts these into the batch.
/// Everything is one struct, passed `inout`, so that a hot loop asks nobody whether it may write.
struct Extraction {
  let options: LogOptions
  let isScan: Bool
  let classes = ByteClasses.shared

  // What to emit, asked for once.
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
  /// Candidates that file names and texts are looked for around.
  var wordPlaces = CandidateCursor()

  /// The texts of one and two unescapings, and where their bytes stood.
  var text1: [UInt8] = []
  var text2: [UInt8] = []
  var map1 = OffsetMap()
  var map2 = OffsetMap()

  /// The text being scanned as it was before it was defanged.
  var refanged = RefangedText()

  /// The run being decoded (`DecodedRun.swift`): its bytes, and the offset of each.
  var runBytes: [UInt8] = []
  var runOffsets: [Int32] = []

  /// What finds file names, once a text asked for it.
  var fileNameSearch: (any FileNameSearch)?
  var hasFileNameSearch = false
  /// File names in the text being scanned.
  var fileNames: [Range<Int>] = []
  /// Texts in it.
  var foundTexts: [FoundText] = []
  /// Ends of the ANSI sequences of the text being scanned.
  var ansiEnds: [Int] = []
  /// Ends of the pieces of a URL's text that are tried whatever else is.
  var urlEnds: [Int] = []
  /// User information in the URLs of the text being scanned.
  var userInformation: [Range<Int>] = []

  /// The log's names have the length of each label before it.
  var readsCountedNames = false

  /// The line being read as a record, and what the record read last says of its event.
  var line = LineRecord()
  var words: [ColumnRange] = []
  var facts = EventFacts()
  /// What a record in a string or at the end of a line says of its event, and its time.
  var nestedFacts = EventFacts()
  /// What stands far down in a record in JSON says of it.
  var deepFacts = EventFacts()
  /// Which elements of arrays they say it of.
  var nestedElement = EventElement()
  var deepElement = EventElement()
  var nestedTime: Int64?
  /// Where the record begins that a line of text ends with.
  var tailStart: Int?
  /// The record is one that a line of text ends with: a member may be a line of another program's.
  var isInTail = false
  /// The message in the record that a line of text ends with.
  var nestedMessage: JSONToken?
  /// The message of the record in the string of a member, to be asked before the string's bytes are given back.
  var memberMessage: JSONToken?
  var isNestedTimeZoned = false
  /// The ends were named in the text of a line, which no field is, and its time where none begins it.
  var namesEndsInText = false
  var sentenceTime: Int64?

  /// Columns of the row being read.
  var columns: [ColumnRange] = []
  var cells: [CSVCell] = []
  /// Those of a line within it.
  var lineCells: [CSVCell] = []
  /// What the row's header says of each column, for the header met last.
  var plan = ColumnPlan()
  /// Those of headers met before.
  var otherPlans: [ColumnPlan] = []

  /// Tokens of the JSON record being read, and of the record nested in it.
  var tokens: [JSONToken] = []
  var nestedTokens: [JSONToken] = []
  /// What is known of values in what was no record, of the chunk and of the text whose end is looked at; and
  /// which of the chunk's tokens are those of the value read last, where they are not in `tokens`.
  var knownValues = KnownValues()
  var nestedValues = KnownValues()
  var knownTokens: Range<Int>?
  /// The value that is stepped over, of which nothing is kept.
  var passedValues = PassedValues()
  /// The record being walked is one in a string, in which no further one is looked for.
  var isNested = false
  /// The element of an array that the string is or stands in which may be such a record, or 0.
  var outerElement: UInt32 = 0
  /// Counts objects, so that siblings are known from one another.
  var objectSerial: UInt32 = 0
  /// Addresses that wait for the port in a sibling field.
  var waiting: [WaitingAddress] = []
  var frames: [JSONFrame] = []
  /// Further values of keys whose first one is a part of a URL.
  var doubledParts: [DoubledPart] = []
  /// Parts of URLs whose keys are paths, of the objects that are open.
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

  /// Memory for a text whose escapes are undone, at the first or the second level: taken out while it is read, so
  /// that the rest can be written.
  @inline(__always)
  mutating func takeText(level: Int) -> [UInt8] {
    var text: [UInt8] = []
    if level == 1 { swap(&text, &text1) } else { swap(&text, &text2) }
    return text
  }

  /// Takes the memory of a text back.
  @inline(__always)
  mutating func giveBack(_ text: [UInt8], level: Int) {
    if level == 1 { text1 = text } else { text2 = text }
  }

  /// Where a byte of a text stood, from the chunk's first byte.
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
  /// Lines that begin like a record, in JSON, CEF or LEEF, and are none.
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
  /// Values in which more texts stand than are told.
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
  /// Bytes of URLs that the record may still yield.
  var urlBudget = 0
}
