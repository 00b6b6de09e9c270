/// Numbers with a fixed number of digits behind the point.
enum Decimals {
  static func text(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "0" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = UInt64(max(0, min(value.magnitude * scale + 0.5, 1e18)))
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + "\(scaled)" }
    let divisor = UInt64(scale)
    let fraction = "\(scaled % divisor)"
    return sign + "\(scaled / divisor)." + String(repeating: "0", count: digits - fraction.count)
      + fraction
  }
}
