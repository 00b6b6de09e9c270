import Indicators

/// What a field says about the event that its record tells of.
enum EventFact: UInt8, Sendable {
  case none
  case source
  case sourcePort
  case destination
  case destinationPort
  case ipProtocol
  /// State of the connection.
  case state
  /// Code of an answer of DNS, as a word or a number.
  case responseCode
  /// What was done with the traffic, in a word of the device's own.
  case verdict
  /// What sort of event it is, which may be that something was dropped (Suricata).
  case eventType
  /// A verdict as a number (OCSF).
  case verdictNumber
  /// The name of a fault, which tells whether access was denied (CloudTrail).
  case errorCode
  /// Which way the packet with these endpoints went (Suricata), or which way the connection was
  /// opened.
  case direction
  /// The endpoint of the machine that wrote the record, and the other one.
  case local
  case localPort
  case remote
  case remotePort
  /// The name of an event, which may say who opened a connection.
  case action
  /// Whether the traffic was stopped.
  case isBlocked
  /// Code of an answer, which counts only if it is the name of a DNS code.
  case answerCode
  /// A program on the machine that wrote the record, which may have opened the connection.
  case program
  /// What a further inspection did, which may have stopped what was let through before.
  case inspection
  /// The server if a client is named beside it, as in the logs of web servers; else the source.
  case serverOrSource
  /// The Community ID of the flow.
  case communityID
  /// The number of an event of Windows, and the name of what wrote it.
  case eventNumber
  case eventProvider
  /// The client in a service's log, if an entry's identifier beside it shows that it is one.
  case visitor
  case entryIdentifier
  /// The administrator's address in brackets behind what he used: `GUI(192.0.2.1)` (FortiGate).
  case console
}

extension KeyName {
  /// What the field says about the event, and its rank among several such fields: lower first.
  ///
  /// An address and the port that belongs to it have the same rank.
  func fact(parent: KeyName) -> (EventFact, UInt8) {
    let isExported = lower.hasPrefix("_source.")
    if let written = Self.writtenFacts[isExported ? String(lower.dropFirst(8)) : lower] {
      return written
    }
    // An export calls the record itself `_source`, which is no endpoint of its event.
    if parent.lower == "_source" { return Self.facts[plain] ?? (.none, 0) }
    let name = isExported ? String(plain.dropFirst(6)) : plain
    return Self.factsBelow[parent.plain]?[name] ?? Self.facts[name] ?? (.none, 0)
  }

  /// Names in proxies' logs in the W3C format, in lower case: `s` is the proxy itself, `r` the
  /// server that it asks.
  ///
  /// `event.type` is a name of the Elastic Common Schema; without its dot it would be Suricata's
  /// `event_type`, which means something else.
  static let writtenFacts: [String: (EventFact, UInt8)] = [
    "c-ip": (.source, 1), "r-ip": (.destination, 1), "s-ip": (.destination, 2),
    "c-port": (.sourcePort, 1), "r-port": (.destinationPort, 1), "s-port": (.destinationPort, 2),
    "event.type": (.verdict, 1),
  ]

