import Parsing

/// Names and addresses that machines of all the world ask for: an indicator feed that lists them is
/// wrong or means something below them (`Matching.md` §9).
///
/// A judgement of this project, not a copy of a ranking: services that a system asks on its own
/// (updates, revocation, connectivity checks, time), and sites of the first rank, under whose own
/// name nothing is served by strangers. Sharing and hosting services are among them, because what
/// is bad there is a page or a host below, never the service.
package enum WellKnown {
  /// Whether a whole name in normal form, with or without `www.` before it, is one of them.
  package static func contains(name: RawSpan) -> Bool {
    if names.contains(name) { return true }
    return name.starts(with: "www.") && names.contains(name.extracting(4...))
  }

  /// Whether an IPv4 address is a public resolver's or a root name server's.
  package static func contains(ipv4 address: UInt32) -> Bool { addresses.contains(address) }

  /// Resolvers of Google, Cloudflare, Quad9, OpenDNS, Level 3 and Verisign; then the root servers,
  /// a to m (IANA's root hints).
  private static let addresses: Set<UInt32> = Set(
    [
      "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "149.112.112.112", "208.67.222.222",
      "208.67.220.220", "4.2.2.1", "4.2.2.2", "64.6.64.6", "64.6.65.6",
      "198.41.0.4", "170.247.170.2", "192.33.4.12", "199.7.91.13", "192.203.230.10", "192.5.5.241",
      "192.112.36.4", "198.97.190.53", "192.36.148.17", "192.58.128.30", "193.0.14.129",
      "199.7.83.42", "202.12.27.33",
    ].compactMap { text in
      let bytes = Array(text.utf8)
      return IPAddressText.ipv4(bytes.rawSpan)
    })

  // swift-format-ignore
  private static let names = WordTable(
    """
    update.microsoft.com
    windowsupdate.microsoft.com
    windowsupdate.com
    download.windowsupdate.com
    ctldl.windowsupdate.com
    sls.update.microsoft.com
    fe2.update.microsoft.com
    delivery.mp.microsoft.com
    dl.delivery.mp.microsoft.com
    download.microsoft.com
    go.microsoft.com
    login.microsoftonline.com
    login.live.com
    msftncsi.com
    msftconnecttest.com
    dns.msftncsi.com
    settings-win.data.microsoft.com
    time.windows.com
    swscan.apple.com
    swcdn.apple.com
    mesu.apple.com
    gdmf.apple.com
    captive.apple.com
    time.apple.com
    push.apple.com
    clients1.google.com
    clients2.google.com
    clients3.google.com
    clients4.google.com
    update.googleapis.com
    dl.google.com
    connectivitycheck.gstatic.com
    time.google.com
    aus5.mozilla.org
    download.mozilla.org
    detectportal.firefox.com
    archive.ubuntu.com
    security.ubuntu.com
    ports.ubuntu.com
    deb.debian.org
    security.debian.org
    mirrors.fedoraproject.org
    mirrorlist.centos.org
    pool.ntp.org
    time.nist.gov
    update.adobe.com
    armmf.adobe.com
    crl.microsoft.com
    mscrl.microsoft.com
    ocsp.msocsp.com
    oneocsp.microsoft.com
    ocsp.apple.com
    crl.apple.com
    ocsp2.apple.com
    ocsp.pki.goog
    crl.pki.goog
    c.pki.goog
    o.pki.goog
    pki.google.com
    ocsp.digicert.com
    crl3.digicert.com
    crl4.digicert.com
    cacerts.digicert.com
    status.geotrust.com
    status.rapidssl.com
    ocsp.verisign.com
    crl.verisign.com
    ocsp.thawte.com
    crl.thawte.com
    ocsp.symcd.com
    ocsp.globalsign.com
    ocsp2.globalsign.com
    crl.globalsign.com
    crl.globalsign.net
    ocsp.sectigo.com
    crl.sectigo.com
    ocsp.comodoca.com
    crl.comodoca.com
    ocsp.usertrust.com
    crl.usertrust.com
    ocsp.entrust.net
    crl.entrust.net
    ocsp.godaddy.com
    crl.godaddy.com
    ocsp.starfieldtech.com
    crl.starfieldtech.com
    ocsp.int-x3.letsencrypt.org
    r3.o.lencr.org
    e1.o.lencr.org
    x1.c.lencr.org
    ocsp.amazontrust.com
    ocsp.rootca1.amazontrust.com
    crl.rootca1.amazontrust.com
    google.com
    googleapis.com
    gstatic.com
    googleusercontent.com
    googlevideo.com
    google-analytics.com
    googletagmanager.com
    googleadservices.com
    googlesyndication.com
    doubleclick.net
    drive.google.com
    docs.google.com
    mail.google.com
    gmail.com
    youtube.com
    ytimg.com
    facebook.com
    fbcdn.net
    instagram.com
    whatsapp.com
    whatsapp.net
    twitter.com
    x.com
    linkedin.com
    pinterest.com
    reddit.com
    tiktok.com
    snapchat.com
    telegram.org
    t.me
    discord.com
    discordapp.com
    cdn.discordapp.com
    microsoft.com
    windows.com
    office.com
    office365.com
    outlook.com
    live.com
    bing.com
    msn.com
    skype.com
    azure.com
    sharepoint.com
    windows.net
    onedrive.live.com
    apple.com
    icloud.com
    mzstatic.com
    amazon.com
    amazonaws.com
    cloudfront.net
    cloudflare.com
    akamai.net
    akamaiedge.net
    akamaized.net
    fastly.net
    netflix.com
    yahoo.com
    wikipedia.org
    wikimedia.org
    github.com
    githubusercontent.com
    raw.githubusercontent.com
    gitlab.com
    bitbucket.org
    sourceforge.net
    stackoverflow.com
    mozilla.org
    firefox.com
    adobe.com
    dropbox.com
    box.com
    pastebin.com
    paypal.com
    ebay.com
    zoom.us
    salesforce.com
    wordpress.com
    wordpress.org
    baidu.com
    qq.com
    taobao.com
    yandex.ru
    vk.com
    mail.ru
    duckduckgo.com
    archive.org
    debian.org
    ubuntu.com
    python.org
    pypi.org
    npmjs.org
    npmjs.com
    docker.com
    docker.io
    oracle.com
    java.com
    ibm.com
    cisco.com
    intel.com
    samsung.com
    virustotal.com
    letsencrypt.org
    digicert.com
    verisign.com
    w3.org
    ietf.org
    iana.org

    """)
}
