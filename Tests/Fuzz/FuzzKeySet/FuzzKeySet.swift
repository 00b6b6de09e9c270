// Compares key sets with a dictionary, and uses damaged images of key sets.
//
// The first byte chooses: bits 0–1 the action (0 compares with a dictionary, 1 opens the rest as an
// image, 2 and 3 damage an image and look things up), bits 2–6 the shape of the set.

import FuzzSupport
import Matchers

private func folded(_ key: [UInt8]) -> [UInt8] {
  key.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }
}

/// Builds, opens or damages one input's key set.
package func fuzzKeySet(_ input: [UInt8]) {
  var source = FuzzInput(input)
  let options = source.byte()
  if options & 3 == 1 {
    let image = Array(input.dropFirst())
    if let set = try? KeySet(image: ImageBytes(copying: image.span.bytes), range: 0..<image.count) {
      use(set, keys: [[], [0], Array(1...32)])
    }
    return
  }
  let widths: [Int?] = [nil, 16, 20, 32, 0, 1, 3, 8, 33]
  let width = widths[Int(options >> 2 & 15) % widths.count]
  let ignoresCase = options & 64 != 0
  var builder = KeySetBuilder(fixedWidth: width, ignoresCase: ignoresCase, seed: UInt64(options))
  var reference: [[UInt8]: UInt32] = [:]
  var queries: [[UInt8]] = []
  let count = Int(source.byte())
  for number in 0..<count where !source.isAtEnd {
    let length = source.byte() % 40
    var key = source.take(width ?? Int(length))
    queries.append(key)
    if ignoresCase { key = folded(key) }
    guard reference[key] == nil else { continue }
    reference[key] = UInt32(number)
    builder.insert(key.span.bytes, number: UInt32(number))
  }
  guard var image = try? builder.build() else { preconditionFailure("a good set was refused") }
  if options & 3 == 0 {
    // Each key takes a byte for its length even if that is fixed, so that the input always comes to
    // its end.
    while !source.isAtEnd {
      let length = source.byte() % 40
      queries.append(source.take(width ?? Int(length)))
    }
    compare(image, reference, queries, ignoresCase: ignoresCase)
    return
  }
  while !source.isAtEnd {
    let place = Int(source.byte()) << 8 | Int(source.byte())
    image[place % image.count] = source.byte()
  }
  if let set = try? KeySet(image: ImageBytes(copying: image.span.bytes), range: 0..<image.count) {
    use(set, keys: queries)
  }
}

private func numbers(_ set: KeySet, _ keys: [[UInt8]]) -> [UInt32] {
  var references: [KeyReference] = []
  var bytes: [UInt8] = []
  for key in keys {
    references.append(KeyReference(offset: UInt32(bytes.count), length: UInt32(key.count)))
    bytes += key
  }
  var numbers = [UInt32](repeating: 0, count: keys.count)
  var answers = numbers.mutableSpan
  set.lookup(references.span, in: bytes.span.bytes, numbers: &answers)
  return numbers
}

private func use(_ set: KeySet, keys: [[UInt8]]) {
  let found = numbers(set, keys)
  for (key, number) in zip(keys, found) {
    precondition(set.lookup(key.span.bytes) == number, "one key and many disagree")
  }
  _ = try? set.verify()
}

private func compare(
  _ image: [UInt8], _ reference: [[UInt8]: UInt32], _ queries: [[UInt8]], ignoresCase: Bool
) {
  let bytes = ImageBytes(copying: image.span.bytes)
  guard let set = try? KeySet(image: bytes, range: 0..<image.count) else {
    preconditionFailure("a good image was refused")
  }
  do { try set.verify() } catch { preconditionFailure("a good image fails its checks: \(error)") }
  for (query, number) in zip(queries, numbers(set, queries)) {
    let expected = reference[ignoresCase ? folded(query) : query] ?? KeySet.none
    precondition(number == expected, "\(query): \(number), expected \(expected)")
  }
}

#if FUZZING
  /// The function that the fuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzKeySet(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  @main
  struct Replay {
    static func main() { replay(fuzzKeySet) }
  }
#endif
