import Parsing

/// Schemes of URLs that programs resolve, and that logs and captures may show therefore.
enum URLSchemes {
  /// Whether a scheme, in lower case and without `://`, is one of them.
  static func areKnown(_ scheme: RawSpan) -> Bool {
    scheme.equals("http") || scheme.equals("https") || others.contains { scheme.equals($0) }
  }

  private static let others: [StaticString] = [
    "ftp", "ftps", "sftp", "tftp", "ws", "wss", "ssh", "git", "svn", "telnet", "rlogin", "smb",
    "cifs", "nfs", "afp", "file", "ldap", "ldaps", "ldapi", "rmi", "iiop", "jndi", "dns", "dict",
    "gopher", "gophers", "gemini", "irc", "ircs", "irc6", "xmpp", "imap", "imaps", "pop", "pop3",
    "smtp", "smtps", "nntp", "news", "rtsp", "rtsps", "rtmp", "rtmps", "mms", "sip", "sips", "coap",
    "coaps", "mqtt", "mqtts", "amqp", "amqps", "redis", "rediss", "mysql", "postgres",
    "postgresql", "mongodb", "jdbc", "socks", "socks4", "socks4a", "socks5", "socks5h", "ipfs",
    "ipns", "magnet", "ed2k", "rsync", "webdav", "webdavs", "dav", "davs", "vnc", "rdp",
    "view-source", "android-app", "chrome-extension", "moz-extension", "ms-word", "ms-excel",
    "ms-powerpoint", "search-ms", "steam", "tg",
  ]
}
