import Parsing

/// How segments lie to what was read of a direction, and what they may be there.
extension FlowDirection {
  // MARK: Beginnings

  /// Notes where the bytes are expected, if none of them have come yet.
  mutating func expectStart(_ sequence: SequenceNumber) {
    guard !isStarted else { return }
    next = sequence
    base = sequence
  }

  /// Where the direction begins, whose first segment came at `sequence`.
  ///
  /// It begins there, unless an acknowledgement before it told that other bytes precede it.
  func start(at sequence: SequenceNumber) -> SequenceNumber {
    let ahead = sequence.offset(from: base)
    // A difference of one byte is no gap: a keep-alive probe lies one byte before its place.
    return expectsStart && ahead > 1 && ahead < 1 << 16 ? base : sequence
  }

  /// Begins with bytes from `sequence` on, of which nothing is wanted.
  @inline(__always)
  mutating func begin(at sequence: SequenceNumber, next: SequenceNumber, isServer: Bool) {
    base = sequence
    self.next = next
    isStarted = true
    if isServer { self.isServer = true }
  }

  // MARK: Places

  /// The most bytes between the next one expected and a segment of the same connection.
  static let widestWindow = 1 << 24

  /// How far `sequence` is from the next byte; nil if it cannot belong to the direction.
  func distance(to sequence: SequenceNumber) -> Int? {
    let distance = sequence - next
    return distance >= -readCount && distance <= Self.widestWindow ? abs(distance) : nil
  }

  /// Whether a segment comes before the first one read, which no SYN told of.
  func isBefore(_ sequence: SequenceNumber) -> Bool {
    isUnannounced && base.offset(from: sequence) &- 1 < FlowReader.widestSwap
  }

  // MARK: Contents

  /// Whether what begins like an answer may be the end of a request's first line, the rest of which
  /// comes late.
  func mayEndRequestLine(_ payload: RawSpan) -> Bool {
    isUnannounced && HTTPRequest.isVersionAlone(payload)
  }

  /// Whether a segment of a done direction has to be read because it lies where bytes were read.
  ///
  /// Each does, except a single zero in the place of the last byte, which may be a keep-alive probe.
  /// So does one before the first byte, if that was not announced.
  @inline(__always)
  func comesAgain(_ payload: RawSpan, at sequence: SequenceNumber) -> Bool {
    guard payload.byteCount > 0 else { return false }
    guard hasRead(sequence) else { return isBefore(sequence) }
    return payload.byteCount > 1 || payload.byte(unchecked: 0) != 0 || sequence + 1 != next
  }

  /// Whether a segment of a done direction lies on read bytes and begins a client's message.
  ///
  /// The bytes read before may have been sent only to end the reading.
  @inline(__always)
  func beginsAnew(_ payload: RawSpan, at sequence: SequenceNumber) -> Bool {
    guard hasRead(sequence), payload.byteCount > 0 else { return false }
    let (application, role) = Application.classify(
      payload, isDNSPort: false, isServer: isSurelyServer)
    return role == .client || application == .beginning
      || role == .unknown && !isServer && HTTPRequest.mayBegin(payload)
  }
}
