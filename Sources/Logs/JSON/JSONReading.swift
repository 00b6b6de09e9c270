import Parsing

/// How an attempt to read a JSON value ended.
enum JSONAttempt {
  /// The value ends here.
  case complete(Int)
  /// The bytes given end inside it, and more may come.
  case needsMore
  /// It is no record.
  case broken(JSONFault)
}

/// Why a JSON value is no record.
enum JSONFault {
  case grammar
  /// It goes deeper than values may.
  case depth
  /// It goes on beyond the limit of a record.
  case limit
}

extension JSONTokenizer {
  /// Reads the tokens of a JSON value from an offset on, without emitting anything: text that turns
  /// out to be no record must leave no trace.
  ///
  /// `windowEnd` is where the record's limit or the bytes end; more may come behind it unless
  /// `isFinal` is true. Truth values are kept only as members' values, and null never, since they
  /// tell nothing else. Afterwards `offset` is where reading can go on, except after a fault of
  /// grammar.
  mutating func readValue(
    _ bytes: RawSpan, at offset: inout Int, to windowEnd: Int, isFinal: Bool,
    into tokens: inout [JSONToken]
  ) -> JSONAttempt {
    let window = bytes.extracting(0..<windowEnd)
    do {
      while true {
        let token = try next(window, at: &offset, isFinal: isFinal)
        switch token.kind {
        case .key, .string, .number, .beginObject, .endObject, .beginArray, .endArray:
          tokens.append(token)
        case .trueLiteral, .falseLiteral:
          if tokens.last?.kind == .key { tokens.append(token) }
        case .null: break
        case .endOfValue: return .complete(offset)
        case .needMore: return .needsMore
        case .endOfInput: return .broken(.grammar)
        }
      }
    } catch {
      offset = error.offset
      return .broken(error.code == .tooDeep ? .depth : .grammar)
    }
  }
}

/// The JSON value being read, and what is known about the values before it in the same chunk.
struct JSONReading {
  /// The tokens of the value that was read last, once `takeTokens` was called.
  var tokens: [JSONToken] = []
  /// What is known about the values inside a value that was no record.
  private var known = KnownValues()
  /// The range of the value read last in the tokens of `known`, if its tokens are not in `tokens`.
  private var knownTokens: Range<Int>?
  /// The value being stepped over, of which nothing is kept.
  var passed = PassedValues()
  /// Why the value looked at last is text, if it is.
  var textFault = JSONFault.grammar

  let lineLimit: Int
  let maximumDepth: Int

  init(options: LogOptions) {
    lineLimit = options.lineLimit
    maximumDepth = options.jsonDepth
  }

  /// Forgets what is known, before other bytes are read.
  mutating func forget() {
    known.forget()
    passed.forget()
  }

  /// Reads the tokens of a value within the limit of a record that begins at `start`.
  mutating func read(
    _ chunk: RawSpan, from value: Int, recordStart: Int, isFinal: Bool
  ) -> JSONAttempt {
    let windowEnd = min(chunk.byteCount, recordStart + lineLimit)
    guard value < windowEnd else {
      return windowEnd < chunk.byteCount ? .broken(.limit) : .needsMore
    }
    let isLast = isFinal && windowEnd == chunk.byteCount
    let isLimit = windowEnd == recordStart + lineLimit
    knownTokens = nil
    if let value = known.read(chunk, from: value, to: windowEnd, isFinal: isLast) {
      knownTokens = value.tokens
      if case .needsMore = value.attempt, isLimit { return .broken(.limit) }
      return value.attempt
    }
    var tokens = self.tokens
    self.tokens = []
    defer { self.tokens = tokens }
    tokens.removeAll(keepingCapacity: tokens.capacity <= 1 << 16)
    var tokenizer = JSONTokenizer(maximumDepth: maximumDepth)
    var offset = value
    var attempt = tokenizer.readValue(
      chunk, at: &offset, to: windowEnd, isFinal: isLast, into: &tokens)
    if case .needsMore = attempt, isLimit { attempt = .broken(.limit) }
    if case .broken(let fault) = attempt {
      known.keep(&tokens, tokenizer, fault, at: offset)
    }
    return attempt
  }

  /// Makes `tokens` those of the value that was read last.
  mutating func takeTokens() {
    guard let range = knownTokens else { return }
    tokens.removeAll(keepingCapacity: tokens.capacity <= 1 << 16)
    tokens.append(contentsOf: known.tokens[range])
    knownTokens = nil
  }

  /// Keeps what is known of the value that was read last: it is whole, but no record because of the
  /// text behind it.
  mutating func keepWhole() {
    guard knownTokens == nil else { return }
    known.keep(&tokens, JSONTokenizer(), .grammar, at: 0)
  }
}
