package reports

import (
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/verdict"
)

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Automation  sarifAutomation   `json:"automationDetails"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
	ColumnKind  string            `json:"columnKind"`
	Properties  map[string]any    `json:"properties"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	FullName       string      `json:"fullName"`
	Version        string      `json:"version"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string         `json:"id"`
	ShortDescription sarifText      `json:"shortDescription"`
	FullDescription  *sarifText     `json:"fullDescription,omitempty"`
	Help             *sarifText     `json:"help,omitempty"`
	HelpURI          string         `json:"helpUri,omitempty"`
	Default          sarifDefault   `json:"defaultConfiguration"`
	Properties       map[string]any `json:"properties"`
}

type sarifDefault struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifAutomation struct {
	ID          string    `json:"id"`
	Description sarifText `json:"description"`
}

type sarifInvocation struct {
	ExecutionSuccessful bool                `json:"executionSuccessful"`
	ExitCode            int                 `json:"exitCode"`
	Start               string              `json:"startTimeUtc"`
	End                 string              `json:"endTimeUtc"`
	Notifications       []sarifNotification `json:"toolExecutionNotifications"`
}

type sarifNotification struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

type sarifResult struct {
	RuleID       string             `json:"ruleId"`
	RuleIndex    int                `json:"ruleIndex"`
	Level        string             `json:"level"`
	Message      sarifText          `json:"message"`
	Locations    []sarifLocation    `json:"locations"`
	Fingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	Properties   map[string]any     `json:"properties"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Justification string `json:"justification"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

// SARIF writes the false claims of a run for code scanning (SARIF 2.1.0). A result needs a place in a file; the only one
// there is is the scenario's. What could not be asked is a notification, never a result.
func SARIF(w io.Writer, run verdict.Run) error {
	const home = "https://github.com/entrant-scim/entrant"
	r := sarifRun{Tool: sarifTool{sarifDriver{Name: "Entrant", FullName: title(run), Version: oneLine(run.Tool.Version), InformationURI: home, Rules: []sarifRule{}}},
		Automation: sarifAutomation{ID: "entrant/" + oneLine(run.Run.Profile) + "/" + oneLine(run.Run.ID), Description: sarifText{title(run) + ": " + headline(run)}},
		Results:    []sarifResult{}, ColumnKind: "unicodeCodePoints",
		Properties: map[string]any{"verdict": run.Verdict, "profile": run.Run.Profile, "dialect": run.Run.Dialect, "ruleset": run.Tool.Ruleset, "target": oneLine(run.Target.Host), "builtin": run.Target.Builtin}}
	invocation := sarifInvocation{ExecutionSuccessful: run.Verdict != verdict.NotJudged && run.ExitCode != 4, ExitCode: run.ExitCode, Notifications: []sarifNotification{},
		Start: run.Run.Started.UTC().Format("2006-01-02T15:04:05.000Z"), End: run.Run.Ended.UTC().Format("2006-01-02T15:04:05.000Z")}
	index := map[string]int{}
	for _, c := range run.Checks {
		switch {
		case isFalse(c):
			i, found := index[c.Rule]
			if !found {
				i = len(r.Tool.Driver.Rules)
				index[c.Rule] = i
				r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, sarifRuleOf(c))
			}
			r.Results = append(r.Results, sarifResultOf(run, c, i))
		case judged(c) && (c.Status == verdict.Blocked || c.Status == verdict.NotRun):
			invocation.Notifications = append(invocation.Notifications, sarifNotification{"warning", sarifText{oneLine(c.Key()) + ": " + why(c)}})
		}
	}
	r.Invocations = []sarifInvocation{invocation}
	return indented(w, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{r}})
}

func sarifLevel(l profile.Level) string {
	if l == profile.Must {
		return "error"
	}
	return "warning"
}

func sarifRuleOf(c verdict.Check) sarifRule {
	rule := sarifRule{ID: oneLine(c.Rule), ShortDescription: sarifText{oneLine(c.Title)}, Default: sarifDefault{sarifLevel(c.Level)},
		Properties: map[string]any{"tags": append([]string{"scim", string(c.Level)}, c.Expectations[:min(len(c.Expectations), 15)]...)}}
	m := c.Mismatch
	if m == nil {
		return rule
	}
	if m.Because != "" {
		rule.FullDescription = &sarifText{oneLine(m.Because)}
	}
	help := []string{oneLine(m.Fix)}
	for _, s := range citations(m) {
		help = append(help, join(" ", s.Text, s.URL))
		if rule.HelpURI == "" {
			rule.HelpURI = s.URL
		}
	}
	if text := strings.TrimSpace(strings.Join(help, "\n")); text != "" {
		rule.Help = &sarifText{text}
	}
	return rule
}

func sarifResultOf(run verdict.Run, c verdict.Check, rule int) sarifResult {
	text := oneLine(c.Title)
	if c.Mismatch != nil {
		text += ": " + message(c)
	}
	place := (&url.URL{Path: "features/" + oneLine(c.Feature)}).EscapedPath()
	r := sarifResult{RuleID: oneLine(c.Rule), RuleIndex: rule, Level: sarifLevel(c.Level), Message: sarifText{text},
		Locations:    []sarifLocation{{sarifPhysical{sarifArtifact{place}, sarifRegion{max(c.Line, 1)}}}},
		Fingerprints: map[string]string{"entrantCase/v1": oneLine(c.Key())}, Properties: map[string]any{"case": oneLine(c.Case), "status": c.Status}}
	for _, p := range failure(run, c) {
		if !slices.Contains([]string{"because", "fix"}, p.Label) {
			r.Properties[p.Label] = p.Text
		}
	}
	if excused(c) {
		r.Suppressions = []sarifSuppression{{"external", excuse(c)}}
	}
	return r
}
