import Parsing

/// Digests of harmless files that are everywhere: no malware feed means them (`Matching.md` §5).
enum KnownDigests {
  /// Why a digest, in hexadecimal digits of either case, is always refused; nil for all others.
  ///
  /// MD5, SHA-1 and SHA-2 of the empty file, of one line feed, and of the EICAR test file (68
  /// bytes).
  static func refusal(_ digits: RawSpan) -> Refusal? {
    switch table.mark(of: digits) {
    case UInt8(ascii: "e"): .knownEmptyHash
    case UInt8(ascii: "h"): .knownHarmlessHash
    default: nil
    }
  }

  /// Whether any digest of the table begins with a byte: if not, the table need not be searched.
  static func mayBegin(with byte: UInt8) -> Bool {
    switch byte {
    case 0x01, 0x03, 0x27, 0x33, 0x38, 0x44, 0x48, 0x68, 0xad, 0xb4, 0xbe, 0xcc, 0xcf, 0xd1, 0xd4,
      0xda, 0xe3, 0xec:
      true
    default: false
    }
  }

  // swift-format-ignore
  private static let table = WordTable(
    """
    ed41d8cd98f00b204e9800998ecf8427e
    eda39a3ee5e6b4b0d3255bfef95601890afd80709
    ed14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f
    ee3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    e38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b
    ecf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e
    h68b329da9893e34099c7d8ad5cb9c940
    hadc83b19e793491b1c6ea0fd8b46cd9f32e592fc
    h48837a787f07673545d9c610bcbcd8d46a2691a71966d856c197e69e
    h01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b
    hec664e889ed6c1b2763cacf7899d95b7f347373eb982e523419feea3aa362d891b3bf025f292267a5854049091789c3e
    hbe688838ca8686e5c90689bf2ab585cef1137c999b48c70b92f67a5c34dc15697b5d11c982ed6d71be1e1e7f7b4e0733884aa97c3f7a339a8ed03577cf74be09
    h44d88612fea8a8f36de82e1278abb02f
    h3395856ce81f2b7382dee72602f798b642f14140
    hb42ec8b47deb2dc75edebd01132d63f8e8d4cd08e5d26d8bd366bdc5
    h275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f
    h038f2e50e33dacef50d7e503b45c3525fcdbe89a823f9c4417d7c13e8e96a53dd6bd6d7fcc91189c5cda7253f4455106
    hcc805d5fab1fd71a4ab352a9c533e65fb2d5b885518f4e565e68847223b8e6b85cb48f3afad842726d99239c9e36505c64b0dc9a061d9e507d833277ada336ab

    """, isMarked: true)
}
