package suite

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// The exit codes of the command.
const (
	ExitHolds       = 0
	ExitNot         = 1
	ExitUsage       = 2
	ExitNotJudged   = 3
	ExitBug         = 4
	ExitInterrupted = 130
)

// Conclude fills verdict, exit code, counts and reasons of a run from its checks. failOn is must or should.
func Conclude(run *verdict.Run, plan *Plan, res Result, failOn string, interrupted bool) {
	run.Checks, run.Exchanges, run.Leftovers = res.Checks, res.Exchanges, res.Leftovers
	run.Target.Capabilities = res.Capabilities
	var mustBlocked, mustNotRun, asked, excused, wrong int
	skipped := map[string]int{}
	for _, c := range res.Checks {
		if c.Level == profile.May {
			continue
		}
		switch c.Status {
		case verdict.Passed:
			run.Summary.Passed++
			asked++
		case verdict.Failed:
			run.Summary.Failed++
			asked++
			if c.Known {
				excused++
			} else {
				wrong++
			}
		case verdict.Finding:
			run.Summary.Findings++
			asked++
			if failOn == "should" && !c.Known {
				wrong++
			}
		case verdict.Blocked:
			run.Summary.Blocked++
			if c.Level == profile.Must && !c.Known {
				mustBlocked++
			}
		case verdict.Skipped:
			run.Summary.Skipped++
			if c.Level == profile.Must && (c.SkipKind == verdict.NoInput || c.SkipKind == verdict.Consent) {
				skipped[c.Reason]++
			}
		case verdict.NotRun:
			run.Summary.NotRun++
			mustNotRun++
		}
	}
	switch {
	case wrong > 0:
		run.Verdict = verdict.NotConformant
	case len(res.Stale) > 0:
		run.Verdict, run.Reason = verdict.NotConformant, strings.Join(res.Stale, "; ")
	case res.Why != "":
		run.Verdict, run.Reason = verdict.NotJudged, res.Why
	case len(res.Checks) == 0:
		run.Verdict, run.Reason = verdict.NotJudged, "nothing was selected: no rule fits all of profile, rules, tags and dialect"
	case asked == 0:
		run.Verdict, run.Reason = verdict.NotJudged, "nothing could be asked"
	case mustBlocked > 0:
		run.Verdict, run.Reason = verdict.NotJudged, fmt.Sprintf("%d required claims could not be asked", mustBlocked)
	case mustNotRun > 0:
		run.Verdict, run.Reason = verdict.NotJudged, fmt.Sprintf("%d cases were not run", mustNotRun)
	case plan.LeftOut > 0 || len(skipped) > 0 || excused > 0:
		run.Verdict = verdict.PartiallyTested
	default:
		run.Verdict = verdict.Conformant
	}
	if plan.LeftOut > 0 {
		run.Whole = append(run.Whole, fmt.Sprintf("run the whole profile: the selection left out %d required cases", plan.LeftOut))
	}
	if excused > 0 {
		run.Whole = append(run.Whole, fmt.Sprintf("mend what is known: %d required cases fail and are excused", excused))
	}
	for _, reason := range slices.Sorted(maps.Keys(skipped)) {
		run.Whole = append(run.Whole, fmt.Sprintf("%s (%d cases)", reason, skipped[reason]))
	}
	switch {
	case interrupted:
		run.ExitCode = ExitInterrupted
		if run.Verdict != verdict.NotConformant {
			run.Verdict, run.Reason = verdict.NotJudged, "the run was interrupted"
		}
	case len(res.Bugs) > 0:
		run.ExitCode = ExitBug
		run.Reason = "a defect of Entrant: " + res.Bugs[0]
	case run.Verdict == verdict.NotConformant:
		run.ExitCode = ExitNot
	case run.Verdict == verdict.NotJudged:
		run.ExitCode = ExitNotJudged
	}
}
