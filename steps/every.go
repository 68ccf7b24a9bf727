package steps

import (
	"context"
	"fmt"
	"sort"
	"sync"

	"github.com/entrant-scim/entrant/internal/scim"
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

func everySteps() []Definition { return nil }

var everyAnswer []everyClaim
