package steps

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// Breaches are the claims about every answer of a run that some answer broke. They never fail the scenario in which they
// were seen: a scenario tagged @phase:last owns each claim.
type Breaches struct {
	mu   sync.Mutex
	seen map[string]*breach
}

// breach counts the answers that broke one claim, and keeps the first by request, so that it does not depend on parallelism.
type breach struct {
	count int
	kinds map[string]int // "GET /Users" → how often
	sent  string
	got   string
	want  string
}

// NewBreaches is an empty record.
func NewBreaches() *Breaches { return &Breaches{seen: map[string]*breach{}} }

// note records that an answer broke a claim.
func (b *Breaches) note(claim string, a scim.Answer, got, want string) {
	kind := a.Request.Method + " " + endpoint(a.Request.Path)
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.seen[claim]
	if s == nil {
		s = &breach{kinds: map[string]int{}}
		b.seen[claim] = s
	}
	s.count++
	s.kinds[kind]++
	if s.sent == "" || kind < s.sent {
		s.sent, s.got, s.want = kind, got, want
	}
}

// endpoint is a path without its ids: "/Users/{id}".
func endpoint(path string) string {
	kind, id := scim.Split(path)
	if id != "" {
		return "/" + kind + "/{id}"
	}
	return "/" + kind
}

// Observe looks at one answer for all claims about every answer. It is handed to the client.
func (b *Breaches) Observe(_ context.Context, _ scim.Request, a scim.Answer) {
	for _, claim := range everyAnswer {
		if got, want, broken := claim.broken(a); broken {
			b.note(claim.rule, a, got, want)
		}
	}
}

// everyClaim is a claim about every answer: broken says what was got and wanted.
type everyClaim struct {
	rule   string
	broken func(a scim.Answer) (got, want string, broken bool)
}

func (s *breach) words() string {
	kinds := make([]string, 0, len(s.kinds))
	for k, n := range s.kinds {
		kinds = append(kinds, fmt.Sprintf("%s (%d)", k, n))
	}
	sort.Strings(kinds)
	return fmt.Sprint(kinds)
}

func everySteps() []Definition {
	return []Definition{
		when(`a client asks for one answer of each kind`, asksForEachKind),
		then(`no answer of this run breaks "([^"]+)"`, nothingBreaks),
	}
}

