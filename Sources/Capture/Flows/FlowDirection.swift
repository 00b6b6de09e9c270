/// One direction of a TCP connection.
struct FlowDirection {
  /// Sequence number of the next byte expected, and of the first one read.
  var next: UInt32 = 0
  var base: UInt32 = 0
  /// What is kept of the stream: a number of the `StreamTable`, or 0.
  var stream: UInt32 = 0
  /// Bytes from `next` on that a packet had beyond those captured, where none were wanted: what follows them is
  /// the next segment, and they may come again.
  var lacking: UInt16 = 0
  private var marks: UInt8 = 0

  init(next: UInt32 = 0, base: UInt32 = 0, isStarted: Bool = false) {
    self.next = next
    self.base = base
    self.isStarted = isStarted
  }

  /// Steps over bytes.
  @inline(__always)
  mutating func advance(_ count: Int) { advance(to: next &+ UInt32(truncatingIfNeeded: count)) }

  /// Steps to a byte; the distance to the first one stays a positive number.
  @inline(__always)
  mutating func advance(to next: UInt32) {
    self.next = next
    if next &- base > 1 << 30 { base = next &- 1 << 29 }
  }

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

  /// It is a server's, and no requests are looked for; without a SYN anyone may have sent what seemed to be an answer.
  var isSurelyServer: Bool {
    @inline(__always) get { marks & (8 | 16) == 8 }
  }

  /// It began without a SYN, so that bytes before its first may come.
  var isUnannounced: Bool {
    @inline(__always) get { marks & 16 != 0 }
    @inline(__always) set { mark(16, newValue) }
  }

  /// What comes next depends on the other side's answer: a request waits for leave to send its body, or to be led on.
  var awaitsAnswer: Bool {
    @inline(__always) get { marks & 32 != 0 }
    @inline(__always) set { mark(32, newValue) }
  }

  /// A SYN came with a number among the bytes that were read; the other side's answer tells whether a connection
  /// begins there.
  var hasInnerSYN: Bool {
    @inline(__always) get { marks & 64 != 0 }
    @inline(__always) set { mark(64, newValue) }
  }

  /// What the other side sends has to be looked at: it may settle what is waited for here.
  var awaitsOther: Bool {
    @inline(__always) get { marks & (2 | 32) != 0 }
  }

  @inline(__always)
  private mutating func mark(_ bit: UInt8, _ isSet: Bool) {
    marks = isSet ? marks | bit : marks & ~bit
  }

  /// Nothing was read, but an acknowledgement told where the bytes are expected.
  var expectsStart: Bool {
    @inline(__always) get { !isStarted && base != 0 }
  }
}
