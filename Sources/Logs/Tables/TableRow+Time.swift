import Indicators
import Parsing

extension TableRow {
  /// The time that the columns tell, in nanoseconds since 1970.
  func time(
    _ chunk: RawSpan, _ header: LogHeader, _ plan: borrowing ColumnPlan
  ) -> Int64 {
    if header.lines.layout == .w3c {
      if header.lines.hasLocalTimes { return ObservableRecord.noTime }
      guard let first = plan.times.first, let clock = column(first, chunk, header) else {
        return ObservableRecord.noTime
      }
      if let date = column(plan.date, chunk, header) {
        return LogTime.dateAndTime(chunk.copied(date), chunk, clock) ?? ObservableRecord.noTime
      }
      // Exchange writes date and time in one column, others write seconds since 1970.
      if clock.count >= 10, let time = LogTime.field(chunk, clock) { return time }
      guard plan.date < 0, !header.lines.date.isEmpty else { return ObservableRecord.noTime }
      return LogTime.dateAndTime(header.lines.date, chunk, clock) ?? ObservableRecord.noTime
    }
    let zone = column(plan.zone, chunk, header) ?? 0..<0
    for index in plan.times {
      if let text = column(index, chunk, header),
        let time = LogTime.field(chunk, text, zone: zone)
      {
        return time
      }
    }
    guard let date = column(plan.date, chunk, header) else { return ObservableRecord.noTime }
    for index in plan.times {
      if let clock = column(index, chunk, header),
        let time = LogTime.dateAndTime(chunk, date: date, clock: clock, zone: zone)
      {
        return time
      }
    }
    return date.count > 10
      ? LogTime.field(chunk, date, zone: zone) ?? ObservableRecord.noTime : ObservableRecord.noTime
  }
}
