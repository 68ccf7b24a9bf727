package reports

import (
	"encoding/xml"
	"fmt"
	"io"
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
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Hostname   string          `xml:"hostname,attr"`
	File       string          `xml:"file,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Classname string       `xml:"classname,attr"`
	Name      string       `xml:"name,attr"`
	Time      string       `xml:"time,attr"`
	File      string       `xml:"file,attr"`
	Line      int          `xml:"line,attr"`
	Failure   *junitResult `xml:"failure"`
	Error     *junitResult `xml:"error"`
	Skipped   *junitResult `xml:"skipped"`
	Out       string       `xml:"system-out,omitempty"`
}

type junitResult struct {
	Type    string `xml:"type,attr,omitempty"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the run for CI systems: one suite a feature file, one level. It follows the exit code: with exit 0 there is
// neither a failure nor an error.
func JUnit(w io.Writer, run verdict.Run) error {
	all := junitSuites{Name: title(run)}
	index := map[string]int{}
	var total float64
	for _, c := range run.Checks {
		i, found := index[c.Feature]
		if !found {
			i = len(all.Suites)
			index[c.Feature] = i
			all.Suites = append(all.Suites, junitSuite{Name: c.Feature, File: "features/" + c.Feature, Hostname: run.Target.Host,
				Timestamp: run.Run.Started.UTC().Format("2006-01-02T15:04:05"), Properties: []junitProperty{
					{"verdict", string(run.Verdict)}, {"profile", run.Run.Profile}, {"dialect", run.Run.Dialect}, {"ruleset", run.Tool.Ruleset}, {"version", run.Tool.Version}}})
		}
		s := &all.Suites[i]
		s.Cases = append(s.Cases, junitOf(run, c))
		s.add(s.Cases[len(s.Cases)-1])
		total += c.DurationMS
	}
	for i := range all.Suites {
		s := &all.Suites[i]
		var t float64
		for _, c := range run.Checks {
			if c.Feature == s.Name {
				t += c.DurationMS
			}
		}
		s.Time = seconds(t)
		all.Tests, all.Failures, all.Errors, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors, all.Skipped+s.Skipped
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

func (s *junitSuite) add(c junitCase) {
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

func seconds(ms float64) string { return fmt.Sprintf("%.3f", ms/1000) }

func junitOf(run verdict.Run, c verdict.Check) junitCase {
	dot := strings.LastIndex(c.Rule, ".")
	name := c.Rule[dot+1:]
	if c.Case != "" {
		name += " " + c.Case
	}
	k := junitCase{Classname: c.Rule[:max(dot, 0)], Name: plainText(name + ": " + c.Title), Time: seconds(c.DurationMS), File: "features/" + c.Feature, Line: c.Line}
	text := junitText(run, c)
	gate := run.Run.FailOn == "should"
	switch {
	case c.Known:
		k.Skipped = &junitResult{Message: "known: " + oneLine(c.KnownReason)}
	case c.Level == profile.May:
		k.Out = plainText(strings.Join(c.Observed, "\n"))
	case c.Status == verdict.Failed || c.Status == verdict.Finding && gate:
		k.Failure = &junitResult{Type: c.Rule, Message: message(c), Text: text}
	case c.Status == verdict.Finding:
		k.Out = "finding: " + text
	case c.Status == verdict.Blocked && (c.Level == profile.Must || gate):
		k.Error = &junitResult{Type: "blocked", Message: oneLine("blocked by " + c.BlockedBy + ": " + c.Reason), Text: plainText(c.Reason)}
	case c.Status == verdict.Blocked:
		k.Skipped = &junitResult{Message: oneLine("blocked by " + c.BlockedBy + ": " + c.Reason)}
	case c.Status == verdict.Skipped:
		k.Skipped = &junitResult{Message: oneLine(c.SkipKind + ": " + c.Reason)}
	case c.Status == verdict.NotRun:
		k.Error = &junitResult{Type: "not-run", Message: oneLine(c.Reason)}
	}
	if run.ExitCode == 0 && (k.Error != nil || k.Failure != nil) {
		r := k.Error
		if r == nil {
			r = k.Failure
		}
		k.Skipped, k.Error, k.Failure = &junitResult{Message: r.Message}, nil, nil
	}
	return k
}

func message(c verdict.Check) string {
	if c.Mismatch == nil {
		return oneLine(c.Title)
	}
	return cut(oneLine("received "+c.Mismatch.Received), 160) + "; expected " + cut(oneLine(c.Mismatch.Expected), 160)
}

func junitText(run verdict.Run, c verdict.Check) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n", c.Title, c.Level)
	for _, part := range failure(c, curlOf(run, c)) {
		fmt.Fprintf(&b, "  %-9s %s\n", part[0], part[1])
	}
	return plainText(b.String())
}
