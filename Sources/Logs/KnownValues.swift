import Parsing

/// What is known about the values inside a JSON value that was read and turned out to be no record.
///
/// Each line that begins with a bracket may be a record, over as many lines as it needs. If the
/// first of many such lines turns out to be no record, the next line may begin with an inner value
/// of the one that was read: reading each of them again would cost the bytes once for every level
/// of depth. So the tokens are kept, together with the ends of the values among them. A value that
/// is closed is known as a whole. A value that was open where the grammar was broken is no JSON. A
/// value that was open where the limit on depth or length was reached is read on from there,
/// without the values around it.
///
/// Offsets refer to the bytes that were read, so everything is forgotten when other bytes come
/// (`forget`).
struct KnownValues {
  private struct Value {
    var start: Int32
    /// The indexes of its first and last token; `last` is -1 while the value is open.
    var first: Int32
    var last: Int32 = -1
    /// The number of values around it.
    var depth: Int32
  }

  private(set) var tokens: [JSONToken] = []
  private var values: [Value] = []
  /// The values that are open at the last token, as indexes in `values`.
  private var open: [Int32] = []
  /// The number of tokens that `look` has already searched.
  private var looked = 0
  /// The number of outer values that were left because only a value inside them is read on.
  private var dropped = 0
  private var tokenizer = JSONTokenizer()
  private var offset = 0
  private var fault = JSONFault.grammar

  /// Forgets everything.
  mutating func forget() {
    guard !values.isEmpty else { return }
    values.removeAll(keepingCapacity: values.capacity <= 1 << 12)
    tokens.removeAll(keepingCapacity: tokens.capacity <= 1 << 12)
    open.removeAll(keepingCapacity: open.capacity <= 1 << 12)
    looked = 0
    dropped = 0
  }

  /// Keeps the tokens of an attempt that led to no record, in exchange for those kept before.
  ///
  /// `fault` is what broke the value; it is `grammar` for a value that is complete. For the other
  /// faults, `offset` is where reading can go on.
  mutating func keep(
    _ tokens: inout [JSONToken], _ tokenizer: JSONTokenizer, _ fault: JSONFault, at offset: Int
  ) {
    // With a single token there is no inner value.
    guard tokens.count > 1 else { return }
    values.removeAll(keepingCapacity: values.capacity <= 1 << 12)
    open.removeAll(keepingCapacity: true)
    looked = 0
    dropped = 0
    swap(&self.tokens, &tokens)
    (self.tokenizer, self.fault, self.offset) = (tokenizer, fault, offset)
    look()
  }

  /// Finds the starts and ends of values among the new tokens.
  private mutating func look() {
    while looked < tokens.count {
      switch tokens[looked].kind {
      case .beginObject, .beginArray:
        open.append(Int32(truncatingIfNeeded: values.count))
        values.append(
          Value(
            start: Int32(truncatingIfNeeded: tokens[looked].start),
            first: Int32(truncatingIfNeeded: looked),
            depth: Int32(truncatingIfNeeded: open.count - 1)))
      case .endObject, .endArray:
        if let place = open.popLast() {
          values[Int(place)].last = Int32(truncatingIfNeeded: looked)
        }
      default: break
      }
      looked += 1
    }
  }

  /// Reads the value that begins at `start`, if it is one of those kept.
  ///
  /// - Returns: How the attempt ends, and the range of its tokens if it is complete; nil if the
  ///   value is not known.
  mutating func read(
    _ bytes: RawSpan, from start: Int, to windowEnd: Int, isFinal: Bool
  ) -> (attempt: JSONAttempt, tokens: Range<Int>)? {
    guard let first = values.first, Int(first.start) <= start else { return nil }
    let place = values.prefixCount { Int($0.start) < start }
    guard place < values.count, Int(values[place].start) == start else { return nil }
    let value = values[place]
    if value.last >= 0 {
      return (.complete(tokens[Int(value.last)].end), Int(value.first)..<Int(value.last) + 1)
    }
    guard fault != .grammar, Int(value.depth) >= dropped else {
      return (.broken(.grammar), 0..<0)
    }
    tokenizer.leaveOuter(Int(value.depth) - dropped)
    dropped = Int(value.depth)
    let attempt = tokenizer.readValue(
      bytes, at: &offset, to: windowEnd, isFinal: isFinal, into: &tokens)
    look()
    switch attempt {
    case .complete: return (attempt, Int(value.first)..<tokens.count)
    case .broken(let fault): self.fault = fault
    case .needsMore: fault = .limit
    }
    return (attempt, 0..<0)
  }
}