  /// What keys say together with the key of the object around them.
  static let factsBelow: [String: [String: (EventFact, UInt8)]] = [
    // Zeek's, if a shipper made objects of them.
    "id": [
      "origh": (.source, 1), "origp": (.sourcePort, 1), "resph": (.destination, 1),
      "respp": (.destinationPort, 1),
    ],
    "source": ["ip": (.source, 1), "address": (.source, 1), "port": (.sourcePort, 1)],
    "srcendpoint": ["ip": (.source, 1), "port": (.sourcePort, 1)],
    "client": [
      "ip": (.source, 2), "address": (.source, 2), "ipaddress": (.source, 2),
      "port": (.sourcePort, 2),
    ],
    "destination": [
      "ip": (.destination, 1), "address": (.destination, 1), "port": (.destinationPort, 1),
    ],
    "dstendpoint": ["ip": (.destination, 1), "port": (.destinationPort, 1)],
    "server": [
      "ip": (.destination, 2), "address": (.destination, 2), "port": (.destinationPort, 2),
    ],
    "src": [
      "ip": (.source, 1), "address": (.source, 1), "addr": (.source, 1), "port": (.sourcePort, 1),
    ],
    "dst": [
      "ip": (.destination, 1), "address": (.destination, 1), "addr": (.destination, 1),
      "port": (.destinationPort, 1),
    ],
    "dest": [
      "ip": (.destination, 1), "address": (.destination, 1), "addr": (.destination, 1),
      "port": (.destinationPort, 1),
    ],
    "network": [
      "transport": (.ipProtocol, 1), "iananumber": (.ipProtocol, 2),
      "communityid": (.communityID, 1),
      // DNS-collector's: who asked and who answers.
      "queryip": (.source, 2), "queryport": (.sourcePort, 2), "responseip": (.destination, 2),
      "responseport": (.destinationPort, 2),
    ],
    // AdGuard Home's.
    "result": ["isfiltered": (.isBlocked, 4)],
    "connectioninfo": ["protocolname": (.ipProtocol, 1), "protocolnum": (.ipProtocol, 2)],
    // The endpoints of the connection, while those beside it are of a single packet.
    "flow": [
      "state": (.state, 2), "srcip": (.source, 0), "srcport": (.sourcePort, 0),
      "destip": (.destination, 0), "destport": (.destinationPort, 0),
    ],
    "frame": ["direction": (.none, 0)],
    // What an alert is about, which is no client (Microsoft Defender).
    "evidence": ["ipaddress": (.none, 0)], "asset": ["ipaddress": (.none, 0)],
    "entities": ["ipaddress": (.none, 0)],
    // A machine in an inventory (BeyondTrust).
    "managedsystem": ["ipaddress": (.none, 0)],
    "dns": ["rcode": (.responseCode, 1), "responsecode": (.responseCode, 1)],
    "enforcedsecuritypolicy": ["outcome": (.verdict, 1)],
    // Okta's.
    "outcome": ["result": (.verdict, 3)],
    // What became of the packet; the rule that it matched need not have decided that.
    "verdict": ["action": (.verdict, 0)], "alert": ["action": (.verdict, 1)],
    "event": [
      "type": (.verdict, 1), "action": (.verdict, 2), "code": (.eventNumber, 1),
      "provider": (.eventProvider, 1),
    ],
    "provider": ["name": (.eventProvider, 1)],
    // Auth0's, beside `log_id`.
    "data": ["ip": (.visitor, 1)],
    // Falco's: client and server, else the own end and the other one.
    "fd": [
      "cip": (.source, 2), "cport": (.sourcePort, 2), "sip": (.destination, 2),
      "sport": (.destinationPort, 2), "rip": (.remote, 4), "rport": (.remotePort, 4),
      "lip": (.local, 4), "lport": (.localPort, 4), "l4proto": (.ipProtocol, 2),
    ],
    // GuardDuty's.
    "localipdetails": ["ipaddressv4": (.local, 4), "ipaddressv6": (.local, 4)],
    "localportdetails": ["port": (.localPort, 4)],
    "remoteipdetails": ["ipaddressv4": (.remote, 3), "ipaddressv6": (.remote, 3)],
    "remoteportdetails": ["port": (.remotePort, 4)],
    // Duo; audit logs of services; MongoDB; serializers of Node.js.
    "accessdevice": ["ip": (.source, 3)], "request": ["ip": (.source, 3)],
    "attr": ["remote": (.source, 3)],
    // Elasticsearch's audit log; Teleport; Cilium's flows.
    "origin": ["address": (.source, 3)],
    "addr": ["remote": (.source, 3), "local": (.destination, 3)],
    "ip": ["source": (.source, 1), "destination": (.destination, 1)],
    "req": ["remoteaddress": (.source, 3), "remoteport": (.sourcePort, 3)],
    // ModSecurity's, where the local endpoint is the server that it runs in.
    "transaction": [
      "remoteaddress": (.source, 3), "remoteport": (.sourcePort, 3),
      "localaddress": (.destination, 3), "localport": (.destinationPort, 3),
    ],
    "local": [
      "ip": (.local, 4), "address": (.local, 4), "addr": (.local, 4), "port": (.localPort, 4),
    ],
    "remote": [
      "ip": (.remote, 4), "address": (.remote, 4), "addr": (.remote, 4), "port": (.remotePort, 4),
    ],
  ]

