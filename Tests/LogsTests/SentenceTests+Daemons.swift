/// Lines of routers, mail servers and programs that say in so many words what they did.
extension SentenceTests {
  static let routers: [Case] = [
    (
      "<189>29: *May  1 10:00:00.123: %SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: admin] [Source: 192.0.2.1] [localport: 22] [Reason: Login Authentication Failed] at 10:00:00 UTC Wed May 1 2024",
      "(192.0.2.1 to ?)"
    ),
    (
      "%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: a] [Source: 2001:db8::1] [localport: 22] at 10:00:00 UTC Wed May 1 2024",
      "(2001:db8::1 to ?)"
    ),
    // The user's name may be such words.
    (
      "%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: a] [Source: 192.0.2.9] [Source: 192.0.2.1] [localport: 22]",
      ""
    ),
    ("%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: 192.0.2.1] [Source: ", ""),
    (
      "<189>30: *May  1 10:00:00.123: %SYS-5-CONFIG_I: Configured from console by admin on vty0 (192.0.2.1)",
      "(192.0.2.1 to ?)"
    ),
    ("%SYS-5-CONFIG_I: Configured from tftp://192.0.2.1/config by console", ""),
    (
      "*May  1 10:00:00.123: %SYS-5-PRIV_AUTH_FAIL: Authentication to privilege level 15 failed by a on vty0 (192.0.2.1)",
      "(192.0.2.1 to ?)"
    ),
    ("%SYS-6-LOGOUT: User a has exited tty session 2(192.0.2.1)", "(192.0.2.1 to ?)"),
    // Hosts of VMware, NetScaler, Juniper.
    ("SSH login has failed for 'root@192.0.2.1'.", "(192.0.2.1 to ?)"),
    ("Event 974676 : SSH session was opened for 'root@192.0.2.1'.", "(192.0.2.1 to ?)"),
    ("Event 65352 : Cannot login root@2001:db8::1", "(2001:db8::1 to ?)"),
    ("Event 975279 : User root@192.0.2.1 logged in as pyvmomi", "(192.0.2.1 to ?)"),
    ("The login to root@192.0.2.1 failed after all", ""),
    ("Cannot login a@192.0.2.1 as b@192.0.2.2", ""),
    ("Mail for a@192.0.2.1 was delivered", ""),
    (
      "default GUI CMD_EXECUTED 13034678 0 :  User nsroot - Remote_ip 192.0.2.1 - Command \"show ns ip\" - Status \"Success\"",
      "(192.0.2.1 to ?)"
    ),
    ("the pair local_ip=192.0.2.2 and remote_ip=192.0.2.1 of a connection", ""),
    (
      "UI_LOGIN_EVENT: User 'a' login, class 'super-user' [5499], ssh-connection '192.0.2.1 40382 198.51.100.2 22', client-mode 'cli'",
      "(192.0.2.1#40382 to 198.51.100.2#22)"
    ),
    (
      "PFE_FW_SYSLOG_IP: FW: ge-0/0/0.0   D  tcp 192.0.2.1 198.51.100.9 46736  3405 (1 packets)",
      "(protocol 6 192.0.2.1#46736 to 198.51.100.9#3405 blocked)"
    ),
    (
      "PFE_FW_SYSLOG_IP: FW: ge-0/0/0.0 A udp 192.0.2.1 198.51.100.9 5353 53 (1 packets)",
      "(protocol 17 192.0.2.1#5353 to 198.51.100.9#53 allowed)"
    ),
    (
      "PFE_FW_SYSLOG_IP: FW: ge-0/0/0.0 R icmp 192.0.2.1 198.51.100.9 8 0 (1 packets)",
      "(protocol 1 192.0.2.1 to 198.51.100.9 blocked)"
    ),
    (
      "<189>31: *May  1 10:00:00.123: %SEC-6-IPACCESSLOGS: list 10 denied 192.0.2.1 5 packets",
      "(192.0.2.1 to ? blocked)"
    ),
    ("%SEC-6-IPACCESSLOGS: list a permitted 192.0.2.1 1 packet", "(192.0.2.1 to ? allowed)"),
    ("%SEC-6-IPACCESSLOGS: list a permitted 192.0.2.1", ""),
    (
      "<189>33: r1: 000123: *May  1 10:00:00.123 UTC: %SYS-5-CONFIG_I: Configured from console by a on vty0 (192.0.2.1)",
      "(192.0.2.1 to ?)"
    ),
    // A mark in the name of a user is none.
    (
      "May  1 10:00:00 h sshd[1]: Invalid user %SEC_LOGIN-5-X: [Source: 192.0.2.9] from 192.0.2.1 port 40000",
      "(192.0.2.1#40000 to ?)"
    ),
    (
      "May  1 10:00:00 h sshd[1]: Invalid user %-6-IPACCESSLOGS: list 10 permitted 192.0.2.9 5 packets from 192.0.2.1 port 40000",
      "(192.0.2.1#40000 to ?)"
    ),
    (
      "<189>32: *May  1 10:00:00.123: %SEC-6-IPACCESSLOGNP: list 110 denied 47 192.0.2.1 -> 192.0.2.2, 5 packets",
      "(192.0.2.1 to 192.0.2.2 blocked)"
    ),
  ]

