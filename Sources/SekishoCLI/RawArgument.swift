import ArgumentParser
import Inputs
import Parsing

/// A command that reads inputs, whose paths are its arguments.
protocol ReadsInputs {
  /// The arguments that name inputs, as the parser gives them.
  var inputTexts: [String] { get }
}

/// Arguments that are not UTF-8, as the paths of inputs may be.
///
/// The parser takes text. So each byte that is none is written as a NUL, which no argument holds, and
/// the character of the byte's number; `path` has the bytes again.
enum RawArgument {
  /// The bytes of an argument as text for the parser.
  static func text(of bytes: [UInt8]) -> String {
    let span = bytes.rawSpan
    guard !UTF8Decoder.isValid(span) else { return String(decoding: bytes, as: UTF8.self) }
    var text: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
      let length = UTF8Decoder.sequenceLength(span, at: offset)
      if length > 0 {
        text += bytes[offset..<offset + length]
      } else {
        text += [0] + Array(String(Unicode.Scalar(bytes[offset])).utf8)
      }
      offset += max(length, 1)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The path that an argument names.
  static func path(_ text: String) -> InputPath {
    guard isRaw(text) else { return InputPath(text) }
    var bytes: [UInt8] = []
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
        isEscaped = false
      } else if scalar.value == 0 {
        isEscaped = true
      } else {
        bytes += Array(String(scalar).utf8)
      }
    }
    return InputPath(bytes: bytes)
  }

  /// Whether an argument is not UTF-8.
  static func isRaw(_ text: String) -> Bool { text.utf8.contains(0) }

  /// The position, from 1, of the first argument that is not UTF-8 and names no input of a command.
  static func misplaced(_ arguments: [String], in command: any ParsableArguments) -> Int? {
    var inputs = (command as? any ReadsInputs)?.inputTexts.filter(isRaw) ?? []
    for (index, argument) in arguments.enumerated() where isRaw(argument) {
      guard let place = inputs.firstIndex(of: argument) else { return index + 1 }
      inputs.remove(at: place)
    }
    return nil
  }
}

extension ScanCommand: ReadsInputs { var inputTexts: [String] { inputs.inputs } }
extension ExtractCommand: ReadsInputs { var inputTexts: [String] { inputs.inputs } }
extension DiffCommand: ReadsInputs { var inputTexts: [String] { inputs } }
extension CoverageCommand: ReadsInputs { var inputTexts: [String] { inputs } }
extension ScanBench: ReadsInputs { var inputTexts: [String] { inputs } }
extension ExplainCommand: ReadsInputs { var inputTexts: [String] { arguments.dropLast() } }
