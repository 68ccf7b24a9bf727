package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// empty is a run that found nothing to do.
func empty() verdict.Run {
	return verdict.Run{SchemaVersion: verdict.SchemaVersion, Verdict: verdict.NotJudged, ExitCode: 3, Reason: "nothing was selected", Run: verdict.Setting{Profile: "entra", Dialect: "both", Parallel: 1}, Target: verdict.Target{Kind: "url"}}
}

// TestSchemas validates the formats of JSON, of a run with everything and of one with nothing.
func TestSchemas(t *testing.T) {
	for file, r := range map[string]func(io.Writer, verdict.Run) error{"../docs/results.schema.json": JSON, "testdata/ctrf.schema.json": CTRF, "testdata/har.schema.json": HAR, "testdata/sarif.schema.json": SARIF} {
		schema, err := jsonschema.NewCompiler().Compile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range []verdict.Run{sample(), empty()} {
			var doc any
			if err := json.Unmarshal([]byte(render(t, r, run)), &doc); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

func TestCTRF(t *testing.T) {
	for failOn, want := range map[string]ctrfSummary{"must": {Tests: 11, Passed: 2, Failed: 1, Skipped: 3, Pending: 2, Other: 3}, "should": {Tests: 11, Passed: 2, Failed: 2, Skipped: 3, Pending: 2, Other: 2}} {
		run := sample()
		run.Run.FailOn = failOn
		var r ctrfReport
		if err := json.Unmarshal([]byte(render(t, CTRF, run)), &r); err != nil {
			t.Fatal(err)
		}
		s := r.Results.Summary
		s.Start, s.Stop, s.Duration, s.Suites = 0, 0, 0, 0
		if s != want || s.Passed+s.Failed+s.Skipped+s.Pending+s.Other != len(r.Results.Tests) {
			t.Errorf("--fail-on %s: %+v, want %+v", failOn, s, want)
		}
	}
}

// tapLine are the lines that TAP 14 knows.
var tapLine = regexp.MustCompile(`^(TAP version 14|#.*|1\.\.[0-9]+|(not )?ok [0-9]+ - .*|  ---|  \.\.\.|  [a-z]+: ".*"|Bail out! .*)$`)

func TestTAP(t *testing.T) {
	got := render(t, TAP, sample())
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	n, failing := 0, 0
	for i, line := range lines {
		if !tapLine.MatchString(line) || i == 0 && line != "TAP version 14" {
			t.Errorf("line %d is none of TAP's: %q", i+1, line)
		}
		if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "not ok ") {
			n++
		}
		if strings.HasPrefix(line, "not ok ") && !strings.Contains(line, " # TODO ") {
			failing++
		}
	}
	if n != len(sample().Checks) || !strings.Contains(got, "\n1..11\n") || failing != 4 {
		t.Errorf("%d results, %d of them failing:\n%s", n, failing, got)
	}
	if got := render(t, TAP, empty()); !strings.Contains(got, "\nBail out! NOT JUDGED: nothing was selected\n") {
		t.Errorf("nothing was planned, and TAP says %q", got)
	}
}

func TestSARIF(t *testing.T) {
	var log sarifLog
	if err := json.Unmarshal([]byte(render(t, SARIF, sample())), &log); err != nil {
		t.Fatal(err)
	}
	r := log.Runs[0]
	var got []string
	for _, result := range r.Results {
		if r.Tool.Driver.Rules[result.RuleIndex].ID != result.RuleID {
			t.Errorf("%s points to rule %d", result.RuleID, result.RuleIndex)
		}
		got = append(got, result.RuleID+" "+result.Level)
	}
	if want := []string{"user.disable.string error", "user.disable.twice warning", "group.rename.dialect error"}; !slices.Equal(got, want) {
		t.Errorf("results %v, want %v", got, want)
	}
	if len(r.Results[2].Suppressions) != 1 || len(r.Invocations[0].Notifications) != 5 {
		t.Errorf("a known failure is suppressed, and what was not asked is a notification: %+v", r)
	}
}

func TestHAR(t *testing.T) {
	var f harFile
	if err := json.Unmarshal([]byte(render(t, HAR, sample())), &f); err != nil {
		t.Fatal(err)
	}
	pages := map[string]bool{}
	for _, p := range f.Log.Pages {
		pages[p.ID] = true
	}
	for _, e := range f.Log.Entries {
		if !pages[e.Page] {
			t.Errorf("%s: no page %q", e.Request.URL, e.Page)
		}
	}
	if len(f.Log.Entries) != 2 || f.Log.Entries[1].Response.Status != 0 || !strings.HasPrefix(f.Log.Entries[1].Comment, "no answer: ") {
		t.Errorf("%+v", f.Log.Entries)
	}
	for sent, want := range map[string]string{
		"http://[::1]:80/Users?filter=emails[type eq \"work\"]": "http://[::1]:80/Users?filter=emails%5Btype%20eq%20%22work%22%5D",
		"https://a.example/Users/ë%20%zz%":                      "https://a.example/Users/%C3%AB%20%25zz%25",
		"https://a.example":                                     "https://a.example",
	} {
		if got := harURL(sent); got != want {
			t.Errorf("%s is written %s, want %s", sent, got, want)
		}
	}
	if got := harQuery("https://a.example/Users?filter=a%20eq%20%221%22&count=1&x"); !slices.Equal(got, []harPair{{"filter", `a eq "1"`}, {"count", "1"}, {"x", ""}}) {
		t.Errorf("the query is read as %v", got)
	}
}

// TestCSV: whatever a target answers, no cell is a formula.
func TestCSV(t *testing.T) {
	run := sample()
	for i, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", "  =1", "\x00=1", "＝1", "|cmd", "'=1"} {
		c := run.Checks[1]
		c.Case, c.Mismatch = string(rune('a'+i)), &verdict.Mismatch{Sent: s, Received: s, Expected: s}
		run.Checks = append(run.Checks, c)
	}
	got := render(t, CSV, run)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 1+len(run.Checks) {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	for _, row := range rows {
		for _, c := range row {
			if strings.HasPrefix(c, "=") || strings.HasPrefix(c, "+") || strings.HasPrefix(c, "-") || strings.HasPrefix(c, "@") || strings.HasPrefix(c, "\uFFFD=") || strings.ContainsAny(c, "\t\r\n") {
				t.Errorf("a spreadsheet would run %q", c)
			}
		}
	}
	if rows[len(rows)-1][7] != "''=1" || rows[2][7][:3] != "400" {
		t.Errorf("the cells read %q and %q", rows[len(rows)-1][7], rows[2][7])
	}
}

func TestBadge(t *testing.T) {
	whole := func() verdict.Run {
		run := sample()
		run.Run.Selected = ""
		return run
	}
	for name, change := range map[string]func(*verdict.Run){
		"a selection":    func(r *verdict.Run) { r.Run.Selected = "rules user.*" },
		"one dialect":    func(r *verdict.Run) { r.Run.Dialect = "flag" },
		"an interrupted": func(r *verdict.Run) { r.ExitCode = 130 },
		"our own defect": func(r *verdict.Run) { r.ExitCode = 4 },
		"nothing":        func(r *verdict.Run) { r.Checks = nil },
	} {
		run := whole()
		change(&run)
		for _, r := range []func(io.Writer, verdict.Run) error{Badge, BadgeSVG} {
			var b bytes.Buffer
			if err := r(&b, run); !errors.Is(err, ErrNotWhole) || b.Len() > 0 {
				t.Errorf("%s: a badge, and the error %v", name, err)
			}
		}
	}
	for conclusion, want := range map[verdict.Conclusion]string{verdict.Conformant: "conformant, 1 finding", verdict.PartiallyTested: "partially tested", verdict.NotConformant: "not conformant", verdict.NotJudged: "not judged"} {
		run := whole()
		run.Verdict = conclusion
		var b badge
		if err := json.Unmarshal([]byte(render(t, Badge, run)), &b); err != nil || b.Message != want || b.SchemaVersion != 1 || b.Label != "Entra SCIM" || b.Color == "" {
			t.Errorf("%s: %+v, %v", conclusion, b, err)
		}
		if got := render(t, BadgeSVG, run); xml.Unmarshal([]byte(got), new(struct{})) != nil || !strings.Contains(got, "<title>Entra SCIM: "+want+"</title>") {
			t.Errorf("%s: %s", conclusion, got)
		}
	}
	own := whole()
	own.Target.Builtin = true
	if got := render(t, Badge, own); !strings.Contains(got, "built-in provider") {
		t.Errorf("a badge of our own provider: %s", got)
	}
}

// TestBuiltinEverywhere: no rendering of a try on our own provider can be taken for a verdict on an app.
func TestBuiltinEverywhere(t *testing.T) {
	run := sample()
	run.Target.Builtin, run.Run.Selected = true, ""
	for _, f := range Formats() {
		if got := render(t, f.Render, run); !strings.Contains(got, "built-in provider") && !strings.Contains(got, `"builtin": true`) {
			t.Errorf("%s does not say so", f.Name)
		}
	}
}

func TestFormats(t *testing.T) {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
		if f.File == "" || f.About == "" {
			t.Errorf("%s: no file name, or no words", f.Name)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(names)) != len(Formats()) {
		t.Errorf("names: %v", names)
	}
}

func TestCompare(t *testing.T) {
	set := func(statuses ...verdict.Status) verdict.Run {
		var run verdict.Run
		for i, s := range statuses {
			if s != "" {
				run.Checks = append(run.Checks, verdict.Check{Rule: "user." + string(rune('a'+i)), Title: "Claim " + string(rune('a'+i)), Level: profile.Must, Status: s})
			}
		}
		return run
	}
	keys := func(changes []Change) string {
		var out []string
		for _, c := range changes {
			out = append(out, c.Key)
		}
		return strings.Join(out, " ")
	}
	const p, f, g, b, s, n = verdict.Passed, verdict.Failed, verdict.Finding, verdict.Blocked, verdict.Skipped, verdict.NotRun
	old := set(p, f, f, g, b, "", p, f, p, s, f, "", p)
	now := set(f, p, f, f, g, f, p, b, n, s, "", p, "")
	c := Compare(old, now)
	if keys(c.New) != "user.a user.e user.f" || keys(c.Fixed) != "user.b" || keys(c.Still) != "user.c user.d" || keys(c.Lost) != "user.h user.i user.k user.m" || len(c.Notes) != 0 {
		t.Errorf("new %s; fixed %s; still %s; lost %s; notes %v", keys(c.New), keys(c.Fixed), keys(c.Still), keys(c.Lost), c.Notes)
	}
	if !c.Worse() || Compare(old, old).Worse() {
		t.Error("only a new failure makes it worse")
	}
	for i := range now.Checks {
		now.Checks[i].Known = true
	}
	now.Tool.Ruleset, now.Run.Selected = "2026.12", "rules user.*"
	c = Compare(old, now)
	if c.Worse() || len(c.Notes) != 2 || !strings.Contains(c.Notes[0], "2026.12") {
		t.Errorf("known failures do not make it worse, and another ruleset is said: %v", c.Notes)
	}
	var text bytes.Buffer
	if err := c.Text(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3 new, 1 fixed, 2 still failing, 4 not judged any more\n", "note: another ruleset", "NEW\n  user.a (passed → failed, known): Claim a\n", "user.f (not there → failed", "user.k (failed → not there): Claim k", "FIXED\n  user.b (failed → passed", "2 cases passed before, and were not judged now"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is missing in\n%s", want, text.String())
		}
	}
	seen := set(p)
	seen.Checks[0].Level = profile.May
	if c := Compare(seen, set(f)); keys(c.New) != "user.a" {
		t.Errorf("an observation before is no verdict: %+v", c)
	}
}

// TestConsoleWidth: nothing is wider than the terminal but what must not be broken, an address or a word of a command.
func TestConsoleWidth(t *testing.T) {
	for _, width := range []int{20, 60, 80, 120} {
		var b bytes.Buffer
		if err := Console(&b, sample(), ConsoleOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(b.String(), "\n") {
			text := strings.TrimSpace(line)
			if columnsOf(line) > max(width, 60) && !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "-") {
				t.Errorf("%d columns: %q", width, line)
			}
		}
	}
	var quiet bytes.Buffer
	if err := Console(&quiet, sample(), ConsoleOptions{Width: 60, Quiet: true}); err != nil || strings.Contains(quiet.String(), "FAILED") || !strings.Contains(quiet.String(), "/Users/1") {
		t.Errorf("quiet is verdict, counts and what is left: %v\n%s", err, quiet.String())
	}
}

// TestCommandPastes runs a broken command through a shell: its words are those of the unbroken one.
func TestCommandPastes(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("SKIPPED: there is no sh")
	}
	command := `curl -sS -i -X 'PATCH' 'https://app.example/Users/1?a=b c' -H 'Authorization: Bearer '"$ENTRANT_TOKEN"'' -H 'X: it'\''s' --data-raw '{"a":"b  c \ d"}'`
	words := func(command string) string {
		out, err := exec.Command(sh, "-c", "curl() { printf '<%s>' \"$@\"; }\nENTRANT_TOKEN='s p'\n"+command).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	want := words(command)
	for width := 10; width < 200; width += 7 {
		if got := words(strings.Join(breakCommand(command, width), "\n            ")); got != want {
			t.Errorf("at %d columns the words are %s, not %s", width, got, want)
		}
	}
}

// TestPage: the page runs its own script and style, and nothing else; deep JSON does not swell it.
func TestPage(t *testing.T) {
	got := render(t, HTML, sample())
	for _, tag := range []string{"style", "script"} {
		_, rest, _ := strings.Cut(got, "<"+tag+">")
		body, _, found := strings.Cut(rest, "</"+tag+">")
		if !found || !strings.Contains(html.UnescapeString(got), tag+"-src 'sha256-"+hash([]byte(body))+"'") {
			t.Errorf("the policy does not hold the hash of the %s", tag)
		}
	}
	if strings.Contains(got, "ZgotmplZ") {
		t.Error("html/template refused a value")
	}
	if i, j := strings.Index(got, `id="user.disable.string/legacy"`), strings.Index(got, `id="user.disable.boolean"`); i < 0 || j < i {
		t.Error("what failed does not come first")
	}
	run := sample()
	run.Exchanges[0].ResponseBody = strings.Repeat("[", 8000) + strings.Repeat("]", 8000)
	if n := len(render(t, HTML, run)); n > 300<<10 {
		t.Errorf("deep JSON makes a page of %d bytes", n)
	}
	run.Exchanges[0].ResponseBody = `{"a":"` + strings.Repeat("x", 1<<20) + `"}`
	if got := render(t, HTML, run); len(got) > 300<<10 || !strings.Contains(got, "cut from 1048584 bytes") {
		t.Errorf("a long body makes a page of %d bytes", len(got))
	}
}

// bare is a page without its script and style, which are no XML.
var bare = regexp.MustCompile(`(?s)<(script|style)>.*?</(script|style)>`)

// elements counts the elements of a page.
func elements(t *testing.T, text string) int {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(bare.ReplaceAllString(text, "")))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	n := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatalf("the page does not parse: %v", err)
		}
		if _, found := token.(xml.StartElement); found {
			n++
		}
	}
}