// asksForEachKind makes answers to judge, so that a claim about every answer can be selected alone.
func asksForEachKind(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.post(ctx, w.entraUser("user")); err != nil {
		return err
	}
	id := w.user("").ID
	requests := []phrase.Request{phrase.FindUser("userName", w.user("").Name), phrase.Filter("Users", "userName eq")}
	if id != "" {
		requests = append(requests, phrase.Read("Users", id), phrase.SetPlain("Users", id, w.plainPath(), "Changed"), phrase.Create("Users", with(w.plainUser("again"), "userName", w.user("").Name)),
			phrase.Delete("Users", id), phrase.Read("Users", id))
	}
	if offered, _ := w.run.Can.Offers("groups"); offered {
		name := w.name("group")
		if err := w.send(ctx, phrase.CreateGroup(name, name)); err != nil {
			return err
		}
		requests = append(requests, phrase.FindGroup("displayName", name))
	}
	for _, r := range requests {
		if err := w.send(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func nothingBreaks(ctx context.Context, claim string) error {
	w := worldOf(ctx)
	if s := w.run.Breaches.of(claim); s != nil {
		return &verdict.Mismatch{Sent: s.sent + " and others, " + strconv.Itoa(s.count) + " in all: " + s.words(), Received: s.got, Expected: s.want}
	}
	return nil
}

// of is what is known of a claim's breaches by now, nil when there are none.
func (b *Breaches) of(claim string) *breach {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.seen[claim]
	if s == nil {
		return nil
	}
	now := *s
	now.kinds = maps.Clone(s.kinds)
	return &now
}

// everyAnswer are the claims about every answer. Each looks at what it understands and says nothing of the rest.
var everyAnswer = []everyClaim{
	{"answers.media-type", func(a scim.Answer) (string, string, bool) {
		got := a.Header.Get("Content-Type")
		if a.Status/100 != 2 || len(a.Body) == 0 || isMedia(got) {
			return "", "", false
		}
		return "Content-Type " + quote(got), "Content-Type application/scim+json", true
	}},
	{"answers.error-media-type", func(a scim.Answer) (string, string, bool) {
		got := a.Header.Get("Content-Type")
		if a.Status < 400 || len(a.Body) == 0 || isMedia(got) {
			return "", "", false
		}
		return fmt.Sprintf("%d with Content-Type %s", a.Status, quote(got)), "Content-Type application/scim+json", true
	}},
	{"answers.json", func(a scim.Answer) (string, string, bool) {
		if a.Status/100 != 2 || len(a.Body) == 0 {
			return "", "", false
		}
		_, err := a.JSON()
		if err == nil && !utf8.Valid(a.Body) {
			err = errors.New("the body is not UTF-8")
		}
		if err == nil {
			return "", "", false
		}
		return fmt.Sprintf("%d, and %v", a.Status, err), "one JSON document in UTF-8", true
	}},
	{"answers.schemas", func(a scim.Answer) (got, want string, broken bool) {
		eachResource(a, func(r gjson.Result, list bool) {
			if s := scim.Get(r, "schemas"); !broken && (!s.IsArray() || len(s.Array()) == 0) && !strings.Contains(a.Request.Query, "attributes=") {
				got, want, broken = "schemas "+show(s), "schemas with the URN of what it is", true
			}
		})
		return got, want, broken
	}},
	{"answers.id-is-string", func(a scim.Answer) (got, want string, broken bool) {
		eachResource(a, func(r gjson.Result, list bool) {
			if id := scim.Get(r, "id"); !list && !broken && id.Type != gjson.String {
				got, want, broken = "id "+show(id), "id as a string", true
			}
			for _, m := range scim.Get(r, "members").Array() {
				if v := scim.Get(m, "value"); !broken && v.Exists() && v.Type != gjson.String {
					got, want, broken = "members[].value "+show(v), "the id of a member as a string", true
				}
			}
		})
		return got, want, broken
	}},
	{"answers.booleans", func(a scim.Answer) (got, want string, broken bool) {
		check := func(name string, v gjson.Result) {
			if !broken && v.Exists() && v.Type != gjson.True && v.Type != gjson.False && v.Type != gjson.Null {
				got, want, broken = name+" "+show(v), name+" as a boolean", true
			}
		}
		eachResource(a, func(r gjson.Result, list bool) {
			check("active", scim.Get(r, "active"))
			for _, name := range []string{"emails", "phoneNumbers", "addresses", "roles"} {
				for _, e := range scim.Get(r, name).Array() {
					check(name+"[].primary", scim.Get(e, "primary"))
				}
			}
		})
		return got, want, broken
	}},
	{"answers.spelling", func(a scim.Answer) (got, want string, broken bool) {
		names := map[string]string{}
		for _, n := range []string{"schemas", "id", "externalId", "meta", "userName", "displayName", "active", "members", "emails", "totalResults", "Resources", "startIndex", "itemsPerPage"} {
			names[strings.ToLower(n)] = n
		}
		eachResource(a, func(r gjson.Result, list bool) {
			r.ForEach(func(key, _ gjson.Result) bool {
				if right := names[strings.ToLower(key.Str)]; right != "" && right != key.Str {
					got, want, broken = "the name "+quote(key.Str), "the name "+quote(right), true
				}
				return !broken
			})
		})
		return got, want, broken
	}},
	{"answers.meta", func(a scim.Answer) (got, want string, broken bool) {
		eachResource(a, func(r gjson.Result, list bool) {
			if list || broken || strings.Contains(a.Request.Query, "attributes=") || strings.Contains(a.Request.Query, "ttributes=meta") {
				return
			}
			if t := scim.Get(r, "meta", "resourceType"); t.Type != gjson.String {
				got, want, broken = "meta "+show(scim.Get(r, "meta")), "meta with resourceType, created and lastModified", true
			}
		})
		return got, want, broken
	}},
	{"answers.primary", func(a scim.Answer) (got, want string, broken bool) {
		eachResource(a, func(r gjson.Result, list bool) {
			for _, name := range []string{"emails", "phoneNumbers", "addresses"} {
				primary := 0
				for _, e := range scim.Get(r, name).Array() {
					if scim.Get(e, "primary").Type == gjson.True {
						primary++
					}
				}
				if primary > 1 && !broken {
					got, want, broken = fmt.Sprintf("%s with %d primary elements", name, primary), "one primary element at most", true
				}
			}
		})
		return got, want, broken
	}},
	{"answers.error-body", func(a scim.Answer) (string, string, bool) {
		const want = "a SCIM error: schemas with the error URN, status as a string equal to the status line"
		if a.Status/100 < 4 || a.Status == http.StatusTooManyRequests || a.Status == http.StatusBadGateway || a.Status == http.StatusServiceUnavailable || a.Status == http.StatusGatewayTimeout {
			return "", "", false
		}
		doc, err := a.JSON()
		if err != nil {
			return fmt.Sprintf("%d, and %v", a.Status, err), want, true
		}
		for _, s := range scim.Get(doc, "schemas").Array() {
			if strings.EqualFold(s.Str, errorSchema) {
				status := scim.Get(doc, "status")
				return fmt.Sprintf("%d with status %s", a.Status, show(status)), want, status.Type != gjson.String || status.Str != strconv.Itoa(a.Status)
			}
		}
		return fmt.Sprintf("%d with schemas %s", a.Status, show(scim.Get(doc, "schemas"))), want, true
	}},
	{"answers.no-crash", func(a scim.Answer) (string, string, bool) {
		return strconv.Itoa(a.Status) + " " + http.StatusText(a.Status), "a success, or a 4xx that says what is wrong with the request", a.Status == http.StatusInternalServerError
	}},
	{"answers.no-internals", func(a scim.Answer) (string, string, bool) {
		if a.Status < 400 {
			return "", "", false
		}
		found := internals.FindString(string(a.Body))
		return fmt.Sprintf("%d with %s in the body", a.Status, quote(found)), "an error without names of classes, files or tables", found != ""
	}},
	{"answers.no-secrets", func(a scim.Answer) (got, want string, broken bool) {
		eachResource(a, func(r gjson.Result, list bool) {
			r.ForEach(func(key, _ gjson.Result) bool {
				if secrets.MatchString(key.Str) {
					got, want, broken = "an attribute "+quote(key.Str), "no attribute of this kind", true
				}
				return !broken
			})
		})
		return got, want, broken
	}},
	{"answers.retry-after", func(a scim.Answer) (string, string, bool) {
		if a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") != "" {
			return "", "", false
		}
		return "429 without Retry-After", "429 with Retry-After, a time after which the request is welcome", true
	}},
	{"answers.in-time", func(a scim.Answer) (string, string, bool) {
		return fmt.Sprintf("an answer after %.1f s", a.Took.Seconds()), "an answer within 5 s", a.Took > 5*time.Second
	}},
}

// internals are the marks of a stack trace or of SQL in an error.
var internals = regexp.MustCompile(`(?:\bat [\w.$]+\([\w.]+:\d+\)|Traceback \(most recent|goroutine \d+ \[|\.(?:java|cs|py|rb|php|go|js):\d+|(?i:\bSELECT\b.{1,80}\bFROM\b|\bINSERT INTO\b)|java\.lang\.|System\.\w+Exception)`)

// secrets are names of attributes that nobody may see.
var secrets = regexp.MustCompile(`(?i)^(?:password|passwordHash|passwd|secret|resetToken|accessToken|apiKey|privateKey|salt)$`)

func isMedia(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(media), "application/scim+json")
}

// eachResource looks at the resources of a success from /Users and /Groups: the one, or a list and its entries.
func eachResource(a scim.Answer, look func(r gjson.Result, list bool)) {
	kind, _ := scim.Split(a.Request.Path)
	if a.Status/100 != 2 || kind != "Users" && kind != "Groups" {
		return
	}
	doc, err := a.JSON()
	if err != nil || !doc.IsObject() {
		return
	}
	entries := scim.Get(doc, "Resources")
	isList := entries.IsArray() || scim.Get(doc, "totalResults").Exists()
	look(doc, isList)
	if isList {
		for _, r := range entries.Array() {
			look(r, false)
		}
	}
}
