extension Automaton {
  /// Checks that the tables are the automaton of the patterns that they hold.
  ///
  /// States are numbered by levels, so the children of the states before are known when a state is
  /// reached: a transition either leads to the next child expected, or is that of the fail state. The
  /// fail state of a child follows from its parent's. So one walk compares every word with what it
  /// must be; nothing is taken on trust but what is already checked.
  ///
  /// `lengths` are those of all patterns of the matcher, by number; `seen` says which patterns have
  /// been met, and each may be met once.
  func verify(lengths: ImageTable<UInt16>, seen: inout [Bool]) throws(ImageError) {
    for byte in 0..<256 where Int(classes[clamping: byte]) >= stride - 1 {
      throw .damaged("byte \(byte) has a class that is not in the rows")
    }
    let names = try stateNames()
    var numberOfName: [UInt32: Int] = [:]
    numberOfName.reserveCapacity(names.count)
    for (number, name) in names.enumerated() { numberOfName[name] = number }

    var fails: [UInt32] = [0]
    var depths: [Int] = [0]
    var outputs: [UInt32] = []
    var walk = Walk()
    for (number, name) in names.enumerated() {
      guard number < fails.count else { throw .damaged("state \(number) has no parent") }
      let fail = fails[number]
      if name & Self.sparseFlag != 0 {
        guard words[clamping: Int(name & Self.offsetMask)] == fail & ~Self.outputFlag else {
          throw .damaged("state \(number) has a wrong fail state")
        }
      }
      for byteClass in 0..<UInt32(stride - 1) {
        guard let target = try ownTransition(name, class: byteClass) else { continue }
        // The transition where the state has no child: that of its fail state; the root stays where
        // it is.
        let inherited = number == 0 ? 0 : transition(fail, class: byteClass)
        if numberOfName[target] == fails.count {
          guard byteClass > 0 || !hasUnusedClass else {
            throw .damaged("state \(number) has a child for bytes that are in no pattern")
          }
          fails.append(inherited)
          depths.append(depths[number] + 1)
        } else if target != inherited || name & Self.sparseFlag != 0 {
          throw .damaged("state \(number) has a wrong transition")
        }
      }
      let inherited = numberOfName[fail].flatMap { $0 < number ? outputs[$0] : nil } ?? Self.none
      let output = name & Self.outputFlag != 0 ? self.output(of: name) : Self.none
      try walk.check(
        output, inherited: inherited, depth: depths[number], in: self, lengths: lengths,
        seen: &seen)
      outputs.append(output)
    }
    guard fails.count == names.count, walk.outputs == outputLinks.count,
      walk.numbers == numbers.count, Int(outputFirsts[clamping: walk.outputs]) == walk.numbers
    else { throw .damaged("the automaton has states or outputs too many") }
  }

  /// The names of all states, in order, as their own words tell them.
  private func stateNames() throws(ImageError) -> [UInt32] {
    var names: [UInt32] = []
    var at = 0
    while at < denseWords {
      let hasOutput = words[clamping: at + stride - 1] != Self.none
      names.append(UInt32(at) | (hasOutput ? Self.outputFlag : 0))
      at += stride
    }
    while at < words.count {
      let header = words[clamping: at + 1]
      let count = Int(header & 0x1FF)
      let hasOutput = header & Self.headerOutput != 0
      guard count < stride, header & ~(0x1FF | Self.headerOutput | 0xFF_0000) == 0,
        count == 1 || header >> 16 == 0
      else { throw .damaged("the state at word \(at) has a wrong header") }
      names.append(UInt32(at) | Self.sparseFlag | (hasOutput ? Self.outputFlag : 0))
      at += 2 + (hasOutput ? 1 : 0) + count + (count > 1 ? (count + 3) / 4 : 0)
    }
    guard at == words.count else { throw .damaged("the last state leaves the automaton") }
    return names
  }

  /// The transition that the state's own words hold: any for a dense one, a child for a sparse one.
  private func ownTransition(_ name: UInt32, class byteClass: UInt32) throws(ImageError) -> UInt32?
  {
    let at = Int(name & Self.offsetMask)
    guard name & Self.sparseFlag != 0 else { return words[clamping: at + Int(byteClass)] }
    let header = words[clamping: at + 1]
    let count = Int(header & 0x1FF)
    let place = at + 2 + (header & Self.headerOutput != 0 ? 1 : 0)
    var found: UInt32?
    var previous = -1
    for index in 0..<count {
      let packed = words[clamping: place + index / 4] >> UInt32(8 * (index % 4)) & 0xFF
      let child = count == 1 ? header >> 16 & 0xFF : packed
      guard Int(child) > previous, Int(child) < stride - 1 else {
        throw .damaged("the children of the state at word \(at) do not rise")
      }
      previous = Int(child)
      guard child == byteClass else { continue }
      found = words[clamping: place + (count > 1 ? (count + 3) / 4 : 0) + index]
    }
    if count % 4 != 0, count > 1,
      words[clamping: place + count / 4] >> UInt32(8 * (count % 4)) != 0
    {
      throw .damaged("the state at word \(at) has bits without meaning")
    }
    return found
  }

  /// The transition of a state that was checked before.
  private func transition(_ name: UInt32, class byteClass: UInt32) -> UInt32 {
    var fails: UInt64 = 0
    return next(
      name, class: byteClass, fails: &fails, limit: UInt64(LiteralMatcher.longestPattern))
  }

  /// How far the outputs have been checked.
  private struct Walk {
    var outputs = 0
    var numbers = 0

    mutating func check(
      _ output: UInt32, inherited: UInt32, depth: Int, in automaton: Automaton,
      lengths: ImageTable<UInt16>, seen: inout [Bool]
    ) throws(ImageError) {
      guard Int(output) == outputs, outputs < automaton.outputLinks.count else {
        guard output == inherited else { throw .damaged("a state has a wrong output") }
        return
      }
      let first = Int(automaton.outputFirsts[clamping: outputs])
      let end = Int(automaton.outputFirsts[clamping: outputs + 1])
      guard first == numbers, first < end, end <= automaton.numbers.count,
        automaton.outputLinks[clamping: outputs] == inherited,
        Int(automaton.total(of: output))
          == end - first
          + (inherited == Automaton.none ? 0 : Int(automaton.total(of: inherited)))
      else { throw .damaged("output \(outputs) is wrong") }
      for at in first..<end {
        let number = automaton.numbers[clamping: at]
        guard Int(number) < seen.count, !seen[Int(number)],
          at == first || automaton.numbers[clamping: at - 1] < number,
          Int(lengths[clamping: Int(number)]) == depth
        else { throw .damaged("pattern \(number) is not where it belongs") }
        seen[Int(number)] = true
      }
      outputs += 1
      numbers = end
    }
  }
}
