package profile_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/entrant-scim/entrant/fixtures"
	"github.com/entrant-scim/entrant/internal/profile"
)

func TestFixtures(t *testing.T) {
	b, err := profile.Load(fixtures.FS)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Expectations) != 392 {
		t.Errorf("%d expectations, the catalogue has 392", len(b.Expectations))
	}
	excused := 0
	last := map[string]string{}
	var areas []string
	for _, e := range b.Expectations {
		dash := strings.LastIndex(e.ID, "-")
		area, number := e.ID[:dash], e.ID[dash+1:]
		if number <= last[area] {
			t.Errorf("%s comes after %s-%s", e.ID, area, last[area])
		}
		if last[area] = number; !slices.Contains(areas, area) {
			areas = append(areas, area)
		} else if areas[len(areas)-1] != area {
			t.Errorf("%s stands outside its area", e.ID)
		}
		if e.Excused == "" && e.Entra == profile.Off && e.Gallery == profile.Off && e.RFC == profile.Off {
			t.Errorf("%s is off in every profile and not excused", e.ID)
		}
		if e.Excused != "" {
			excused++
		}
		for _, s := range e.Sources {
			if _, err := b.Cite(s); err != nil {
				t.Errorf("%s: %v", e.ID, err)
			}
			if strings.HasPrefix(s, "RFC") && !strings.Contains(s, "§") {
				t.Errorf("%s: %s without a section", e.ID, s)
			}
		}
		if e.RFC != profile.Off && !slices.ContainsFunc(e.Sources, func(s string) bool { return strings.HasPrefix(s, "RFC") }) {
			t.Errorf("%s has the level %s in rfc and no RFC among its sources", e.ID, e.RFC)
		}
		if len(e.Text) > 140 {
			t.Errorf("%s: %d characters are no one-liner", e.ID, len(e.Text))
		}
	}
	if excused > 55 {
		t.Errorf("%d expectations are excused, 55 are allowed", excused)
	}
	for _, r := range b.Rules {
		for _, id := range r.Expectations {
			if e, _ := b.Expectation(id); e.Excused != "" {
				t.Errorf("rule %s names %s, which is excused as %s", r.ID, id, e.Excused)
			}
		}
		for _, word := range []string{"HTTP", "PATCH", "POST", "GET ", "JSON", "404", "409", "header", "endpoint"} {
			if strings.Contains(r.Admin, word) {
				t.Errorf("rule %s: %q is no word for admins", r.ID, word)
			}
		}
		located := false
		for _, c := range b.Citations(r) {
			located = located || strings.ContainsAny(c.Text, "§(")
			if !strings.HasPrefix(c.URL, "https://") {
				t.Errorf("rule %s: %s has no address", r.ID, c.Text)
			}
		}
		if !located {
			t.Errorf("rule %s: no source says where", r.ID)
		}
	}
}

const sources = `- {id: "RFC 7644", name: "RFC 7644", url: "https://x"}`

const expectation = `- {id: A-01, text: t, entra: must, gallery: must, rfc: should, sources: ["RFC 7644 §3"]}
- {id: A-02, text: t, entra: should, gallery: must, rfc: off, sources: ["RFC 7644"]}`

func load(rule string) (*profile.Book, error) {
	return profile.Load(fstest.MapFS{"sources.yaml": {Data: []byte(sources)}, "expectations.yaml": {Data: []byte(expectation)}, "rules/a.yaml": {Data: []byte(rule)}})
}

const good = `- id: a.b
  claim: c
  why: w
  fix: f
  admin: a
  sources: ["RFC 7644 §3"]
  expectations: [A-02, A-01]
  was: [a.old]
`

func TestLevels(t *testing.T) {
	b, err := load(good)
	if err != nil {
		t.Fatal(err)
	}
	r, found := b.Rule("a.old")
	if !found || b.Level(r, "entra") != profile.Must || b.Level(r, "rfc") != profile.Should {
		t.Errorf("%+v is %s in entra, %s in rfc", r, b.Level(r, "entra"), b.Level(r, "rfc"))
	}
	b, err = load(good + "  levels: {entra: should}\n  levels-why: the weaker claim\n")
	if err != nil {
		t.Fatal(err)
	}
	r, _ = b.Rule("a.b")
	if b.Level(r, "entra") != profile.Should {
		t.Error("a rule's own level does not count")
	}
}

// TestMistakes: broken data is told by rule and reason.
func TestMistakes(t *testing.T) {
	for change, want := range map[string]string{
		"id: a.b|id: A.B": "lower-case", "claim: c|claim: ''": "no claim", "A-02|A-09": "unknown expectation A-09", "RFC 7644 §3|RFC 1 §3": "unknown source",
		"was: [a.old]|needs: [wings]": `unknown need "wings"`, "was: [a.old]|levels: {entra: should}": "without levels-why", "was: [a.old]|colour: red": "colour",
		"was: [a.old]|levels: {moon: must}\n  levels-why: w": "bad level",
	} {
		old, now, _ := strings.Cut(change, "|")
		if _, err := load(strings.Replace(good, old, now, 1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", change, err, want)
		}
	}
	if _, err := load(good + good); err == nil || !strings.Contains(err.Error(), "declared twice") {
		t.Errorf("a rule that is there twice: %v", err)
	}
}

func TestMatch(t *testing.T) {
	for pattern, want := range map[string]bool{"user.disable.string": true, "user.disable.*": true, "user.*": true, "**": true, "user": false, "group.*": false, "user.disable.strin?": true, "[": false} {
		if profile.Match(pattern, "user.disable.string") != want {
			t.Errorf("%s matches: %t", pattern, !want)
		}
	}
}

// TestBrokenCatalogue: mistakes in expectations and sources are told by id.
func TestBrokenCatalogue(t *testing.T) {
	const row = `- {id: A-01, text: t, entra: must, gallery: must, rfc: off, sources: ["RFC 7644 §3"]}` + "\n"
	for broken, want := range map[string]string{
		row + row: "A-01 is there twice",
		strings.Replace(row, "rfc: off", "rfc: never", 1):           `unknown level "never"`,
		strings.Replace(row, "rfc: off", "rfc: off, weak: bad", 1):  `unknown level "bad"`,
		strings.Replace(row, "rfc: off", "rfc: off, excused: x", 1): "A-01 needs",
		strings.Replace(row, "text: t", "text: ''", 1):              "A-01 needs",
		strings.Replace(row, "text: t", "text: t, colour: red", 1):  "colour",
	} {
		if _, err := profile.LoadExpectations(fstest.MapFS{"expectations.yaml": {Data: []byte(broken)}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", broken, err, want)
		}
	}
	for broken, want := range map[string]string{sources + "\n" + sources: "RFC 7644 is there twice", `- {id: E1, name: "", url: u}`: `"E1" needs`} {
		if _, err := profile.LoadSources(fstest.MapFS{"sources.yaml": {Data: []byte(broken)}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", broken, err, want)
		}
	}
}
