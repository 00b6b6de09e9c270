/// Lines of firewalls, and others whose values have fixed places.
extension SentenceTests {
  static let positions: [Case] = [
    (
      "Failed password for invalid user x. Action: Allow from 192.0.2.1 port 5000 ssh2",
      "(192.0.2.1#5000 to ?)"
    ),
    (
      "TCP request from 192.0.2.1:1234 to 198.51.100.9:443. Action: Deny. ",
      "(192.0.2.1#1234 to 198.51.100.9#443 blocked)"
    ),
    (
      "[INFO] 192.0.2.1:36413 - 21583 \"A IN a.example. udp 43 false 512\" NXDOMAIN qr,rd,ra 118 0.01s",
      "(protocol 17 192.0.2.1#36413 to ? NXDOMAIN)"
    ),
    (
      "<190>3352436: Aug 12 2023 12:14:24.412: %FW-6-SESS_AUDIT_TRAIL: (target:class)-(A:B):Stop dns session: initiator (192.0.2.1:33207) sent 48 bytes -- responder (192.0.2.2:53) sent 40 bytes",
      "(192.0.2.1#33207 to 192.0.2.2#53)"
    ),
    (
      "<134> 07/08/2024:01:31:08 GMT ns1 0-PPE-0 : default TCP CONN_DELINK 1 0 : Source 192.0.2.1:33500 - Vserver 192.0.2.9:636 - NatIP 192.0.2.8:29332 - Destination 192.0.2.2:636 - Delink Time 07/08/2024",
      "(192.0.2.1#33500 to 192.0.2.2#636)"
    ),
    (
      "May  1 10:00:00 fw filterlog[12]: 5,,,1000000103,igb0,match,block,in,4,0x0,,64,0,0,DF,6,tcp,60,192.0.2.1,192.0.2.2,5000,443,0,S,1,,64240,,mss",
      "(protocol 6 192.0.2.1#5000 to 192.0.2.2#443 blocked)"
    ),
    (
      "May  1 10:00:00 fw filterlog[12]: 5,,,1000000103,igb0,match,pass,out,4,0x0,,31,42511,0,none,1,icmp,60,192.0.2.1,192.0.2.2,request,1,100140",
      "(protocol 1 192.0.2.1 to 192.0.2.2 allowed)"
    ),
    (
      "filterlog: 5,,,1000000105,igb0,match,block,in,6,0x00,0x00000,255,UDP,17,90,2001:db8::1,2001:db8::2,546,547,90",
      "(protocol 17 2001:db8::1#546 to 2001:db8::2#547 blocked)"
    ),
    (
      "1,2024/05/01 10:00:00,0017,TRAFFIC,end,2305,2024/05/01 10:00:00,192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4,rule,user,,ssl,vsys1,a,b,e1,e2,p,2024/05/01 10:00:00,234981,1,51413,443,0,0,0x19,tcp,allow,2346,1974",
      "(protocol 6 192.0.2.1#51413 to 192.0.2.2#443 allowed)"
    ),
    (
      "May  1 10:00:00 fw 1,2024/05/01 10:00:00,0017,THREAT,url,2305,2024/05/01 10:00:00,192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4,rule,user,,ssl,vsys1,a,b,e1,e2,p,2024/05/01 10:00:00,234981,1,51413,443,0,0,0x19,tcp,block-url,\"a.example/b,c\",(9999)",
      "(protocol 6 192.0.2.1#51413 to 192.0.2.2#443 blocked)"
    ),
    (
      #""2024-05-01 10:00:00","a","a,b","192.0.2.1","192.0.2.3","Blocked","1 (A)","NXDOMAIN","a.example.","Malware""#,
      "(192.0.2.1 to ? NXDOMAIN blocked)"
    ),
    (
      "a1 bucket [01/May/2024:10:00:00 +0000] 192.0.2.1 arn:aws:iam::1:user/a 3E57 REST.GET.OBJECT k \"GET /k HTTP/1.1\" 200",
      "(192.0.2.1 to ?)"
    ),
    // Of PAN-OS's logs of users, the client; zeros stand where it has no address of that version.
    (
      "1,2024/05/01 10:00:00,0017,SYSTEM,auth,2561,2024/05/01 10:00:00,,auth-fail,A-AUTH,0,0,general,medium,\"failed authentication for user 'a'. Reason: Invalid username/password. auth profile 'A', vsys 'v', server address '198.51.100.9', auth protocol 'PAP', From: 192.0.2.1.\",74,0x0,0,0,0,0,,fw1,0,0",
      "(192.0.2.1 to ?)"
    ),
    (
      "1,2024/05/01 10:00:00,0017,SYSTEM,general,2561,2024/05/01 10:00:00,,general,,0,0,general,informational,User admin logged in via Web from 192.0.2.1 using https,74,0x0,0,0,0,0,,fw1,0,0",
      "(192.0.2.1 to ?)"
    ),
    (
      "1,2024/05/01 10:00:00,0017,CONFIG,0,2562,2024/05/01 10:00:00,192.0.2.1,,edit,admin,Web,Succeeded,config shared,74,0x0,0,0,0,0,,fw1,0,,0",
      "(192.0.2.1 to ?)"
    ),
    (
      "date=2024-05-01 time=10:00:00 devname=\"f\" logid=\"0100044547\" type=\"event\" subtype=\"system\" user=\"admin\" ui=\"GUI(192.0.2.1)\" action=\"Edit\" msg=\"Edit firewall.policy 6\"",
      "(192.0.2.1 to ?)"
    ),
    (
      "1,2024/05/01 10:00:00,0017,GLOBALPROTECT,0,2305,2024/05/01 10:00:00,vsys1,gateway-auth,login,SAML,,user,US,host1,192.0.2.1,0.0.0.0,192.0.2.9,0.0.0.0,aaaa,serial,5.1.4,Windows,\"Windows 10 , 64-bit\",1,,,\"\",failure",
      "(192.0.2.1 to ?)"
    ),
    (
      "1,2024/05/01 10:00:00,0017,GLOBALPROTECT,0,2305,2024/05/01 10:00:00,vsys1,gateway-auth,login,SAML,,user,US,host1,0.0.0.0,2001:db8::1,192.0.2.9,,aaaa,serial",
      "(2001:db8::1 to ?)"
    ),
    (
      "1,2024/05/01 10:00:00,0017,USERID,login,2305,2024/05/01 10:00:00,vsys1,192.0.2.1,user1,srv1,0,1,12000,0,0,active-directory",
      "(192.0.2.1 to ?)"
    ),
    (
      "1,2024/05/01 10:00:00,0017,USERID,register-tag,2305,2024/05/01 10:00:00,vsys1,192.0.2.1,user1,srv1,0,1,12000,0,0,x",
      ""
    ),
    (
      "1,2024/05/01 10:00:00,0017,AUTH,Unknown,2817,2024/05/01 10:00:00,vsys1,192.0.2.1,,,EXAMPLE,Example,1,1234567890,,LogFwd,,No user activity,Authentication Portal",
      "(192.0.2.1 to ?)"
    ),
    (
      "1,2024/05/01 10:00:00,0017,HIPMATCH,0,2305,2024/05/01 10:00:00,user1,vsys1,host1,Windows,192.0.2.1,name,1,profile,0,0",
      "(192.0.2.1 to ?)"
    ),
    (
      "1,2024/05/01 10:00:00,0017,DECRYPTION,0,2562,2024/05/01 10:00:00,192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4,rule,user,,ssl,vsys1,a,b,e1,e2,p,2024/05/01 10:00:00,2020391,1,55107,443,22814,443,0x400400,tcp,allow,N/A",
      "(protocol 6 192.0.2.1#55107 to 192.0.2.2#443 allowed)"
    ),
    (
      "DNS Request: 192.0.2.1:48197 - 15676 AAAA IN a.example. udp 42 false 512 NXDOMAIN qr,rd,ra 143 0.0007s",
      "(protocol 17 192.0.2.1#48197 to ? NXDOMAIN)"
    ),
    ("DNS Request: 192.0.2.1:48197 - 15676 AAAA IN a.example.", ""),
    // Gin, whose paths may hold anything.
    (
      "[GIN] 2024/05/01 - 10:00:00 | 401 |     505.317µs |       192.0.2.1 | POST     \"/a|192.0.2.9|\"",
      "(192.0.2.1 to ?)"
    ),
    ("1,2024/05/01 10:00:00,0017,SYSTEM,auth,2305,2024/05/01 10:00:00,192.0.2.1,192.0.2.2", ""),
  ]

