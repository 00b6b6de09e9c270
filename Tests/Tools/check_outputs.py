#!/usr/bin/env python3
"""Checks what `scan --format eve|ecs|zeek-intel` writes against the formats' own definitions.

    check_outputs.py eve SCHEMA FILE         Suricata's etc/schema.json
    check_outputs.py ecs FIELDS FILE         the schema's generated/csv/fields.csv
    check_outputs.py zeek-intel - FILE       the rules of Zeek's ASCII writer
    check_outputs.py navigator - FILE        layer format 4.5

Needs the package jsonschema for `eve`. Prints the number of records and the first faults; exits 1
where there is a fault.
"""
import csv
import ipaddress
import json
import re
import sys

faults = []


def fault(number, text):
    faults.append(f"{number}: {text}")


def eve(schema_path, path):
    import jsonschema

    with open(schema_path) as file:
        schema = json.load(file)
    validator = jsonschema.validators.validator_for(schema)(schema)
    count = 0
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            record = json.loads(line)
            count += 1
            for error in validator.iter_errors(record):
                fault(number, f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    return count


def leaves(prefix, value):
    if isinstance(value, dict):
        for key, member in value.items():
            yield from leaves(f"{prefix}.{key}" if prefix else key, member)
    elif isinstance(value, list):
        for member in value:
            if isinstance(member, dict):
                yield from leaves(prefix, member)
            else:
                yield prefix, member, True
    else:
        yield prefix, value, False


def is_date(text):
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", text) is not None


def ecs(fields_path, path):
    with open(fields_path, newline="") as file:
        fields = {row["Field"]: row for row in csv.DictReader(file)}
    allowed = {
        "event.kind": {"alert", "asset", "enrichment", "event", "metric", "pipeline_error", "signal",
                       "state"},
        "event.category": {"intrusion_detection", "threat", "network", "malware"},
        "event.type": {"allowed", "denied", "info", "indicator"},
        "network.direction": {"ingress", "egress", "inbound", "outbound", "internal", "external",
                              "unknown"},
        "threat.indicator.confidence": {"Not Specified", "None", "Low", "Medium", "High"},
        "threat.indicator.type": {
            "autonomous-system", "artifact", "directory", "domain-name", "email-addr", "file",
            "ipv4-addr", "ipv6-addr", "mac-addr", "mutex", "port", "process", "software", "url",
            "user-account", "windows-registry-key", "x509-certificate"},
        "threat.indicator.marking.tlp": {"WHITE", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"},
    }
    for name in list(allowed):
        if name.startswith("threat.indicator."):
            allowed[name.replace("threat.", "threat.enrichments.")] = allowed[name]
    count = 0
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            record = json.loads(line)
            count += 1
            timeless = "timestamp-of-intake" in record.get("tags", [])
            if ("@timestamp" in record) == timeless or "ecs" not in record:
                fault(number, "@timestamp or ecs.version is missing")
            for name, value, in_list in leaves("", record):
                if name.startswith("sekisho."):
                    continue
                row = fields.get(name)
                if row is None:
                    fault(number, f"{name} is no field of the schema")
                    continue
                kind = row["Type"]
                if in_list and row["Normalization"] != "array":
                    fault(number, f"{name} is a list")
                if not in_list and row["Normalization"] == "array" and row["Type"] != "nested":
                    fault(number, f"{name} is no list")
                if kind == "long" and not isinstance(value, int):
                    fault(number, f"{name} is no number: {value!r}")
                if kind in ("keyword", "wildcard", "match_only_text", "ip", "date"):
                    if not isinstance(value, str):
                        fault(number, f"{name} is no string: {value!r}")
                        continue
                if kind == "ip":
                    try:
                        ipaddress.ip_address(value)
                    except ValueError:
                        fault(number, f"{name} is no address: {value!r}")
                if kind == "date" and not is_date(value):
                    fault(number, f"{name} is no date: {value!r}")
                if name in allowed and value not in allowed[name]:
                    fault(number, f"{name} may not be {value!r}")
    return count


def zeek_intel(_, path):
    wanted = ("ts uid id.orig_h id.orig_p id.resp_h id.resp_p seen.indicator seen.indicator_type "
              "seen.where seen.node matched sources fuid file_mime_type file_desc").split()
    types = ("time string addr port addr port string enum enum string set[enum] set[string] string "
             "string string").split()
    count = 0
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = file.read().split("\n")
    if lines[-1] != "":
        fault(len(lines), "no end of line")
    header = lines[:7]
    expected = ["#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-",
                "#path\tintel", "\t".join(["#fields"] + wanted), "\t".join(["#types"] + types)]
    if header != expected:
        fault(1, "another header")
    for number, line in enumerate(lines[7:-1], 8):
        count += 1
        cells = line.split("\t")
        if len(cells) != len(wanted):
            fault(number, f"{len(cells)} cells")
            continue
        for name, kind, cell in zip(wanted, types, cells):
            if cell == "" or any(ord(c) < 0x20 or ord(c) == 0x7F for c in cell):
                fault(number, f"{name} is empty or holds a control")
            if re.sub(r"\\x[0-9a-f]{2}", "", cell).count("\\"):
                fault(number, f"{name} holds a lone backslash: {cell!r}")
            if cell == "-":
                if name in ("seen.where", "matched", "sources", "seen.indicator"):
                    fault(number, f"{name} is unset")
                continue
            if kind == "time" and not re.fullmatch(r"-?\d+\.\d{6}", cell):
                fault(number, f"{name}: {cell!r}")
            if kind == "addr":
                try:
                    ipaddress.ip_address(cell)
                except ValueError:
                    fault(number, f"{name}: {cell!r}")
            if kind == "port" and not (cell.isdigit() and int(cell) < 65536):
                fault(number, f"{name}: {cell!r}")
            if kind in ("enum", "set[enum]"):
                for part in cell.split(","):
                    if not re.fullmatch(r"[A-Za-z0-9_]+::[A-Z0-9_]+", part):
                        fault(number, f"{name}: {part!r}")
            if kind.startswith("set["):
                parts = cell.split(",")
                if len(set(parts)) != len(parts) or "" in parts:
                    fault(number, f"{name}: {cell!r}")
    return count


def navigator(_, path):
    """The tables of layers/spec/v4.5/layerformat.md, written as checks."""
    with open(path, encoding="utf-8") as file:
        layer = json.load(file)
    known = {
        "versions": dict, "name": str, "description": str, "domain": str, "customDataURL": str,
        "filters": dict, "sorting": int, "layout": dict, "hideDisabled": bool, "techniques": list,
        "gradient": dict, "legendItems": list, "showTacticRowBackground": bool,
        "tacticRowBackground": str, "selectTechniquesAcrossTactics": bool,
        "selectSubtechniquesWithParent": bool, "selectVisibleTechniques": bool, "metadata": list,
        "links": list,
    }
    technique = {
        "techniqueID": str, "tactic": str, "comment": str, "enabled": bool, "score": (int, float),
        "color": str, "metadata": list, "links": list, "showSubtechniques": bool,
    }

    def check(where, value, table, required=()):
        for key, member in value.items():
            if key not in table:
                fault(where, f"{key} is no property")
            elif not isinstance(member, table[key]):
                fault(where, f"{key} has another type")
        for key in required:
            if key not in value:
                fault(where, f"{key} is missing")

    check("layer", layer, known, ("name", "domain"))
    if layer.get("domain") not in ("enterprise-attack", "mobile-attack", "ics-attack"):
        fault("layer", "domain")
    versions = layer.get("versions", {})
    check("versions", versions, {"attack": str, "navigator": str, "layer": str},
          ("navigator", "layer"))
    if versions.get("layer") != "4.5":
        fault("versions", "layer must be 4.5")
    if tuple(map(int, versions.get("navigator", "0").split("."))) < (4, 9, 0):
        fault("versions", "navigator must be at least 4.9.0")
    check("layout", layer.get("layout", {}), {
        "layout": str, "showID": bool, "showName": bool, "showAggregateScores": bool,
        "countUnscored": bool, "aggregateFunction": str, "expandedSubtechniques": str})
    gradient = layer.get("gradient")
    if gradient is not None:
        check("gradient", gradient, {"colors": list, "minValue": (int, float),
                                     "maxValue": (int, float)}, ("colors", "minValue", "maxValue"))
        if gradient["maxValue"] <= gradient["minValue"] or len(gradient["colors"]) < 2:
            fault("gradient", "maxValue must exceed minValue, and two colours at least")
    for item in layer.get("legendItems", []):
        check("legendItems", item, {"label": str, "color": str}, ("label", "color"))
    seen = set()
    for item in layer.get("techniques", []):
        name = item.get("techniqueID", "?")
        check(name, item, technique, ("techniqueID",))
        if not re.fullmatch(r"T\d{4}(\.\d{3})?", name):
            fault(name, "is no technique")
        if (name, item.get("tactic")) in seen:
            fault(name, "stands twice")
        seen.add((name, item.get("tactic")))
        for datum in item.get("metadata", []):
            if "divider" not in datum:
                check(name, datum, {"name": str, "value": str}, ("name", "value"))
        for link in item.get("links", []):
            if "divider" not in link:
                check(name, link, {"label": str, "url": str}, ("label", "url"))
    return len(layer.get("techniques", []))


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    checks = {"eve": eve, "ecs": ecs, "zeek-intel": zeek_intel, "navigator": navigator}
    count = checks[sys.argv[1]](sys.argv[2], sys.argv[3])
    print(f"{sys.argv[3]}: {count} records, {len(faults)} faults")
    for text in faults[:20]:
        print("  " + text)
    sys.exit(1 if faults or count == 0 else 0)


main()