  static let mailServers: [Case] = [
    (
      "May  1 10:00:00 mx postfix/smtp[12]: connect to mx.a.example[192.0.2.2]:25: Connection timed out",
      "(? to 192.0.2.2#25)"
    ),
    (
      "May  1 10:00:00 mx postfix/smtp[12]: Untrusted TLS connection established to mx.a.example[2001:db8::2]:25: TLSv1.3 with cipher X",
      "(? to 2001:db8::2#25)"
    ),
    (
      "May  1 10:00:00 mx postfix/smtp[12]: 05BC43F81E: host mx.a.example[192.0.2.2] said: 450 4.1.1 rejected from b.example[192.0.2.9] (in reply to RCPT TO command)",
      "(? to 192.0.2.2)"
    ),
    (
      "May  1 10:00:00 mx postfix/smtp[12]: 05BC43F81E: lost connection with mx.a.example[192.0.2.2] while sending end of data",
      "(? to 192.0.2.2)"
    ),
    (
      "May  1 10:00:00 mx postfix/smtp[12]: 4XyzAbC0dEfg1hJ: conversation with mx.a.example[192.0.2.2] timed out while receiving the initial server greeting",
      "(? to 192.0.2.2)"
    ),
    (
      "May  1 10:00:00 mx postfix/smtp[12]: SSL_connect error to mx.a.example[192.0.2.2]:25: lost connection",
      "(? to 192.0.2.2#25)"
    ),
    (
      "May  1 10:00:00 mx postfix/smtp[12]: 05BC43F81E: to=<a@b.example>, relay=none, delay=30, status=deferred (connect to mx.b.example[192.0.2.2]:25: Connection timed out)",
      "(? to 192.0.2.2#25)"
    ),
    // A recipient's name may hold such words.
    (
      "May  1 10:00:00 mx postfix/smtp[12]: 05BC43F81E: to=<\"a (connect to b[192.0.2.9]:25: \"@c.example>, relay=m.c.example[192.0.2.2]:25, delay=1, status=sent (250 ok)",
      "(? to 192.0.2.2#25)"
    ),
    (
      "May  1 10:00:00 mx postfix/smtp[12]: 05BC43F81E: to=<\"a (connect to b[192.0.2.9]:25: \"@c.example>, relay=none, delay=1, status=deferred (connect to mx.c.example[192.0.2.2]:25: Connection timed out)",
      "(? to 192.0.2.2#25)"
    ),
    // Only the beginning of a line says who speaks.
    (
      "May  1 10:00:00 h sshd[12]: Invalid user connect to a[192.0.2.9]:25: from 192.0.2.1 port 42",
      "(192.0.2.1#42 to ?)"
    ),
    ("May  1 10:00:00 mx app[12]: host a.example[192.0.2.1] is up", ""),
    ("May  1 10:00:00 mx app[12]: connect to a.example[192.0.2.1]", ""),
    // Sendmail's words for who speaks too soon.
    (
      "May  1 10:00:00 mx sm-mta[5133]: s1GNXHYB005133: rejecting commands from a.example [192.0.2.1] due to pre-greeting traffic after 0 seconds",
      "(192.0.2.1 to ?)"
    ),
  ]

  static let requests: [Case] = [
    // Azure's firewall, where the server is a name.
    (
      "HTTPS request from 192.0.2.1:5000 to a.example:443. Action: Deny. No rule matched. Proceeding with default action",
      "(192.0.2.1#5000 to ? blocked)"
    ),
    (
      "HTTP request from 192.0.2.1:5000 to a.example:80. Url: a.example/b. Action: Allow. Rule Collection: c. Rule: d",
      "(192.0.2.1#5000 to ? allowed)"
    ),
    ("replies from 192.0.2.1:5000 to a.example:443 were late", ""),
    ("HTTPS request from 192.0.2.1:5000 to a.example/443 was late", ""),
  ]

