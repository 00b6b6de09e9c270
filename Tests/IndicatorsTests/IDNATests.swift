import Glibc
import Testing

@testable import Indicators

/// The normal form of a name, or the refusal.
func normalName(_ name: [UInt8]) -> Result<String, NormalizationFailure> {
  var normalizer = Normalizer()
  var output: [UInt8] = [0x21]
  if let refusal = normalizer.appendName(name.span.bytes, to: &output) {
    #expect(output == [0x21], "a refusal leaves the output as it was")
    return .failure(NormalizationFailure(refusal: refusal))
  }
  #expect(output.first == 0x21)
  return .success(String(decoding: output.dropFirst(), as: UTF8.self))
}

struct NormalizationFailure: Error, Equatable {
  var refusal: Refusal
}

func normalName(_ name: String) -> Result<String, NormalizationFailure> {
  normalName(Array(name.utf8))
}

@Suite("Names beyond ASCII")
struct IDNATests {
  /// Those who cut names out of text rely on it: a run without a dot is no name.
  @Test("No letter, digit or mark of a run maps to a dot")
  func dots() {
    var count = 0
    for value in UInt32(0x80)...0x10ffff {
      guard let scalar = Unicode.Scalar(value), IDNACharacters.nameClass(scalar) == .name else {
        continue
      }
      count += 1
      #expect(!IDNATables.shared.mapping(of: value).contains(0x2e), "\(String(value, radix: 16))")
    }
    #expect(count > 100_000)
  }

  @Test("A second implementation of UTS 46 agrees")
  func agreesWithReference() {
    var count = 0
    for line in idnaCases.split(separator: "\n") {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard cells.count == 2 else { continue }
      count += 1
      let result = try? normalName(String(cells[0])).get()
      let expected = cells[1].isEmpty ? nil : String(cells[1])
      #expect(result == expected, "\(cells[0].unicodeScalars.map { String($0.value, radix: 16) })")
    }
    #expect(count > 400)
  }

  @Test(
    "A larger table, written by the generator as TSV, agrees",
    .enabled(if: getenv("SEKISHO_IDNA_CASES") != nil, "SEKISHO_IDNA_CASES names no table"))
  func agreesWithLargeReference() throws {
    let path = String(cString: try #require(getenv("SEKISHO_IDNA_CASES")))
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    var faults = 0
    while true {
      let length = getline(&line, &capacity, file)
      guard length > 0, let line else { break }
      let bytes = (0..<length).map { UInt8(bitPattern: line[$0]) }.filter { $0 != 0x0a }
      guard let tab = bytes.lastIndex(of: 0x09) else { continue }
      let name = Array(bytes[..<tab])
      let expected = String(decoding: bytes[(tab + 1)...], as: UTF8.self)
      let result = (try? normalName(name).get()) ?? ""
      if result != expected {
        faults += 1
        if faults < 40 {
          let scalars = String(decoding: name, as: UTF8.self).unicodeScalars
          Issue.record("\(scalars.map { String($0.value, radix: 16) }): \(result), not \(expected)")
        }
      }
    }
    #expect(faults == 0)
  }

  @Test("Classes of characters for runs of names in text")
  func classes() {
    func nameClass(_ character: Unicode.Scalar) -> NameScalarClass {
      IDNACharacters.nameClass(character)
    }
    for scalar in "éßйあ漢한ไ١२ａ９".unicodeScalars { #expect(nameClass(scalar) == .name, "\(scalar)") }
    for scalar in "。．｡".unicodeScalars { #expect(nameClass(scalar) == .dot) }
    for scalar
      in "“”‘’«»、「」（）☃€\u{200b}\u{200c}\u{200d}\u{feff}\u{ad}\u{3164}\u{fe0f}\u{a0}\u{e000}"
      .unicodeScalars
    {
      #expect(nameClass(scalar) == .border, "\(scalar.value)")
    }
    for scalar in "漢かカー한ไລខမ".unicodeScalars {
      #expect(IDNACharacters.isUnspacedScript(scalar), "\(scalar)")
    }
    for scalar in "éйאا。".unicodeScalars { #expect(!IDNACharacters.isUnspacedScript(scalar)) }
  }

  @Test("Hostile names end soon and trap nowhere")
  func hostile() {
    let long = [
      String(repeating: "é", count: 2_000), String(repeating: "\u{ad}", count: 2_000) + "a.example",
      String(repeating: "a\u{301}", count: 1_300), "é" + String(repeating: ".", count: 4_000),
      String(repeating: "é.", count: 1_300),
      "a" + String(repeating: "\u{300}\u{323}", count: 1_000),
      String(repeating: "\u{200c}", count: 1_300),
      "xn--" + String(repeating: "9", count: 4_000) + "é",
      "xn--99999999.é", String(repeating: "é", count: 100_000),
    ]
    for name in long { _ = normalName(name) }
    #expect((try? normalName("é" + String(repeating: "\u{ad}", count: 1_500)).get()) == "xn--9ca")
    var bytes = Array("bücher.例え.example".utf8)
    for index in bytes.indices {
      _ = normalName(Array(bytes[..<index]))
      for bit in 0..<8 {
        bytes[index] ^= 1 << UInt8(bit)
        _ = normalName(bytes)
        bytes[index] ^= 1 << UInt8(bit)
      }
    }
    #expect(normalName([0xc3, 0x28]) == .failure(NormalizationFailure(refusal: .invalidUTF8)))
  }
}
