// Runs the reader of YAML.
//
// The first byte changes the limits. Besides not trapping: the tree has no more values and is no
// deeper than the limits allow, places lie inside the text and in order, and a fault has a line and
// a message.

import YAML

/// Reads one input and checks the result.
package func fuzzYAML(_ input: [UInt8]) {
  guard let first = input.first else { return }
  var limits = YAMLLimits()
  limits.depth = Int(first & 15) + 1
  limits.nodes = 1 << (Int(first >> 4) + 1)
  let bytes = Array(input.dropFirst())
  do throws(YAMLFault) {
    let node = try YAMLReader.read(bytes, limits: limits)
    var nodes = 0
    let lines = bytes.count + 1
    check(node, depth: 0, limits, lines, &nodes)
    precondition(nodes <= limits.nodes, "more values than allowed")
  } catch {
    precondition(error.line >= 1 && !error.problem.isEmpty, "a fault without line or words")
  }
}

private func check(
  _ node: YAMLNode, depth: Int, _ limits: YAMLLimits, _ lines: Int, _ nodes: inout Int
) {
  nodes += 1
  precondition(depth <= limits.depth, "deeper than allowed")
  precondition(node.start.line >= 1 && node.start.line <= lines, "a place outside the text")
  precondition(node.start <= node.end, "a value that ends before it begins")
  switch node.value {
  case .scalar: break
  case .list(let items):
    for item in items { check(item, depth: depth + 1, limits, lines, &nodes) }
  case .map(let members):
    var seen: Set<String> = []
    for member in members {
      precondition(seen.insert(member.key).inserted, "a key that stands twice")
      check(member.node, depth: depth + 1, limits, lines, &nodes)
    }
  }
}

#if FUZZING
  /// The function that the fuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzYAML(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  import FuzzSupport

  @main
  struct Replay {
    static func main() { replay(fuzzYAML) }
  }
#endif
