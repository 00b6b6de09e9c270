// Compares literal matchers with a naive search, and uses damaged images of matchers.
//
// The first byte chooses: bits 0–1 the action (0 compares with a naive search, 1 opens the rest as
// an image, 2 and 3 damage an image and scan), bit 2 whether the bytes are folded to four letters,
// bit 3 whether case may be ignored, bits 4–5 how the matcher is built. Then come the patterns: a
// count, and for each a length and its bytes. The rest is the text, which is cut at the place that
// the second byte gives.

import FuzzSupport
import Matchers

private struct Pattern {
  var bytes: [UInt8]
  var ignoresCase: Bool
}

private func folded(_ bytes: [UInt8]) -> [UInt8] {
  bytes.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }
}

/// Builds, opens or damages one input's matcher.
package func fuzzLiteralMatcher(_ input: [UInt8]) {
  var source = FuzzInput(input)
  let options = source.byte()
  let cut = Int(source.byte())
  if options & 3 == 1 {
    let image = Array(input.dropFirst(2))
    if let matcher = try? LiteralMatcher(
      image: ImageBytes(copying: image.span.bytes), range: 0..<image.count)
    {
      use(matcher, Array("aAbB".utf8) + image, cut: cut)
    }
    return
  }
  func letters(_ bytes: [UInt8]) -> [UInt8] {
    options & 4 == 0 ? bytes : bytes.map { Array("abAB".utf8)[Int($0 & 3)] }
  }
  var builder = LiteralMatcherBuilder()
  switch options >> 4 & 3 {
  case 1: builder.usesAnchors = false
  case 2: builder.usesAnchors = true
  case 3: (builder.usesAnchors, builder.automatonByteLimit) = (true, 0)
  default: break
  }
  var patterns: [Pattern] = []
  let count = Int(source.byte() % 64)
  for number in 0..<count where !source.isAtEnd {
    let length = source.byte()
    let pattern = Pattern(
      bytes: letters(source.take(1 + Int(length % 24))),
      ignoresCase: options & 8 != 0 && length & 128 != 0)
    patterns.append(pattern)
    builder.insert(
      pattern.bytes.span.bytes, number: UInt32(number), ignoresCase: pattern.ignoresCase)
  }
  guard var image = try? builder.build() else { preconditionFailure("good patterns were refused") }
  if options & 3 == 0 {
    let text = letters(Array(input.dropFirst(source.at)))
    compare(image, patterns, text, cut: cut)
    return
  }
  let edits = Int(source.byte())
  for _ in 0..<edits where !source.isAtEnd {
    let place = Int(source.byte()) << 8 | Int(source.byte())
    image[place % image.count] = source.byte()
  }
  if let matcher = try? LiteralMatcher(
    image: ImageBytes(copying: image.span.bytes), range: 0..<image.count)
  {
    use(matcher, letters(Array(input.dropFirst(source.at))) + letters(input), cut: cut)
  }
}

/// Scans a text in two chunks, each in a copy of its own, so that a read out of bounds is noticed.
private func matches(_ matcher: LiteralMatcher, _ text: [UInt8], cut: Int) -> [LiteralMatch] {
  var state = LiteralMatcher.State()
  var matches: [LiteralMatch] = []
  let first = Array(text.prefix(cut))
  let second = Array(text.dropFirst(cut))
  _ = matcher.scan(first.span.bytes, state: &state, limit: 10_000, matches: &matches)
  _ = matcher.scan(second.span.bytes, state: &state, limit: 10_000, matches: &matches)
  return matches
}

private func use(_ matcher: LiteralMatcher, _ text: [UInt8], cut: Int) {
  let found = matches(matcher, text, cut: cut)
  precondition(found.count <= 20_000)
  precondition(found.allSatisfy { $0.pattern < matcher.count })
  var state = LiteralMatcher.State()
  _ = matcher.count(text.span.bytes, state: &state)
  _ = try? matcher.verify()
}

private func compare(_ image: [UInt8], _ patterns: [Pattern], _ text: [UInt8], cut: Int) {
  let bytes = ImageBytes(copying: image.span.bytes)
  guard let matcher = try? LiteralMatcher(image: bytes, range: 0..<image.count) else {
    preconditionFailure("a good image was refused")
  }
  do { try matcher.verify() } catch {
    preconditionFailure("a good image fails its checks: \(error)")
  }
  let text = Array(text.prefix(400))
  var expected: [LiteralMatch] = []
  let lower = folded(text)
  for end in 0...text.count {
    for (number, pattern) in patterns.enumerated() where pattern.bytes.count <= end {
      let range = end - pattern.bytes.count..<end
      if pattern.ignoresCase
        ? lower[range].elementsEqual(folded(pattern.bytes))
        : text[range].elementsEqual(pattern.bytes)
      {
        expected.append(LiteralMatch(pattern: UInt32(number), end: UInt64(end)))
      }
    }
  }
  let found = matches(matcher, text, cut: cut)
  precondition(found == expected || expected.count > 10_000, "\(found), expected \(expected)")
  var state = LiteralMatcher.State()
  let count = matcher.count(text.span.bytes, state: &state)
  precondition(count == UInt64(expected.count), "\(count) matches, expected \(expected.count)")
}

#if FUZZING
  /// The function that the fuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzLiteralMatcher(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  @main
  struct Replay {
    static func main() { replay(fuzzLiteralMatcher) }
  }
#endif
