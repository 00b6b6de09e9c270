import Testing

/// What lines without fields say of their event: its ends, what was done and when (`Logs.md`).
@Suite struct SentenceTests {
  typealias Case = (line: String, says: String)

  static let arrows: [Case] = [
    (
      "05/01/2024-10:00:00.123456  [**] [1:2:3] a [**] [Classification: b] {TCP} 192.0.2.1:5000 -> 192.0.2.2:443",
      "(protocol 6 192.0.2.1#5000 to 192.0.2.2#443)"
    ),
    (
      "05/01/2024-10:00:00.123456  [Drop] [**] [1:2:3] a [**] {UDP} 192.0.2.1:5000 -> 192.0.2.2:53",
      "(protocol 17 192.0.2.1#5000 to 192.0.2.2#53 blocked)"
    ),
    // Of ICMP type and code, which are no ports.
    (
      "05/01/2024-10:00:00.123456  [**] [1:2:3] a [**] {ICMP} 192.0.2.1:8 -> 192.0.2.2:0",
      "(protocol 1 192.0.2.1 to 192.0.2.2)"
    ),
    (
      "05/01/2024-10:00:00.123456 [**] a [**] {TCP} 2001:0db8:0:0:0:0:0:1:5000 -> 2001:0db8:0:0:0:0:0:2:443",
      "(protocol 6 2001:db8::1#5000 to 2001:db8::2#443)"
    ),
    (
      "08/11-14:04:50.123456 [**] a [**] {ICMP} 192.0.2.1 -> 192.0.2.2",
      "(protocol 1 192.0.2.1 to 192.0.2.2)"
    ),
    // MikroTik's, with flags, or type and code, behind the protocol.
    (
      "May  1 10:00:00 r1 firewall,info forward: in:b out:e1, proto TCP (SYN,ACK), 192.0.2.1:5000->192.0.2.2:443, len 40",
      "(protocol 6 192.0.2.1#5000 to 192.0.2.2#443)"
    ),
    (
      "May  1 10:00:00 r1 firewall,info forward: in:b out:e1, proto UDP, 192.0.2.1:5000->192.0.2.2:53, len 40",
      "(protocol 17 192.0.2.1#5000 to 192.0.2.2#53)"
    ),
    (
      "May  1 10:00:00 r1 firewall,info forward: in:b out:e1, proto ICMP (type 8, code 0), 192.0.2.1->192.0.2.2, len 40",
      "(protocol 1 192.0.2.1 to 192.0.2.2)"
    ),
    ("May  1 10:00:00 r1 x: a proto (x), 192.0.2.1->192.0.2.2, len 40", ""),
    (
      "May  1 10:00:00 fw RT_FLOW: RT_FLOW_SESSION_CREATE: session created 192.0.2.1/4->192.0.2.2/25 0x0 junos-smtp 192.0.2.3/4->192.0.2.4/25",
      "(192.0.2.1#4 to 192.0.2.2#25 allowed)"
    ),
    (
      "May  1 10:00:00 fw RT_FLOW: RT_FLOW_SESSION_CREATE: session created 192.0.2.1/32->192.0.2.2/443 0x0 junos-https",
      "(192.0.2.1#32 to 192.0.2.2#443 allowed)"
    ),
    (
      "May  1 10:00:00 fw RT_FLOW: RT_FLOW_SESSION_DENY: session denied 192.0.2.1/4->192.0.2.2/25 0x0 junos-smtp",
      "(192.0.2.1#4 to 192.0.2.2#25 blocked)"
    ),
    (
      "May  1 10:00:00 r1 7: %SEC-6-IPACCESSLOGP: list 100 denied tcp 192.0.2.1(5000) -> 192.0.2.2(80), 1 packet",
      "(protocol 6 192.0.2.1#5000 to 192.0.2.2#80 blocked)"
    ),
    (
      "<190>123: sw1: May  1 2024 10:00:00.123: %SEC-6-IPACCESSLOGP: list 102 denied tcp 192.0.2.1(1234) (FastEthernet0/0 0000.5e00.5301) -> 192.0.2.2(80), 1 packet",
      "(protocol 6 192.0.2.1#1234 to 192.0.2.2#80 blocked)"
    ),
    (
      "May  1 10:00:00 lb tmm3[20358]: 01260009:4: 192.0.2.1:53586 -> 192.0.2.2:443: Connection error",
      "(192.0.2.1#53586 to 192.0.2.2#443)"
    ),
    (
      "May  1 10:00:00 r1 %IPS-4-SIGNATURE: Sig:1 a [192.0.2.1:5000 -> 192.0.2.2:80]",
      "(192.0.2.1#5000 to 192.0.2.2#80)"
    ),
    (
      "Feb  8 04:00:48 r1 5: Feb  8 04:00:47.272: %SEC-6-IPACCESSLOGRP: list 177 denied igmp 192.0.2.1 -> 224.0.0.22, 1 packet",
      "(protocol 2 192.0.2.1 to 224.0.0.22 blocked)"
    ),
    (
      "Sep  5 16:02:55 dev SFIMS: x {tcp} 192.0.2.1:56001 (ukraine) -> 192.0.2.2:8080 (unknown)",
      "(protocol 6 192.0.2.1#56001 to 192.0.2.2#8080)"
    ),
    ("nat: accepted mapping 192.0.2.1 -> 192.0.2.2 for a while", ""),
    // Translations and routes have arrows, too.
    ("May  1 10:00:00 fw nat: mapped 192.0.2.1 -> 192.0.2.2 for a.example", ""),
  ]

