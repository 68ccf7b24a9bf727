package reports

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/entrant-scim/entrant/internal/exchange"
	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/verdict"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const hostile = "Zoë <b>&\"]]>\x1b[31m\x00 \u202e end\nsecond line ``` |"

// sample is a run with every status and with hostile text everywhere.
func sample() verdict.Run {
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	check := func(rule, row string, level profile.Level, status verdict.Status) verdict.Check {
		return verdict.Check{Rule: rule, Case: row, Title: "Title " + hostile, Level: level, Status: status, Expectations: []string{"USR-D-01"},
			MicrosoftTests: []string{"Disable_User_Test"}, Feature: "users/disable.feature", Line: 18, DurationMS: 12.3456}
	}
	mismatch := &verdict.Mismatch{Sent: "PATCH /Users/2819c223  {\"a\":\"" + hostile + "\"}", Received: "400 Bad Request  " + hostile, Expected: "204, or 200 with active false",
		Because: "The service sends strings.", Fix: "Accept them.", Source: "RFC 7644 §3.5.2 <https://www.rfc-editor.org/rfc/rfc7644>"}
	passed := check("user.disable.boolean", "", profile.Must, verdict.Passed)
	failed := check("user.disable.string", "legacy", profile.Must, verdict.Failed)
	failed.Dialect, failed.Mismatch, failed.Exchanges = "legacy", mismatch, []int{1}
	finding := check("user.disable.twice", "", profile.Should, verdict.Finding)
	finding.Mismatch, finding.Exchanges = mismatch, []int{1, 2}
	blocked := check("user.enable.string", "", profile.Must, verdict.Blocked)
	blocked.BlockedBy, blocked.Reason = "user.disable.string", "no disabled user "+hostile
	weakly := check("user.enable.twice", "", profile.Should, verdict.Blocked)
	weakly.BlockedBy, weakly.Reason = "no-answer", "nothing came"
	skipped := check("group.create.accepted", "", profile.Must, verdict.Skipped)
	skipped.SkipKind, skipped.Reason, skipped.Feature = verdict.NotOffered, "there are no groups", "groups/groups.feature"
	notRun := check("group.read.by-id", "", profile.Must, verdict.NotRun)
	notRun.Reason, notRun.Feature = "the run was stopped", "groups/groups.feature"
	known := check("group.rename.dialect", "flag", profile.Must, verdict.Failed)
	known.Mismatch, known.Known, known.KnownReason, known.Feature = mismatch, true, "ticket 7 "+hostile, "groups/groups.feature"
	excusedToo := check("group.rename.twice", "a & b/<c>", profile.Must, verdict.Blocked)
	excusedToo.BlockedBy, excusedToo.Reason, excusedToo.Known, excusedToo.KnownReason, excusedToo.Feature = "group.rename.dialect", "no renamed group", true, "ticket 7", "groups/groups.feature"
	mute := check("group.read.twice", "", profile.Should, verdict.NotRun)
	mute.Feature = "groups/groups.feature"
	seen := check("user.query.notation", "", profile.May, verdict.Passed)
	seen.Observed = []string{"saw " + hostile}
	return verdict.Run{
		SchemaVersion: verdict.SchemaVersion, Tool: verdict.Tool{Version: "1.0.0", Ruleset: "2026.11"},
		Run:     verdict.Setting{ID: "abc123", Started: at, Ended: at.Add(1500 * time.Millisecond), Seed: 1, Profile: "entra", Dialect: "both", Parallel: 4, FailOn: "must", Selected: "rules user.*", Throttled: 2, WaitedMS: 1500},
		Target:  verdict.Target{Kind: "url", Host: "app.example", Capabilities: map[string]string{"etag": "no", "groups": "yes"}},
		Verdict: verdict.NotConformant, ExitCode: 1, Whole: []string{"give a second token"},
		Summary: verdict.Summary{Passed: 1, Failed: 2, Findings: 1, Blocked: 3, Skipped: 1, NotRun: 2},
		Checks:  []verdict.Check{passed, failed, finding, blocked, weakly, skipped, notRun, known, excusedToo, mute, seen},
		Exchanges: []exchange.Exchange{{N: 1, Method: "PATCH", URL: "https://app.example/scim/Users/2819c223", RequestHeaders: map[string]string{"Authorization": "Bearer $ENTRANT_TOKEN"},
			RequestBody: `{"a":"` + hostile + `"}`, Status: 400, ResponseHeaders: map[string]string{"Content-Type": "text/html"}, ResponseBody: hostile, DurationMS: 4.1,
			Curl: `curl -sS -i -X 'PATCH' 'https://app.example/scim/Users/2819c223' -H 'Authorization: Bearer '"$ENTRANT_TOKEN"'' -H 'Content-Type: application/scim+json; charset=utf-8' --data-raw '{"a":"` + hostile + `"}'`},
			{N: 2, Method: "GET", URL: "https://app.example/scim/Users?filter=userName eq \"" + hostile + "\"", RequestHeaders: map[string]string{"Accept": "application/scim+json"}, Error: "connection closed " + hostile,
				StartedMS: 5, DurationMS: 1, Curl: "curl -sS -i 'https://app.example/scim/Users'"}},
		Leftovers: []verdict.Leftover{{Path: "/Users/1", Name: "entrant-abc123-1 " + hostile, Reason: "DELETE answered 500"}},
	}
}

