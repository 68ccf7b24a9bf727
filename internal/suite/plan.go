// Package suite decides which scenarios run, runs them with godog, and reconciles the plan with what happened.
package suite

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"github.com/cucumber/godog"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/steps"
)

// Case is one run of one scenario; a row of Examples is a case of its own.
type Case struct {
	Rule    profile.Rule
	Row     string // the row's cells joined by "/"; empty for a plain scenario
	Title   string
	Dialect string // legacy or flag, where the scenario has a dialect column
	Level   profile.Level
	Feature string // users/disable.feature
	Line    int    // of the scenario, or of the row
	Last    bool   // runs after all others: it judges what they saw
	Tags    []string

	definitions []steps.Definition // those that the case's own steps match
	first, last int                // lines of the scenario, tags included
	row         int                // line of the row, 0 for a plain scenario
}

// Key is unique in a plan: the rule and the row.
func (c Case) Key() string {
	if c.Row == "" {
		return c.Rule.ID
	}
	return c.Rule.ID + "/" + c.Row
}

// Selection says which cases of a profile run. The zero value is all of profile entra.
type Selection struct {
	Profile string   // "" = entra
	Rules   []string // patterns of rule ids or of case keys; none = all
	Tags    []string // tags, with or without @; a case with any of them is taken; none = all
	Dialect string   // legacy, flag, or "" / both
}

// Whole tells whether nothing of the profile was left out.
func (s Selection) Whole() bool {
	return len(s.Rules) == 0 && len(s.Tags) == 0 && (s.Dialect == "" || s.Dialect == "both")
}

// Plan is every case that will run, in the order of the report.
type Plan struct {
	Cases     []Case
	Profile   string
	Selection Selection
	LeftOut   int // cases at level must that the selection left out
	Book      *profile.Book
	files     map[string]file
}

// file is a feature's text with the places of its scenarios.
type file struct {
	lines     []string
	scenarios map[string]span
}

// SelectionError is a pattern or a tag that nothing has: a mistake of the caller.
type SelectionError struct{ text string }

func (e *SelectionError) Error() string { return e.text }

// NewPlan reads the features and selects. Undefined and ambiguous steps, unknown rules and doubled keys are
// errors of the data; a pattern that matches nothing is a *SelectionError; a plan may be empty.
func NewPlan(features fs.FS, book *profile.Book, sel Selection) (*Plan, error) {
	if sel.Profile == "" {
		sel.Profile = "entra"
	}
	if !slices.Contains(profile.Profiles, sel.Profile) {
		return nil, &SelectionError{fmt.Sprintf("unknown profile %q: there are %s", sel.Profile, strings.Join(profile.Profiles, ", "))}
	}
	all, files, err := cases(features, book, sel.Profile)
	if err != nil {
		return nil, err
	}
	if err := sel.check(all); err != nil {
		return nil, err
	}
	p := &Plan{Profile: sel.Profile, Selection: sel, Book: book, files: files}
	for _, c := range all {
		switch {
		case c.Level == profile.Off:
		case sel.takes(c):
			p.Cases = append(p.Cases, c)
		case c.Level == profile.Must:
			p.LeftOut++
		}
	}
	return p, nil
}

func (s Selection) takes(c Case) bool {
	if len(s.Rules) > 0 && !slices.ContainsFunc(s.Rules, func(p string) bool { return matches(p, c) }) {
		return false
	}
	if len(s.Tags) > 0 && !slices.ContainsFunc(s.Tags, func(t string) bool { return slices.Contains(c.Tags, atTag(t)) }) {
		return false
	}
	return c.Dialect == "" || s.Dialect == "" || s.Dialect == "both" || s.Dialect == c.Dialect
}

func matches(pattern string, c Case) bool {
	return profile.Match(pattern, c.Rule.ID) || profile.Match(strings.ReplaceAll(pattern, "/", "."), strings.ReplaceAll(c.Key(), "/", ".")) ||
		slices.Contains(c.Rule.Was, pattern)
}

