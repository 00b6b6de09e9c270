/// Records, and the time that each is of.
extension EventTimeTests {
  static let names: [Case] = [
    (#"{"ts":1714979289.5,"host":"a.example"}"#, "2024-05-06T07:08:09.500000Z"),
    (#"{"time_local":"2024/05/06 07:08:09","host":"a.example"}"#, "2024-05-06T07:08:09.000000Z"),
    (#"{"published":"2024/05/06 07:08:09.5","host":"a.example"}"#, "2024-05-06T07:08:09.500000Z"),
    (
      #"{"TimeCreated":"2024-05-06T07:08:09.1234567Z","host":"a.example"}"#,
      "2024-05-06T07:08:09.123456700Z"
    ),
    (
      #"{"SystemTime":"2024-05-06T07:08:09.25Z","host":"a.example"}"#, "2024-05-06T07:08:09.250000Z"
    ),
    (#"{"CreationTime":"2024-05-06T07:08:09","host":"a.example"}"#, "2024-05-06T07:08:09.000000Z"),
    // The event's own time before that of its file.
    (
      #"{"published":"2020-01-01T00:00:00Z","time":"2024-05-06T07:08:09Z","host":"a.example"}"#,
      "2024-05-06T07:08:09.000000Z"
    ),
    (#"{"time_local":"2024/13/06 07:08:09","host":"a.example"}"#, nil),
    (#"{"note":"2024/05/06 07:08:09","host":"a.example"}"#, nil),
    (#"{"date":"2024-05-01 10:00:00","host":"a.example"}"#, noon),
    (#"{"created_at":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"log_time":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"date":"2024-05-01","time":"10:00:00","host":"a.example"}"#, noon),
    (
      #"{"time":"10:00:00","tz":"+0200","date":"2024/05/01","host":"a.example"}"#,
      "2024-05-01T08:00:00.000000Z"
    ),
    // When the sensor saw it, not when the cloud got it.
    (
      #"{"timestamp":"2024-05-06T07:08:09Z","ContextTimeStamp":"1714557600.500","host":"a.example"}"#,
      half
    ),
    (#"{"date_create":1714557600,"host":"a.example"}"#, noon),
    (#"{"t":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"t":"x","host":"a.example"}"#, nil),
    // Blanks at the ends are no part of a time.
    (#"{"timestamp":"2024-05-01T10:00:00Z ","host":"a.example"}"#, noon),
    (#"{"timestamp":" 1714557600.5","host":"a.example"}"#, half),
    (#"{"timestamp":" 2024-05-01 12:00:00 +0200 ","host":"a.example"}"#, noon),
    (
      #"{"network":{"query-ip":"192.0.2.1"},"dnstap":{"timestamp-rfc3339ns":"2024-05-01T10:00:00.5Z"},"dns":{"qname":"a.example"}}"#,
      half
    ),
    (#"{"dns.qname":"a.example","dnstap.timestamp-rfc3339ns":"2024-05-01T10:00:00.5Z"}"#, half),
    (#"{"rt":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"rt":31,"host":"a.example"}"#, nil),
    (#"{"created":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    // FortiGate's surest is neither of these.
    (
      #"{"date":"2024-05-01","time":"12:00:00","eventtime":1714557600123000000,"host":"a.example"}"#,
      millis
    ),
    (#"{"date":"2024-05-01","host":"a.example"}"#, nil),
    // Of what is told by the day that is all there is.
    (#"{"timestamp":"2024-05-01","host":"a.example"}"#, "2024-05-01T00:00:00.000000Z"),
    (#"{"__REALTIME_TIMESTAMP":"1714557600500000","host":"a.example"}"#, half),
    (#"{"unixTime":1714557600,"host":"a.example"}"#, noon),
    ("Event Time,level,host\n2024-05-01 10:00:00,info,a.example\n", noon),
    // Seconds from the start of something, durations, and dates are no seconds since 1970.
    (#"{"time":12.345678,"host":"a.example"}"#, nil), (#"{"time":-1,"host":"a.example"}"#, nil),
    (#"{"ts":"20240501","host":"a.example"}"#, nil),
    ("No.,Time,Source,host\n1,0.000000,192.0.2.1,a.example\n", nil),
    // Windows counts from 1601.
    (#"{"time":133590312000000000,"host":"a.example"}"#, noon),
    ("type=LOGIN msg=audit(1714557600.500:4): hostname=a.example", half),
    ("type=LOGIN msg=audit(4): hostname=a.example", nil), ("type=x msg=audit( a.example", nil),
    // The next name where the first one tells no time.
    (#"{"timestamp":"-","ts":1714557600.5,"host":"a.example"}"#, half),
    ("date,time,host\n2024-05-01,10:00:00,a.example\n", noon),
    ("Date,level,host\n2024-05-01 10:00:00,info,a.example\n", noon),
    ("Receive Time,Type,host\n2024/05/01 10:00:00,TRAFFIC,a.example\n", noon),
    ("#separator \\x09\n#fields\tts\thost\n1714557600.5\ta.example\n", half),
    ("date=2024-05-01 time=10:00:00 host=a.example", noon),
    (#"date=2024-05-01,time=10:00:00,level="a b",host=a.example"#, noon),
    (#"date="2024-05-01 10:00:00" level=info host=a.example"#, noon),
  ]

  static let forms: [Case] = [
    ("2024-05-01 10:00:00.5 +0000 UTC", half), ("2024-05-01 12:00:00 +0200 CEST", noon),
    ("2024-05-01 10:00:00 UTC x", nil),
    ("Wed, 01 May 2024 10:00:00 GMT", noon), ("Wed, 1 May 2024 12:00:00 +0200", noon),
    ("01 May 2024 10:00:00", noon), ("May 1, 2024 @ 10:00:00.123", millis),
    ("May 01 2024 12:00:00 GMT+02:00", noon), ("May 01 2024 10:00:00 CEST", nil),
    ("Wed May  1 10:00:00 2024", noon), ("Wed May 01 10:00:00.123 UTC 2024", millis),
    ("Wed May 01 10:00:00 CEST 2024", nil), ("1.714557600123E9", millis),
    ("1714557600123", millis), ("1.714557600123e+12", millis),
    ("1714557600123.5", "2024-05-01T10:00:00.123500Z"),
    ("1E30", nil), ("1.7E99", nil), ("99999999999999999999.5", nil), ("20240501T100000Z", noon),
    ("20240501T120000+0200", noon),
    ("20240501T1000", nil), ("01-May-2024 10:00:00.123", millis), (#"2024\/05\/01 10:00:00"#, noon),
    ("2024-05-01T12:00:00+02:00[Europe/Berlin]", noon), ("2024-05-01T10:00:00.123Z[UTC]", millis),
    ("2024-05-01T10:00:00[Europe/Berlin]", nil), ("2024-05-01 10:00:00 [x]", nil),
    ("May  1 10:00:00 2024", noon), ("May 11 10:00:00 24", nil),
    ("May 1, 2024, 10:00:00 AM", noon), ("May 1, 2024,10:00:00 AM", nil),
    ("Wed, 1 May 2024 03:00:00 -0700 (PDT)", noon), ("Wed, 1 May 2024 03:00:00 (PDT)", nil),
    ("Wed May 01 2024 12:00:00 GMT+0200 (CEST)", noon),
    ("Wed May 01 2024 12:00:00 GMT+0200 (Central European Summer Time)", noon),
    ("Wed May 01 2024 12:00:00 (CEST)", nil), ("Wed May 01 2024 10:00:00", noon),
    ("2024-05-01 10:00:00 AM", noon), ("2024/05/01 10:00:00.500 AM", half),
    ("2024-05-01 10:00:00 PM", "2024-05-01T22:00:00.000000Z"), ("2024-05-01 13:00:00 PM", nil),
    ("2024-13-01 10:00:00 PM", nil), ("May 1, 2024, 10:00:00 AM UTC", noon),
    ("5/1/2024, 10:00:00 AM GMT", noon), ("May 1, 2024, 10:00:00 AM EST", nil),
    ("2024-05-01 10:00:00 +0000 UTC m=+0.01", noon),
    ("2024-05-01 12:00:00.123 +0200 CEST m=+12.345678901", millis),
    ("32 May 2024 10:00:00", nil), ("Wed, ", nil), ("May 01 2024 ", nil), ("10:00:00", nil),
  ]

  /// Times that stand in objects in the record.
  static let nested: [Case] = [
    (#"{"http":{"ts":1714557600.5,"id.orig_h":"192.0.2.1","host":"a.example"}}"#, half),
    (#"{"_index":"a","_source":{"@timestamp":"2024-05-01T10:00:00Z","host":"a.example"}}"#, noon),
    (#"{"preview":false,"result":{"_time":"2024-05-01T10:00:00Z","host":"a.example"}}"#, noon),
    (
      ##"{"Event":{"System":{"TimeCreated":{"#attributes":{"SystemTime":"2024-05-01T10:00:00Z"}}},"EventData":{"CreationUtcTime":"2020-01-01 00:00:00","QueryName":"a.example"}}}"##,
      noon
    ),
    (#"{"a":1,"event":{"timestamp":"2024-05-01T10:00:00Z"},"host":"a.example"}"#, noon),
    (#"{"a":1,"event":{"created":"2024-05-01T10:00:00Z"},"host":"a.example"}"#, noon),
    (#"{"t":{"$date":"2024-05-01T10:00:00.000+00:00"},"host":"a.example"}"#, noon),
    (#"{"ts":{"$date":1714557600123},"host":"a.example"}"#, millis),
    // In the object of both ends, or around it.
    (
      #"{"k":"v","net":{"ts":1714557600.5,"src_ip":"192.0.2.1","dst_ip":"192.0.2.2","host":"a.example"}}"#,
      half
    ),
    (
      #"{"k":"v","net":{"ts":1714557600.5,"source":{"ip":"192.0.2.1"},"destination":{"ip":"192.0.2.2"}},"file":{"ts":5},"host":"a.example"}"#,
      half
    ),
    // The record's own outranks those in it, and the ends' one that is elsewhere.
    (
      #"{"event":{"timestamp":"2020-01-01T00:00:00Z"},"ts":1714557600.5,"host":"a.example"}"#, half
    ),
    (
      #"{"event":{"timestamp":"2020-01-01T00:00:00Z"},"net":{"ts":1714557600.5,"src_ip":"192.0.2.1","dst_ip":"192.0.2.2"},"host":"a.example"}"#,
      half
    ),
    // Whose own it is also where a wrapper holds it whole.
    (
      #"{"_source":{"timestamp":"2024-05-01T10:00:00Z","json":{"start_time":"2020-01-01T00:00:00Z","net":{"src_ip":"192.0.2.1","dst_ip":"192.0.2.2","host":"a.example"}}}}"#,
      noon
    ),
    (
      #"{"_source":{"json":{"start_time":"2020-01-01T00:00:00Z","net":{"src_ip":"192.0.2.1","dst_ip":"192.0.2.2","host":"a.example"}},"timestamp":"2024-05-01T10:00:00Z"},"_id":"x"}"#,
      noon
    ),
    (
      #"{"_source":{"k":1,"created_at":"2024-05-01T10:00:00Z","event":{"timestamp":"2020-01-01T00:00:00Z","net":{"ts":1514557600,"src_ip":"192.0.2.1","dst_ip":"192.0.2.2","host":"a.example"}}}}"#,
      noon
    ),
    (
      #"{"event":{"ts":"2020-01-01T00:00:00Z"},"_source":{"ts":1714557600.5,"n":{"ts":5,"src_ip":"192.0.2.1","dst_ip":"192.0.2.2"},"host":"a.example"}}"#,
      half
    ),
    (
      #"{"_index":"x","_source":{"server_addr":"192.0.2.1","remote_addr":"192.0.2.2","time_local":"01/May/2024:12:00:00 +0200","request_time":"0.007","host":"a.example"}}"#,
      noon
    ),
    // Before what objects in it tell, and those beside it that hold a part; the outermost goes first.
    (
      #"{"_index":"i","_source":{"@timestamp":"2024-05-01T10:00:00Z","data":{"host":"a.example","timestamp":"2020-01-01T00:00:00Z"}}}"#,
      noon
    ),
    (
      #"{"preview":false,"result":{"data":{"timestamp":"2020-01-01T00:00:00Z"},"_time":"2024-05-01T10:00:00Z","host":"a.example"}}"#,
      noon
    ),
    (
      #"{"_index":"i","_source":{"log":{"ts":"2020-01-01T00:00:00Z"},"createdAt":"2024-05-01T10:00:00Z","host":"a.example"}}"#,
      noon
    ),
    (
      #"{"_index":"i","fields":{"timestamp":["2020-01-01T00:00:00Z"]},"_source":{"@timestamp":"2024-05-01T10:00:00Z","host":"a.example"}}"#,
      noon
    ),
    (
      #"{"a":1,"payload":{"@timestamp":"2024-05-01T10:00:00Z","record":{"ts":"-","created":"2020-01-01T00:00:00Z","host":"a.example"}}}"#,
      noon
    ),
    // A part of one does not.
    (
      #"{"data":{"timestamp":"2020-01-01T00:00:00Z","net":{"ts":1714557600.5,"src_ip":"192.0.2.1","dst_ip":"192.0.2.2","host":"a.example"}}}"#,
      half
    ),
    // Times of other things.
    (#"{"k":"v","file":{"mtime":1714557600,"timestamp":1714557600},"host":"a.example"}"#, nil),
    (#"{"process":{"start_time":"2024-05-01T10:00:00Z"},"host":"a.example"}"#, nil),
    (#"{"process":{"start_time":"2024-05-01T10:00:00Z","host":"a.example"}}"#, nil),
    (#"{"tls":{"not_before":"2024-05-01T10:00:00Z","sni":"a.example"}}"#, nil),
    (#"{"event":{"file":{"timestamp":1714557600}},"host":"a.example"}"#, nil),
    (#"{"data":{"created_at":"2024-05-01T10:00:00Z"},"host":"a.example"}"#, nil),
    // Events in a list are each one of its own, where what is around them is none.
    (#"{"events":[{"ts":1714557600.5,"host":"a.example"},{"ts":5}]}"#, half),
    (#"{"events":[{"ts":5},{"ts":1714557600.5,"host":"a.example"},{"ts":6}],"n":1}"#, half),
    (#"{"event":[{"ts":1714557600.5,"host":"a.example"}]}"#, half),
    (
      #"{"log":{"v":"1","entries":[{"startedDateTime":"2024-05-01T10:00:00Z","u":{"host":"a.example"}}]}}"#,
      noon
    ),
    (
      #"{"log":{"creator":{"name":"x"},"entries":[{"startedDateTime":"2024-05-01T10:00:00Z","host":"a.example"},{"k":1}]}}"#,
      noon
    ),
    (
      #"{"events":[{"event":{"id":"x"},"ts":1714557600.5,"host":"a.example"},{"ts":5}]}"#, half
    ),
    // Members that are null hide neither a list nor what an event in it tells.
    (#"{"next":null,"events":[{"ts":1714557600.5,"host":"a.example"},{"ts":5}]}"#, half),
    (
      #"{"code":200,"status":"success","size":1,"events":[{"ts":1714557600.5,"host":"a.example"},{"ts":5}]}"#,
      half
    ),
    (#"{"a":{"next":null},"events":[{"ts":1714557600.5,"host":"a.example"},{"ts":5}]}"#, half),
    (
      #"{"events":[{"x":null,"ts":1714557600.5,"host":"a.example"},{"ts":5}],"next":null}"#, half
    ),
    (#"{"n":"a.example","events":[{"ts":1714557600.5},{"ts":5}]}"#, nil),
    (#"{"events":[{"ts":1714557600.5},{"ts":5}],"n":"a.example"}"#, nil),
    (#"{"batch":["{\"ts\":5}","{\"ts\":1714557600.5,\"host\":\"a.example\"}"]}"#, half),
    // Lists in the elements of lists, as OpenTelemetry has them; beside one that says something of an event itself.
    (
      #"{"a":[{"r":"x","b":[{"s":1,"c":[{"ts":5},{"ts":1714557600.5,"host":"a.example"}]}]},{"b":[]}]}"#,
      half
    ),
    (
      #"{"o":[{"port":1,"b":[{"ts":7}]}],"events":[{"ts":5},{"ts":1714557600.5,"host":"a.example"}]}"#,
      half
    ),
    (#"{"a":[1,{"n":"a.example","b":[{"ts":1714557600.5}]},[{"ts":5}]]}"#, nil),
    (#"{"a":[{"b":[{"ts":1714557600.5}]}],"n":"a.example"}"#, nil),
    // One of several is not all of them.
    (#"{"batch":["{\"ts\":5}","{\"host\":\"a.example\"}"]}"#, nil),
    (#"{"events":[{"ts":5},{"host":"a.example"}]}"#, nil),
    (#"{"ts":1714557600.5,"events":[{"ts":5,"host":"a.example"},{"ts":6}]}"#, half),
    // Behind a header of syslog, in a string.
    (#"app: {"result":{"_time":"2024-05-01T10:00:00Z","host":"a.example"}}"#, noon),
    (#"{"message":"{\"date\":\"2024-05-01 10:00:00\",\"host\":\"a.example\"}"}"#, noon),
  ]

  /// Times that a line of text begins with.
  static let lines: [Case] = [
    ("2024-05-01 10:00:00,123 INFO a.example", millis),
    ("2024-05-01 10:00:00.123 - root - INFO - a.example", millis),
    ("[2024-05-01T10:00:00Z] a.example", noon), ("[2024-05-01 10:00:00] a.example", noon),
    ("ERROR    2024-05-01T10:00:00 - a.example", noon),
    ("[info] 2024-05-01 10:00:00 a.example", noon),
    ("W, [2024-05-01T10:00:00.500 #1]  WARN -- : a.example", half),
    ("192.0.2.1 2024-05-01 10:00:00 UTC [1] a.example", noon),
    ("[GIN] 2024/05/01 - 10:00:00 | 401 | a.example", noon),
    ("[01/May/2024 10:00:00] to a.example", noon),
    ("2024-05-01  9:00:00 8 [Warning] a.example", "2024-05-01T09:00:00.000000Z"),
    // Behind blanks, a container's name, a file's, a supercomputer's mark; Hadoop's.
    ("   2024-05-01T10:00:00.123Z info a.example", millis),
    ("web_1    | 2024-05-01T10:00:00Z GET a.example", noon),
    ("web_1    | POST 2024-05-01T10:00:00Z a.example", nil),
    ("api.log.1.2024-05-01_13:53:08 2024-05-01 10:00:00.123 25746 INFO a.example", millis),
    ("other 2024-05-01 10:00:00.123 25746 INFO a.example", nil),
    ("- 1714557600 2024.05.01 n1 May 1 12:01:03 n1/n1 ntpd[7]: to a.example", noon),
    ("APPREAD 1714557600 2024.05.01 R04-M1-N4 a.example", noon),
    ("- 1714557600 2024-05-01 n1 a.example", nil), ("- 17145576 2024.05.01 n1 a.example", nil),
    ("24/05/01 10:00:00 INFO x.Y: a.example", noon), ("24/05/01 10:00:00 other a.example", nil),
    ("24/05/01 10:00:00 INFO seen a.example", nil), ("05/04/24 10:00:00 INFO x.Y: a.example", nil),
    ("240501 100000 663 INFO dfs.DataNode: a.example", noon), ("240501 100000 663 a.example", nil),
    ("249901 100000 663 INFO dfs.DataNode: a.example", nil),
    ("20240501T100000Z x: a.example", noon), ("01.05.2024 10:00:00 a.example", noon),
    ("01.13.2024 10:00:00 a.example", nil), ("01.05.2024 a.example and more of it", nil),
    (#"{"calendarTime":"Wed May  1 10:00:00 2024 UTC","host":"a.example"}"#, noon),
    (#"{"calendarTime":"Wed May  1 10:00:00 2024 CET","host":"a.example"}"#, nil),
    (#"{"time":"01.05.2024 10:00:00","host":"a.example"}"#, noon),
    ("restored 2024-05-01 10:00:00 a.example", nil),
    ("error in 2024-05-01 10:00:00 a.example", nil),
    ("2024-05-01T10:00:00 a.example", noon), ("2024-05-01 12:00:00+02 a.example", noon),
    ("2024-05-01 12:00:00 +0200 a.example", noon), ("2024-05-01 12:00:00 +02:00 a.example", noon),
    ("2024-05-01 10:00:00 UTC a.example", noon), ("2024-05-01 10:00:00 GMT+02:00 a.example", nil),
    ("2024-05-01 10:00:00 CEST a.example", nil), ("2024-05-01 10:00:00: a.example", noon),
    ("2024-05-01 10:00:00|a.example", noon), ("2024-05-01 10:00:00x a.example", nil),
    ("2024-05-01 a.example", nil), ("2024-05-01 10:00 a.example", nil),
    ("10:00:00 a.example and more of it", nil),
    ("2024-13-01 10:00:00 a.example", nil), ("at 2024-05-01 10:00:00 a.example", nil),
    ("2024/05/01 10:00:00 [error] 7#7: *1 open() a.example", noon),
    ("[Wed May 01 10:00:00.123 2024] [core:error] a.example", millis),
    ("Wed May  1 10:00:00 2024 a.example", noon), ("Wed May  1 10:00:00 20245 a.example", nil),
    ("05/01/2024-10:00:00.123000  [**] [1:1:1] a.example", millis),
    ("05/01/24-10:00:00.123000  [**] [1:1:1] a.example", millis),
    ("05/01-10:00:00.123000  [**] [1:1:1] a.example", nil),
    ("01-May-2024 10:00:00.123 INFO [main] a.example", millis),
    ("[01/May/2024:12:00:00 +0200] a.example", noon),
    ("<13>2024-05-01 10:00:00 a.example", noon),
    ("<189>sw1: 2024 May  1 10:00:00 UTC: %ETHPORT-5-X: a.example", noon),
    ("<187>: 2024 May  1 10:00:00 UTC: %ETHPORT-5-X: a.example", noon),
    // NetScaler's, in the three orders that it can be told to use.
    ("<134> 05/01/2024:10:00:00 GMT ns 0-PPE-0 : default a.example", noon),
    ("<134> 2024/05/01:10:00:00 GMT ns 0-PPE-0 : default a.example", noon),
    ("05/13/2024:10:00:00 GMT a.example", "2024-05-13T10:00:00.000000Z"),
    ("13/05/2024:10:00:00 GMT a.example", "2024-05-13T10:00:00.000000Z"),
    ("05/01/2024:10:00:00 EST a.example", nil), ("13/13/2024:10:00:00 GMT a.example", nil),
    (#"{"Timestamp":"2024-05-01 10:00:00 (UTC)","host":"a.example"}"#, noon),
    (#"{"Timestamp":"2024-05-01 10:00:00 (CET)","host":"a.example"}"#, nil),
    // Behind a header that has no year, or a length.
    ("May  1 10:00:00 h a: 2024-05-01T10:00:00Z login at a.example", noon),
    (
      "May  1 10:00:00 lb haproxy[1]: 192.0.2.1:5 [01/May/2024:10:00:00.500] a.example b/c 0/0",
      half
    ),
    ("May  1 10:00:00 h audispd: type=LOGIN msg=audit(1714557600.500:4): host a.example", half),
    ("83 <30>1 2024-05-01T10:00:00Z h a - - - src=192.0.2.1 dst=192.0.2.2 host=a.example", noon),
    ("<30>2024:05:01-10:00:00 fw httpproxy[1]: id=\"1\" action=\"pass\" host=\"a.example\"", noon),
    (
      "Apr 14 16:17:20 h named[1]: infoblox-responses: 01-May-2024 10:00:00.500 client 192.0.2.9#5: query: a.example IN A",
      half
    ),
    (" client 192.0.2.9#5: query: a.example IN A", nil),
    // A message that ends where a version might stand.
    (#"{"message":"Oct 11 22:14:15 host app: <13>1 ","host":"a.example"}"#, nil),
    (#"{"message":"Oct 11 22:14:15 host app: <13>  ","host":"a.example"}"#, nil),
    ("Oct 11 22:14:15 a.example app: <13>1 ", nil),
    // What a record on the line says of itself outranks a time without a zone.
    (#"2024-05-01 12:00:00 {"ts":1714557600.5,"host":"a.example"}"#, half),
    (#"2024-05-01T10:00:00Z {"ts":5,"host":"a.example"}"#, noon),
  ]

  static let piped: [Case] = [
    ("CEF:0|v|p|1|1|n|1|rt=May 01 2024 12:00:00 GMT+02:00 dhost=a.example", noon),
    ("CEF:0|v|p|1|1|n|1|rt=Wed, 01 May 2024 10:00:00 GMT dhost=a.example", noon),
    ("LEEF:1.0|v|p|1|1|devTime=May 01 2024 10:00:00\tdhost=a.example", noon),
    ("LEEF:1.0|v|p|1|1|devTime=2024/05/01 10:00:00\tdhost=a.example", noon),
    // The form that the record itself names.
    (
      "LEEF:2.0|v|p|1|1|^|devTime=May-01-2024 10:00:00 GMT^devTimeFormat=MMM dd yyyy HH:mm:ss z^dhost=a.example",
      noon
    ),
    (
      "LEEF:2.0|v|p|1|1|^|devTimeFormat=dd/MM/yyyy HH:mm:ss^devTime=01/05/2024 10:00:00^dhost=a.example",
      noon
    ),
    (
      "LEEF:2.0|v|p|1|1|^|devTime=05/01/2024 10:00:00 AM^devTimeFormat=MM/dd/yyyy hh:mm:ss a^dhost=a.example",
      noon
    ),
    (
      "LEEF:2.0|v|p|1|1|^|devTime=20240501120000.500+0200^devTimeFormat=yyyyMMddHHmmss.SSSZ^dhost=a.example",
      half
    ),
    (
      "LEEF:2.0|v|p|1|1|^|devTime=Wed 2024-05-01T10:00:00^devTimeFormat=EEE yyyy-MM-dd'T'HH:mm:ss^dhost=a.example",
      noon
    ),
    (
      "LEEF:2.0|v|p|1|1|^|devTime=01/05/2024 12:00:00 +0200^devTimeFormat=dd/MM/yyyy HH:mm:ss Z^dhost=a.example",
      noon
    ),
    (
      "LEEF:2.0|v|p|1|1|^|devTime=Wed May 01 10:00:00 UTC 2024^devTimeFormat=EEE MMM dd HH:mm:ss z yyyy^dhost=a.example",
      noon
    ),
    (
      "LEEF:2.0|v|p|1|1|^|devTime=31/02/2024 10:00:00^devTimeFormat=dd/MM/yyyy HH:mm:ss^dhost=a.example",
      nil
    ),
    ("LEEF:2.0|v|p|1|1|^|devTime=01/05/2024^devTimeFormat=dd/MM/yyyy HH:mm^dhost=a.example", nil),
    ("CEF:0|v|p|1|1|n|1|rt=May 01 2024 12:00:00 dtz=+02:00 dhost=a.example", noon),
    ("CEF:0|v|p|1|1|n|1|start=May 01 2024 12:00:00 tz=+0200 dhost=a.example", noon),
    ("CEF:0|v|p|1|1|n|1|dtz=UTC rt=May 01 2024 10:00:00 dhost=a.example", noon),
    ("CEF:0|v|p|1|1|n|1|rt=1714557600000 dtz=CET dhost=a.example", noon),
    ("CEF:0|v|p|1|1|n|1|end=1714557700000 start=1714557600000 dhost=a.example", noon),
    ("CEF:0|v|p|1|1|n|1|start=1714557600000 end=1714557700000 dhost=a.example", noon),
    ("CEF:0|v|p|1|1|n|1|end=1714557600000\tdhost=a.example", noon),
    ("CEF:0|v|p|1|1|n|1|rt=1714557600000 start=1714557500000 dhost=a.example", noon),
    ("2024-05-01 10:00:00 Europe/Berlin a.example", nil),
    ("2024-05-01 10:00:00 (CEST) a.example", nil),
    ("2024-05-01 10:00:00 PM a.example", nil),
    ("2024-05-01T12:00:00+02:00[Europe/Berlin] a.example", noon),
    ("2024-05-01 10:00:00 (x) a.example", noon),
    ("CEF:0|v|p|1|1|n|1|rt=May 01 2024 12:00:00 dtz=CEST dhost=a.example", nil),
  ]

  /// Zones that stand apart, and headers of lines.
  static let zones: [Case] = [
    (#"d=1 date=2024-05-01 time=12:00:00 timezone="+0200" host=a.example"#, noon),
    (#"d=1 date=2024-05-01 time=12:00:00 timezone="CEST" host=a.example"#, nil),
    (#"id=1 time="2024-05-01 12:00:00" timezone=+02:00 host=a.example"#, noon),
    (#"id=1 time="2024-05-01 10:00:00 UTC" tz=+02:00 host=a.example"#, noon),
    (#"{"timestamp":"2024-05-01 12:00:00","timezone":"+0200","host":"a.example"}"#, noon),
    (#"{"timestamp":"2024-05-01 12:00:00","timezone":"Europe/Berlin","host":"a.example"}"#, nil),
    (#"{"timestamp":"2024-05-01T10:00:00Z","timezone":"Europe/Berlin","host":"a.example"}"#, noon),
    ("time,timezone,host\n2024-05-01 12:00:00,+0200,a.example\n", noon),
    ("<166>May 01 2024 10:00:00 UTC: %ASA-4-1: from a.example", noon),
    ("<166>May 01 2024 10:00:00: %ASA-4-1: from a.example", noon),
    ("<166>May 01 2024 10:00:00 CEST: %ASA-4-1: from a.example", nil),
    ("<1>Oct  1 10:00:00 192.0.2.1 May 01 2024 10:00:00 fw : %ASA-4-1: from a.example", noon),
    // A record's own zone before a header without one.
    (
      #"May  1 2024 12:00:00 fw s[1]: {"timestamp":"2024-05-01T12:00:00.000000+0200","host":"a.example"}"#,
      noon
    ),
    (#"May  1 2024 10:00:00 fw s[1]: {"ts":"2024-05-01 12:00:00","host":"a.example"}"#, noon),
    (#"<1>2024-05-01T10:00:00Z fw s[1]: {"ts":1714557600.5,"host":"a.example"}"#, noon),
    // Sysmon's before the one of the machine's zone.
    (
      #"{"EventTime":"2024-05-01 12:00:00","UtcTime":"2024-05-01 10:00:00.500","host":"a.example"}"#,
      half
    ),
    (
      "#Version: 1.5\n#Time Format: Local\n#Fields: date time host\n2024-05-01 12:00:00 a.example\n",
      nil
    ),
  ]

  static let products: [Case] = [
    (#"{"requestTimeEpoch":"1714557600123","host":"a.example"}"#, millis),
    // Each of Azure's flows has its own, in records of when they were collected.
    (
      #"{"time":"2024-05-01T10:05:00Z","flowTuples":["1714557599,192.0.2.1,192.0.2.2,5,443,T,I,D","1714557600123,192.0.2.1,192.0.2.2,5,443,T,I,D,a.example"]}"#,
      millis
    ),
    // What Microsoft Defender XDR streams, with the time of publishing around it.
    (
      #"{"time":"2024-05-01T10:05:00Z","x":null,"operationName":"Publish","category":"AdvancedHunting-DeviceNetworkEvents","properties":{"Timestamp":"2024-05-01T10:00:00.5Z","RemoteUrl":"a.example"}}"#,
      half
    ),
    (
      #"{"records":[{"properties":{"Timestamp":"2024-05-01T10:00:00.5Z","RemoteUrl":"a.example"},"time":"2024-05-01T10:05:00Z","category":"AdvancedHunting-EmailUrlInfo"}]}"#,
      half
    ),
    (
      #"{"time":"2024-05-01T10:00:00Z","category":"Audit","properties":{"Timestamp":"2024-05-01T10:05:00Z","RemoteUrl":"a.example"}}"#,
      noon
    ),
    // AWS Network Firewall's whole seconds around Suricata's record.
    (
      #"{"event_timestamp":"1714557600","event":{"timestamp":"2024-05-01T10:00:00.500000+0000","src_ip":"192.0.2.1","dest_ip":"192.0.2.2","host":"a.example"}}"#,
      half
    ),
    (
      #"{"event_timestamp":"1714557600","event":{"timestamp":"2024-05-01T10:00:01.500000+0000","src_ip":"192.0.2.1","dest_ip":"192.0.2.2","host":"a.example"}}"#,
      noon
    ),
    (
      #"{"event_timestamp":"1714557600","event":{"timestamp":"2024-05-01T10:00:00.500000+0000","host":"a.example"}}"#,
      noon
    ),
    (
      #"192.0.2.1 - - [1/May/2024:10:00:00 +0000] "GET /x HTTP/1.1" 200 1 "http://a.example/" "x""#,
      noon
    ),
    (#"{"requestTime":"1/May/2024:10:00:00 +0000","host":"a.example"}"#, noon),
    (#"{"createdDateTime":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"activityDateTime":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"query_timestamp":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"eventTimestamp":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"event_timestamp":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"@t":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"CreationDate":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"requestTime":"01/May/2024:10:00:00 +0000","host":"a.example"}"#, noon),
    (#"{"request_time":"0.005","host":"a.example"}"#, nil),
    (#"{"receivedTime":"2024-05-01T10:00:00Z","host":"a.example"}"#, noon),
    (#"{"timestamp_ms":1714557600500,"host":"a.example"}"#, half),
    (#"{"ContextTimeStamp":"1714557600.500","host":"a.example"}"#, half),
    (#"{"flowStartMilliseconds":1714557600500,"host":"a.example"}"#, half),
    ("Date (UTC),User,host\n2024-05-01T10:00:00Z,x,a.example\n", noon),
    (
      "\"TimeGenerated [UTC]\",User,host\n\"5/1/2024, 10:00:00.500 AM\",x,a.example\n", half
    ),
    (
      "#Software: Microsoft Exchange Server\n#Fields: date-time,host,client-ip\n2024-05-01T10:00:00.500Z,a.example,\n",
      half
    ),
    (
      "Operation,UserId,AuditData\nx,y,\"{\"\"CreationTime\"\":\"\"2024-05-01T10:00:00\"\",\"\"host\"\":\"\"a.example\"\"}\"\n",
      noon
    ),
  ]

  static let further: [Case] = [
    (#"{"time":"Wed May 1 10:00:00 2024","host":"a.example"}"#, noon),
    (#"{"transaction":{"time_stamp":"Wed May  1 10:00:00 2024","host":"a.example"}}"#, noon),
    (
      "date=2024-05-01,time=10:00:00,device_id=F,type=statistics, session_id=\"3\",host=\"a.example\"",
      noon
    ),
    ("[1714557600] unbound[1:0] info: 192.0.2.1 a.example. A IN", noon),
    ("[1714557600.5] x a.example", half), ("[1714557] x a.example", nil),
    ("0123 bucket [01/May/2024:10:00:00 +0000] 192.0.2.1 - a.example", noon),
    ("a lot more words [01/May/2024:10:00:00 +0000] a.example", nil),
    (#""2024-05-01 10:00:00","x","a.example""#, noon),
    ("<134>1 1714557600.500 MX84 urls request: a.example", half),
    (#"{"id":{"time":"2024-05-01T10:00:00Z"},"host":"a.example"}"#, noon),
    (#"{"x":{"id":{"time":"2024-05-01T10:00:00Z"}},"host":"a.example"}"#, nil),
    (#"{"_id":"x","fields":{"@timestamp":["2024-05-01T10:00:00Z"],"host":["a.example"]}}"#, noon),
    (
      "CEF:0|v|p|1|1|n|1|start=May 01 2024 12:00:00 FTNTFGTeventtime=1714557600500000000 dhost=a.example",
      half
    ),
    ("id,time,host\n1,\"May 1, 2024 10:00:00 AM\",a.example\n", noon),
    ("id,time,host\n1,\"May 1, 2024 13:00:00 AM\",a.example\n", nil),
    (
      "<Event><System><TimeCreated SystemTime='2024-05-01T10:00:00.500Z'/></System>a.example</Event>",
      half
    ),
    ("1714557600.500000000 MX84 events type=x a.example", half),
    ("2024 May  1 10:00:00: %ARP-2-DUP: a.example", noon),
    ("2024 May 11 10:00:00 CET: %ARP-2-DUP: a.example", nil),
    // ISE's own before that of a relay, of its header and of a year that was assumed; a later part has none.
    (
      "Aug  6 17:26:31 192.0.2.1 May  1 10:00:00 ise1 CISE_Profiler 0000024855 1 0 2024-05-01 03:00:00.500 -07:00 0 8 a.example",
      half
    ),
    (
      "<181>2024-05-02T11:00:00Z 192.0.2.1 May  1 10:00:00 ise1 CISE_Profiler 0000024855 1 0 2024-05-01 03:00:00.500 -07:00 0 8 a.example",
      half
    ),
    (
      "<181>2024-05-01T10:00:00Z ise1 CISE_Profiler 0000024855 2 1 Step=11001, Host=a.example",
      noon
    ),
    (
      "<14>May  1 10:00:00 h MSWinEventLog\t1\tSecurity\t9\tWed May  1 10:00:00 2024\t4624\ta.example",
      noon
    ),
    ("192.0.2.1 - - 2024-05-01T10:00:00 \"GET /a HTTP/1.1\" 200 5 \"http://a.example\"", noon),
    ("a.example 192.0.2.1 - - [01/May/2024:10:00:00 +0000] (12 s) \"GET /a HTTP/1.1\" 200 5", noon),
    (
      "1,2024/05/01 10:00:01,0017,TRAFFIC,end,2305,2024/05/01 10:00:00,192.0.2.1,192.0.2.2,0.0.0.0,0.0.0.0,a.example,,,ssl,v,a,b,e,f,p,2024/05/01 10:00:00,2,1,5,443,0,0,0x19,tcp,allow,2",
      noon
    ),
    ("timestamp=1714564800 eventtime=1714557600500000000 tz=\"+0200\" host=a.example", half),
    (
      #"{"metadata":{"eventCreationTime":1714557600500},"event":{"host":"a.example"}}"#, half
    ),
    (#"{"occured":"01-May-2024 10:00:00","host":"a.example"}"#, noon),
    ("frame.time_epoch\tip.src\tdns.qry.name\n1714557600.5\t\ta.example\n", half),
    (#"{"timeMillis":1714557600500,"message":"from a.example"}"#, half),
    (
      #"{"instant":{"epochSecond":1714557600,"nanoOfSecond":5},"message":"from a.example"}"#, noon
    ),
    (#"{"TimeCreated":"\/Date(1714557600500)\/","Id":4625,"Host":"a.example"}"#, half),
    // Escapes are undone.
    (#"{"date":"2024\/05\/01","time":"10:00:00","host":"a.example"}"#, noon),
    (#"{"date":"2024\/05\/01","host":"a.example"}"#, nil),
    (#"{"date":"2024\/05\/01 10:00:00","host":"a.example"}"#, noon),
    (
      #"{"date":"2024\u002d05\u002d01","time":"12\u003a00\u003a00","tz":"\u002b0200","host":"a.example"}"#,
      noon
    ),
    (
      #"{"date":"2024\/05\/01","time":"10:00:00","timezone":"Europe\/Berlin","host":"a.example"}"#,
      nil
    ),
    (#"{"timestamp":"2024-05-01T12:00:00","tz":"\u002b02:00","host":"a.example"}"#, noon),
    (#"{"TimeCreated":"/Date(17145)/","Id":4625,"Host":"a.example"}"#, nil),
    (#"{"timestamp":{"$date":{"$numberLong":"1714557600500"}},"host":"a.example"}"#, half),
    (#"{"LogDate":"2024-05-01T10:00:00.000Z","HostName":"a.example"}"#, noon),
    ("Level,Date and Time,Message\nInformation,5/1/2024 10:00:00 AM,from a.example\n", noon),
    (
      "date=2024-05-01 time=05:00:00 timezone=\"(GMT-5:00)Eastern Time(US & Canada)\" host=a.example",
      noon
    ),
    ("date=2024-05-01 time=12:00:00 timezone=\"GMT+0200\" host=a.example", noon),
    ("date=2024-05-01 time=12:00:00 timezone=\"(x)\" host=a.example", nil),
    ("CEF:0|V|P|1|E|n|5|dhost=a.example rt=1714557600", noon),
    ("CEF:0|V|P|1|E|n|5|dhost=a.example rt=171455760", nil),
    ("LEEF:2.0|V|P|1|E|^|dhost=a.example^devTime=1714557600", noon),
    ("node=h1 type=USER_LOGIN msg=audit(1714557600.500:4): hostname=a.example", half),
  ]
}