  static let firewalls: [Case] = [
    ("%ASA-4-733100: [192.0.2.2] drop rate-1 exceeded. Current burst rate is 0 per second", ""),
    (
      "Jan  8 03:37:09 DENY: IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=5 DPT=6",
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#6 blocked)"
    ),
    (
      "%ASA-4-106103: access-list f denied tcp for user 'joe' inside/192.0.2.1(64321) -> outside/192.0.2.2(8080) hit-cnt 1",
      "(protocol 6 192.0.2.1#64321 to 192.0.2.2#8080 blocked)"
    ),
    (
      #"%ASA-6-106100: access-list in permitted udp dmz/192.0.2.1(56575)(LOCAL\joe) -> inside/192.0.2.2(53) hit-cnt 1"#,
      "(protocol 17 192.0.2.1#56575 to 192.0.2.2#53 allowed)"
    ),
    (
      "%ASA-4-313004: Denied ICMP type=0, from laddr 192.0.2.1 on interface fw to 192.0.2.2: no matching session",
      "(protocol 1 192.0.2.1 to 192.0.2.2 blocked)"
    ),
    (
      "%ASA-4-313009: Denied invalid ICMP code 9, for in:192.0.2.1/8795 (192.0.2.3/8795) to identity:192.0.2.2/0 (192.0.2.2/0)",
      "(protocol 1 192.0.2.1 to 192.0.2.2 blocked)"
    ),
    (
      "%ASA-5-304002: Access denied URL http://a.example/x SRC 192.0.2.1 DEST 192.0.2.2 on interface inside",
      "(192.0.2.1 to 192.0.2.2 blocked)"
    ),
    (
      "%ASA-6-302020: Built inbound ICMP connection for faddr 192.0.2.1/10800 gaddr 192.0.2.3/0 laddr 192.0.2.2/0",
      "(protocol 1 192.0.2.1 to 192.0.2.2 allowed)"
    ),
    (
      "%ASA-6-302020: Built outbound ICMP connection for faddr 192.0.2.1/0 gaddr 192.0.2.3/0 laddr 192.0.2.2/0",
      "(protocol 1 192.0.2.2 to 192.0.2.1 allowed)"
    ),
    (
      "%ASA-6-725001: Starting SSL handshake with client WAN:192.0.2.1/49238 for TLS session.",
      "(192.0.2.1#49238 to ?)"
    ),
    (
      "Sep 12 2024 06:50:53 GIF : %ASA-2-106016: Deny IP spoof from (192.0.2.1) to 192.0.2.2 on interface x",
      "(192.0.2.1 to 192.0.2.2 blocked)"
    ),
    (
      "%ASA-4-401004: Shunned packet: 192.0.2.1 ==> 192.0.2.2 on interface inside",
      "(192.0.2.1 to 192.0.2.2 blocked)"
    ),
    (
      "%ASA-6-302016 Teardown UDP connection 1 for o:192.0.2.1/53 to i:192.0.2.2/5 duration 0:02:01 bytes 1",
      "(protocol 17 ? to ? allowed)"
    ),
    (
      "%ASA-6-302013 : Built inbound TCP connection 1 for o:192.0.2.1/4 (192.0.2.1/4) to i:192.0.2.2/6 (192.0.2.2/6)",
      "(protocol 6 192.0.2.1#4 to 192.0.2.2#6 allowed)"
    ),
    (
      "%NGIPS-1-430002: EventPriority: Low, AccessControlRuleAction: Allow, SrcIP: 192.0.2.1, DstIP: 192.0.2.2, SrcPort: 5, DstPort: 443, Protocol: tcp",
      "(protocol 6 192.0.2.1#5 to 192.0.2.2#443 allowed)"
    ),
    (
      "5 123456789012 eni-1 192.0.2.1 192.0.2.2 50188 4433 6 1 44 1739865042 1739865042 ACCEPT OK vpc-1 subnet-1 - 2 IPv4 192.0.2.1",
      "(protocol 6 192.0.2.1#50188 to 192.0.2.2#4433 allowed)"
    ),
  ]
}
