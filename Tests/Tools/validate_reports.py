#!/usr/bin/env python3
"""Holds the reports of `sekisho test` and `sekisho diff` against their published schemas.

    validate_reports.py SEKISHO --sarif sarif-schema-2.1.0.json --junit JUnit.xsd [--junit junit-10.xsd]

A suite with cases that pass, fail, are skipped and cannot be run, with names and values full of what
XML, JSON, YAML and TAP treat specially, is run in every format:

- SARIF (of test and diff) against OASIS' JSON Schema (python package jsonschema),
- JUnit against one or more XSDs (python package lxml),
- TAP against Perl's TAP::Parser, which `prove` uses: no parse error, the right counts; and against
  the python package tap.py, which knows version 14, where that is installed,
- the suites of the repository against seeds/suite.schema.json (python packages jsonschema, PyYAML).

Schemas are not part of the repository: take SARIF's from oasis-tcs/sarif-spec, the XSDs from
windyroad/JUnit-Schema and jenkinsci/xunit-plugin. Exits with 1 at the first fault.
"""
import argparse, json, os, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

SUITE = """
name: "odd & <names> \\"of\\" suites"
defaults: {feeds: [{name: "list <&>", text: "evil.example\\nother.example\\n"}]}
cases:
  - {name: passes, text: evil.example, expect: {hits: [{value: evil.example}]}}
  - {name: "fails <![CDATA[ ]]> & # \\\\ 100% \\"quoted\\" 'single' ok 7 - x # TODO", text: notevil.example,
     expect: {hits: [{value: evil.example}], summary: {hits: 3}}}
  - {name: "not there # SKIP", requires: /nowhere/at/all, text: x}
  - {name: cannot run, inputs: "no such, file: 50%.log", text: x}
  - {name: "unwanted: ü \\u0001 \\u202e", text: other.example, expect: {no-hits: [{value: other.example}]}}
"""


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True)
    if done.returncode not in (0, 1, 2):
        sys.exit(f"{arguments}: exit code {done.returncode}: {done.stderr.decode()}")
    return done.stdout


def check(condition, what):
    if not condition:
        sys.exit(f"FAIL: {what}")
    print(f"ok: {what}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sekisho")
    parser.add_argument("--sarif", required=True)
    parser.add_argument("--junit", action="append", required=True)
    options = parser.parse_args()
    import jsonschema
    import lxml.etree
    import yaml

    sekisho = os.path.abspath(options.sekisho)
    with tempfile.TemporaryDirectory() as folder:
        suite = os.path.join(folder, "suite.yaml")
        with open(suite, "w", encoding="utf-8") as file:
            file.write(SUITE)
        test = lambda form: run(sekisho, "test", suite, "--format", form)

        schema = json.load(open(options.sarif))
        validator = jsonschema.validators.validator_for(schema)(schema)
        log = json.loads(test("sarif"))
        errors = list(validator.iter_errors(log))
        check(not errors, f"SARIF of test: {errors[:1]}")
        check(len(log["runs"][0]["results"]) == 4, "SARIF of test has every fault")

        os.makedirs(f"{folder}/old")
        os.makedirs(f"{folder}/new")
        open(f"{folder}/old/a b#%.txt", "w").write("evil.example\nother.example\n198.51.100.7\n")
        open(f"{folder}/new/a b#%.txt", "w").write("other.example\nnew.example\n")
        open(f"{folder}/t.log", "w").write("evil.example new.example\n")
        log = json.loads(run(sekisho, "diff", f"{folder}/old", f"{folder}/new", f"{folder}/t.log",
                             "--format", "sarif"))
        errors = list(validator.iter_errors(log))
        check(not errors, f"SARIF of diff: {errors[:1]}")
        rules = {result["ruleId"] for result in log["runs"][0]["results"]}
        check({"hit-lost", "hit-gained", "entry-removed", "entry-added"} <= rules, f"SARIF of diff: {rules}")

        document = test("junit")
        tree = lxml.etree.fromstring(document)
        for path in options.junit:
            xsd = lxml.etree.XMLSchema(lxml.etree.parse(path))
            valid = xsd.validate(tree)
            check(valid, f"JUnit against {os.path.basename(path)}: {xsd.error_log.last_error}")
        counts = tree.find("testsuite").attrib
        check((counts["tests"], counts["failures"], counts["errors"], counts["skipped"])
              == ("5", "2", "1", "1"), "JUnit counts")

        text = test("tap")
        check(text.startswith(b"TAP version 14\n"), "TAP: its version")
        tap = os.path.join(folder, "results.tap")
        # TAP::Parser before 3.50 knows version 13 and complains of any other, and of nothing else here.
        open(tap, "wb").write(text.replace(b"version 14", b"version 13", 1))
        perl = r"""
use TAP::Parser;
my $parser = TAP::Parser->new({exec => ['cat', $ARGV[0]]});
$parser->run;
print join(',', $parser->tests_run, scalar($parser->actual_passed), scalar($parser->actual_failed),
  scalar($parser->skipped), scalar($parser->todo), scalar($parser->parse_errors)), "\n",
  map {"$_\n"} $parser->parse_errors;
"""
        got = run("perl", "-e", perl, tap).decode()
        check(got.startswith("5,2,3,1,0,0"),
              f"TAP::Parser: run, passed, failed, skipped, todo, errors: {got.strip()}")
        try:
            from tap.parser import Parser as TAPParser
        except ImportError:
            print("skipped: TAP 14 with the python package tap.py, which is not here")
        else:
            lines = list(TAPParser().parse_text(text.decode()))
            tests = [line for line in lines if line.category == "test"]
            check([(bool(line.ok), bool(line.skip), bool(line.todo)) for line in tests]
                  == [(True, False, False), (False, False, False), (True, True, False),
                      (False, False, False), (False, False, False)], "tap.py: five tests")
            check(not [line for line in lines if line.category == "unknown"], "tap.py: no line unknown")
            check(len([line for line in tests if line.yaml_block]) == 3, "tap.py: three diagnostics")
        for block in open(tap, encoding="utf-8").read().split("\n  ---\n")[1:]:
            text = "\n".join(line[2:] for line in block.split("\n  ...\n")[0].split("\n"))
            check(isinstance(yaml.safe_load(text), dict), "TAP: diagnostics are YAML")

        json.loads(test("json"))
        for line in test("github").decode().splitlines():
            check("::" in line or "passed" in line, "GitHub: a command in each line")

    schema = json.load(open(os.path.join(ROOT, "seeds/suite.schema.json")))
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    class Loader(yaml.SafeLoader):
        """Times stay texts, as in JSON."""
    Loader.yaml_implicit_resolvers = {
        key: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
    for path in ["Fixtures/suite.yaml", "Tests/Suites/ids.yaml"]:
        tree = yaml.load(open(os.path.join(ROOT, path), encoding="utf-8"), Loader)
        errors = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(tree)]
        check(not errors, f"{path} against seeds/suite.schema.json: {errors[:2]}")
    for wrong in [{"cases": [{"name": "a", "expct": {}}]},
                  {"cases": [{"name": "a", "expect": {"hits": [{"valeu": 1}]}}]}]:
        check(list(validator.iter_errors(wrong)), "the schema refuses a wrong key")


main()