  static let statedVerdicts: [Case] = [
    (
      "2024-05-01 10:00:00,123 fail2ban.actions [123]: NOTICE  [sshd] Ban 192.0.2.1",
      "(192.0.2.1 to ? blocked)"
    ),
    (
      "May  1 10:00:00 h fail2ban.actions[123]: NOTICE [sshd] Restore Ban 192.0.2.1",
      "(192.0.2.1 to ? blocked)"
    ),
    (
      "2024-05-01 10:00:00,123 fail2ban.filter [123]: INFO    [sshd] Found 192.0.2.1 - 2024-05-01 10:00:00",
      "(192.0.2.1 to ?)"
    ),
    ("2024-05-01 10:00:00,123 fail2ban.actions [123]: NOTICE  [sshd] Unban 192.0.2.1", ""),
    ("May  1 10:00:00 h app[1]: user said NOTICE [sshd] Ban 192.0.2.1", ""),
    // Text that a client sent may end so.
    (
      "[Wed May 01 10:00:00.123456 2024] [core:info] [pid 12] [client 192.0.2.1:5000] AH00128: File does not exist: /x, referer: fail2ban. NOTICE [a] Ban 192.0.2.9",
      "(192.0.2.1#5000 to ?)"
    ),
    (
      "May  1 10:00:00 h httpd[1]: [client 192.0.2.1:5000] user fail2ban. INFO [a] Found 192.0.2.9",
      "(192.0.2.1#5000 to ?)"
    ),
    (
      "2024/05/01 10:00:00 [error] 12#12: *5 [client 192.0.2.1] ModSecurity: Access denied with code 403 (phase 2). X [hostname \"a.example\"] [uri \"/x.php\"], client: 192.0.2.1, server: a.example, request: \"GET /x.php HTTP/1.1\"",
      "(192.0.2.1 to ? blocked)"
    ),
    (
      "[Wed May 01 10:00:00.123 2024] [:error] [pid 12] [client 192.0.2.1:5000] [client 192.0.2.1] ModSecurity: Access denied with code 403 (phase 2). X",
      "(192.0.2.1#5000 to ? blocked)"
    ),
    (
      "[Wed May 01 10:00:00.123 2024] [:error] [pid 12] [client 192.0.2.1] ModSecurity: Warning. ModSecurity: Access denied with code 403",
      "(192.0.2.1 to ?)"
    ),
    (
      "[client \"192.0.2.1\"] Coraza: Access denied (phase 1). X [file \"/a.conf\"] [line \"8\"]",
      "(192.0.2.1 to ? blocked)"
    ),
    (
      "[client \"2001:db8::1\"] Coraza: Warning. X [file \"/a.conf\"] [line \"8\"]",
      "(2001:db8::1 to ?)"
    ),
    (
      #"{"EventID":5157,"SourceAddress":"192.0.2.1","SourcePort":"1","DestAddress":"192.0.2.2","DestPort":"2","Protocol":"6","Message":"The Windows Filtering Platform has blocked a connection.\r\n\r\nApplication Information:"}"#,
      "(protocol 6 192.0.2.1#1 to 192.0.2.2#2 blocked)"
    ),
    (
      #"{"SourceAddress":"192.0.2.1","DestAddress":"192.0.2.2","message":"The Windows Filtering Platform has permitted a connection."}"#,
      "(192.0.2.1 to 192.0.2.2 allowed)"
    ),
    // Without its message: of connections the ports tell who was asked, where the event says that somebody
    // was; of packets the sender is the first.
    (
      #"{"EventID":5156,"Direction":"%%14592","SourceAddress":"203.0.113.2","SourcePort":"52342","DestAddress":"192.0.2.1","DestPort":"3389","Protocol":"6"}"#,
      "(protocol 6 203.0.113.2#52342 to 192.0.2.1#3389 allowed)"
    ),
    (
      #"{"EventID":5157,"Direction":"%%14592","SourceAddress":"192.0.2.1","SourcePort":"445","DestAddress":"203.0.113.2","DestPort":"50000","Protocol":"6"}"#,
      "(protocol 6 203.0.113.2#50000 to 192.0.2.1#445 blocked)"
    ),
    (
      #"{"SourceAddress":"192.0.2.1","SourcePort":50000,"DestAddress":"203.0.113.2","DestPort":443,"Direction":"%%14593","Protocol":6,"EventID":5156}"#,
      "(protocol 6 192.0.2.1#50000 to 203.0.113.2#443 allowed)"
    ),
    (
      #"{"winlog":{"event_id":"5152","event_data":{"Direction":"%%14592","SourceAddress":"203.0.113.1","SourcePort":"50000","DestAddress":"192.0.2.2","DestPort":"53","Protocol":"17"}}}"#,
      "(protocol 17 203.0.113.1#50000 to 192.0.2.2#53 blocked)"
    ),
    (
      #"{"Event":{"System":{"EventID":5156},"EventData":{"Direction":"%%14592","SourceAddress":"192.0.2.1","SourcePort":"22","DestAddress":"203.0.113.2","DestPort":"50000"}}}"#,
      "(203.0.113.2#50000 to 192.0.2.1#22 allowed)"
    ),
    (
      #"{"SourceName":"Microsoft-Windows-Security-Auditing","EventID":5157,"Direction":"Inbound","SourceAddress":"192.0.2.1","DestAddress":"203.0.113.2"}"#,
      "(192.0.2.1 to 203.0.113.2 blocked)"
    ),
    // Endpoints that a shipper made of them.
    (
      #"{"winlog":{"event_id":"5156","event_data":{"Direction":"%%14592","SourceAddress":"192.0.2.1","DestAddress":"203.0.113.2"}},"source":{"ip":"203.0.113.2"},"destination":{"ip":"192.0.2.1"}}"#,
      "(203.0.113.2 to 192.0.2.1 allowed)"
    ),
    (
      #"{"winlog.event_id":"5156","winlog.event_data.Direction":"%%14592","winlog.event_data.SourceAddress":"192.0.2.1","winlog.event_data.DestAddress":"203.0.113.2","source.ip":"203.0.113.2","destination.ip":"192.0.2.1"}"#,
      "(203.0.113.2 to 192.0.2.1 allowed)"
    ),
    (
      #"{"winlog.event_id":"5156","winlog.event_data.Direction":"%%14592","winlog.event_data.SourceAddress":"192.0.2.1","winlog.event_data.DestAddress":"203.0.113.2"}"#,
      "(192.0.2.1 to 203.0.113.2 allowed)"
    ),
    (
      #"{"event":{"code":"5156","provider":"Microsoft-Windows-Security-Auditing"},"source":{"ip":"192.0.2.1"},"destination":{"ip":"203.0.113.2"}}"#,
      "(192.0.2.1 to 203.0.113.2 allowed)"
    ),
    (
      #"{"EventID":5157,"Direction":"%%14592","SourceAddress":"192.0.2.1","DestAddress":"203.0.113.2","action":"allowed"}"#,
      "(192.0.2.1 to 203.0.113.2 allowed)"
    ),
    (
      "<Event><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>5156</EventID></System><EventData><Data Name='Direction'>%%14592</Data><Data Name='SourceAddress'>192.0.2.1</Data><Data Name='SourcePort'>3333</Data><Data Name='DestAddress'>203.0.113.2</Data><Data Name='DestPort'>49278</Data></EventData></Event>",
      "(203.0.113.2#49278 to 192.0.2.1#3333 allowed)"
    ),
    // Another program's numbers.
    (
      #"{"EventID":5157,"Direction":"Inbound","SourceAddress":"192.0.2.1","DestAddress":"203.0.113.2"}"#,
      "(192.0.2.1 to 203.0.113.2)"
    ),
    (
      #"{"event_id":5156,"src_ip":"192.0.2.1","dst_ip":"203.0.113.2"}"#,
      "(192.0.2.1 to 203.0.113.2)"
    ),
    (
      #"{"EventID":4624,"Direction":"%%14592","SourceAddress":"192.0.2.1","DestAddress":"203.0.113.2"}"#,
      "(192.0.2.1 to 203.0.113.2)"
    ),
    // A number alone may be a counter.
    (#"{"event_id":5157,"SourceAddress":"192.0.2.1"}"#, "(192.0.2.1 to ?)"),
    (
      "The Windows Filtering Platform has blocked a packet. Source Address: 192.0.2.1 Source Port: 5 Destination Address: 192.0.2.2",
      "(192.0.2.1#5 to 192.0.2.2 blocked)"
    ),
    (
      "<Event><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>5157</EventID></System><EventData><Data Name='SourceAddress'>192.0.2.1</Data><Data Name='DestAddress'>192.0.2.2</Data></EventData></Event>",
      "(192.0.2.1 to 192.0.2.2 blocked)"
    ),
    (
      "<Event><System><Provider Name='Other'/><EventID>5157</EventID></System><EventData><Data Name='SourceAddress'>192.0.2.1</Data></EventData></Event>",
      "(192.0.2.1 to ?)"
    ),
    (
      #"{"eventType":"policy.evaluate_sign_on","outcome":{"result":"DENY"},"client":{"ipAddress":"192.0.2.1"}}"#,
      "(192.0.2.1 to ? blocked)"
    ),
    (#"{"outcome":{"result":"SUCCESS"},"client":{"ipAddress":"192.0.2.1"}}"#, "(192.0.2.1 to ?)"),
    // HAProxy's client in a dual stack.
    (
      "May  1 10:00:00 lb haproxy[760]: ::ffff:192.0.2.1:58430 [01/May/2024:10:00:00.608] main main/s1 0/0/0/1/1 200 248 - - ---- 0/0/0/0/0 0/0 \"GET / HTTP/1.1\"",
      "(192.0.2.1#58430 to ?)"
    ),
  ]
}
