/// Exports of abuse.ch by the names of their columns.
enum AbuseCH {
  /// Whether keys of a header are those of an export.
  static func fits(_ keys: [String], _ format: FeedFormat) -> Bool {
    func has(_ names: String...) -> Bool { names.allSatisfy { keys.contains($0) } }
    return switch format {
    case .feodo: has("dstip", "malware") && (has("c2status") || has("dstport"))
    case .urlhaus: has("url", "urlstatus", "threat")
    case .threatfox: has("iocvalue", "ioctype") && (has("fkmalware") || has("malwareprintable"))
    case .malwarebazaar: has("sha256hash", "md5hash", "filetypeguess")
    case .sslbl: has("listingreason")
    default: false
    }
  }
}
