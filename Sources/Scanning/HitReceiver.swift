/// Takes the hits of a scan as values.
///
/// Sendable because a scan's threads share it; it is called by one of them at a time.
public protocol HitReceiver: AnyObject, Sendable {
  /// Takes the next hit, in the order of the inputs; suppressed ones only where the options show them.
  func receive(_ hit: Hit)
}
