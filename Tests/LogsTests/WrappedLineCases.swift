import Indicators
import Logs
import Testing

/// Lines of other programs in strings of records, and members written as objects of a name and a value.
@Suite struct WrappedLineCases {
  private static func values(_ record: String, _ purpose: LogPurpose) -> [String] {
    extract(Array(record.utf8), LogOptions(purpose: purpose)).found
      .filter { !$0.isFallback && $0.kind != .filename }
      .map { "\($0.kind.name) \($0.field) \($0.value) @\($0.offset)" }
  }

  static let records: [(record: String, values: [String])] = [
    // What the format escapes is undone, and what its fields are called counts.
    (
      #"{"message":"CEF:0|V|P|1|1|x|1|src=192.0.2.1 request=http://a.example/x?y\\=1 act=blocked"}"#,
      [
        "ipv4 message 192.0.2.1 @34", "url message http://a.example/x?y=1 @52",
        "domain message a.example @59",
      ]
    ),
    (
      #"{"message":"srcip=192.0.2.1 hostname=\"a.example\" url=\"/b\" action=blocked"}"#,
      [
        "ipv4 message 192.0.2.1 @18", "domain message a.example @39",
        "url message http://a.example/b @57",
      ]
    ),
    (
      #"{"event":{"original":"srcip=192.0.2.1 version=3.4.4.22 agent=\"B/1.2.3.4\""}}"#,
      ["ipv4 event.original 192.0.2.1 @28", "user-agent event.original B/1.2.3.4 @63"]
    ),
    (
      #"{"log":"a.example:80 192.0.2.1 - - [01/May/2024:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 1\n"}"#,
      [
        "domain log a.example @8", "ipv4 log 192.0.2.1 @21", "url log http://a.example/a @70",
      ]
    ),
    // A record at the end of such a line is one, but no further one in that.
    (
      #"{"message":"May  1 10:00:00 h s[1]: {\"http\":{\"hostname\":\"a.example\",\"url\":\"/x\"},\"r\":\"http:\\/\\/b.example\\/y\"}"}"#,
      [
        "domain message a.example @62", "url message http://a.example/x @84",
        "url message http://b.example/y @98", "domain message b.example @109",
      ]
    ),
    (
      #"{"log":"2024-05-01T10:00:00.1Z stdout F {\"hostname\":\"a.example\",\"uri\":\"/x\"}\n"}"#,
      ["domain log a.example @56", "url log http://a.example/x @78"]
    ),
    (
      #"{"msg":"seen at @cee: {\"hostname\":\"a.example\",\"uri\":\"/x\",\"c.example\":\"b.example\"}"}"#,
      [
        "domain msg a.example @38", "url msg http://a.example/x @60",
        "domain msg b.example @81",
      ]
    ),
    (
      #"{"message":" {\"message\":\"app: {\\\"hostname\\\":\\\"a.example\\\",\\\"uri\\\":\\\"/x\\\"}\"}"}"#,
      ["domain message a.example @55"]
    ),
    (
      #"{"note":"app: {\"hostname\":\"a.example\",\"uri\":\"/x\"}"}"#,
      ["domain note a.example @30"]
    ),
    (
      "time,_raw,level\n1,\"May  1 10:00:00 h s: {\"\"host\"\":\"\"a.example\"\",\"\"uri\"\":\"\"/x\"\"}\",3\n",
      ["domain _raw a.example @52", "url _raw http://a.example/x @74"]
    ),
    // Other strings are text, also in a line.
    (
      #"{"note":"srcip=192.0.2.1 hostname=\"a.example\" url=\"/b\" action=blocked"}"#,
      ["ipv4 note 192.0.2.1 @15", "domain note a.example @36"]
    ),
    (
      #"msg="hostname=a.example url=/b c=d" e=f g=h"#, ["domain msg a.example @14"]
    ),
    (
      "time,level,message\n1,2,\"hostname=\"\"a.example\"\" url=/b c=d\"\n",
      ["domain message a.example @35", "url message http://a.example/b @51"]
    ),
    // The name of a value.
    (
      #"{"headers":[{"name":"User-Agent","value":"B/1.2.3.4"},{"name":"Host","value":"main.py"}]}"#,
      ["user-agent headers.value B/1.2.3.4 @42", "domain headers.value main.py @78"]
    ),
    (#"{"Name":"UserAgent","Value":"B/1"}"#, ["user-agent Value B/1 @29"]),
    (#"{"value":"B/1","name":"User-Agent"}"#, ["user-agent value B/1 @10"]),
    (#"{"e":{"value":"B/1","name":"User-Agent"}}"#, []),
    (#"{"h":[{"value":"B/1","name":"User-Agent"}]}"#, ["user-agent h.value B/1 @16"]),
    (
      #"{"e":[{"value":"192.0.2.1","name":"Conti ransomware version"}]}"#,
      ["ipv4 e.value 192.0.2.1 @16"]
    ),
    (
      #"{"a":[{"name":"User-Agent","l":[{"ts":1}],"value":"B 1.2.3.4"}]}"#,
      ["user-agent a.value B 1.2.3.4 @51"]
    ),
    (
      #"{"user_agent.string":"B/1","http.user_agent.raw":"C/1"}"#,
      ["user-agent user_agent.string B/1 @22", "user-agent http.user_agent.raw C/1 @50"]
    ),
    (
      #"{"ja4_r":"t13d_002f,0035,009c_05","ja4":["a_b","c_d"],"x.ja4":"[a_b]\te_f"}"#,
      [
        "ja4 ja4_r t13d_002f,0035,009c_05 @10", "ja4 ja4 a_b @42", "ja4 ja4 c_d @48",
        "ja4 x.ja4 a_b @64", "ja4 x.ja4 e_f @70",
      ]
    ),
    (#"{"value":"B/1","x":"User-Agent"}"#, []),
    (#"{"key":"cipher","value":"a@b.example"}"#, []),
    (#"{"key":"host.name","value":"prod-01"}"#, ["domain key host.name @8"]),
    (#"{"key":"host.name","value":{"stringValue":"prod-01"}}"#, []),
    (#"{"key":"192.0.2.1","value":3}"#, ["ipv4 key 192.0.2.1 @8"]),
    (
      #"{"key":"HKCU\\Software\\B","value":"c"}"#, [#"registry-key key HKCU\Software\B @8"#]
    ),
    (
      #"{"mutexes":["M1"],"mutex":{"name":"M2"}}"#,
      ["mutex mutexes M1 @13", "mutex mutex.name M2 @35"]
    ),
    // JA4 in lists, and what is none.
    (
      #"{"ja4":"t13d15_8daa_e562,t13i15_8daa_e562|(+3 more)","ja4s":"string","tls.ja4":"a_b/c d_e"}"#,
      ["ja4 ja4 t13d15_8daa_e562 @8", "ja4 ja4 t13i15_8daa_e562 @25", "ja4 tls.ja4 d_e @86"]
    ),
    (#"{"key":"os.version","value":{"stringValue":"10.0.190.1"}}"#, []),
    (
      #"{"key":"client.address","value":{"stringValue":"192.0.2.7"}}"#,
      ["ipv4 value.stringValue 192.0.2.7 @48"]
    ),
    (#"{"key":"evil.example","count":5}"#, ["domain key evil.example @8"]),
    // Agents that are called so alone, and addresses.
    (#"{"agent":"192.0.2.1"}"#, ["ipv4 agent 192.0.2.1 @10", "user-agent agent 192.0.2.1 @10"]),
    // A hive tells a registry key in any field.
    (
      #"{"Path":"HKEY_LOCAL_MACHINE\\Software\\B"}"#,
      [#"registry-key Path HKEY_LOCAL_MACHINE\Software\B @9"#]
    ),
    (#"{"Path":"\\REGISTRY\\USER\\S-1\\B"}"#, [#"registry-key Path \REGISTRY\USER\S-1\B @9"#]),
    (#"{"Path":"HKCU:\\Software\\B"}"#, [#"registry-key Path HKCU:\Software\B @9"#]),
    (
      #"{"Path":"Registry::HKEY_CURRENT_USER\\B"}"#,
      [#"registry-key Path Registry::HKEY_CURRENT_USER\B @9"#]
    ),
    (#"{"Path":"[HKEY_CURRENT_USER\\B]"}"#, [#"registry-key Path [HKEY_CURRENT_USER\B] @9"#]),
    (#"{"Path":"HKLMX\\Software\\B"}"#, []),
  ]

  @Test(arguments: records)
  func `what stands in strings of records`(_ record: (record: String, values: [String])) {
    #expect(Self.values(record.record, .extract) == record.values)
  }

  /// The pieces of a list of URLs end before punctuation as well.
  @Test(arguments: [
    ("[http://a.example/b.php],UrlBlock", "http://a.example/b.php"),
    ("(http://a.example/a),(http://b.example/c)", "http://a.example/a"),
    ("http://a.example/a];x=1", "http://a.example/a"),
    ("http://a.example/a.,http://b.example/", "http://a.example/a"),
  ])
  func `pieces of URLs without what ends them`(_ text: String, _ url: String) {
    let found = extract(Array((text + "\n").utf8), LogOptions(purpose: .scan)).found
    #expect(found.contains { $0.kind == .url && $0.value == url })
  }
}
