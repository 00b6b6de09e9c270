import Parsing

/// Last labels that are also common file extensions (`Matching.md` §1): in free text a name that
/// ends in one is more often a file.
package enum FileExtensions {
  /// Whether a label, in any ASCII case and without its dot, is in the table.
  package static func isAmbiguous(_ label: RawSpan) -> Bool {
    guard 2...10 ~= label.byteCount else { return false }
    return table.contains(label)
  }

  /// Whether the last label of a name is in the table.
  package static func endsName(_ name: RawSpan) -> Bool {
    guard let dot = name.lastOffset(of: 0x2e) else { return false }
    return isAmbiguous(name.extracting((dot + 1)...))
  }

  /// Whether the last label of a name is a file extension and no top-level domain: `svchost.exe`.
  package static func endsFile(_ name: RawSpan) -> Bool {
    guard let dot = name.lastOffset(of: 0x2e), 1...10 ~= name.byteCount - dot - 1 else {
      return false
    }
    return files.contains(name.extracting((dot + 1)...))
  }

  private static let table = WordTable(
    """
    zip
    mov
    sh
    py
    md
    rs
    pl
    so
    ps
    cc
    do
    app
    ai
    ms
    java
    properties
    pf
    inc
    data
    map
    save
    cab

    """)

  /// File extensions that are no top-level domains.
  private static let files = WordTable(
    """
    exe
    dll
    sys
    ocx
    cpl
    scr
    drv
    pif
    msi
    msp
    msc
    lnk
    bat
    cmd
    ps1
    psm1
    psd1
    vbs
    vbe
    vba
    js
    jse
    wsf
    wsh
    wsc
    sct
    hta
    reg
    inf
    chm
    jar
    war
    class
    apk
    dex
    ipa
    elf
    ko
    dylib
    dmg
    pkg
    deb
    rpm
    appx
    msix
    xpi
    crx
    pyc
    pyd
    pyw
    doc
    docx
    docm
    dotx
    dotm
    rtf
    odt
    xls
    xlsx
    xlsm
    xlsb
    xlam
    xll
    xlt
    ppt
    pptx
    pptm
    pps
    ppsx
    ppam
    pdf
    mht
    mhtml
    eml
    msg
    txt
    log
    csv
    tsv
    json
    xml
    xsl
    yml
    yaml
    ini
    cfg
    conf
    htm
    html
    xhtml
    shtml
    css
    php
    php3
    php5
    phtml
    asp
    aspx
    ashx
    asmx
    jsp
    jspx
    cgi
    rar
    7z
    gz
    tgz
    tar
    bz2
    xz
    zst
    lzh
    arj
    iso
    img
    vhd
    vhdx
    wim
    png
    jpg
    jpeg
    gif
    bmp
    ico
    svg
    tif
    tiff
    webp
    mp3
    mp4
    wav
    avi
    swf
    ttf
    woff
    dat
    bin
    tmp
    bak
    dmp
    db
    sqlite
    pdb
    url
    job

    """)
}
