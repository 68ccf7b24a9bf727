package reports

import (
	"io"
	"math"
	"strings"

	"github.com/entrant-scim/entrant/internal/verdict"
)

type ctrfReport struct {
	ReportFormat string      `json:"reportFormat"`
	SpecVersion  string      `json:"specVersion"`
	Timestamp    string      `json:"timestamp"`
	GeneratedBy  string      `json:"generatedBy"`
	Results      ctrfResults `json:"results"`
}

type ctrfResults struct {
	Tool        ctrfTool        `json:"tool"`
	Summary     ctrfSummary     `json:"summary"`
	Tests       []ctrfTest      `json:"tests"`
	Environment ctrfEnvironment `json:"environment"`
	Extra       map[string]any  `json:"extra"`
}

type ctrfTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type ctrfSummary struct {
	Tests    int   `json:"tests"`
	Passed   int   `json:"passed"`
	Failed   int   `json:"failed"`
	Skipped  int   `json:"skipped"`
	Pending  int   `json:"pending"`
	Other    int   `json:"other"`
	Suites   int   `json:"suites"`
	Start    int64 `json:"start"`
	Stop     int64 `json:"stop"`
	Duration int64 `json:"duration"`
}

type ctrfTest struct {
	Name      string         `json:"name"`
	Status    string         `json:"status"`
	Duration  int64          `json:"duration"`
	Suite     []string       `json:"suite"`
	Message   string         `json:"message,omitempty"`
	Trace     string         `json:"trace,omitempty"`
	RawStatus string         `json:"rawStatus"`
	Tags      []string       `json:"tags"`
	FilePath  string         `json:"filePath"`
	Line      int            `json:"line"`
	Extra     map[string]any `json:"extra"`
}

type ctrfEnvironment struct {
	ReportName      string `json:"reportName"`
	AppName         string `json:"appName"`
	TestEnvironment string `json:"testEnvironment"`
}

// CTRF writes the run in the Common Test Report Format (ctrf.io, specification 0.0.0). The format knows no findings and no
// blocked cases: both are "other", and rawStatus has our word. A case that was not run is pending, a known one skipped.
func CTRF(w io.Writer, run verdict.Run) error {
	start, stop := run.Run.Started.UnixMilli(), run.Run.Ended.UnixMilli()
	r := ctrfReport{ReportFormat: "CTRF", SpecVersion: "0.0.0", Timestamp: run.Run.Ended.UTC().Format("2006-01-02T15:04:05Z"), GeneratedBy: title(run)}
	r.Results = ctrfResults{Tool: ctrfTool{"Entrant", oneLine(run.Tool.Version)}, Tests: []ctrfTest{},
		Environment: ctrfEnvironment{ReportName: title(run), AppName: oneLine(run.Target.Host), TestEnvironment: run.Target.Kind},
		Extra: map[string]any{"verdict": run.Verdict, "headline": headline(run), "exitCode": run.ExitCode, "profile": run.Run.Profile, "dialect": run.Run.Dialect,
			"ruleset": run.Tool.Ruleset, "runId": run.Run.ID, "builtin": run.Target.Builtin}}
	s := &r.Results.Summary
	s.Start, s.Stop, s.Duration = start, stop, max(stop-start, 0)
	suites := map[string]bool{}
	for _, c := range run.Checks {
		t := ctrfOf(run, c)
		r.Results.Tests = append(r.Results.Tests, t)
		suites[c.Feature] = true
		s.Tests++
		switch t.Status {
		case "passed":
			s.Passed++
		case "failed":
			s.Failed++
		case "skipped":
			s.Skipped++
		case "pending":
			s.Pending++
		default:
			s.Other++
		}
	}
	s.Suites = len(suites)
	return indented(w, r)
}

func ctrfOf(run verdict.Run, c verdict.Check) ctrfTest {
	_, name := junitName(c)
	t := ctrfTest{Name: name, Status: "passed", Duration: int64(math.Round(max(c.DurationMS, 0))), Suite: []string{oneLine(c.Feature), classOf(c)}, RawStatus: string(c.Status),
		Tags: []string{string(c.Level)}, FilePath: "features/" + oneLine(c.Feature), Line: c.Line, Extra: map[string]any{"rule": c.Rule, "case": c.Case, "key": c.Key()}}
	if c.Dialect != "" {
		t.Tags = append(t.Tags, c.Dialect)
	}
	if isFalse(c) {
		t.Message, t.Trace = message(c), failureText(run, c)
	}
	switch {
	case !judged(c):
		t.Tags = append(t.Tags, "observation")
		t.Message = strings.Join(seen(c), "; ")
	case excused(c):
		t.Status, t.Message = "skipped", excuse(c)
	case c.Status == verdict.Failed || c.Status == verdict.Finding && run.Run.FailOn == "should":
		t.Status = "failed"
	case c.Status == verdict.Finding:
		t.Status = "other"
	case c.Status == verdict.Blocked:
		t.Status, t.Message = "other", why(c)
	case c.Status == verdict.Skipped:
		t.Status, t.Message = "skipped", why(c)
	case c.Status == verdict.NotRun:
		t.Status, t.Message = "pending", why(c)
	}
	return t
}

func classOf(c verdict.Check) string {
	class, _ := junitName(c)
	return class
}
