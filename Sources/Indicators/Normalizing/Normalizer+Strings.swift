import Parsing

extension Normalizer {
  /// Appends the form in which file names are compared, and tells whether it holds a separator.
  ///
  /// ASCII lower case, separators as `\`, without a leading part that may differ between machines:
  /// `%ENV%`, `~` or a drive letter, and the separators behind it. `hasSeparator` is false for a
  /// bare base name; it is true, too, if a leading part was removed.
  package mutating func appendFileName(
    _ name: RawSpan, hasSeparator: inout Bool, to output: inout [UInt8]
  ) -> Refusal? {
    for offset in name.byteOffsets where name.byte(unchecked: offset) < 0x20 {
      return .controlCharacter
    }
    let start = Self.machinePartEnd(name)
    hasSeparator = start > 0
    var isEmpty = true
    let before = output.count
    for offset in start..<name.byteCount {
      let byte = name.byte(unchecked: offset)
      if byte == 0x2f || byte == 0x5c {
        hasSeparator = true
        // Doubled separators come from unescaped JSON.
        if output.count > before, output[output.count - 1] == 0x5c { continue }
        output.append(0x5c)
      } else {
        isEmpty = false
        output.append(Byte.lowercased(byte))
      }
    }
    if isEmpty {
      output.removeLast(output.count - before)
      return .tooShort
    }
    return nil
  }

  /// End of a leading `%ENV%`, `~` or drive letter with the separators that follow.
  private static func machinePartEnd(_ name: RawSpan) -> Int {
    guard name.byteCount > 2 else { return 0 }
    var end = 0
    let first = name.byte(unchecked: 0)
    if first == 0x25, let close = name.firstOffset(of: 0x25, from: 1), close > 1 {
      end = close + 1
    } else if first == 0x7e {
      end = 1
    } else if Byte.isLetter(first), name.byte(unchecked: 1) == 0x3a {
      end = 2
    }
    guard end == 0 || end < name.byteCount, end > 0 || Self.isSeparator(first) else { return 0 }
    guard Self.isSeparator(name.byte(unchecked: end)) else { return 0 }
    while end < name.byteCount, Self.isSeparator(name.byte(unchecked: end)) { end += 1 }
    return end
  }

  private static func isSeparator(_ byte: UInt8) -> Bool { byte == 0x2f || byte == 0x5c }

  /// Appends the form in which registry keys are compared: ASCII lower case, short hive names,
  /// single `\`, none at the ends.
  ///
  /// The colon of PowerShell's drives (`HKCU:\`) and the brackets of a `.reg` file are left out.
  package mutating func appendRegistryKey(_ text: RawSpan, to output: inout [UInt8]) -> Refusal? {
    let before = output.count
    let key = Self.withoutSectionBrackets(text)
    var start = 0
    for (prefix, hive) in Self.kernelPrefixes where key.starts(ignoringCase: prefix) {
      start = prefix.utf8CodeUnitCount
      output.append(hive)
      break
    }
    for (name, short) in Self.hives
    where key.starts(ignoringCase: name, at: start) {
      var end = start + name.utf8CodeUnitCount
      if end < key.byteCount, key.byte(unchecked: end) == 0x3a { end += 1 }
      if end == key.byteCount || key.byte(unchecked: end) == 0x5c {
        output.append(short)
        start = end
        break
      }
    }
    for offset in start..<key.byteCount {
      let byte = key.byte(unchecked: offset)
      if byte < 0x20 {
        output.removeLast(output.count - before)
        return .controlCharacter
      }
      if byte == 0x5c, output.count == before || output[output.count - 1] == 0x5c { continue }
      output.append(Byte.lowercased(byte))
    }
    if output.count > before, output[output.count - 1] == 0x5c { output.removeLast() }
    return output.count == before ? .tooShort : nil
  }

  /// The key of a section of a `.reg` file, without its brackets: `[HKEY_CURRENT_USER\Software]`.
  @_lifetime(copy text)
  private static func withoutSectionBrackets(_ text: RawSpan) -> RawSpan {
    guard text.starts(ignoringCase: "[hk"), text.byte(unchecked: text.byteCount - 1) == 0x5d else {
      return text
    }
    return text.extracting(1..<text.byteCount - 1)
  }

  /// Prefixes of keys, each with the hive that replaces it.
  ///
  /// Windows' kernel, the registry editor, PowerShell and sensors write them.
  private static let kernelPrefixes: [(StaticString, StaticString)] = [
    ("\\registry\\machine\\", "hklm\\"), ("\\registry\\user\\", "hku\\"),
    ("machine\\software\\", "hklm\\software\\"), ("machine\\system\\", "hklm\\system\\"),
    ("computer\\", ""), ("registry::", ""), ("microsoft.powershell.core\\registry::", ""),
  ]

  private static let hives: [(StaticString, StaticString)] = [
    ("hkey_local_machine", "hklm"), ("hkey_current_user", "hkcu"),
    ("hkey_classes_root", "hkcr"), ("hkey_users", "hku"), ("hkey_current_config", "hkcc"),
    ("hklm", "hklm"), ("hkcu", "hkcu"), ("hkcr", "hkcr"), ("hku", "hku"), ("hkcc", "hkcc"),
  ]
}
