package suite_test

import (
	"slices"
	"testing"

	"github.com/entrant-scim/entrant/features"
	"github.com/entrant-scim/entrant/internal/suite"
	"github.com/entrant-scim/entrant/steps"
)

// TestCatalogue holds rules, scenarios and sentences against each other: each rule has its scenario, each sentence its use.
// That each scenario has one known rule, known tags and defined steps is what NewPlan itself demands.
func TestCatalogue(t *testing.T) {
	used := map[string]bool{}
	ruled := map[string]bool{}
	all, err := suite.AllCases(features.FS, theBook)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		ruled[c.Rule.ID] = true
		for _, d := range c.Definitions() {
			used[d.Expr.String()] = true
		}
	}
	for _, r := range theBook.Rules {
		if !ruled[r.ID] {
			t.Errorf("rule %s has no scenario", r.ID)
		}
	}
	for _, d := range steps.Definitions() {
		if !used[d.Expr.String()] {
			t.Errorf("no feature uses %s", d.Expr)
		}
	}
	var keys []string
	for _, c := range all {
		keys = append(keys, c.Key())
	}
	if !slices.IsSortedFunc(all, func(a, b suite.Case) int {
		if a.Feature == b.Feature {
			return a.Line - b.Line
		}
		if a.Feature < b.Feature {
			return -1
		}
		return 1
	}) {
		t.Errorf("cases are not in the order of the features: %v", keys)
	}
}
