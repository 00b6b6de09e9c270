/// TCP: connections that proxies lead on.
extension FlowReader {
  /// Notes the target to which a proxy is asked to lead a direction's connection.
  mutating func noteTunnel(_ target: HTTPTarget?, _ visit: StreamVisit) {
    guard let target else { return }
    let number = openStream(visit)
    streams[number].tunnel = target
    streams.touch(number)
  }
}
