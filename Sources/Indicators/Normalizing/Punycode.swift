/// Punycode (RFC 3492): letters of any script in ASCII letters, digits and hyphens.
enum Punycode {
  private static let base: UInt32 = 36
  private static let tMin: UInt32 = 1
  private static let tMax: UInt32 = 26
  private static let skew: UInt32 = 38
  private static let damp: UInt32 = 700
  private static let initialBias: UInt32 = 72
  private static let initialN: UInt32 = 128

  /// Appends the encoded form; false, with nothing appended, if it is too long for a label.
  static func encode(_ label: Span<UInt32>, to output: inout [UInt8]) -> Bool {
    let before = output.count
    for index in label.indices where label[index] < 0x80 { output.append(UInt8(label[index])) }
    let basic = UInt32(output.count - before)
    var handled = basic
    if basic > 0 { output.append(0x2d) }
    var n = initialN
    var delta: UInt32 = 0
    var bias = initialBias
    // A label has at most a few thousand scalars, each below 2²¹, but only 63 bytes may come out of
    // it: the walk over the label for each distinct scalar ends with them.
    while handled < label.count {
      if output.count - before > NameSyntax.longestLabel {
        output.removeLast(output.count - before)
        return false
      }
      var m = UInt32.max
      for index in label.indices {
        let scalar = label[index]
        if scalar >= n, scalar < m { m = scalar }
      }
      let (product, overflow) = (m - n).multipliedReportingOverflow(by: handled + 1)
      let (sum, overflowed) = delta.addingReportingOverflow(product)
      if overflow || overflowed {
        output.removeLast(output.count - before)
        return false
      }
      delta = sum
      n = m
      for index in label.indices {
        let scalar = label[index]
        if scalar < n { delta &+= 1 }
        guard scalar == n else { continue }
        var q = delta
        var k = base
        while true {
          let t = k <= bias ? tMin : k >= bias + tMax ? tMax : k - bias
          if q < t { break }
          output.append(digit(t + (q - t) % (base - t)))
          q = (q - t) / (base - t)
          k += base
        }
        output.append(digit(q))
        bias = adapt(delta, handled + 1, isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta &+= 1
      n += 1
    }
    return true
  }

  /// Decodes a label in ASCII of either case; nil if it is no Punycode or too long for a label.
  static func decode(_ label: Span<UInt32>) -> [UInt32]? {
    // Insertion is quadratic, so nothing longer than a label is decoded.
    guard label.count <= NameSyntax.longestLabel else { return nil }
    var output: [UInt32] = []
    var position = 0
    if let delimiter = label.indices.last(where: { label[$0] == 0x2d }) {
      for index in 0..<delimiter { output.append(label[index]) }
      position = delimiter + 1
    }
    var n = initialN
    var i: UInt32 = 0
    var bias = initialBias
    while position < label.count {
      let oldI = i
      var weight: UInt32 = 1
      var k = base
      while true {
        guard position < label.count, let digit = value(of: label[position]) else { return nil }
        position += 1
        let (product, overflow) = digit.multipliedReportingOverflow(by: weight)
        let (sum, overflowed) = i.addingReportingOverflow(product)
        if overflow || overflowed { return nil }
        i = sum
        let t = k <= bias ? tMin : k >= bias + tMax ? tMax : k - bias
        if digit < t { break }
        let (next, tooLarge) = weight.multipliedReportingOverflow(by: base - t)
        if tooLarge { return nil }
        weight = next
        k += base
      }
      let count = UInt32(output.count + 1)
      bias = adapt(i - oldI, count, isFirst: oldI == 0)
      let (sum, overflow) = n.addingReportingOverflow(i / count)
      if overflow { return nil }
      n = sum
      i %= count
      guard n < 0x11_0000, !(0xd800..<0xe000).contains(n) else { return nil }
      output.insert(n, at: Int(i))
      i += 1
    }
    return output
  }

  private static func adapt(_ delta: UInt32, _ count: UInt32, isFirst: Bool) -> UInt32 {
    var delta = isFirst ? delta / damp : delta / 2
    delta += delta / count
    var k: UInt32 = 0
    while delta > (base - tMin) * tMax / 2 {
      delta /= base - tMin
      k += base
    }
    return k + (base - tMin + 1) * delta / (delta + skew)
  }

  private static func digit(_ value: UInt32) -> UInt8 {
    UInt8(truncatingIfNeeded: value < 26 ? value + 0x61 : value - 26 + 0x30)
  }

  private static func value(of scalar: UInt32) -> UInt32? {
    switch scalar {
    case 0x61...0x7a: scalar - 0x61
    case 0x41...0x5a: scalar - 0x41
    case 0x30...0x39: scalar - 0x30 + 26
    default: nil
    }
  }
}
