import CByteKernels

/// The plan for one key: its literals, and its further windows with their keys if it branches.
struct AnchorPlan {
  let key: UInt64
  var literals: [AnchorBuilder.Literal] = []
  var shapes: [UInt32] = []
  var children: [AnchorPlan] = []
  var visits = 0
}

extension AnchorBuilder {
  /// Splits literals by further windows until each key has few.
  ///
  /// `covered` is the range of bytes, counted from the anchor, that the keys so far are hashes of.
  /// Nil if that takes more than `branchDepth` levels, or if too many literals cannot be told
  /// apart.
  func plan(
    _ literals: [Literal], key: UInt64, covered: Range<Int>, depth: Int
  ) -> AnchorPlan? {
    if literals.count <= AnchorIndex.groupLimit {
      return AnchorPlan(key: key, literals: literals, visits: literals.count)
    }
    guard depth < AnchorIndex.branchDepth else { return nil }
    var best: [Step] = []
    var worst = Int.max
    let covered = widened(covered, literals)
    for leftFirst in [true, false] {
      let steps = literals.indices
        .map { step($0, literals[$0], covered: covered, key: key, leftFirst: leftFirst) }
        .sorted { ($0.shape, $0.key, $0.literal) < ($1.shape, $1.key, $1.literal) }
      var largest = 0
      var at = 0
      while at < steps.count {
        let start = at
        while at < steps.count, steps[at].key == steps[start].key { at += 1 }
        largest = max(largest, at - start)
      }
      if largest < worst { (best, worst) = (steps, largest) }
    }
    var plan = AnchorPlan(key: key)
    var at = 0
    while at < best.count {
      // A literal without bytes beyond the covered ones has no further window; such literals differ
      // in case at most.
      let shape = best[at].shape
      guard shape != 0 else {
        plan.literals.append(literals[best[at].literal])
        at += 1
        continue
      }
      plan.shapes.append(shape)
      var most = 0
      while at < best.count, best[at].shape == shape {
        let start = at
        while at < best.count, best[at].shape == shape, best[at].key == best[start].key { at += 1 }
        let members = best[start..<at].map { literals[$0.literal] }
        guard
          let child = self.plan(
            members, key: best[start].key, covered: best[start].covered, depth: depth + 1)
        else { return nil }
        most = max(most, child.visits)
        plan.children.append(child)
      }
      plan.visits += most + 1
    }
    plan.visits += plan.literals.count + 1
    return plan.literals.count <= AnchorIndex.groupLimit ? plan : nil
  }

  /// `covered`, widened on both sides by the bytes that all literals share.
  ///
  /// So the next window begins where some of them differ.
  private func widened(_ covered: Range<Int>, _ literals: [Literal]) -> Range<Int> {
    func byte(_ literal: Literal, _ offset: Int) -> UInt8? {
      let range = patterns.range(Int(literal.first))
      let at = range.lowerBound + literal.anchor + offset
      return range.contains(at) ? patterns.bytes[at] | 0x20 : nil
    }
    func isShared(_ offset: Int) -> Bool {
      guard let wanted = byte(literals[0], offset) else { return false }
      return literals.allSatisfy { byte($0, offset) == wanted }
    }
    var (first, end) = (covered.lowerBound, covered.upperBound)
    while isShared(first - 1) { first -= 1 }
    while isShared(end) { end += 1 }
    return first..<end
  }

  /// A literal's next window, beside the covered bytes; `shape` is 0 if no bytes are left.
  private struct Step {
    var literal: Int
    var shape: UInt32 = 0
    var key: UInt64 = 0
    var covered: Range<Int>
  }

  private func step(
    _ index: Int, _ literal: Literal, covered: Range<Int>, key: UInt64, leftFirst: Bool
  ) -> Step {
    let range = patterns.range(Int(literal.first))
    let left = min(8, literal.anchor + covered.lowerBound)
    let right = min(8, range.count - literal.anchor - covered.upperBound)
    let goesLeft = left > 0 && (leftFirst || right <= 0)
    guard goesLeft || right > 0 else { return Step(literal: index, covered: covered) }
    let width = goesLeft ? left : right
    let offset = goesLeft ? covered.lowerBound - width : covered.upperBound
    let shape = AnchorIndex.shape(offset: offset, width: width)
    let bytes = patterns.bytes
    let word = Self.word(
      bytes.rawBytes, at: range.lowerBound + literal.anchor + offset, width: width)
    return Step(
      literal: index, shape: shape,
      key: sekisho_window_hash(word, UInt32(width), AnchorIndex.branchSeed(key, shape: shape)),
      covered: goesLeft
        ? offset..<covered.upperBound : covered.lowerBound..<covered.upperBound + width)
  }
}
