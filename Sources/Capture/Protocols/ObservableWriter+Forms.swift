import Indicators

/// Another form of a value that the packet already has: an address with another port, or a URL with
/// the connection's port.
struct LaterForm {
  /// Where the arena holds the value that the form belongs to.
  var place: UInt32
  var form: Observable
}

/// Adds forms to values that were written before.
///
/// A packet has one line for a value of a field, whatever its requests say of the port; so the line
/// has all ports that are stated. Values in between keep their indices until the batch is given back.
extension ObservableWriter {
  /// Adds a form with a port to an address.
  mutating func addForm(of index: Int, port: UInt16) {
    var form = batch.observables[index]
    form.port = port
    addForm(form, of: index)
  }

  /// Adds the value at the end of the arena, from `start` on, as a form of a URL; drops it if the
  /// packet has it.
  mutating func addURLForm(of index: Int, from start: Int, schemeLength: UInt16) {
    if known(.httpURL, .url, from: start, addsIt: false) >= 0 {
      batch.arena.removeLast(batch.arena.count - start)
      return
    }
    var form = batch.observables[index]
    form.offset = UInt32(truncatingIfNeeded: start)
    form.length = UInt32(truncatingIfNeeded: batch.arena.count - start)
    form.schemeLength = schemeLength
    addForm(form, of: index)
  }

  private mutating func addForm(_ form: Observable, of index: Int) {
    let place = batch.observables[index].offset
    var form = form
    form.flags.insert(.joint)
    laterForms.append(LaterForm(place: place, form: form))
  }

  /// Puts the forms behind the values that they belong to.
  mutating func insertForms() {
    if laterForms.isEmpty { return }
    laterForms.sort { ($0.place, $0.form.port) < ($1.place, $1.form.port) }
    var merged: [Observable] = []
    merged.reserveCapacity(batch.observables.count + laterForms.count)
    for observable in batch.observables {
      merged.append(observable)
      guard observable.flags.contains(.inArena) else { continue }
      var last = observable.port
      for index in firstForm(at: observable.offset)..<laterForms.count {
        let (place, form) = (laterForms[index].place, laterForms[index].form)
        guard place == observable.offset else { break }
        // Requests in a row may state one port again and again.
        if form.offset == place, form.port == last || form.port == observable.port { continue }
        last = form.port
        merged.append(form)
      }
    }
    batch.observables = merged
    laterForms.removeAll(keepingCapacity: true)
    forgetPlaces()
  }

  private func firstForm(at place: UInt32) -> Int {
    var (low, high) = (0, laterForms.count)
    while low < high {
      let middle = (low + high) / 2
      if laterForms[middle].place < place { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
