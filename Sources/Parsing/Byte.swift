/// Bytes that formats are built of, by name.
public enum Byte {
  /// `\t`.
  public static let tab: UInt8 = 0x09
  /// `\n`.
  public static let lineFeed: UInt8 = 0x0a
  /// `\r`.
  public static let carriageReturn: UInt8 = 0x0d
  /// A blank.
  public static let space: UInt8 = 0x20
  /// `"`.
  public static let quote: UInt8 = 0x22
  /// `'`.
  public static let apostrophe: UInt8 = 0x27
  /// `+`.
  public static let plus: UInt8 = 0x2b
  /// `,`.
  public static let comma: UInt8 = 0x2c
  /// `-`.
  public static let minus: UInt8 = 0x2d
  /// `.`.
  public static let dot: UInt8 = 0x2e
  /// `/`.
  public static let slash: UInt8 = 0x2f
  /// `0`.
  public static let zero: UInt8 = 0x30
  /// `9`.
  public static let nine: UInt8 = 0x39
  /// `:`.
  public static let colon: UInt8 = 0x3a
  /// `\`.
  public static let backslash: UInt8 = 0x5c
}
