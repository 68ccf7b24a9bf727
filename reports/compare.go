package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/entrant-scim/entrant/internal/verdict"
)

// Change is one case in two runs.
type Change struct {
	Key   string         `json:"key"`
	Title string         `json:"title"`
	Old   verdict.Status `json:"old,omitempty"` // empty where the run did not have the case
	New   verdict.Status `json:"new,omitempty"`
	Known bool           `json:"known,omitempty"` // excused in the new run
}

// Comparison is what became of the false claims of an older run. A claim is false where a case failed or was a finding;
// observations are left out.
type Comparison struct {
	New   []Change `json:"new"`   // false now, and not false before
	Fixed []Change `json:"fixed"` // false before, and passed now
	Still []Change `json:"still"` // false in both
	Lost  []Change `json:"lost"`  // judged before, and not now: neither fixed nor broken
	Notes []string `json:"notes"` // why the two runs are not quite alike: another ruleset, profile, target
}

// Compare compares two runs case by case, in the order of the newer one.
func Compare(old, new verdict.Run) Comparison {
	c := Comparison{New: []Change{}, Fixed: []Change{}, Still: []Change{}, Lost: []Change{}, Notes: []string{}}
	for _, d := range []struct{ what, before, now string }{
		{"ruleset", old.Tool.Ruleset, new.Tool.Ruleset}, {"profile", old.Run.Profile, new.Run.Profile}, {"dialect", old.Run.Dialect, new.Run.Dialect},
		{"selection", or(old.Run.Selected, "the whole profile"), or(new.Run.Selected, "the whole profile")},
		{"target", hostOf(old), hostOf(new)},
	} {
		if d.before == d.now {
			continue
		}
		note := fmt.Sprintf("another %s: %s before, %s now", d.what, oneLine(d.before), oneLine(d.now))
		if d.what == "ruleset" {
			note += "; what changed may be the rules (docs/ruleset.md)"
		}
		c.Notes = append(c.Notes, note)
	}
	before := map[string]verdict.Check{}
	for _, k := range old.Checks {
		if judged(k) {
			before[k.Key()] = k
		}
	}
	seen := map[string]bool{}
	for _, k := range new.Checks {
		if !judged(k) {
			continue
		}
		seen[k.Key()] = true
		was, found := before[k.Key()]
		change := Change{Key: k.Key(), Title: k.Title, New: k.Status, Known: k.Known}
		if found {
			change.Old = was.Status
		}
		switch {
		case isFalse(k) && found && isFalse(was):
			c.Still = append(c.Still, change)
		case isFalse(k):
			c.New = append(c.New, change)
		case found && isFalse(was) && k.Status == verdict.Passed:
			c.Fixed = append(c.Fixed, change)
		case found && (isFalse(was) || was.Status == verdict.Passed) && k.Status != verdict.Passed:
			c.Lost = append(c.Lost, change)
		}
	}
	for _, k := range old.Checks {
		if judged(k) && !seen[k.Key()] && (isFalse(k) || k.Status == verdict.Passed) {
			c.Lost = append(c.Lost, Change{Key: k.Key(), Title: k.Title, Old: k.Status})
		}
	}
	return c
}

// Worse tells whether a claim is false now that was not before, but for known ones.
func (c Comparison) Worse() bool {
	for _, change := range c.New {
		if !change.Known {
			return true
		}
	}
	return false
}

// Text writes the comparison for a person. Of what is not judged any more, false claims are listed and the others counted.
func (c Comparison) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d new, %d fixed, %d still failing, %d not judged any more\n", len(c.New), len(c.Fixed), len(c.Still), len(c.Lost))
	for _, note := range c.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	passing := 0
	for _, part := range []struct {
		head    string
		changes []Change
		lost    bool
	}{{"NEW", c.New, false}, {"STILL FAILING", c.Still, false}, {"NOT JUDGED ANY MORE", c.Lost, true}, {"FIXED", c.Fixed, false}} {
		headed := false
		for _, change := range part.changes {
			if part.lost && change.Old == verdict.Passed {
				passing++
				continue
			}
			if !headed {
				fmt.Fprintf(&b, "\n%s\n", part.head)
				headed = true
			}
			known := ""
			if change.Known {
				known = ", known"
			}
			fmt.Fprintf(&b, "  %s (%s → %s%s): %s\n", oneLine(change.Key), or(word(change.Old), "not there"), or(word(change.New), "not there"), known, oneLine(change.Title))
		}
	}
	if passing > 0 {
		fmt.Fprintf(&b, "\n%s before, and %s not judged now\n", count(passing, "case passed", "cases passed"), map[bool]string{true: "was", false: "were"}[passing == 1])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func hostOf(run verdict.Run) string {
	if run.Target.Builtin {
		return "the built-in provider" // its port is another one each time
	}
	return run.Target.Host
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
