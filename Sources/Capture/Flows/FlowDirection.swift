/// One direction of a TCP connection.
struct FlowDirection {
  /// The next byte expected, and the first one read.
  var next = SequenceNumber()
  var base = SequenceNumber()
  /// The stream's number in `StreamTable`; 0 if nothing is kept of it.
  var stream: UInt32 = 0
  /// How many bytes behind `next` were sent but not captured, since the packet was cut.
  ///
  /// Of a segment of 1460 bytes at 5000 a snap length may leave 40: then `next` is 5040, and this
  /// is 1420. A segment at 6460 goes on behind them; one at 5040 brings them after all. It is set
  /// only where no reader needs the bytes; otherwise `next` steps over them at once.
  var missingAfterNext: UInt16 = 0
  private var marks: UInt8 = 0

  init(
    next: SequenceNumber = SequenceNumber(), base: SequenceNumber = SequenceNumber(),
    isStarted: Bool = false
  ) {
    self.next = next
    self.base = base
    self.isStarted = isStarted
  }

  /// Steps over `count` bytes.
  @inline(__always)
  mutating func advance(_ count: Int) { advance(to: next + count) }

  /// Steps to the byte at `next`, and moves `base` along so that their distance stays positive.
  @inline(__always)
  mutating func advance(to next: SequenceNumber) {
    self.next = next
    if readCount > 1 << 30 { base = next - (1 << 29) }
  }

  /// How many bytes lie between the first one read and the next one expected.
  var readCount: Int {
    @inline(__always) get { next.offset(from: base) }
  }

  /// Whether a byte lies where bytes were read.
  @inline(__always)
  func hasRead(_ sequence: SequenceNumber) -> Bool { sequence.offset(from: base) < readCount }

  /// The sequence numbers are known.
  var isStarted: Bool {
    @inline(__always) get { marks & 1 != 0 }
    @inline(__always) set { mark(1, newValue) }
  }
  /// Segments wait in the stream for others that precede them.
  var hasQueue: Bool {
    @inline(__always) get { marks & 2 != 0 }
    @inline(__always) set { mark(2, newValue) }
  }
  /// Nothing more is wanted of this direction.
  var isDone: Bool {
    @inline(__always) get { marks & 4 != 0 }
    @inline(__always) set { mark(4, newValue) }
  }
  /// A server's answers came this way.
  var isServer: Bool {
    @inline(__always) get { marks & 8 != 0 }
    @inline(__always) set { mark(8, newValue) }
  }

  /// The direction is surely a server's, so no requests are looked for in it.
  ///
  /// Never so without a SYN: anyone may have sent what seemed to be an answer.
  var isSurelyServer: Bool {
    @inline(__always) get { marks & (8 | 16) == 8 }
  }

  /// It began without a SYN, so that bytes before its first may come.
  var isUnannounced: Bool {
    @inline(__always) get { marks & 16 != 0 }
    @inline(__always) set { mark(16, newValue) }
  }

  /// What comes next depends on the other side's answer.
  ///
  /// A request waits for leave to send its body, or a CONNECT to be granted.
  var awaitsAnswer: Bool {
    @inline(__always) get { marks & 32 != 0 }
    @inline(__always) set { mark(32, newValue) }
  }

  /// A SYN came whose sequence number lies among the bytes already read.
  ///
  /// The other side's answer tells whether a connection begins there.
  var hasInnerSYN: Bool {
    @inline(__always) get { marks & 64 != 0 }
    @inline(__always) set { mark(64, newValue) }
  }

  /// The other side's segments have to be looked at: they may settle what is waited for here.
  var awaitsOther: Bool {
    @inline(__always) get { marks & (2 | 32) != 0 }
  }

  @inline(__always)
  private mutating func mark(_ bit: UInt8, _ isSet: Bool) {
    marks = isSet ? marks | bit : marks & ~bit
  }

  /// Nothing was read yet, but `base` is known as the place where the bytes are expected.
  var expectsStart: Bool {
    @inline(__always) get { !isStarted && base != SequenceNumber() }
  }
}
