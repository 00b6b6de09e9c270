extension KeyName {
  /// Names of the event's time in logs of Splunk, Sysmon, Azure, nginx, Cloudflare and others, the surest first.
  static let furtherTimes: [String: UInt8] = [
    "timegenerated": 8, "timeiso8601": 8, "edgestarttimestamp": 8, "logtime": 8,
    "datetime": 9, "timecreated": 9, "systemtime": 9, "time": 10, "timelocal": 10,
    "generatetime": 10, "receivetime": 11, "starttime": 11, "eventcreated": 12,
    "creationtime": 12, "createdat": 13, "published": 13,
    // journald, osquery, and the columns of tables made for people.
    "realtimetimestamp": 8, "sourcerealtimetimestamp": 7, "unixtime": 8, "eventtime": 8,
    "datefirstseen": 9,
    // They go before names for the same time in the machine's zone.
    "utctime": 5, "timeutc": 5, "eventtimeutc": 5,
    // Entra, Azure, Microsoft 365, Route 53, IPFIX.
    "activitydatetime": 8, "querytimestamp": 8, "eventtimestamp": 8, "timestampms": 8,
    "timegeneratedutc": 8, "flowstartmilliseconds": 8,
    "flowstartseconds": 9, "dateutc": 9, "messagetime": 9, "requesttime": 9, "receivedtime": 11,
    "creationdate": 12, "createddatetime": 13, "idtime": 9,
    // The sensor's own, where `timestamp` is when the cloud received the event (CrowdStrike).
    "contexttimestamp": 0, "contexttimestampdecimal": 0,
    // Wireshark's.
    "frametimeepoch": 8, "frametime": 9,
    // Further sensors, mail gateways and audit logs.
    "eventcreationtime": 7, "requesttimeepoch": 8, "eventdatetime": 8, "requesttimestampepoch": 8,
    "requesttimestamp": 9, "timestampderived": 8, "detectedat": 9, "detectiontime": 9,
    "detectiontimestamp": 9, "occurred": 9, "occured": 9, "occurredat": 9, "clicktime": 9,
    "detecteddatetime": 9, "logtimestamp": 8, "reqtimesec": 9, "asctime": 9, "received": 12,
    "eventstart": 11, "start": 13, "timeunixnano": 8, "clienttimestamp": 9, "eventcreatedate": 9,
    "when": 10, "createtime": 13,
    "localtime": 10, "gmttime": 9, "xtimestampunix": 9, "timemillis": 8, "epochsecond": 8,
    "observedtimestamp": 9, "detectedtime": 9, "logdate": 9,
    "dateandtime": 9,
    // Defender, osquery, Google Cloud, NXLog.
    "alertcreationtime": 9, "firsteventtime": 9, "calendartime": 9, "receivetimestamp": 12,
    "eventreceivedtime": 12,
    // Carbon Black, pmacct, goflow.
    "devicetimestamp": 8, "timestampstart": 9, "timeflowstartns": 9,
    "timestamprfc3339ns": 8,
    "createdtime": 13, "starteddatetime": 9, "createdtimeutc": 13, "datecreate": 13, "created": 14,
    "rt": 12, "t": 14,
  ]
}
