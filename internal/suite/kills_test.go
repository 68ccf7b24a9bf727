package suite_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/provider"
	"github.com/entrant-scim/entrant/internal/verdict"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// drawn are the lies that this test run tells: all with ENTRANT_LIES=all, those named in it, or a tenth that the
// commit's hash draws, so that every commit tells others.
func drawn(t *testing.T) []provider.Lie {
	all := provider.Lies()
	switch want := os.Getenv("ENTRANT_LIES"); want {
	case "all":
		return all
	case "":
		commit, err := exec.Command("git", "rev-parse", "HEAD").Output()
		if err != nil {
			commit = []byte("no commit")
		}
		slices.SortFunc(all, func(a, b provider.Lie) int {
			x, y := sha256.Sum256([]byte(string(commit)+a.Name)), sha256.Sum256([]byte(string(commit)+b.Name))
			return bytes.Compare(x[:], y[:])
		})
		return all[:(len(all)+9)/10]
	default:
		names := strings.Split(want, ",")
		some := slices.DeleteFunc(all, func(l provider.Lie) bool { return !slices.Contains(names, l.Name) })
		if len(some) != len(names) {
			t.Fatalf("ENTRANT_LIES names %v, but only %d of them exist", names, len(some))
		}
		return some
	}
}

// TestKills tells lies, one at a time, to the whole suite. A kill counts only for a rule that the lie names.
func TestKills(t *testing.T) {
	lies := drawn(t)
	whole := len(lies) == len(provider.Lies())
	var mu sync.Mutex
	killed := map[string]map[string]bool{}
	golden := map[string]string{}
	t.Run("lies", func(t *testing.T) {
		for _, l := range lies {
			t.Run(l.Name, func(t *testing.T) {
				t.Parallel()
				p := l.Profile
				if p == "" {
					p = "entra"
				}
				j := judge(t, planOf(t, p), how{provider: provider.Options{Lies: []string{l.Name}}})
				told := checkLie(t, l, j)
				mu.Lock()
				defer mu.Unlock()
				golden[l.Name] = told
				for _, c := range j.Checks {
					if slices.Contains(l.Rules, c.Rule) && caught(c) {
						if killed[p] == nil {
							killed[p] = map[string]bool{}
						}
						killed[p][c.Rule] = true
					}
				}
			})
		}
	})
	if !whole || t.Failed() && !*update {
		return
	}
	for _, r := range theBook.Rules {
		level := theBook.Level(r, "entra")
		if (level == profile.Must || level == profile.Should) && !killed["entra"][r.ID] {
			t.Errorf("rule %s (%s): no lie that names it is caught by it", r.ID, level)
		}
	}
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(golden)) {
		text.WriteString(golden[name])
	}
	const file = "testdata/kills.golden"
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := lineDiff(kills(string(want)), kills(text.String())); diff != "" {
		t.Errorf("%s differs (run with -update to rewrite it):\n%s", file, diff)
	}
	// What else a lie breaks depends on what runs beside it, so it is published and not demanded.
	t.Logf("collateral that differs from %s:\n%s", file, lineDiff(string(want), text.String()))
}

// kills leaves the collateral out of a golden text.
func kills(golden string) string {
	lines := strings.Split(golden, "\n")
	for i, line := range lines {
		lines[i], _, _ = strings.Cut(line, " | ")
	}
	return strings.Join(lines, "\n")
}

func caught(c verdict.Check) bool { return c.Status == verdict.Failed || c.Status == verdict.Finding }

// unsteady are lies that count requests or take their time: what else they break depends on what runs beside.
var unsteady = map[string]bool{"scale-429-without-retry-after": true, "probe-fifth-fails": true, "dup-race-two-win": true, "parallel-create-500": true,
	"members-lost-update": true, "answers-late": true, "scale-created-user-visible-late": true}

// checkLie asserts what holds for every lie, and gives its line of the golden file.
func checkLie(t *testing.T, l provider.Lie, j judged) string {
	t.Helper()
	for _, b := range j.bugs {
		t.Errorf("a defect of ours: %s", b)
	}
	if len(l.Rules) == 0 || len(l.Rules) > 3 {
		t.Errorf("a lie names one to three rules, not %d", len(l.Rules))
	}
	failed := map[string]bool{}
	collateral := map[string]bool{}
	for _, c := range j.Checks {
		if caught(c) {
			failed[c.Rule] = true
			if !slices.Contains(l.Rules, c.Rule) {
				collateral[c.Rule] = true
			}
			checkText(t, c)
		}
	}
	var kills []string
	for _, id := range l.Rules {
		if _, found := theBook.Rule(id); !found {
			t.Errorf("names the unknown rule %s", id)
		}
		if failed[id] {
			kills = append(kills, id)
		}
	}
	if len(kills) == 0 {
		t.Errorf("no rule that it names (%v) is false; false are %v; verdict %s: %s", l.Rules, slices.Sorted(maps.Keys(failed)), j.Verdict, j.Reason)
	}
	blockedHere := 0
	for _, c := range j.Checks {
		if c.Status != verdict.Blocked {
			continue
		}
		blockedHere++
		if slices.Contains(l.Rules, c.Rule) && !failed[c.Rule] {
			t.Errorf("blocks %s, which it names: %s", c.Key(), c.Reason)
		}
		if !failed[c.BlockedBy] && !slices.Contains([]string{verdict.NoAnswer, verdict.RefusedCredentials, verdict.NotSCIM}, c.BlockedBy) {
			t.Errorf("%s is blocked by %q, which did not fail in this run: %s", c.Key(), c.BlockedBy, c.Reason)
		}
	}
	sort.Strings(kills)
	line := l.Name + ": " + strings.Join(kills, " ")
	if unsteady[l.Name] {
		return line + " | depends on the time\n"
	}
	if len(collateral) > 0 {
		line += " | " + strings.Join(slices.Sorted(maps.Keys(collateral)), " ")
	}
	if blockedHere > 0 {
		line += " | blocks some"
	}
	return line + "\n"
}

// checkText asserts that a failure's text tells a vendor what to fix without our source and without the rule's id.
func checkText(t *testing.T, c verdict.Check) {
	t.Helper()
	m := c.Mismatch
	if m == nil {
		t.Errorf("%s has no mismatch", c.Key())
		return
	}
	if !slices.ContainsFunc([]string{"GET ", "POST ", "PATCH ", "PUT ", "DELETE ", "HEAD "}, func(verb string) bool { return strings.Contains(m.Sent, verb) }) {
		t.Errorf("%s: sent names no request: %q", c.Key(), m.Sent)
	}
	for what, text := range map[string]string{"received": m.Received, "expected": m.Expected, "because": m.Because, "fix": m.Fix} {
		if len(text) < 3 {
			t.Errorf("%s: no %s", c.Key(), what)
		}
	}
	if !strings.Contains(m.Source, "§") && !strings.Contains(m.Source, "(") {
		t.Errorf("%s: the source names no section: %q", c.Key(), m.Source)
	}
	if strings.Contains(m.Sent+m.Received+m.Expected, token) {
		t.Errorf("%s: the token is in the text", c.Key())
	}
}

// lineDiff lists lines of one text that are not in the other.
func lineDiff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out strings.Builder
	for _, line := range w {
		if !slices.Contains(g, line) {
			fmt.Fprintf(&out, "- %s\n", line)
		}
	}
	for _, line := range g {
		if !slices.Contains(w, line) {
			fmt.Fprintf(&out, "+ %s\n", line)
		}
	}
	return out.String()
}
