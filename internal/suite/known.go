package suite

import (
	"fmt"
	"slices"
	"time"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// Known is a failure that is known, and why it is put up with.
type Known struct {
	Rule    string    // a pattern of rules or of cases, as for a selection
	Reason  string    // a ticket, a date, a name
	Expires time.Time // the day from which it no longer excuses; zero = never
}

// Excuse marks the checks that known failures excuse, and what those block. The list is enforced both ways: an entry whose
// cases all passed, and one that fits no case of the features at all, are told in res.Stale and break the gate. An entry
// outside the selection, or whose cases were blocked, skipped or not run, says nothing.
func Excuse(res *Result, all []Case, known []Known, now time.Time) {
	excused := map[string]string{} // rule → reason
	for _, k := range known {
		if !slices.ContainsFunc(all, func(c Case) bool { return matches(k.Rule, c) }) {
			res.Stale = append(res.Stale, fmt.Sprintf("the known failure %q fits no rule and no case; take it out of the list", k.Rule))
			continue
		}
		expired := !k.Expires.IsZero() && !now.Before(k.Expires)
		passed, wrong := 0, 0
		for i := range res.Checks {
			c := &res.Checks[i]
			if !matches(k.Rule, Case{Rule: profile.Rule{ID: c.Rule}, Row: c.Case}) || c.Level == profile.May {
				continue
			}
			switch c.Status {
			case verdict.Passed:
				passed++
			case verdict.Failed, verdict.Finding:
				wrong++
				if !expired {
					c.Known, c.KnownReason = true, k.Reason
					excused[c.Rule] = k.Reason
				}
			}
		}
		switch {
		case passed > 0 && wrong == 0:
			res.Stale = append(res.Stale, fmt.Sprintf("the known failure %q passes now; take it out of the list", k.Rule))
		case expired && wrong > 0:
			res.Stale = append(res.Stale, fmt.Sprintf("the known failure %q was excused until %s only", k.Rule, k.Expires.Format(time.DateOnly)))
		}
	}
	for i := range res.Checks {
		if c := &res.Checks[i]; c.Status == verdict.Blocked && excused[c.BlockedBy] != "" {
			c.Known, c.KnownReason = true, excused[c.BlockedBy]
		}
	}
}
