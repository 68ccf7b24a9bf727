package suite_test

import (
	"context"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/entrant-scim/entrant/features"
	"github.com/entrant-scim/entrant/fixtures"
	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/provider"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/suite"
	"github.com/entrant-scim/entrant/internal/verdict"
	"github.com/entrant-scim/entrant/steps"
)

const token = "a-token-for-tests"

// judged is a server with the run on it.
type judged struct {
	verdict.Run
	bugs          []string
	users, groups int // left on the provider
}

// how says how a test judges a provider.
type how struct {
	provider provider.Options
	parallel int
	shuffle  bool
	seed     uint64
}

// books and plans are read once: hundreds of runs use them.
var theBook = func() *profile.Book {
	b, err := profile.Load(fixtures.FS)
	if err != nil {
		panic(err)
	}
	return b
}()

var plans = map[string]*suite.Plan{}
var plansMu sync.Mutex

// planOf gives the plan of a whole profile, made once.
func planOf(t testing.TB, profile string) *suite.Plan {
	t.Helper()
	plansMu.Lock()
	defer plansMu.Unlock()
	if plan := plans[profile]; plan != nil {
		return plan
	}
	plan, err := suite.NewPlan(features.FS, theBook, suite.Selection{Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	plans[profile] = plan
	return plan
}

// judge runs a plan against the provider on a loopback server of its own.
func judge(t testing.TB, plan *suite.Plan, h how) judged {
	t.Helper()
	h.provider.Tokens = []string{token}
	p, err := provider.New(h.provider)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p)
	defer server.Close()
	if h.parallel == 0 {
		h.parallel = 4
	}
	breaches := steps.NewBreaches()
	client, err := scim.New(scim.Config{BaseURL: server.URL + provider.BasePath, Token: token, RunID: "t3st", Observe: breaches.Observe})
	if err != nil {
		t.Fatal(err)
	}
	var run verdict.Run
	res := suite.Run(context.Background(), plan, suite.Options{Client: client, Breaches: breaches, RunID: "t3st", Parallel: h.parallel, Shuffle: h.shuffle, Seed: h.seed})
	suite.Conclude(&run, plan, res, "must", false)
	j := judged{Run: run, bugs: res.Bugs}
	j.users, j.groups = p.Holdings(token)
	return j
}