  static let facts: [String: (EventFact, UInt8)] = [
    "idorigh": (.source, 1), "srcip": (.source, 1), "sourceip": (.source, 1),
    "sourceaddress": (.source, 1), "src": (.source, 1), "saddr": (.source, 1),
    "srcaddr": (.source, 1), "sourceipaddress": (.source, 1), "clientip": (.source, 2),
    "remoteaddr": (.remote, 3), "remoteip": (.remote, 3), "clientaddr": (.source, 2),
    "idorigp": (.sourcePort, 1), "srcport": (.sourcePort, 1), "sourceport": (.sourcePort, 1),
    "spt": (.sourcePort, 1), "sport": (.sourcePort, 1), "clientport": (.sourcePort, 2),
    "remoteport": (.remotePort, 3),
    "idresph": (.destination, 1), "destip": (.destination, 1), "dstip": (.destination, 1),
    "destinationip": (.destination, 1), "destinationaddress": (.destination, 1),
    "dst": (.destination, 1), "dest": (.destination, 1),
    "daddr": (.destination, 1), "dstaddr": (.destination, 1),
    "idrespp": (.destinationPort, 1), "destport": (.destinationPort, 1),
    "dstport": (.destinationPort, 1), "destinationport": (.destinationPort, 1),
    "dpt": (.destinationPort, 1), "dport": (.destinationPort, 1),
    // Windows' filtering platform, Microsoft's common schema, IPFIX, the OCSF schema written flat.
    "destaddress": (.destination, 1), "srcipaddr": (.source, 1), "dstipaddr": (.destination, 1),
    "srcportnumber": (.sourcePort, 1), "dstportnumber": (.destinationPort, 1),
    "sourceipv4address": (.source, 1), "sourceipv6address": (.source, 1),
    "destinationipv4address": (.destination, 1), "destinationipv6address": (.destination, 1),
    "sourcetransportport": (.sourcePort, 1), "destinationtransportport": (.destinationPort, 1),
    "srcendpointip": (.source, 1), "srcendpointport": (.sourcePort, 1),
    "dstendpointip": (.destination, 1), "dstendpointport": (.destinationPort, 1),
    "serverip": (.destination, 2), "serverport": (.destinationPort, 2),
    "serveraddr": (.destination, 3), "clientsrcport": (.sourcePort, 2),
    "networktransport": (.ipProtocol, 1), "networkiananumber": (.ipProtocol, 2),
    "flowsrcip": (.source, 0), "flowsrcport": (.sourcePort, 0), "flowdestip": (.destination, 0),
    "flowdestport": (.destinationPort, 0), "direction": (.direction, 1),
    "dnsresponsecode": (.responseCode, 1), "dnsrcode": (.responseCode, 1), "flowstate": (.state, 2),
    "alertaction": (.verdict, 1), "verdictaction": (.verdict, 0), "eventaction": (.verdict, 2),
    "proto": (.ipProtocol, 1), "protocol": (.ipProtocol, 2),
    "connstate": (.state, 1), "rcodename": (.state, 1), "rcode": (.responseCode, 3),
    "rcodeid": (.responseCode, 4),
    "action": (.verdict, 2), "act": (.verdict, 2), "verdict": (.verdict, 2),
    "disposition": (.verdict, 2), "accesscontrolruleaction": (.verdict, 1),
    "scfilterresult": (.verdict, 1), "saction": (.verdict, 2), "eventtype": (.eventType, 3),
    "actionid": (.verdictNumber, 4), "dispositionid": (.verdictNumber, 4),
    "errorcode": (.errorCode, 5),
    // NetFlow, as nProbe and Logstash write it; Wireshark's fields; SentinelOne.
    "ipv4srcaddr": (.source, 1), "ipv6srcaddr": (.source, 1), "l4srcport": (.sourcePort, 1),
    "ipv4dstaddr": (.destination, 1), "ipv6dstaddr": (.destination, 1),
    "l4dstport": (.destinationPort, 1), "netflowipv4srcaddr": (.source, 1),
    "netflowipv6srcaddr": (.source, 1), "netflowl4srcport": (.sourcePort, 1),
    "netflowipv4dstaddr": (.destination, 1), "netflowipv6dstaddr": (.destination, 1),
    "netflowl4dstport": (.destinationPort, 1), "netflowprotocol": (.ipProtocol, 2),
    "ipsrc": (.source, 1), "ipv6src": (.source, 1),
    "tcpsrcport": (.sourcePort, 1), "udpsrcport": (.sourcePort, 1), "ipdst": (.destination, 1),
    "ipv6dst": (.destination, 1), "tcpdstport": (.destinationPort, 1),
    "udpdstport": (.destinationPort, 1), "ipproto": (.ipProtocol, 1),
    "srcipaddress": (.source, 1), "dstipaddress": (.destination, 1),
    // Endpoints' sensors.
    "localip": (.local, 4), "localaddr": (.local, 4), "localaddress": (.local, 4),
    "localipaddress": (.local, 4), "localaddressip4": (.local, 4), "localaddressip6": (.local, 4),
    "localipv4": (.local, 4), "localipv6": (.local, 4), "localport": (.localPort, 4),
    "remoteaddress": (.remote, 3),
    "remoteipaddress": (.remote, 4), "remoteaddressip4": (.remote, 4),
    "remoteaddressip6": (.remote, 4), "remoteipv4": (.remote, 4),
    "remoteipv6": (.remote, 4), "remoteurl": (.program, 1),
    "initiatingprocessfilename": (.program, 1), "initiatingprocessid": (.program, 1),
    "initiatingprocesscommandline": (.program, 1), "initiatingprocessfolderpath": (.program, 1),
    "actionlocalip": (.local, 4), "actionlocalport": (.localPort, 4),
    "actionremoteip": (.remote, 4), "actionremoteport": (.remotePort, 4),
    "networkdirection": (.direction, 1),
    "connectiondirection": (.direction, 2), "actiontype": (.action, 1),
    "eventsimplename": (.action, 1),
    // Clients in the audit logs of Azure, Google Cloud, Microsoft 365, GitHub, Cloudflare, CrowdStrike; senders of mail.
    "calleripaddress": (.source, 2), "callerip": (.source, 2), "clientipaddress": (.source, 2),
    "clientaddress": (.source, 2), "userip": (.source, 3), "actorip": (.source, 3),
    "actoripaddress": (.source, 3), "senderip": (.source, 3), "senderipaddress": (.source, 3),
    "senderclientip": (.source, 3), "fromip": (.source, 3), "sourceips": (.source, 3),
    "ipaddress": (.source, 3), "ipport": (.sourcePort, 3),
    // Firepower's connections, ePO, SentinelOne, OpenCanary, FireEye; FortiGate's tunnels.
    "initiatorip": (.source, 1), "initiatorport": (.sourcePort, 1),
    "responderip": (.destination, 1), "responderport": (.destinationPort, 1),
    "sourceipv4": (.source, 1), "sourceipv6": (.source, 1), "targetipv4": (.destination, 3),
    "targetipv6": (.destination, 3), "destinationipv4": (.destination, 1),
    "destinationipv6": (.destination, 1), "srcendpointipaddress": (.source, 1),
    "dstendpointipaddress": (.destination, 1), "ipsource": (.source, 1),
    "ipdestination": (.destination, 1), "srchost": (.source, 1), "dsthost": (.destination, 1),
    "destinationipaddress": (.destination, 1), "connsrcip": (.source, 1),
    "connsrcport": (.sourcePort, 1), "conndestip": (.destination, 1),
    "conndestport": (.destinationPort, 1), "disp": (.verdict, 2), "appliedaction": (.verdict, 2),
    "resolverdecision": (.verdict, 2), "outcomeresult": (.verdict, 3), "attackerip": (.source, 3),
    "rhost": (.source, 2),
    "victimip": (.destination, 3), "locip": (.local, 4),
    "locport": (.localPort, 4), "remip": (.remote, 3), "remport": (.remotePort, 3),
    "dir": (.direction, 3),
    // Dovecot, Zimbra, OneLogin, Envoy, and services that name who asked.
    "rip": (.source, 3), "rport": (.sourcePort, 3), "lip": (.destination, 3),
    "lport": (.destinationPort, 3), "oip": (.source, 3), "oport": (.sourcePort, 3),
    "ipaddr": (.source, 3), "requestip": (.source, 3), "fwd": (.source, 3),
    "visitorip": (.source, 3),
    "downstreamremoteaddress": (.source, 2), "downstreamlocaladdress": (.destination, 2),
    // Zscaler's firewall and resolver, Akamai, Windows' logons, Check Point's service, Meraki.
    "csip": (.source, 2), "csport": (.sourcePort, 2), "cdip": (.destination, 2),
    "cdport": (.destinationPort, 2), "cltsip": (.source, 2), "cltsport": (.sourcePort, 2),
    "srvdip": (.destination, 2), "srvdport": (.destinationPort, 2), "cliip": (.source, 2),
    "sourcenetworkaddress": (.source, 1), "service": (.destinationPort, 1),
    "decision": (.verdict, 3), "reqaction": (.verdict, 3),
    // F5's firewall of applications, Cisco ISE, PostgreSQL and Pi-hole, Apache in JSON, Symantec.
    "ipclient": (.source, 1), "requeststatus": (.verdict, 3), "callingstationid": (.source, 3),
    "client": (.source, 3), "remotehost": (.remote, 3), "localhost": (.local, 4),
    // Juniper, Route 53, CEF, Sophos, SonicWall, Cloudflare.
    "msgid": (.eventType, 3), "protocolid": (.ipProtocol, 1), "firewallruleaction": (.verdict, 1),
    "deviceaction": (.verdict, 2), "logsubtype": (.verdict, 2), "fwaction": (.verdict, 1),
    "securityaction": (.verdict, 1), "blocked": (.isBlocked, 4), "srcv6": (.source, 1),
    "dstv6": (.destination, 1),
    // Used beside a `protocol` that is the application's.
    "transport": (.ipProtocol, 3), "transportprotocol": (.ipProtocol, 3),
    "responsecode": (.answerCode, 3), "replycode": (.answerCode, 2),
    "replycodeid": (.responseCode, 4), "ftntfgtaction": (.verdict, 2),
    "fortinetfortigateaction": (.verdict, 2), "utmaction": (.inspection, 1),
    // Firepower's for files and intrusions: what these did outranks the rule that let the traffic
    // in.
    "fileaction": (.inspection, 0), "inlineresult": (.inspection, 0),
    "ipprotocol": (.ipProtocol, 1), "protocolnumber": (.ipProtocol, 3),
    // Microsoft's common schema (ASIM).
    "dvcaction": (.verdict, 2), "networkprotocol": (.ipProtocol, 2),
    // pmacct, nfdump, goflow.
    "portsrc": (.sourcePort, 1), "portdst": (.destinationPort, 1),
    "src4addr": (.source, 1), "src6addr": (.source, 1), "dst4addr": (.destination, 1),
    "dst6addr": (.destination, 1),
    // Metron.
    "ipsrcaddr": (.source, 1), "ipsrcport": (.sourcePort, 1), "ipdstaddr": (.destination, 1),
    "ipdstport": (.destinationPort, 1),
    // H3C, Hillstone, beside `dip`; IIS as Azure's and other collectors write it, Falco, beside `cip`.
    "sip": (.serverOrSource, 1), "cip": (.source, 2), "cport": (.sourcePort, 2),
    // Elasticsearch and Teleport with flat keys.
    "dip": (.destination, 1), "originaddress": (.source, 3),
    "addrremote": (.source, 3), "addrlocal": (.destination, 3),
    // Windows.
    "logid": (.entryIdentifier, 1), "eventid": (.eventNumber, 1), "eventcode": (.eventNumber, 1),
    "providername": (.eventProvider, 1), "sourcename": (.eventProvider, 1),
    // Snort 3, with the port behind the address.
    "srcap": (.source, 1), "dstap": (.destination, 1),
    // FortiGate and Cisco ISE for administrators; bastions.
    "ui": (.console, 3), "adminipaddress": (.source, 3), "targetip": (.destination, 3),
    "targetport": (.destinationPort, 3),
    // Suricata's and Zeek's; the Elastic Common Schema with flat keys.
    "communityid": (.communityID, 1), "networkcommunityid": (.communityID, 1),
  ]
}