func atTag(t string) string { return "@" + strings.TrimPrefix(t, "@") }

func (s Selection) check(all []Case) error {
	for _, pattern := range s.Rules {
		if !slices.ContainsFunc(all, func(c Case) bool { return matches(pattern, c) }) {
			return &SelectionError{fmt.Sprintf("no rule matches %q%s; `entrant list rules` shows them all", pattern, nearest(pattern, all))}
		}
	}
	for _, t := range s.Tags {
		if !slices.ContainsFunc(all, func(c Case) bool { return slices.Contains(c.Tags, atTag(t)) }) {
			return &SelectionError{fmt.Sprintf("no scenario has the tag %s; the tags are %s", atTag(t), strings.Join(areaTags(all), ", "))}
		}
	}
	if !slices.Contains([]string{"", "both", "legacy", "flag"}, s.Dialect) {
		return &SelectionError{fmt.Sprintf("unknown dialect %q: there are legacy, flag and both", s.Dialect)}
	}
	return nil
}

// nearest suggests a rule that shares the longest beginning with the pattern.
func nearest(pattern string, all []Case) string {
	best, length := "", 3
	for _, c := range all {
		n := 0
		for n < len(pattern) && n < len(c.Rule.ID) && pattern[n] == c.Rule.ID[n] {
			n++
		}
		if n > length {
			best, length = c.Rule.ID, n
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}

func areaTags(all []Case) []string {
	seen := map[string]bool{}
	var out []string
	for _, c := range all {
		for _, t := range c.Tags {
			if !strings.Contains(t, ":") && !seen[t] {
				seen[t] = true
				out = append(out, t)
			}
		}
	}
	sort.Strings(out)
	return out
}

// Definitions are the sentences of the case.
func (c Case) Definitions() []steps.Definition { return c.definitions }

// AllCases is every case of the features, whatever its level.
func AllCases(features fs.FS, book *profile.Book) ([]Case, error) {
	all, _, err := cases(features, book, profile.Profiles[0])
	return all, err
}

// cases reads every case of the features, in the order of path and line, each with its level in the profile.
func cases(features fs.FS, book *profile.Book, profileName string) ([]Case, map[string]file, error) {
	parsed, err := retrieve(features)
	if err != nil {
		return nil, nil, err
	}
	files := map[string]file{}
	definitions := steps.Definitions()
	var out []Case
	var errs []error
	keys := map[string]string{}
	ruled := map[string]string{}
	for _, f := range parsed {
		scenarios := spans(f)
		files[f.Uri] = file{lines: strings.Split(string(f.content), "\n"), scenarios: scenarios}
		used := map[int]bool{}
		for _, p := range f.Pickles {
			c := Case{Feature: f.Uri, Title: p.Name}
			sc := scenarios[p.AstNodeIds[0]]
			c.Line, c.first, c.last, c.Last = sc.line, sc.first, sc.last, false
			used[sc.line] = true
			if len(p.AstNodeIds) > 1 {
				row := sc.rows[p.AstNodeIds[1]]
				c.Row, c.Line, c.row, c.Dialect = strings.Join(row.cells, "/"), row.line, row.line, row.dialect
			}
			place := fmt.Sprintf("%s:%d", c.Feature, c.Line)
			var rules []string
			for _, t := range p.Tags {
				c.Tags = append(c.Tags, t.Name)
				switch {
				case strings.HasPrefix(t.Name, "@rule:"):
					rules = append(rules, strings.TrimPrefix(t.Name, "@rule:"))
				case t.Name == "@phase:last":
					c.Last = true
				case strings.Contains(t.Name, ":"):
					errs = append(errs, fmt.Errorf("%s: unknown tag %s", place, t.Name))
				}
			}
			if len(rules) != 1 {
				errs = append(errs, fmt.Errorf("%s: a scenario has exactly one @rule: tag, not %d", place, len(rules)))
				continue
			}
			rule, found := book.Rule(rules[0])
			if !found || rule.ID != rules[0] {
				errs = append(errs, fmt.Errorf("%s: unknown rule %s", place, rules[0]))
				continue
			}
			if other, found := ruled[rule.ID]; found && other != fmt.Sprintf("%s:%d", c.Feature, sc.line) {
				errs = append(errs, fmt.Errorf("%s: rule %s has a scenario already, at %s", place, rule.ID, other))
			}
			ruled[rule.ID] = fmt.Sprintf("%s:%d", c.Feature, sc.line)
			c.Rule, c.Level = rule, book.Level(rule, profileName)
			if other, found := keys[c.Key()]; found {
				errs = append(errs, fmt.Errorf("%s: the key %s is taken by %s", place, c.Key(), other))
			}
			keys[c.Key()] = place
			for _, st := range p.Steps {
				d, err := steps.Find(definitions, string(st.Type), st.Text)
				if err != nil {
					errs = append(errs, fmt.Errorf("%s: %w", place, err))
					continue
				}
				if !slices.ContainsFunc(c.definitions, func(o steps.Definition) bool { return o.Expr == d.Expr }) {
					c.definitions = append(c.definitions, d)
				}
			}
			out = append(out, c)
		}
		for _, sc := range scenarios {
			if !used[sc.line] {
				errs = append(errs, fmt.Errorf("%s:%d: a scenario without steps or rows", f.Uri, sc.line))
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.Feature != b.Feature {
			return a.Feature < b.Feature
		}
		return a.Line < b.Line
	})
	return out, files, errors.Join(errs...)
}

type span struct {
	line, first, last int
	rows              map[string]row
}

type row struct {
	line    int
	cells   []string
	dialect string
}

// feature is what godog's parser returns, as far as it is used here.
type feature struct {
	Uri     string
	Pickles []*godog.Scenario
	doc     *godog.GherkinDocument
	content []byte
}

// retrieve parses the features as godog will, so that ids of one parse join plan and hooks.
func retrieve(features fs.FS) ([]feature, error) {
	parsed, err := godog.TestSuite{Options: &godog.Options{FS: features, Paths: []string{"."}}}.RetrieveFeatures()
	if err != nil {
		return nil, fmt.Errorf("read features: %w", err)
	}
	out := make([]feature, len(parsed))
	for i, f := range parsed {
		out[i] = feature{Uri: f.Uri, Pickles: f.Pickles, doc: f.GherkinDocument, content: f.Content}
	}
	return out, nil
}

// spans maps each scenario's node id to its lines and rows.
func spans(f feature) map[string]span {
	out := map[string]span{}
	for _, child := range f.doc.Feature.Children {
		sc := child.Scenario
		if sc == nil {
			continue
		}
		s := span{line: int(sc.Location.Line), first: int(sc.Location.Line), rows: map[string]row{}}
		for _, t := range sc.Tags {
			s.first = min(s.first, int(t.Location.Line))
		}
		s.last = s.line
		for _, st := range sc.Steps {
			s.last = max(s.last, int(st.Location.Line))
			if st.DataTable != nil {
				for _, r := range st.DataTable.Rows {
					s.last = max(s.last, int(r.Location.Line))
				}
			}
			if st.DocString != nil {
				s.last = max(s.last, int(st.DocString.Location.Line)+strings.Count(st.DocString.Content, "\n")+2)
			}
		}
		for _, ex := range sc.Examples {
			s.last = max(s.last, int(ex.Location.Line))
			if ex.TableHeader == nil {
				continue
			}
			s.last = max(s.last, int(ex.TableHeader.Location.Line))
			dialect := -1
			for i, cell := range ex.TableHeader.Cells {
				if cell.Value == "dialect" {
					dialect = i
				}
			}
			for _, r := range ex.TableBody {
				w := row{line: int(r.Location.Line)}
				for i, cell := range r.Cells {
					w.cells = append(w.cells, cell.Value)
					if i == dialect {
						w.dialect = cell.Value
					}
				}
				s.last = max(s.last, w.line)
				s.rows[r.Id] = w
			}
		}
		out[sc.Id] = s
	}
	return out
}