// mdTag is an element; mdOwn are those that the Markdown writes itself.
var (
	mdTag = regexp.MustCompile(`<[a-zA-Z/!?][^>]*>`)
	mdOwn = []string{"<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>", "<sub>", "</sub>", "<!-- -->", "<https://www.rfc-editor.org/rfc/rfc7644>"}
)

// unfenced is Markdown without its fenced blocks, which end where a line is their fence and nothing else.
func unfenced(text string) string {
	var out []string
	fence := ""
	for _, line := range strings.Split(text, "\n") {
		switch {
		case fence == "" && strings.HasPrefix(line, "```"):
			fence = strings.TrimSuffix(line, "text")
		case fence != "" && len(line) >= len(fence) && strings.Trim(line, "`") == "":
			fence = ""
		case fence == "":
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// FuzzFormats: whatever a target says, every rendering is well-formed and says no more than it did.
func FuzzFormats(f *testing.F) {
	for _, s := range []string{hostile, "\xff\xfe]]>&#0;", "</script><script>alert(1)</script>", "{{.}}", "`````\n\n# x", "\n1..5\nok 1\n", "=cmd|' /C calc'!A0", "\r\n", "' onload='x", "javascript:alert(1)", "a <javascript:alert(1)>; b <https://x y>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		build := func(s string) verdict.Run {
			run := sample()
			run.Run.Selected = ""
			m := &verdict.Mismatch{Sent: "PATCH /y " + s, Received: "x" + s, Expected: "x" + s, Because: "x" + s, Fix: "x" + s, Source: "x"}
			for i := range run.Checks {
				c := &run.Checks[i]
				c.Title, c.Reason, c.KnownReason, c.Observed = "x"+s, "x"+s, "x"+s, []string{"x" + s}
				if c.Mismatch != nil {
					c.Mismatch = m
				}
				if c.Case != "" {
					c.Case = "x" + s
				}
			}
			for i := range run.Exchanges {
				x := &run.Exchanges[i]
				x.URL, x.RequestBody, x.ResponseBody, x.Curl = "https://a.example/"+s+"/y", "x"+s, "x"+s, "curl 'x"+s+"'"
				x.ResponseHeaders = map[string]string{"X": "x" + s}
			}
			run.Leftovers[0].Name, run.Leftovers[0].Path, run.Leftovers[0].Reason = "x"+s, "x"+s, "x"+s
			run.Target.Host = "x" + s
			return run
		}
		run, calm := build(s), build("calm")
		for _, format := range Formats() {
			got := render(t, format.Render, run)
			switch {
			case strings.HasPrefix(format.Name, "junit"):
				var all junitSuites
				if err := xml.Unmarshal([]byte(got), &all); err != nil || all.Tests != len(run.Checks) {
					t.Errorf("%s: %v", format.Name, err)
				}
			case format.Name == "html":
				if elements(t, got) != elements(t, render(t, HTML, calm)) {
					t.Error("the target's text makes elements of the page")
				}
			case format.Name == "csv":
				if rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got, "\ufeff"))).ReadAll(); err != nil || len(rows) != 1+len(run.Checks) {
					t.Errorf("csv: %d rows, %v", len(rows), err)
				}
			case format.Name == "tap":
				for _, line := range strings.Split(strings.TrimSuffix(got, "\n"), "\n") {
					if !tapLine.MatchString(line) {
						t.Errorf("tap: %q", line)
					}
				}
			case format.Name == "md":
				for _, tag := range mdTag.FindAllString(unfenced(got), -1) {
					if !slices.Contains(mdOwn, tag) {
						t.Errorf("Markdown: an element of the target's: %q", tag)
					}
				}
			case format.Name == "badge-svg":
			default:
				if !json.Valid([]byte(got)) {
					t.Errorf("%s is no JSON", format.Name)
				}
			}
		}
		var b bytes.Buffer
		if err := Console(&b, run, ConsoleOptions{Width: 60}); err != nil || plainText(b.String()) != b.String() {
			t.Errorf("the terminal gets control characters: %v", err)
		}
		if err := Compare(run, calm).Text(&b); err != nil {
			t.Error(err)
		}
	})
}
