import TestSupport
import Testing

@testable import Indicators

/// Regular expressions of allow lists.
@Suite struct ValuePatternTests {
  /// An expression, values in which it is found, and values in which it is not.
  private static let cases: [(String, found: [String], not: [String])] = [
    (
      #"/^(security|noc|soc|abuse)\@.*\..*$/i"#,
      found: ["abuse@evil.example", "SOC@a.b", "noc@x.y.example"],
      not: ["xabuse@evil.example", "abuse@localhost", "abuse.evil.example"]
    ),
    ("/a|b|/", found: ["", "c", "ab"], not: []),
    ("/^$/", found: ["", "\n"], not: ["a", "\na"]),
    ("/^$/D", found: [""], not: ["\n"]),
    ("/^b$/m", found: ["a\nb\nc", "b"], not: ["ab", "a\nbc"]),
    ("/a.c/", found: ["abc", "xa.cx"], not: ["ac", "a\nc"]),
    ("/a.c/s", found: ["a\nc"], not: ["ac"]),
    ("/ab*c/", found: ["ac", "abbbc"], not: ["ab"]),
    ("/^ab+?c$/", found: ["abc", "abbc"], not: ["ac"]),
    ("/^a{2,3}$/", found: ["aa", "aaa"], not: ["a", "aaaa"]),
    ("/^(ab){2}$/", found: ["abab"], not: ["ab", "ababab"]),
    ("/^a{,3}$/", found: ["a{,3}"], not: ["aa"]),
    ("/x{/", found: ["x{"], not: ["x"]),
    (#"/\bevil\b/"#, found: ["an evil.example", "evil"], not: ["devil", "evils", "evil_"]),
    (#"/\Bvil/"#, found: ["evil"], not: ["vil", "a vil"]),
    (#"/^\d{3}-\w+\s\S$/"#, found: ["123-ab x"], not: ["12-ab x", "123-ab  "]),
    ("/^[a-c\\-x]+$/", found: ["abc-x"], not: ["d", ""]),
    ("/^[^a-c]$/", found: ["d", "\n"], not: ["a", "dd"]),
    ("/^[]a]+$/", found: ["]a"], not: ["b"]),
    ("/^[^]a]$/", found: ["b"], not: ["]", "a"]),
    ("/^[a-]$/", found: ["a", "-"], not: ["b"]),
    ("/^[[:alpha:]][[:digit:]]$/", found: ["a1"], not: ["1a"]),
    ("/^[^A-C]$/i", found: ["d"], not: ["a", "B"]),
    (#"/^\x41\x{42}$/"#, found: ["AB"], not: ["ab"]),
    ("/^(?:a(?#no more)b|(?<n>c)|(?P<m>d))$/", found: ["ab", "c", "d"], not: ["a", "e"]),
    ("/^(?i)ab$/", found: ["AB"], not: ["a"]),
    ("/^((?i)a)b$/", found: ["Ab"], not: ["AB"]),
    ("/^ü+$/", found: ["ü", "üü"], not: ["u", ""]),
    ("#a/b#", found: ["xa/by"], not: ["ab"]),
    ("/a/b/", found: ["a/b"], not: ["ab"]),
    ("/(a*)*b/", found: ["aaab", "b"], not: ["aaa"]),
    ("/(a|b)*?c{0}d?$/", found: ["", "abd", "x"], not: []),
  ]

  @Test(arguments: cases.indices)
  func expressions(_ index: Int) throws {
    let (text, found, not) = Self.cases[index]
    let pattern = try #require(ValuePattern(Array(text.utf8)))
    for value in found { #expect(pattern.isFound(in: Array(value.utf8)), "\(text) in \(value)") }
    for value in not { #expect(!pattern.isFound(in: Array(value.utf8)), "\(text) in \(value)") }
  }

  @Test(arguments: [
    #"/(a)\1/"#, "/(?=a)/", "/(?!a)/", "/(?<=a)b/", "/a++/", "/a**/", "/*a/", "/(/", "/)/", "/[a/",
    "/a{3,2}/", "/a{1001}/", "/((a{900}){900}){900}/", #"/\p{L}/"#, "/[ü]/", "/[z-a]/", "/a/x",
    #"/\"#, "/(?i:a)/", "a", "", #"/\k<n>/"#, "nokind:/a/",
  ])
  func whatIsNotTaken(_ text: String) {
    #expect(ValuePattern(Array(text.utf8)) == nil)
  }

  @Test func deepGroupsAreNotTaken() {
    let text = "/" + String(repeating: "(", count: 2000) + String(repeating: ")", count: 2000) + "/"
    #expect(ValuePattern(Array(text.utf8)) == nil)
  }

  @Test func textOfAList() throws {
    let kinds = IndicatorKindSet([.email, .url])
    let text = try #require(ValuePattern.text(Array("^a".utf8), kinds: kinds))
    #expect(String(decoding: text, as: UTF8.self) == "url,email:/^a/")
    #expect(ValuePattern(text)?.kinds == kinds)
    let whole = try #require(ValuePattern.text(Array("/^a/i".utf8), kinds: nil))
    #expect(String(decoding: whole, as: UTF8.self) == "/^a/i")
    #expect(ValuePattern.text(Array("(?=a)".utf8), kinds: nil) == nil)
  }

  /// What takes others forever ends.
  @Test(.timeLimit(.minutes(20))) func timeIsLinear() throws {
    let value = Array(repeating: UInt8(ascii: "a"), count: ValuePattern.longestValue)
    for text in ["/(a*)*b/", "/(a|aa)+b/", "/^(a?){500}a{500}b/", "/(((a+)+)+)+$x/"] {
      let pattern = try #require(ValuePattern(Array(text.utf8)))
      #expect(!pattern.isFound(in: value))
    }
  }

  /// Beside a matcher that tries everything.
  @Test func randomExpressions() throws {
    var random = SeededGenerator(seed: 73)
    var found = 0
    for _ in 0..<3000 {
      let node = Naive.random(&random, depth: 3)
      let pattern = try #require(ValuePattern(Array("/\(node.text)/".utf8)), "\(node.text)")
      for _ in 0..<8 {
        let value = (0..<Int.random(in: 0...6, using: &random)).map { _ in
          UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "c"), using: &random)
        }
        let isFound = (0...value.count).contains { !node.ends(value, from: $0).isEmpty }
        if isFound { found += 1 }
        #expect(pattern.isFound(in: value) == isFound, "\(node.text) in \(value)")
      }
    }
    #expect(found > 3000)
  }
}

/// An expression, and all places at which it may end.
private indirect enum Naive {
  case letter(UInt8)
  case any
  case start
  case end
  case pair(Naive, Naive)
  case either(Naive, Naive)
  case repeated(Naive, Int, Int?)

  static func random(_ random: inout SeededGenerator, depth: Int) -> Naive {
    switch Int.random(in: depth == 0 ? 6...9 : 0...9, using: &random) {
    case 0, 1, 2: .pair(.random(&random, depth: depth - 1), .random(&random, depth: depth - 1))
    case 3: .either(.random(&random, depth: depth - 1), .random(&random, depth: depth - 1))
    case 4, 5:
      .repeated(
        .random(&random, depth: depth - 1), .random(in: 0...2, using: &random),
        Bool.random(using: &random) ? nil : .random(in: 2...3, using: &random))
    case 6: .any
    case 7: [Naive.start, .end].randomElement(using: &random) ?? .any
    default: .letter(.random(in: UInt8(ascii: "a")...UInt8(ascii: "c"), using: &random))
    }
  }

  var text: String {
    switch self {
    case .letter(let letter): String(UnicodeScalar(letter))
    case .any: "."
    case .start: "^"
    case .end: "$"
    case .pair(let first, let second): first.text + second.text
    case .either(let first, let second): "(\(first.text)|\(second.text))"
    case .repeated(let part, let least, let most):
      "(?:\(part.text)){\(least),\(most.map(String.init) ?? "")}"
    }
  }

  func ends(_ value: [UInt8], from place: Int) -> Set<Int> {
    switch self {
    case .letter(let letter):
      return place < value.count && value[place] == letter ? [place + 1] : []
    case .any: return place < value.count ? [place + 1] : []
    case .start: return place == 0 ? [0] : []
    case .end: return place == value.count ? [place] : []
    case .pair(let first, let second):
      return first.ends(value, from: place).reduce(into: []) {
        $0.formUnion(second.ends(value, from: $1))
      }
    case .either(let first, let second):
      return first.ends(value, from: place).union(second.ends(value, from: place))
    case .repeated(let part, let least, let most):
      var result: Set<Int> = least == 0 ? [place] : []
      var now: Set<Int> = [place]
      // More than that ends nowhere else.
      for count in 1...(most ?? least + value.count + 1) {
        now = now.reduce(into: []) { $0.formUnion(part.ends(value, from: $1)) }
        if count >= least { result.formUnion(now) }
      }
      return result
    }
  }
}
