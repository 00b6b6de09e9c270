import Capture
public import Indicators
import Parsing

extension Hit {
  /// The hit as a line of `sekisho scan --format ndjson`.
  ///
  /// - Parameter home: the networks that count as ours, for the direction of the flow.
  /// - Returns: one JSON object and a line feed.
  public func json(home: HomeNetworks = .standard) -> [UInt8] {
    var line: [UInt8] = []
    var writer = HitJSON(home: home, keepsIndicators: false)
    writer.append(self, to: &line)
    line.append(Byte.lineFeed)
    return line
  }

  /// The Community ID (version 1) of the hit's flow.
  ///
  /// In logs it is the one that the record states, else the one with seed 0, which is known only if
  /// the record names both endpoints with their ports.
  public var communityID: String? {
    if let stated = event?.communityID { return String(decoding: stated.text, as: UTF8.self) }
    guard let flow = flow ?? event?.flowWithPorts else { return nil }
    var text: [UInt8] = []
    CommunityID.append(of: flow, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The direction of the event, seen from our networks.
  ///
  /// - Parameter home: the networks that count as ours.
  /// - Returns: the direction; nil if an endpoint is unknown.
  public func direction(home: HomeNetworks = .standard) -> EventDirection? {
    (flow ?? event?.flow).map { home.direction(of: $0) }
  }
}

extension EventEndpoint: CustomStringConvertible {
  /// The address as text: `192.0.2.7`, `2001:db8::7`.
  public var addressText: String {
    String(decoding: text, as: UTF8.self)
  }

  /// The address, followed by the port if it is known: `192.0.2.7:443`, `[2001:db8::7]:443`.
  public var description: String {
    guard port > 0 else { return addressText }
    return isIPv4 ? "\(addressText):\(port)" : "[\(addressText)]:\(port)"
  }
}
