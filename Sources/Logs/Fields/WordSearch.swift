/// The search for file names and texts, which may be anywhere in a value.
struct WordSearch {
  /// Candidates around which they are searched for.
  var places = CandidateCursor()
  /// What finds texts; nil: none are looked for.
  let texts: (any TextSearch)?
  /// Texts found in the text being scanned.
  var foundTexts: [FoundText] = []
  /// File names found in the text being scanned.
  private(set) var fileNames: [Range<Int>] = []

  /// Whether any are searched for.
  private let isUsed: Bool
  private let fileNameSource: (any FileNameSource)?
  /// The search for file names, once it was asked for, and whether it was.
  private var fileNameSearch: (any FileNameSearch)?
  private var hasFileNameSearch = false

  init(options: LogOptions) {
    texts = options.texts
    fileNameSource = options.fileNames
    isUsed = options.fileNames != nil || options.texts != nil
  }

  /// Whether a file name or a text may be in a range of the chunk.
  @inline(__always)
  mutating func mayHold(from start: Int, to end: Int) -> Bool {
    isUsed && places.isAny(from: start, to: end)
  }

  /// Finds the file names in a text; false if none are looked for.
  mutating func findFileNames(in text: RawSpan) -> Bool {
    if !hasFileNameSearch {
      fileNameSearch = fileNameSource?.search()
      hasFileNameSearch = true
    }
    guard let search = fileNameSearch else { return false }
    search.find(in: text, ranges: &fileNames)
    return true
  }
}