func render(t *testing.T, r func(io.Writer, verdict.Run) error, run verdict.Run) string {
	t.Helper()
	var a, b bytes.Buffer
	if err := r(&a, run); err != nil {
		t.Fatal(err)
	}
	if err := r(&b, run); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Fatalf("the same run gives other bytes: %v", err)
	}
	return a.String()
}

func console(w io.Writer, run verdict.Run) error {
	return Console(w, run, ConsoleOptions{Width: 80, Colour: true})
}

func TestGolden(t *testing.T) {
	files := map[string]func(io.Writer, verdict.Run) error{"console.txt": console}
	for _, f := range Formats() {
		name := f.File
		if f.Name == "junit-strict" {
			name = "junit-strict.xml"
		}
		files[name] = f.Render
	}
	for name, r := range files {
		run := sample()
		if strings.HasPrefix(name, "badge") {
			run.Run.Selected = ""
		}
		got := render(t, r, run)
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; run with -update and look at the diff", file)
		}
	}
}

// TestHostile looks for text of the target's that would be read as markup or as a command of the terminal.
func TestHostile(t *testing.T) {
	if got := render(t, HTML, sample()); strings.Contains(got, "<b>") || strings.ContainsAny(got, "\x1b\x00\u202e") {
		t.Error("the page holds the target's markup")
	}
	for _, f := range []func(io.Writer, verdict.Run) error{Markdown, JUnit, TAP, CSV} {
		if got := render(t, f, sample()); strings.ContainsAny(got, "\x1b\x00\u202e") {
			t.Errorf("control characters of the target's: %.200s", got)
		}
	}
	var b bytes.Buffer
	if err := Console(&b, sample(), ConsoleOptions{Width: 60}); err != nil || strings.ContainsAny(b.String(), "\x1b\x00\u202e") {
		t.Errorf("the terminal gets the target's control characters: %v", err)
	}
	if strings.Contains(b.String(), "\nsecond line") {
		t.Error("the target begins a line of the terminal")
	}
}

// TestBuiltin: a verdict on our own provider says so in the first line.
func TestBuiltin(t *testing.T) {
	run := sample()
	run.Target.Builtin = true
	for name, r := range map[string]func(io.Writer, verdict.Run) error{"console": console, "md": Markdown} {
		if first, _, _ := strings.Cut(render(t, r, run), "\n"); !strings.Contains(first, "built-in provider") {
			t.Errorf("%s begins with %q", name, first)
		}
	}
	if got := render(t, HTML, run); !strings.Contains(got, "<title>Entrant: a try on the built-in provider") {
		t.Error("the page's title does not say that the provider is built in")
	}
	if got := render(t, JUnit, run); !strings.Contains(got, `<testsuites name="Entrant: a try on the built-in provider`) {
		t.Error("junit.xml does not say that the provider is built in")
	}
}

