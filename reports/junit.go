package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/verdict"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  *int         `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	ID         int             `xml:"id,attr"`
	Name       string          `xml:"name,attr"`
	Package    string          `xml:"package,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Hostname   string          `xml:"hostname,attr"`
	File       string          `xml:"file,attr,omitempty"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	ms         float64
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Classname  string           `xml:"classname,attr"`
	Name       string           `xml:"name,attr"`
	Time       string           `xml:"time,attr"`
	File       string           `xml:"file,attr,omitempty"`
	Line       int              `xml:"line,attr,omitempty"`
	Properties *junitProperties `xml:"properties"`
	Failure    *junitResult     `xml:"failure"`
	Error      *junitResult     `xml:"error"`
	Skipped    *junitResult     `xml:"skipped"`
	Out        string           `xml:"system-out,omitempty"`
}

type junitProperties struct {
	Property []junitProperty `xml:"property"`
}

type junitResult struct {
	Type    string `xml:"type,attr,omitempty"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// junitLimit is the longest text of one case: consumers cut, or refuse a file with, more.
const junitLimit = 8 << 10

// JUnit writes the run for CI systems: one suite a feature file, one level. It follows the exit code: with exit 0 there is
// neither a failure nor an error.
func JUnit(w io.Writer, run verdict.Run) error { return junit(w, run, false) }

// JUnitStrict is JUnit without what the schema of Jenkins' xUnit plugin refuses: file, line and properties of a case, and
// the number of skipped cases at the root.
func JUnitStrict(w io.Writer, run verdict.Run) error { return junit(w, run, true) }

func junit(w io.Writer, run verdict.Run, strict bool) error {
	all := junitSuites{Name: title(run)}
	index := map[string]int{}
	names := map[string]int{}
	var total float64
	skipped := 0
	for _, c := range run.Checks {
		i, found := index[c.Feature]
		if !found {
			i = len(all.Suites)
			index[c.Feature] = i
			all.Suites = append(all.Suites, newSuite(run, c, i))
		}
		k := junitOf(run, c)
		// The case is unique, but blanks in its cells are drawn together in its name.
		if n := names[k.Classname+"\n"+k.Name]; n > 0 {
			k.Name += fmt.Sprintf(" (%d)", n+1)
		}
		names[k.Classname+"\n"+k.Name]++
		all.Suites[i].add(k, c.DurationMS)
		total += c.DurationMS
	}
	for i := range all.Suites {
		s := &all.Suites[i]
		s.Time = seconds(s.ms)
		all.Tests, all.Failures, all.Errors, skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors, skipped+s.Skipped
		if strict {
			s.File = ""
			for j := range s.Cases {
				s.Cases[j].File, s.Cases[j].Line, s.Cases[j].Properties = "", 0, nil
			}
		}
	}
	if !strict {
		all.Skipped = &skipped
	}
	all.Time = seconds(total)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", " ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func newSuite(run verdict.Run, c verdict.Check, id int) junitSuite {
	s := junitSuite{ID: id, Name: oneLine(c.Feature), Package: strings.ReplaceAll(path.Dir(oneLine(c.Feature)), "/", "."), File: "features/" + oneLine(c.Feature),
		Hostname: oneLine(run.Target.Host), Timestamp: run.Run.Started.UTC().Format("2006-01-02T15:04:05")}
	for _, p := range []junitProperty{{"verdict", string(run.Verdict)}, {"profile", run.Run.Profile}, {"dialect", run.Run.Dialect}, {"selected", run.Run.Selected},
		{"target", run.Target.Kind}, {"version", run.Tool.Version}, {"ruleset", run.Tool.Ruleset}, {"run", run.Run.ID}, {"seed", fmt.Sprint(run.Run.Seed)}} {
		if p.Value != "" {
			s.Properties = append(s.Properties, junitProperty{p.Name, oneLine(p.Value)})
		}
	}
	if run.Target.Builtin {
		s.Properties = append(s.Properties, junitProperty{"builtin", "true"})
	}
	return s
}

func (s *junitSuite) add(c junitCase, ms float64) {
	s.Cases = append(s.Cases, c)
	s.ms += ms
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func seconds(ms float64) string { return fmt.Sprintf("%.3f", max(ms, 0)/1000) }

// junitName is the class and the name of a case.
func junitName(c verdict.Check) (class, name string) {
	rule := oneLine(c.Rule)
	class, last := rule, rule
	if dot := strings.LastIndex(rule, "."); dot > 0 {
		class, last = rule[:dot], rule[dot+1:]
	}
	return class, join(" ", last, oneLine(c.Case)) + ": " + oneLine(c.Title)
}

func junitOf(run verdict.Run, c verdict.Check) junitCase {
	k := junitCase{Time: seconds(c.DurationMS), File: "features/" + oneLine(c.Feature), Line: c.Line, Properties: &junitProperties{}}
	k.Classname, k.Name = junitName(c)
	for _, p := range []junitProperty{{"rule", c.Rule}, {"case", c.Case}, {"level", string(c.Level)}, {"status", string(c.Status)},
		{"expectations", strings.Join(c.Expectations, " ")}, {"microsoft", strings.Join(c.MicrosoftTests, " ")}} {
		if p.Value != "" {
			k.Properties.Property = append(k.Properties.Property, junitProperty{p.Name, oneLine(p.Value)})
		}
	}
	skip := func(message string) *junitResult {
		return &junitResult{Message: message, Text: message}
	}
	switch {
	case !judged(c):
		k.Out = strings.Join(append([]string{"observation"}, seen(c)...), "\n")
	case excused(c):
		k.Skipped = skip(excuse(c))
		if isFalse(c) {
			k.Out = failureText(run, c)
		}
	case c.Status == verdict.Failed || c.Status == verdict.Finding && run.Run.FailOn == "should":
		k.Failure = &junitResult{Type: oneLine(c.Rule), Message: message(c), Text: failureText(run, c)}
	case c.Status == verdict.Finding:
		k.Out = "finding\n" + failureText(run, c)
	case c.Status == verdict.Blocked && c.Level == profile.Must:
		k.Error = &junitResult{Type: "blocked", Message: why(c), Text: why(c)}
	case c.Status == verdict.Blocked || c.Status == verdict.Skipped:
		k.Skipped = skip(why(c))
	case c.Status == verdict.NotRun:
		k.Error = &junitResult{Type: "not-run", Message: why(c), Text: why(c)}
	}
	if run.ExitCode == 0 && (k.Error != nil || k.Failure != nil) {
		r := k.Failure
		if r == nil {
			r = k.Error
		}
		k.Skipped, k.Error, k.Failure = &junitResult{Message: r.Message, Text: r.Text}, nil, nil
	}
	return k
}

// message is a failure in one line.
func message(c verdict.Check) string {
	if c.Mismatch == nil {
		return oneLine(c.Title)
	}
	return "received " + cut(oneLine(c.Mismatch.Received), 200) + "; expected " + cut(oneLine(c.Mismatch.Expected), 200)
}

// failureText is a failure in full, as plain text.
func failureText(run verdict.Run, c verdict.Check) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n", oneLine(c.Title), c.Level)
	for _, p := range failure(run, c) {
		fmt.Fprintf(&b, "  %-9s %s\n", p.Label, p.Text)
		if p.Label == "because" {
			for _, s := range citations(c.Mismatch) {
				fmt.Fprintf(&b, "  %-9s %s\n", "", join(" ", s.Text, s.URL))
			}
		}
	}
	return cut(b.String(), junitLimit)
}
