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

extension Extraction {
  /// Reads the tokens of a JSON value from an offset on, without emitting anything: text that turns
  /// out to be no record must leave no trace.
  ///
  /// `windowEnd` is where the record's limit or the bytes end; more may come behind it unless
  /// `isFinal` is true. Truth values are kept only as members' values, and null never, since they
  /// tell nothing else. Afterwards `offset` is where reading can go on, except after a fault of
  /// grammar. The function is static so that none of the caller's properties is copied for the
  /// call.
  static func tokenize(
    _ bytes: RawSpan, at offset: inout Int, to windowEnd: Int, isFinal: Bool,
    _ tokenizer: inout JSONTokenizer, into tokens: inout [JSONToken]
  ) -> JSONAttempt {
    let window = bytes.extracting(0..<windowEnd)
    do {
      while true {
        let token = try tokenizer.next(window, at: &offset, isFinal: isFinal)
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

  /// Reads a value as `tokenize` does, within the limit of a record that begins at `start`.
  mutating func readValue(
    _ chunk: RawSpan, from value: Int, recordStart: Int, isFinal: Bool
  ) -> JSONAttempt {
    let windowEnd = min(chunk.byteCount, recordStart + options.lineLimit)
    guard value < windowEnd else {
      return windowEnd < chunk.byteCount ? .broken(.limit) : .needsMore
    }
    let isLast = isFinal && windowEnd == chunk.byteCount
    let isLimit = windowEnd == recordStart + options.lineLimit
    knownTokens = nil
    if let known = knownValues.read(chunk, from: value, to: windowEnd, isFinal: isLast) {
      knownTokens = known.tokens
      if case .needsMore = known.attempt, isLimit { return .broken(.limit) }
      return known.attempt
    }
    var tokens = self.tokens
    self.tokens = []
    defer { self.tokens = tokens }
    tokens.removeAll(keepingCapacity: tokens.capacity <= 1 << 16)
    var tokenizer = JSONTokenizer(maximumDepth: options.jsonDepth)
    var offset = value
    var attempt = Self.tokenize(
      chunk, at: &offset, to: windowEnd, isFinal: isLast, &tokenizer, into: &tokens)
    if case .needsMore = attempt, isLimit { attempt = .broken(.limit) }
    if case .broken(let fault) = attempt {
      knownValues.keep(&tokens, tokenizer, fault, at: offset)
    }
    return attempt
  }

  /// Makes `tokens` those of the value that was read last.
  mutating func takeTokens() {
    guard let range = knownTokens else { return }
    tokens.removeAll(keepingCapacity: tokens.capacity <= 1 << 16)
    tokens.append(contentsOf: knownValues.tokens[range])
    knownTokens = nil
  }

  /// Keeps what is known of the value that was read last: it is whole, but no record because of the
  /// text behind it.
  mutating func keepWhole() {
    guard knownTokens == nil else { return }
    knownValues.keep(&tokens, JSONTokenizer(), .grammar, at: 0)
  }
}
