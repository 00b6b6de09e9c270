import Indicators
import Parsing

/// A name run whose characters are not all plain ASCII.
struct DecodedRun {
  /// Where the run ends in the text.
  var end: Int
  /// It holds characters above ASCII.
  var isInternational = false
  /// It holds letters of a script that is written without spaces.
  var isUnspaced = false
}

/// Decodes name runs, one at a time.
struct RunDecoder {
  /// The bytes of the run that was decoded last, and the place of each in the text.
  var bytes: [UInt8] = []
  var offsets: [Int32] = []

  /// Decodes the run that begins at `start`.
  ///
  /// Percent units become the characters that they stand for, and dots of other scripts become `.`.
  /// The run's bytes are then in `bytes`, and the place of each in the text in `offsets`.
  mutating func decode(_ text: RawSpan, from start: Int, to limit: Int) -> DecodedRun {
    bytes.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    var run = DecodedRun(end: start)
    while decode(text, to: limit, room: max(256, bytes.count), &run) {}
    return run
  }

  /// Decodes up to `room` more bytes from the end of `run`; true if there may be more.
  private mutating func decode(
    _ text: RawSpan, to limit: Int, room: Int, _ run: inout DecodedRun
  ) -> Bool {
    let classes = ByteClasses.shared
    let letters = LetterClasses.shared
    let start = run
    var reached = run
    var isFull = false
    bytes.append(addingCapacity: room) { output in
      offsets.append(addingCapacity: room) { places in
        var run = start
        var offset = start.end
        while offset < limit {
          // The longest character has four bytes.
          guard output.freeCapacity >= 4 else {
            isFull = true
            break
          }
          let byte = text.byte(unchecked: offset)
          let place = Int32(truncatingIfNeeded: offset)
          if classes.is(byte, .name) {
            output.append(byte)
            places.append(place)
            offset += 1
            continue
          }
          if byte == UInt8(ascii: "%") {
            guard let value = TextBorders.percentValue(text, at: offset, end: limit),
              classes.is(value, .name)
            else { break }
            output.append(value)
            places.append(place)
            offset += 3
            continue
          }
          guard byte >= 0x80 else { break }
          let known = letters.letter(text, at: offset, end: limit)
          if known.length > 0 {
            run.isInternational = true
            if known.isUnspaced { run.isUnspaced = true }
            for index in 0..<known.length {
              output.append(text.byte(unchecked: offset + index))
              places.append(place)
            }
            offset += known.length
            continue
          }
          let scalar = TextScalar(text, at: offset, end: limit)
          let nameClass = scalar.nameClass
          guard nameClass != .border, let character = scalar.scalar else { break }
          if nameClass == .dot {
            output.append(Byte.dot)
            places.append(place)
          } else {
            run.isInternational = true
            if IDNACharacters.isUnspacedScript(character) { run.isUnspaced = true }
            for index in 0..<scalar.length {
              output.append(text.byte(unchecked: offset + index))
              places.append(place)
            }
          }
          offset += scalar.length
        }
        run.end = offset
        reached = run
      }
    }
    run = reached
    return isFull
  }
}
