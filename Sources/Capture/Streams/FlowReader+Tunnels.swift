/// TCP: connections that are led on by proxies.
extension FlowReader {
  /// Notes where a proxy is asked to lead a direction's connection to.
  mutating func noteTunnel(_ target: HTTPTarget?, _ visit: StreamVisit) {
    guard let target else { return }
    let number = openStream(visit)
    streams[number].tunnel = target
    streams.touch(number)
  }
}
