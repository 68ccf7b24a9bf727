package suite_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/provider"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// clean asserts that nothing is said against a server, and that nothing stays on it.
func clean(t *testing.T, j judged) {
	t.Helper()
	for _, c := range j.Checks {
		switch c.Status {
		case verdict.Failed, verdict.Finding:
			t.Errorf("%s accuses an honest server\n  sent     %s\n  received %s\n  expected %s", c.Key(), c.Mismatch.Sent, c.Mismatch.Received, c.Mismatch.Expected)
		case verdict.Blocked, verdict.NotRun:
			t.Errorf("%s is %s: %s", c.Key(), c.Status, c.Reason)
		}
	}
	for _, b := range j.bugs {
		t.Errorf("a defect of ours: %s", b)
	}
	if j.Verdict != verdict.Conformant {
		t.Errorf("verdict %s: %s %v", j.Verdict, j.Reason, j.Whole)
	}
	if j.users != 0 || j.groups != 0 || len(j.Leftovers) != 0 {
		t.Errorf("left behind: %d users, %d groups, reported %v", j.users, j.groups, j.Leftovers)
	}
}

// thorough tells whether this is `make detection`; a plain test runs under the race detector, ten times as slow.
func thorough() bool { return os.Getenv("ENTRANT_LIES") != "" }

func profiles() []string {
	if thorough() {
		return profile.Profiles
	}
	return profile.Profiles[:1]
}

// TestHonest judges the honest provider in any order and at any parallelism.
func TestHonest(t *testing.T) {
	for _, p := range profiles() {
		plan := planOf(t, p)
		for _, parallel := range []int{1, 16} {
			t.Run(fmt.Sprintf("%s at parallel %d", p, parallel), func(t *testing.T) {
				t.Parallel()
				clean(t, judge(t, plan, how{parallel: parallel}))
			})
		}
	}
	plan := planOf(t, "entra")
	seeds := uint64(10)
	if !thorough() {
		seeds = 2
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("shuffled by %d", seed), func(t *testing.T) {
			t.Parallel()
			clean(t, judge(t, plan, how{parallel: int(1 + 15*(seed%2)), shuffle: true, seed: seed}))
		})
	}
}

// TestVariants judges every legal difference of the provider.
func TestVariants(t *testing.T) {
	for _, v := range provider.Variants() {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			for _, p := range profiles() {
				clean(t, judge(t, planOf(t, p), how{provider: provider.Options{Variants: []string{v.Name}}}))
			}
		})
	}
}

// TestDialectsDiffer: a dialect column stands only where the two dialects differ on the wire.
func TestDialectsDiffer(t *testing.T) {
	j := judge(t, planOf(t, "entra"), how{})
	changing := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|entrant-t3st-\d+-[a-z]+\d+`)
	bodies := map[string]map[string]string{} // rule and row without its dialect → dialect → what was sent
	for _, c := range j.Checks {
		if c.Dialect == "" {
			continue
		}
		var sent strings.Builder
		for _, n := range c.Exchanges {
			if x := j.Exchanges[n-1]; x.Method == "PATCH" {
				sent.WriteString(changing.ReplaceAllString(x.RequestBody, "…"))
			}
		}
		row := c.Rule + "/" + strings.Trim(strings.ReplaceAll("/"+c.Case+"/", "/"+c.Dialect+"/", "/"), "/")
		if bodies[row] == nil {
			bodies[row] = map[string]string{}
		}
		bodies[row][c.Dialect] = sent.String()
	}
	if len(bodies) < 10 {
		t.Fatalf("only %d pairs of dialects", len(bodies))
	}
	for row, pair := range bodies {
		if pair["legacy"] == pair["flag"] || pair["legacy"] == "" || pair["flag"] == "" {
			t.Errorf("%s sends the same in both dialects, or lacks one: %v", row, pair)
		}
	}
}

// TestObservation: at level may a claim that is false is recorded, and nobody is accused.
func TestObservation(t *testing.T) {
	for lie, rule := range map[string]string{"page-items-echo-count": "paging.items-per-page", "patch-required-removable": "user.patch.remove-required"} {
		j := judge(t, planOf(t, "entra"), how{provider: provider.Options{Lies: []string{lie}}})
		for _, c := range j.Checks {
			if c.Rule == rule && (c.Status != verdict.Passed || len(c.Observed) != 1 || c.Mismatch != nil) {
				t.Errorf("%s with %s is %s, observed %q", rule, lie, c.Status, c.Observed)
			}
		}
		if j.Verdict != verdict.Conformant {
			t.Errorf("%s makes the verdict %s: %s", lie, j.Verdict, j.Reason)
		}
	}
}
