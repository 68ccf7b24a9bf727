// Package verdict is the result of a run, and nothing but the result.
package verdict

import (
	"time"

	"github.com/entrant-scim/entrant/internal/exchange"
	"github.com/entrant-scim/entrant/internal/profile"
)

// Status is the outcome of one case (design: statuses, verdict, exit codes).
type Status string

// The statuses of a case.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"  // the claim is false, level must
	Finding Status = "finding" // the claim is false, level should
	Blocked Status = "blocked" // the claim could not be asked
	Skipped Status = "skipped" // it does not apply to this target or this run
	NotRun  Status = "not-run" // planned, never reached
)

// The kinds of a skip.
const (
	NotOffered    = "not-offered"    // an optional capability, declared absent
	NotApplicable = "not-applicable" // the rule is about something this run does not have
	NoInput       = "no-input"       // we were not given what it needs
	Consent       = "consent"        // it was not allowed: read-only, load off
)

// The causes of a blocked case that are not rules.
const (
	NoAnswer           = "no-answer"
	RefusedCredentials = "refused-credentials"
	NotSCIM            = "not-scim"
)

// Conclusion is the verdict on the whole target.
type Conclusion string

// The conclusions of a run.
const (
	Conformant      Conclusion = "conformant"
	PartiallyTested Conclusion = "partially-tested"
	NotConformant   Conclusion = "not-conformant"
	NotJudged       Conclusion = "not-judged"
)

// Mismatch is a claim found false: what was sent, what came back, what was expected, in words and wire text.
// It is the error that a Then step returns.
type Mismatch struct {
	Sent     string `json:"sent"`
	Received string `json:"received"`
	Expected string `json:"expected"`
	Because  string `json:"because"` // why Entra cares; filled from the rule
	Fix      string `json:"fix"`     // how to mend it; filled from the rule
	Source   string `json:"source"`  // the rule's sources in one line
}

// Error names what was received and what was expected.
func (m *Mismatch) Error() string { return "received " + m.Received + ", expected " + m.Expected }

// Check is the result of one case.
type Check struct {
	Rule           string        `json:"rule"`
	Case           string        `json:"case,omitempty"` // the cells of the Examples row, joined by "/"
	Title          string        `json:"title"`
	Dialect        string        `json:"dialect,omitempty"`
	Level          profile.Level `json:"level"`
	Status         Status        `json:"status"`
	Expectations   []string      `json:"expectations"`
	MicrosoftTests []string      `json:"microsoftTests,omitempty"`
	Feature        string        `json:"feature"`
	Line           int           `json:"line"`
	DurationMS     float64       `json:"durationMs"`
	Mismatch       *Mismatch     `json:"mismatch,omitempty"`
	Reason         string        `json:"reason,omitempty"`    // of a blocked, skipped or not-run case
	BlockedBy      string        `json:"blockedBy,omitempty"` // a rule, or one of the three causes
	SkipKind       string        `json:"skipKind,omitempty"`
	Known          bool          `json:"known,omitempty"` // excused by a known-failing list
	KnownReason    string        `json:"knownReason,omitempty"`
	Observed       []string      `json:"observed,omitempty"` // what an observation saw
	Exchanges      []int         `json:"exchanges,omitempty"`
}

// Key names the case: unique in a run, and stable over new wording, order, lines and templates.
func (c Check) Key() string {
	if c.Case == "" {
		return c.Rule
	}
	return c.Rule + "/" + c.Case
}

// Summary counts the cases by status; observations are counted nowhere.
type Summary struct {
	Passed   int `json:"passed"`
	Failed   int `json:"failed"`
	Findings int `json:"findings"`
	Blocked  int `json:"blocked"`
	Skipped  int `json:"skipped"`
	NotRun   int `json:"notRun"`
}

// Tool says what made the result.
type Tool struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Ruleset string `json:"ruleset"`
}

// Setting says how the run was made.
type Setting struct {
	ID         string    `json:"id"`
	Started    time.Time `json:"started"`
	Ended      time.Time `json:"ended"`
	Seed       uint64    `json:"seed"`
	Profile    string    `json:"profile"`
	Dialect    string    `json:"dialect"`
	Parallel   int       `json:"parallel"`
	Selected   string    `json:"selected,omitempty"` // the selection in words, empty for a whole profile
	FailOn     string    `json:"failOn,omitempty"`
	Throttled  int       `json:"throttled,omitempty"` // 429 answers obeyed
	WaitedMS   float64   `json:"waitedMs,omitempty"`  // time spent obeying them
	Configured string    `json:"configured,omitempty"`
}

// Target says what was judged.
type Target struct {
	Kind         string            `json:"kind"` // url, embedded or container
	Host         string            `json:"host"`
	Builtin      bool              `json:"builtin,omitempty"`
	Capabilities map[string]string `json:"capabilities"`
}

// Leftover is a resource that could not be removed from the target.
type Leftover struct {
	Path   string `json:"path"` // /Users/2819c223
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// SchemaVersion is the version of results.json.
const SchemaVersion = 1

// Run is everything a run concluded: the content of results.json.
type Run struct {
	SchemaVersion int                 `json:"schemaVersion"`
	Tool          Tool                `json:"tool"`
	Run           Setting             `json:"run"`
	Target        Target              `json:"target"`
	Verdict       Conclusion          `json:"verdict"`
	ExitCode      int                 `json:"exitCode"`
	Reason        string              `json:"reason,omitempty"` // why not judged, or what would make a partial test whole
	Whole         []string            `json:"whole,omitempty"`  // what would make a partial test whole, one line each
	Summary       Summary             `json:"summary"`
	Checks        []Check             `json:"checks"`
	Exchanges     []exchange.Exchange `json:"exchanges"`
	Leftovers     []Leftover          `json:"leftovers"`
}