  static let clients: [Case] = [
    // Which of two addresses logged in, words do not tell.
    ("192.0.2.1 - a \"POST /login/\" FAILED LOGIN: attempt has locked out IP 192.0.2.9", ""),
    (
      "May  1 10:00:00 h sshd[12]: Failed password for root from 192.0.2.1 port 4242 ssh2",
      "(192.0.2.1#4242 to ?)"
    ),
    (
      "May  1 10:00:00 h sshd[12]: Connection closed by authenticating user root 192.0.2.1 port 42 [preauth]",
      "(192.0.2.1#42 to ?)"
    ),
    (
      "May  1 10:00:00 h sshd[12]: Connection from 2001:db8::1 port 4242 on 192.0.2.2 port 22 rdomain \"\"",
      "(2001:db8::1#4242 to 192.0.2.2#22)"
    ),
    (
      "May  1 10:00:00 h sshd[12]: Timeout before authentication for 192.0.2.1 port 5",
      "(192.0.2.1#5 to ?)"
    ),
    // The audit daemon's pairs and nothing else, and PostgreSQL's, by itself and as Amazon has its lines begin.
    (
      "type=USER_LOGIN msg=audit(1714557600.123:4): pid=1 msg='op=login hostname=192.0.2.1 addr=192.0.2.1 res=failed'",
      "(192.0.2.1 to ?)"
    ),
    (
      "2024-05-01 10:00:00.000 UTC [12] LOG:  connection received: host=192.0.2.1 port=5000",
      "(192.0.2.1#5000 to ?)"
    ),
    (
      "2024-05-01 10:00:00 UTC:2001:db8::1(5000):user@db:[1234]:LOG:  statement: select 1",
      "(2001:db8::1#5000 to ?)"
    ),
    ("2024-05-01 10:00:00 UTC:[local]:user@db:[1234]:LOG:  x 192.0.2.1(5): a", ""),
    (
      "May  1 10:00:00 h kernel: ipfw: 65000 Deny TCP 192.0.2.1:5000 192.0.2.2:80 in via em0",
      "(protocol 6 192.0.2.1#5000 to 192.0.2.2#80 blocked)"
    ),
    (
      "May  1 10:00:00 h kernel: ipfw: 400 Accept UDP [2001:db8::1]:5000 [2001:db8::2]:53 out via em0",
      "(protocol 17 2001:db8::1#5000 to 2001:db8::2#53 allowed)"
    ),
    ("backend servers tcp 192.0.2.1:80 192.0.2.2:80 192.0.2.3:80 are down", ""),
    ("May  1 10:00:00 h sshd[12]: Server listening on 192.0.2.1 port 22.", ""),
    // The length of a prefix is no port, and a network no client; a slash may precede a port as well.
    ("May  1 10:00:00 h sshd[1]: Connection from 192.0.2.1/32", "(192.0.2.1 to ?)"),
    ("May  1 10:00:00 h sshd[1]: Connection from 2001:db8::1/128", "(2001:db8::1 to ?)"),
    ("May  1 10:00:00 h sshd[1]: Connection from 198.51.100.0/24", ""),
    ("May  1 10:00:00 h sshd[1]: Connection from 2001:db8::/32", ""),
    ("May  1 10:00:00 h sshd[1]: Connection from 192.0.2.1/24", "(192.0.2.1#24 to ?)"),
    ("May  1 10:00:00 h sshd[1]: Connection from 192.0.2.128/25", "(192.0.2.128#25 to ?)"),
    ("May  1 10:00:00 h sshd[1]: Connection from 192.0.2.1/4000", "(192.0.2.1#4000 to ?)"),
    // OpenVPN's name of a client, which is no word before the address it was given.
    ("2024-05-01 10:00:00 client/192.0.2.1:1194 MULTI: Learn: 192.0.2.9", ""),
    ("client01/192.0.2.1:1194 MULTI: virtual IP for client01/192.0.2.1:1194: 192.0.2.9", ""),
    (
      "May  1 10:00:00 h postfix/smtpd[1]: connect from mail.example[192.0.2.1]", "(192.0.2.1 to ?)"
    ),
    (
      "May  1 10:00:00 h postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 554 5.7.1 no",
      "(192.0.2.1 to ? blocked)"
    ),
    ("May  1 10:00:00 h postfix/smtpd[1]: A1B2: client=unknown[192.0.2.1]", "(192.0.2.1 to ?)"),
    (
      "May  1 10:00:00 h postfix/smtp[1]: A1B2: to=<a@b.example>, relay=mx.b.example[192.0.2.2]:25, delay=1",
      "(? to 192.0.2.2#25)"
    ),
    (
      "192.0.2.1:65276 [29/Feb/2024:15:01:18.909] front~ back/one 0/0/0/5/5 200 7500 - - --VN 4/4/0/0/0 0/0 \"GET / HTTP/1.1\"",
      "(192.0.2.1#65276 to ?)"
    ),
    (
      "[Mon Apr 15 15:44:09.056862 2024] [core:error] [pid 22] [client 192.0.2.1:5337] AH1: no",
      "(192.0.2.1#5337 to ?)"
    ),
    (
      "2024/05/01 10:00:00 [error] 9#9: *1 connect() failed, client: 192.0.2.1, server: a.example, request: \"GET / HTTP/1.1\"",
      "(192.0.2.1 to ?)"
    ),
    ("May  1 10:00:00 dnsmasq[1]: query[AAAA] a.example from 192.0.2.1", "(192.0.2.1 to ?)"),
    ("[1714557600] unbound[1:0] info: 192.0.2.1 a.example. A IN", "(192.0.2.1 to ?)"),
    ("May  1 10:00:00 dnsmasq[1]: reply a.example is NXDOMAIN", "(? to ? NXDOMAIN)"),
    ("May  1 10:00:00 dnsmasq[1]: reply a.example is <CNAME>", ""),
    ("May  1 10:00:00 dnsmasq[1]: gravity blocked a.example is 0.0.0.0", "(? to ? blocked)"),
    // Sendmail's relay is who hands a message in, but where one is delivered to a recipient.
    (
      "May  1 10:00:00 h sm-mta[1]: A1: ruleset=check_rcpt, arg1=<a@b.example>, relay=[192.0.2.1], reject=550 5.7.1 no",
      "(192.0.2.1 to ? blocked)"
    ),
    (
      "May  1 10:00:00 h sendmail[1]: A1: from=<a@b.example>, size=1, relay=mx.c.example [192.0.2.1] (may be forged)",
      "(192.0.2.1 to ?)"
    ),
    (
      "May  1 10:00:00 h sendmail[1]: A1: to=<a@b.example>, delay=1, relay=mx.b.example. [192.0.2.2], stat=Sent",
      "(? to 192.0.2.2)"
    ),
    (
      "May  1 10:00:00 h postfix/postscreen[1]: PREGREET 14 after 0.08 from [192.0.2.1]:5000: EHLO a",
      "(192.0.2.1#5000 to ?)"
    ),
    (
      "May  1 10:00:00 h proxy: stream from 192.0.2.1:5000 to 192.0.2.2:53",
      "(192.0.2.1#5000 to 192.0.2.2#53)"
    ),
    (
      "2024-05-01 10:00:00 1a-2b <= a@b.example H=c.example (d) [192.0.2.1]:5000 I=[192.0.2.2]:25 P=esmtp",
      "(192.0.2.1#5000 to 192.0.2.2#25)"
    ),
    (
      "2024-05-01 10:00:00 1a-2b => a@b.example R=dns T=smtp H=mx.b.example [192.0.2.2] X=TLS1.3",
      "(? to 192.0.2.2)"
    ),
    (
      "2024-05-01 10:00:00 H=([192.0.2.9]) [192.0.2.1] F=<a@b.example> rejected RCPT <c@d.example>",
      "(192.0.2.1 to ?)"
    ),
    // Words that the line ends in.
    ("May  1 10:00:00 h a: 192.0.2.1 seen from 192.0.2.2:5 to ", ""),
    // Whose name is one of a client's words: neither is told.
    (
      "May  1 10:00:00 h sshd[12]: Failed password for invalid user a from 192.0.2.9 port 1 ssh2 from 192.0.2.1 port 4242 ssh2",
      ""
    ),
    (
      "2024/05/01 10:00:00 [error] 9#9: *1 user \"a, client: 192.0.2.9, server: b\": no, client: 192.0.2.1, server: b.example",
      ""
    ),
    // Where nothing says that it is a client.
    ("May  1 10:00:00 h routed[1]: removed route from 192.0.2.1 by hand", ""),
  ]

