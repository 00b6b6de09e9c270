/// The rules of every page: light and dark, phone to desk, screen and paper.
enum PageStyle {
  static let rules: StaticString = """
    :root {
      --ground: #ffffff; --raised: #f6f7f9; --line: #dfe3e8; --ink: #1b2128; --soft: #5a6572;
      --accent: #1f5fa8; --bar: #4a86c7; --warn: #a3420c; --warn-ground: #fdf1e8;
      --h0: #f0f2f5; --h1: #d6e4f3; --h2: #aecbe9; --h3: #7fadda; --h4: #4a86c7; --h5: #23629f; --h6: #12406e;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #14181d; --raised: #1c2229; --line: #313a44; --ink: #e6e9ed; --soft: #9aa5b1;
        --accent: #7fb2ea; --bar: #4f8fd0; --warn: #f0a36b; --warn-ground: #33241a;
        --h0: #20262e; --h1: #1d3550; --h2: #234a73; --h3: #2c6298; --h4: #3f80c0; --h5: #6aa5de; --h6: #a6cef3;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body {
      margin: 0 auto; max-width: 72rem; padding: 2rem 1.5rem 3rem; background: var(--ground); color: var(--ink);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
    }
    h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; font-weight: 650; }
    h2 { margin: 0 0 .25rem; font-size: 1.1rem; font-weight: 650; }
    h3 { margin: 1.25rem 0 .25rem; font-size: .95rem; font-weight: 650; }
    p { margin: 0 0 .75rem; }
    .lead { margin-top: .35rem; color: var(--soft); }
    .note { max-width: 46rem; color: var(--soft); font-size: .9rem; }
    .warn { padding: .6rem .8rem; border-left: 3px solid var(--warn); background: var(--warn-ground); font-size: .9rem; }
    section { margin-top: 2.5rem; }
    .figures {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1px; margin: 1.5rem 0 0;
      background: var(--line); border: 1px solid var(--line); border-radius: 6px; overflow: hidden;
    }
    .figures div { padding: .7rem .9rem; background: var(--ground); }
    .figures dt { color: var(--soft); font-size: .8rem; }
    .figures dd { margin: .1rem 0 0; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
    .scroll { overflow-x: auto; margin: .5rem 0 0; }
    table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; }
    th, td { padding: .35rem .6rem; text-align: right; vertical-align: top; border-bottom: 1px solid var(--line); white-space: nowrap; }
    th { color: var(--soft); font-weight: 500; font-size: .78rem; vertical-align: bottom; white-space: normal; line-height: 1.25; }
    th:first-child, td:first-child { padding-left: 0; }
    .t { text-align: left; }
    .w { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 8rem; }
    td.w small { display: block; }
    small { color: var(--soft); font-size: .78rem; }
    .zero { color: var(--soft); }
    .sticky td:first-child { min-width: 13rem; }
    .v { word-break: break-all; }
    code, .v { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .82rem; }
    svg { display: block; font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
    svg text { fill: var(--ink); } svg .s { fill: var(--soft); }
    .bar { fill: var(--bar); } 
    .h0 { fill: var(--h0); } .h1 { fill: var(--h1); } .h2 { fill: var(--h2); } .h3 { fill: var(--h3); }
    .h4 { fill: var(--h4); } .h5 { fill: var(--h5); } .h6 { fill: var(--h6); }
    .self { fill: none; stroke: var(--line); }
    .legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .5rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: .8rem; }
    .legend svg { display: inline-block; vertical-align: -1px; margin-right: .3rem; }
    .bars td { border-bottom: 0; padding: .15rem .6rem; } .bars td:nth-child(2) { width: 50%; }
    .strips td:nth-child(2) { width: 72%; }
    .ends { display: flex; justify-content: space-between; gap: 1rem; margin: .15rem 0 0; }
    .plot { width: 100%; height: 150px; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
    .bars td:first-child { padding-left: 0; } .bars svg { width: 100%; height: 14px; }
    .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 0 2.5rem; }
    .columns > div { min-width: 0; }
    details summary { cursor: pointer; color: var(--accent); }
    details dl { margin: .25rem 0 .5rem; } details dt { color: var(--soft); font-size: .78rem; } details dd { margin: 0 0 .3rem; }
    footer { margin-top: 3rem; padding-top: .75rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .8rem; }
    @media (max-width: 40rem) {
      body { padding: 1.25rem 1rem 2rem; font-size: 14px; }
      h1 { font-size: 1.35rem; }
      .figures { grid-template-columns: 1fr 1fr; }
      .figures dd { font-size: 1.1rem; }
      .columns { grid-template-columns: 1fr; }
      .strips td:nth-child(2) { width: 50%; }
      .sticky th:first-child, .sticky td:first-child {
        position: sticky; left: 0; background: var(--ground); max-width: 10rem; min-width: 8.5rem;
        white-space: normal; overflow-wrap: anywhere; border-right: 1px solid var(--line);
      }
    }
    @media print {
      :root { --ground: #fff; --ink: #000; --soft: #444; --line: #bbb; }
      body { max-width: none; padding: 0; font-size: 10pt; }
      .scroll { overflow: visible; } section { break-inside: auto; } tr, svg { break-inside: avoid; }
      .bar, .h1, .h2, .h3, .h4, .h5, .h6 { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    }

    """
}