// TestHeadline: the first words never accuse a server of what it did not do.
func TestHeadline(t *testing.T) {
	of := func(conclusion verdict.Conclusion, prof, failOn string, checks ...verdict.Check) verdict.Run {
		run := verdict.Run{Verdict: conclusion, Run: verdict.Setting{Profile: prof, FailOn: failOn}, Checks: checks}
		for _, c := range checks {
			if c.Status == verdict.Finding {
				run.Summary.Findings++
			}
		}
		return run
	}
	failed := verdict.Check{Rule: "a.b", Level: profile.Must, Status: verdict.Failed}
	excused := verdict.Check{Rule: "a.c", Level: profile.Must, Status: verdict.Failed, Known: true}
	finding := verdict.Check{Rule: "a.d", Level: profile.Should, Status: verdict.Finding}
	for want, run := range map[string]verdict.Run{
		"NOT CONFORMANT: Entra will stumble here":                                        of(verdict.NotConformant, "entra", "must", failed, excused),
		"NOT CONFORMANT: the standard demands what this server does not do":              of(verdict.NotConformant, "rfc", "must", failed),
		"NOT CONFORMANT: 1 recommended claim is false, and --fail-on should counts them": of(verdict.NotConformant, "entra", "should", finding),
		"NOT CONFORMANT: the list of known failures no longer fits":                      of(verdict.NotConformant, "entra", "must", excused, finding),
		"PARTIALLY TESTED: 1 required claim is false, which is known and excused":        of(verdict.PartiallyTested, "entra", "must", excused),
		"PARTIALLY TESTED: nothing required is false, but not everything was asked":      of(verdict.PartiallyTested, "entra", "must", finding),
		"CONFORMANT: no required claim is false; 1 recommended claim is false":           of(verdict.Conformant, "entra", "must", finding),
		"CONFORMANT: no required claim is false":                                         of(verdict.Conformant, "entra", "must"),
		"NOT JUDGED":                                                                     of(verdict.NotJudged, "entra", "must"),
	} {
		if got := headline(run); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestJUnit parses the file back as a CI system does.
func TestJUnit(t *testing.T) {
	for _, failOn := range []string{"must", "should"} {
		run := sample()
		run.Run.FailOn = failOn
		var all junitSuites
		if err := xml.Unmarshal([]byte(render(t, JUnit, run)), &all); err != nil {
			t.Fatal(err)
		}
		tests, failures, errors, skipped := 0, 0, 0, 0
		names := map[string]bool{}
		for _, s := range all.Suites {
			n := [4]int{}
			for _, c := range s.Cases {
				n[0]++
				outcomes := 0
				for i, r := range []*junitResult{c.Failure, c.Error, c.Skipped} {
					if r != nil {
						n[i+1]++
						outcomes++
						if r.Message == "" {
							t.Errorf("%s: an outcome without a message", c.Name)
						}
					}
				}
				if outcomes > 1 || strings.Contains(c.Name, "\n") || c.Classname == "" || c.Name == "" || names[c.Classname+c.Name] {
					t.Errorf("%s %s: one outcome at most, a class and a name of its own", c.Classname, c.Name)
				}
				names[c.Classname+c.Name] = true
				if c.Failure != nil && (!strings.Contains(c.Failure.Text, "expected") || strings.Contains(c.Failure.Message, "\n") || c.Failure.Type == "") {
					t.Errorf("%s: a failure has a type, one line of message, and the text: %+v", c.Name, c.Failure)
				}
			}
			if n != [4]int{s.Tests, s.Failures, s.Errors, s.Skipped} {
				t.Errorf("%s counts %d %d %d %d, its children are %v", s.Name, s.Tests, s.Failures, s.Errors, s.Skipped, n)
			}
			tests, failures, errors, skipped = tests+n[0], failures+n[1], errors+n[2], skipped+n[3]
		}
		if tests != all.Tests || failures != all.Failures || errors != all.Errors || skipped != *all.Skipped {
			t.Errorf("the root counts %d %d %d %d, its children %d %d %d %d", all.Tests, all.Failures, all.Errors, *all.Skipped, tests, failures, errors, skipped)
		}
		want := map[string][3]int{"must": {1, 3, 4}, "should": {2, 3, 4}}[failOn] // failures, errors, skipped
		if [3]int{failures, errors, skipped} != want {
			t.Errorf("--fail-on %s: %d failures, %d errors, %d skipped, want %v", failOn, failures, errors, skipped, want)
		}
	}
	holds := sample()
	holds.ExitCode = 0
	if got := render(t, JUnit, holds); strings.Contains(got, "<failure") || strings.Contains(got, "<error") {
		t.Error("exit code 0 with a failure or an error")
	}
}

func TestJUnitSchema(t *testing.T) {
	if _, err := exec.LookPath("xmllint"); err != nil {
		if os.Getenv("CI") == "true" || strings.Contains(os.Getenv("ENTRANT_DEMAND"), "xmllint") {
			t.Fatal("xmllint is not installed, and CI or ENTRANT_DEMAND demands it (libxml2-utils has it)")
		}
		t.Skip("SKIPPED: xmllint is not installed, so junit.xml is not validated")
	}
	validate := func(text string) ([]byte, error) {
		file := filepath.Join(t.TempDir(), "junit.xml")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return exec.Command("xmllint", "--noout", "--schema", "testdata/junit.xsd", file).CombinedOutput()
	}
	empty := verdict.Run{SchemaVersion: 1, Verdict: verdict.NotJudged, ExitCode: 3}
	for name, text := range map[string]string{"rich": render(t, JUnit, sample()), "strict": render(t, JUnitStrict, sample()), "empty": render(t, JUnit, empty)} {
		if out, err := validate(text); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	if _, err := validate(strings.Replace(render(t, JUnit, sample()), "</failure>", "</failure><skipped message=\"x\"/>", 1)); err == nil {
		t.Error("the schema lets a case with two outcomes pass")
	}
}

// TestJUnitStrict has nothing that Jenkins' schema refuses.
func TestJUnitStrict(t *testing.T) {
	got := render(t, JUnitStrict, sample())
	root, _, _ := strings.Cut(got[strings.Index(got, "<testsuites"):], ">")
	if strings.Contains(root, "skipped=") || strings.Contains(got, " file=") || strings.Contains(got, " line=") || strings.Count(got, "<properties>") != strings.Count(got, "<testsuite ") {
		t.Errorf("the strict dialect is not strict:\n%s", got)
	}
}

func TestResultsSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../docs/results.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	text := render(t, JSON, sample())
	var doc any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Error(err)
	}
	doc.(map[string]any)["verdict"] = "fine"
	if schema.Validate(doc) == nil {
		t.Error("the schema lets any verdict pass")
	}
	back, err := ReadJSON(strings.NewReader(text))
	if err != nil || render(t, JSON, back) != text {
		t.Errorf("results.json does not read back: %v", err)
	}
	for _, bad := range []string{"", "[]", `{"schemaVersion":99}`} {
		if _, err := ReadJSON(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is read as results", bad)
		}
	}
}

// TestWrite replaces what a run wrote, and nothing else.
func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	for range 2 {
		if err := Write(dir, sample()); err != nil {
			t.Fatal(err)
		}
	}
	own := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(own, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, sample()); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(own); string(data) != "mine" {
		t.Error("a file that is not ours was changed")
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 6 { // four reports, the manifest, and the file that is not ours
		t.Errorf("left in the folder: %v", entries)
	}
	foreign := t.TempDir()
	file := filepath.Join(foreign, "junit.xml")
	if err := os.WriteFile(file, []byte("theirs"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(foreign, sample()); err == nil || !strings.Contains(err.Error(), "not replaced") {
		t.Errorf("a foreign file: %v", err)
	}
	if data, _ := os.ReadFile(file); string(data) != "theirs" {
		t.Error("a foreign file was replaced")
	}
	if err := CheckDir(file); err == nil {
		t.Error("a file is taken for a folder")
	}
}

// FuzzJUnit: whatever a target says, the file is well-formed.
func FuzzJUnit(f *testing.F) {
	f.Add(hostile)
	f.Add("\xff\xfe]]>&#0;")
	f.Fuzz(func(t *testing.T, s string) {
		run := sample()
		run.Checks[1].Title, run.Checks[1].Mismatch = s, &verdict.Mismatch{Sent: s, Received: s, Expected: s}
		run.Checks[3].Reason = s
		var b bytes.Buffer
		if err := JUnit(&b, run); err != nil {
			t.Fatal(err)
		}
		if err := xml.Unmarshal(b.Bytes(), new(junitSuites)); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	})
}