  static let logins: [Case] = [
    ("May  1 10:00:00 h sshd[12]: Invalid user a from 192.0.2.1", "(192.0.2.1 to ?)"),
    (
      "May  1 10:00:00 h sshd[12]: ROOT LOGIN REFUSED FROM 192.0.2.1 port 42", "(192.0.2.1#42 to ?)"
    ),
    ("May  1 10:00:00 h sshd[12]: refused connect from a.example (192.0.2.1)", "(192.0.2.1 to ?)"),
    ("May  1 10:00:00 h sshd[12]: Connection closed by 192.0.2.1 [preauth]", "(192.0.2.1 to ?)"),
    (
      "May  1 10:00:00 h sshd[12]: error: Received disconnect from 192.0.2.1: 3: Auth fail",
      "(192.0.2.1 to ?)"
    ),
    (
      "May  1 10:00:00 h postfix/smtpd[1]: warning: unknown[192.0.2.1]: SASL LOGIN authentication failed: no",
      "(192.0.2.1 to ?)"
    ),
    (
      "May  1 10:00:00 h cyrus/imap[1]: badlogin: a.example [192.0.2.1] plaintext",
      "(192.0.2.1 to ?)"
    ),
    (
      "May  1 10:00:00 h dovecot: imap-login: Aborted login (auth failed): user=<a>, rip=192.0.2.1, lip=192.0.2.2, TLS",
      "(192.0.2.1 to 192.0.2.2)"
    ),
    (
      "May  1 10:00:00 h dovecot: auth-worker(default): sql(a@b.example,192.0.2.1): unknown user",
      "(192.0.2.1 to ?)"
    ),
    ("May  1 10:00:00 h imapd: LOGIN FAILED, user=a, ip=[::ffff:192.0.2.1]", "(192.0.2.1 to ?)"),
    (
      "May  1 10:00:00 h pure-ftpd: (?@192.0.2.1) [WARNING] Authentication failed for user [a]",
      "(192.0.2.1 to ?)"
    ),
    (
      "2024-05-01 10:00:00 1 [Note] Access denied for user 'a'@'192.0.2.1' (using password: YES)",
      "(192.0.2.1 to ?)"
    ),
    (
      "2024-05-01 10:00:00.12 Logon  Login failed for user 'a'. Reason: no. [CLIENT: 192.0.2.1]",
      "(192.0.2.1 to ?)"
    ),
    (#"Wed May  1 10:00:00 2024 [pid 1] [a] FAIL LOGIN: Client "192.0.2.1""#, "(192.0.2.1 to ?)"),
    ("2024-05-01T10:00:00Z|Warn|Auth|Auth-Failure ip 192.0.2.1 username 'a'", "(192.0.2.1 to ?)"),
    (
      "2024-05-01T10:00:00Z [AUTH] WARN: Incorrect password for user a. IP=192.0.2.1",
      "(192.0.2.1 to ?)"
    ),
    (
      "May  1 10:00:00 h app: Failed login attempt for a from ip address 192.0.2.1",
      "(192.0.2.1 to ?)"
    ),
    (
      "[2024-05-01 10:00:00] NOTICE[1] chan_sip.c: Registration from '<sip:a@b.example>' failed for '192.0.2.1:5061' - no",
      "(192.0.2.1#5061 to ?)"
    ),
    // What a mail server's client calls itself is no end.
    (
      "2024-05-01 10:00:00 login authenticator failed for ([192.0.2.9]) [192.0.2.1]:5000: 535 no",
      "(192.0.2.1#5000 to ?)"
    ),
    // Servers, what is fetched from them, addresses that are handed out, and two clients.
    ("May  1 10:00:00 h app: authentication response from 192.0.2.1 for user a", ""),
    ("May  1 10:00:00 h app: login to [192.0.2.1] failed", ""),
    (
      "May  1 10:00:00 h app: SASL authentication failed; server mx.a.example[192.0.2.1] said: 535 no",
      ""
    ),
    ("May  1 10:00:00 h vpn: user a logged in, assigned IP 192.0.2.1", ""),
    ("May  1 10:00:00 h app: password list fetched from 192.0.2.1", ""),
    ("May  1 10:00:00 h app: connection closed by 192.0.2.1", ""),
    ("May  1 10:00:00 h sesman: AUTHFAIL: user=a ip=192.0.2.9 time=1 ip=192.0.2.1 time=2", ""),
    ("May  1 10:00:00 h app: login of a from 192.0.2.9 failed from 192.0.2.1", ""),
  ]

  static let pairs: [Case] = [
    // Asterisk's security log, where the other end is who asked.
    (
      "[May  1 10:00:00] SECURITY[123] res_security_log.c: SecurityEvent=\"InvalidPassword\",EventTV=\"2024-05-01T10:00:00.123+0000\",Severity=\"Error\",Service=\"PJSIP\",EventVersion=\"2\",AccountID=\"100\",SessionID=\"0x1\",LocalAddress=\"IPV4/UDP/192.0.2.2/5060\",RemoteAddress=\"IPV4/UDP/203.0.113.5/5061\",Challenge=\"1\"",
      "(protocol 17 203.0.113.5#5061 to 192.0.2.2#5060)"
    ),
    (
      "May  1 10:00:00 pbx asterisk[12]: SECURITY[123]: res_security_log.c:116 in security_event_stasis_cb: SecurityEvent=\"FailedACL\",LocalAddress=\"IPV6/TLS/2001:db8::2/5061\",RemoteAddress=\"IPV6/TLS/2001:db8::5/5061\"",
      "(protocol 6 2001:db8::5#5061 to 2001:db8::2#5061)"
    ),
    ("a b: RemoteAddress=\"IPV4/UDP/203.0.113.5\",x=\"y\"", ""),
    (
      "May  1 10:00:00 h rdpproxy: [RDP Session] session_id=\"1\" client_ip=\"192.0.2.1\" target_ip=\"192.0.2.2\"",
      "(192.0.2.1 to 192.0.2.2)"
    ),
    (
      "date=2024-05-01,time=10:00:00,logid=1,srcip=192.0.2.1,dstip=192.0.2.2,dstport=443,proto=6,action=deny",
      "(protocol 6 192.0.2.1 to 192.0.2.2#443 blocked)"
    ),
    (
      "id=2 event=open [message=opened zone=\"a b\" ][conn [conn connsrcip=192.0.2.1 conndestip=192.0.2.2 connsrcport=5 conndestport=443 ]]",
      "(192.0.2.1#5 to 192.0.2.2#443)"
    ),
    (
      "<134>1 2024-05-01T10:00:00Z h CheckPoint 1 - [action:\"Drop\"; src:\"192.0.2.1\"; dst:\"192.0.2.2\"; proto:\"6\"; s_port:\"5\"]",
      "(protocol 6 192.0.2.1#5 to 192.0.2.2 blocked)"
    ),
    (
      "May  1 10:00:00 h sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 tty=ssh rhost=192.0.2.1",
      "(192.0.2.1 to ?)"
    ),
    // What was asked for is not what was done.
    (
      "2024-05-01 10:00:00,Virus found,Actual action: Left alone,Requested action: Quarantined,Secondary action: Quarantined,Source IP: 192.0.2.1",
      "(192.0.2.1 to ?)"
    ),
    (
      "2024-05-01 10:00:00,Virus found,Actual action: Quarantined,Requested action: Cleaned,Source IP: 192.0.2.1",
      "(192.0.2.1 to ? blocked)"
    ),
    // Parameters of a URL are none, nor is a verdict without ends.
    ("seen http://a.example/?src=192.0.2.1&dst=192.0.2.2 today", ""),
    ("May  1 10:00:00 h app: a.example was seen, action=deny", ""),
  ]

  static let audits: [Case] = [
    (
      "type=USER_AUTH msg=audit(1489636960.072:1): user pid=28281 uid=0 msg='op=success acct=\"admin\" hostname=? addr=192.0.2.1 terminal=ssh res=success'",
      "(192.0.2.1 to ?)"
    ),
    (#"{"ResolverDecision":"blockedByCategory","SrcIP":"192.0.2.1"}"#, "(192.0.2.1 to ? blocked)"),
    ("CEF:0|v|p|1|1|n|1|src=192.0.2.1 act=not blocked", "(192.0.2.1 to ? allowed)"),
    (
      #"{"jsonPayload":{"enforcedSecurityPolicy":{"outcome":"DENY"}},"callerIp":"192.0.2.1"}"#,
      "(192.0.2.1 to ? blocked)"
    ),
    // Tabs as rsyslog writes them.
    (
      "LEEF:1.0|v|p|1|7|host_name=a#011src=192.0.2.1#011srcPort=5#011dst=192.0.2.2",
      "(192.0.2.1#5 to 192.0.2.2)"
    ),
    (#"{"callerIpAddress":"192.0.2.1","host":"a.example"}"#, "(192.0.2.1 to ?)"),
    (#"{"protoPayload":{"requestMetadata":{"callerIp":"192.0.2.1"}}}"#, "(192.0.2.1 to ?)"),
    (#"{"client":{"ipAddress":"192.0.2.1"}}"#, "(192.0.2.1 to ?)"),
    (#"{"EventData":{"IpAddress":"192.0.2.1","IpPort":"5000"}}"#, "(192.0.2.1#5000 to ?)"),
    (
      #"{"locip":"192.0.2.1","remip":"192.0.2.2","locport":500,"remport":501,"dir":"inbound"}"#,
      "(192.0.2.2#501 to 192.0.2.1#500)"
    ),
    (#"{"initiator_ip":"192.0.2.1","responder_ip":"192.0.2.2"}"#, "(192.0.2.1 to 192.0.2.2)"),
    (
      #"{"downstream_remote_address":"192.0.2.1:5000","downstream_local_address":"192.0.2.2:443"}"#,
      "(192.0.2.1#5000 to 192.0.2.2#443)"
    ),
    (#"{"access_device":{"ip":"192.0.2.1"},"auth_device":{"ip":"192.0.2.3"}}"#, "(192.0.2.1 to ?)"),
    (#"{"req":{"remoteAddress":"192.0.2.1","remotePort":5000}}"#, "(192.0.2.1#5000 to ?)"),
    ("logdesc=\"VPN login fail\" remip=192.0.2.1 user=a", "(192.0.2.1 to ?)"),
    // Windows' events in XML say what those in JSON do.
    (
      "<Event><System><EventID>3</EventID></System><EventData><Data Name='Protocol'>tcp</Data><Data Name='SourceIp'>192.0.2.1</Data><Data Name='SourcePort'>5000</Data><Data Name='DestinationIp'>192.0.2.2</Data><Data Name='DestinationPort'>443</Data></EventData></Event>",
      "(protocol 6 192.0.2.1#5000 to 192.0.2.2#443)"
    ),
    (
      "<Event xmlns=\"x\"><Data Name=\"IpAddress\">192.0.2.1</Data><Data Name=\"IpPort\">5000</Data></Event>",
      "(192.0.2.1#5000 to ?)"
    ),
    ("<Event><Data Name='Message'>from 192.0.2.1</Data><Data Name='x</Data></Event>", ""),
    // Who answered is no client.
    (
      "May  1 10:00:00 mx postfix/smtpd[12]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 from MTA(smtp:[192.0.2.1]:10025): 250 2.0.0 Ok; from=<a@a.example> to=<b@b.example>",
      ""
    ),
    // Verdicts of Firepower's connections, files and intrusions.
    (
      "%FTD-6-430002: AccessControlRuleAction: Interactive Block, SrcIP: 192.0.2.1",
      "(192.0.2.1 to ? blocked)"
    ),
    (
      "%FTD-1-430005: SrcIP: 192.0.2.1, AccessControlRuleAction: Allow, FileAction: Malware Block",
      "(192.0.2.1 to ? blocked)"
    ),
    (
      "%FTD-1-430005: SrcIP: 192.0.2.1, FileAction: Archive Block (Encrypted), FileName: x",
      "(192.0.2.1 to ? blocked)"
    ),
    ("%FTD-1-430001: SrcIP: 192.0.2.1, InlineResult: Dropped", "(192.0.2.1 to ? blocked)"),
    ("%FTD-1-430001: SrcIP: 192.0.2.1, InlineResult: Would have dropped", "(192.0.2.1 to ?)"),
    // What squid opened a tunnel to itself has the port that was asked for.
    (
      "1714557600.123 100 192.0.2.1 TCP_TUNNEL/200 40 CONNECT a.example:443 - HIER_DIRECT/192.0.2.2 -",
      "(192.0.2.1 to 192.0.2.2#443 allowed)"
    ),
    (
      "1714557600.123 100 192.0.2.1 TCP_TUNNEL/200 40 CONNECT a.example:443 - FIRSTUP_PARENT/192.0.2.2 -",
      "(192.0.2.1 to 192.0.2.2 allowed)"
    ),
    // A link's address has the name of an interface.
    ("sshd[1]: Failed password for a from fe80::1%eth0 port 5000 ssh2", "(fe80::1#5000 to ?)"),
    (
      "%ASA-3-106014: Deny inbound icmp src o:192.0.2.1 dst fw111:192.0.2.2(type 8, code 0)",
      "(protocol 1 192.0.2.1 to 192.0.2.2 blocked)"
    ),
    // What was let through and stopped by an inspection was stopped.
    (
      "type=\"traffic\" srcip=192.0.2.1 action=\"close\" utmaction=\"block\"",
      "(192.0.2.1 to ? blocked)"
    ),
    (
      "type=\"traffic\" srcip=192.0.2.1 action=\"deny\" utmaction=\"allow\"",
      "(192.0.2.1 to ? blocked)"
    ),
    // A better name goes before.
    (#"{"ipAddress":"192.0.2.7","src_ip":"192.0.2.1"}"#, "(192.0.2.1 to ?)"),
  ]

  private static let all =
    arrows + clients + logins + positions + pairs + firewalls + audits + routers + mailServers
    + requests + statedVerdicts

  @Test(arguments: all.indices)
  func isTold(_ index: Int) {
    let (line, says) = Self.all[index]
    FixtureTests.expectTold(line, says)
  }

  @Test func endsOfASentenceHaveTheirSides() {
    let line = "alert {TCP} 192.0.2.1:5 -> 192.0.2.2:443 for 192.0.2.3"
    let found = FixtureTests.listing(Array(line.utf8)) { $0 }.split(separator: "\n")
    #expect(found.contains { $0.contains("192.0.2.1 port 5 source") }, "\(found)")
    #expect(found.contains { $0.contains("192.0.2.2 port 443 destination") }, "\(found)")
    #expect(found.contains { $0.contains("192.0.2.3 (") }, "\(found)")
  }
}
