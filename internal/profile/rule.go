package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// Rule is our checkable claim. Its id is the scenario's tag, the selector, JUnit's identity and the argument of explain.
type Rule struct {
	ID           string           `yaml:"id" json:"id"`
	Claim        string           `yaml:"claim" json:"claim"`
	Why          string           `yaml:"why" json:"why"`                   // why Entra cares
	Fix          string           `yaml:"fix" json:"fix"`                   // how a vendor mends it
	Admin        string           `yaml:"admin" json:"admin"`               // what it means for people, without HTTP words
	Sources      []string         `yaml:"sources" json:"sources"`           // "RFC 7644 §3.5.2", "E2 (Feature flags)": an id of sources.yaml with a place
	Expectations []string         `yaml:"expectations" json:"expectations"` // ids of the catalogue
	Needs        []string         `yaml:"needs" json:"needs,omitempty"`     // capabilities; see Needs
	Microsoft    []string         `yaml:"microsoft" json:"microsoft,omitempty"`
	Levels       map[string]Level `yaml:"levels" json:"levels,omitempty"` // only where a rule is the weaker claim of its expectation
	LevelsWhy    string           `yaml:"levels-why" json:"levelsWhy,omitempty"`
	Was          []string         `yaml:"was" json:"was,omitempty"` // older ids, still understood in known-failing lists
}

// Needs are the capabilities that a rule may ask for; a target that does not offer one skips the rule.
var Needs = []string{"groups", "patch", "put", "etag", "enterprise", "manager", "roles", "members", "password", "search", "head"}

// Profiles are the points of view, in the order of the documentation.
var Profiles = []string{"entra", "rfc"}

// Book is every rule with what it stands on.
type Book struct {
	Rules        []Rule // sorted by id
	Expectations []Expectation
	Sources      []Source
	byID         map[string]int
	expectations map[string]Expectation
	sources      map[string]Source
}

// attributeNeed is a need for an attribute: user:title, user:name.givenName, group:externalId.
var attributeNeed = regexp.MustCompile(`^(user|group):[a-zA-Z]+(\.[a-zA-Z]+)?$`)

var ruleID = regexp.MustCompile(`^[a-z]+(\.[a-z]+(-[a-z]+)*)+$`)

// Load reads rules, expectations and sources (fixtures.FS) and checks them against each other.
// The error joins every mistake found, each naming its rule.
func Load(fsys fs.FS) (*Book, error) {
	b := &Book{byID: map[string]int{}, expectations: map[string]Expectation{}, sources: map[string]Source{}}
	var err error
	if b.Expectations, err = LoadExpectations(fsys); err != nil {
		return nil, err
	}
	if b.Sources, err = LoadSources(fsys); err != nil {
		return nil, err
	}
	for _, e := range b.Expectations {
		b.expectations[e.ID] = e
	}
	for _, s := range b.Sources {
		b.sources[s.ID] = s
	}
	names, err := fs.Glob(fsys, "rules/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("find rules: %w", err)
	}
	for _, name := range names {
		var rules []Rule
		if err := strict(fsys, name, &rules); err != nil {
			return nil, err
		}
		b.Rules = append(b.Rules, rules...)
	}
	sort.Slice(b.Rules, func(i, j int) bool { return b.Rules[i].ID < b.Rules[j].ID })
	return b, b.check()
}

func (b *Book) check() error {
	var errs []error
	for i, r := range b.Rules {
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("rule %s: %s", r.ID, fmt.Sprintf(format, args...)))
		}
		if !ruleID.MatchString(r.ID) {
			bad("an id is dotted lower-case words")
		}
		if _, found := b.byID[r.ID]; found {
			bad("declared twice")
		}
		b.byID[r.ID] = i
		for what, text := range map[string]string{"claim": r.Claim, "why": r.Why, "fix": r.Fix, "admin": r.Admin} {
			if strings.TrimSpace(text) == "" {
				bad("no %s", what)
			}
		}
		if len(r.Sources) == 0 {
			bad("no sources")
		}
		for _, s := range r.Sources {
			if _, err := b.Cite(s); err != nil {
				bad("%v", err)
			}
		}
		if len(r.Expectations) == 0 {
			bad("no expectations")
		}
		for _, id := range r.Expectations {
			if _, found := b.expectations[id]; !found {
				bad("unknown expectation %s", id)
			}
		}
		for _, n := range r.Needs {
			if !slices.Contains(Needs, n) && !attributeNeed.MatchString(n) {
				bad("unknown need %q", n)
			}
		}
		if len(r.Levels) > 0 && r.LevelsWhy == "" {
			bad("levels without levels-why")
		}
		for p, l := range r.Levels {
			if !slices.Contains(Profiles, p) || !slices.Contains([]Level{Must, Should, May, Off}, l) {
				bad("bad level %s: %s", p, l)
			}
		}
	}
	return errors.Join(errs...)
}

// Rule finds a rule by its id, or by an id it once had.
func (b *Book) Rule(id string) (Rule, bool) {
	if i, found := b.byID[id]; found {
		return b.Rules[i], true
	}
	for _, r := range b.Rules {
		if slices.Contains(r.Was, id) {
			return r, true
		}
	}
	return Rule{}, false
}

// Expectation finds a row of the catalogue.
func (b *Book) Expectation(id string) (Expectation, bool) {
	e, found := b.expectations[id]
	return e, found
}

var strength = map[Level]int{Off: 0, May: 1, Should: 2, Must: 3}

// Level is how much the rule matters in a profile: the strongest level of its expectations there,
// unless the rule is the weaker claim of one and says so.
func (b *Book) Level(r Rule, profile string) Level {
	if l, found := r.Levels[profile]; found {
		return l
	}
	level := Off
	for _, id := range r.Expectations {
		e := b.expectations[id]
		l := e.Entra
		if profile == "rfc" {
			l = e.RFC
		}
		if strength[l] > strength[level] {
			level = l
		}
	}
	return level
}

// Citation is a source with its place and address.
type Citation struct {
	Text string `json:"text"` // "RFC 7644 §3.5.2"
	URL  string `json:"url"`
}

// Cite turns a rule's source into words and an address: "E2 (Feature flags)" names the document E2 of sources.yaml.
func (b *Book) Cite(source string) (Citation, error) {
	id, place := source, ""
	if i := strings.IndexAny(source, "§("); i > 0 {
		id, place = strings.TrimSpace(source[:i]), strings.TrimSpace(source[i:])
	}
	s, found := b.sources[id]
	if !found {
		return Citation{}, fmt.Errorf("unknown source %q", source)
	}
	return Citation{Text: strings.TrimSpace(s.Name + " " + place), URL: s.URL}, nil
}

// Citations are the rule's sources in words.
func (b *Book) Citations(r Rule) []Citation {
	var out []Citation
	for _, s := range r.Sources {
		if c, err := b.Cite(s); err == nil {
			out = append(out, c)
		}
	}
	return out
}

// Match tells whether a rule id fits a pattern such as "user.disable.*" or "group.**": "*" stands for anything.
func Match(pattern, id string) bool {
	ok, err := path.Match(strings.ReplaceAll(pattern, "**", "*"), id)
	return err == nil && ok
}

// Describe says what a profile is, in a sentence.
func Describe(name string) string {
	return map[string]string{
		"entra": "what Microsoft Entra ID's provisioning service needs of a SCIM server",
		"rfc":   "what RFC 7643 and RFC 7644 demand, whatever Entra does",
	}[name]
}
