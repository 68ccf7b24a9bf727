package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cucumber/godog"

	"github.com/entrant-scim/entrant/internal/exchange"
	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
	"github.com/entrant-scim/entrant/steps"
)

// Options says how a plan is run. Client must observe with Breaches.
type Options struct {
	Client   *scim.Client
	Breaches *steps.Breaches
	RunID    string
	Domain   string // of mail addresses, "" = entrant.example
	Parallel int
	Seed     uint64
	Shuffle  bool
	Keep     bool                // leave what was made on the target
	Deadline time.Duration       // of one scenario, 0 = two minutes
	Silent   int                 // requests in a row without an answer that end the run, 0 = 3
	Done     func(verdict.Check) // after each case, one at a time
}

// Result is what happened to the plan's cases.
type Result struct {
	Checks       []verdict.Check // in plan order
	Exchanges    []exchange.Exchange
	Leftovers    []verdict.Leftover
	Capabilities map[string]string
	Why          string   // why the target was not judged; then no case ran
	Cause        string   // no-answer, refused-credentials or not-scim, with Why
	Bugs         []string // defects of ours that showed: exit 4
	Stale        []string // entries of a list of known failures that no longer hold
}

// Unasked is the result of a plan whose target could not even be asked.
func Unasked(plan *Plan, cause, why string) Result {
	r := &runner{plan: plan}
	return r.result(plan.Cases, nil, steps.Capabilities{}, cause, why)
}

// outcome is what one case came to.
type outcome struct {
	status    verdict.Status
	mismatch  *verdict.Mismatch
	reason    string
	blockedBy string
	skipKind  string
	took      time.Duration
	observed  []string
	exchanges []exchange.Exchange
	leftovers []verdict.Leftover
	bug       string
}

type runner struct {
	o        Options
	shared   *steps.Run
	mu       sync.Mutex
	outcomes map[string]outcome // by key
	silent   int                // answers missed in a row
	stop     context.CancelCauseFunc
	plan     *Plan
}

// errSilent ends a run whose target has stopped answering.
var errSilent = errors.New("the target no longer answers")

// Run asks whether the target can be judged, runs every case of the plan, cleans up, and says what happened, in plan
// order. It returns early, with what it has, when the context ends.
func Run(ctx context.Context, plan *Plan, o Options) Result {
	if o.Deadline == 0 {
		o.Deadline = 2 * time.Minute
	}
	if o.Silent == 0 {
		o.Silent = 3
	}
	if o.Domain == "" {
		o.Domain = "entrant.example"
	}
	cases := plan.Cases
	front := exchange.NewRecorder()
	can, cause, why := preflight(exchange.WithRecorder(ctx, front), o.Client)
	r := &runner{o: o, plan: plan, outcomes: map[string]outcome{}}
	r.shared = &steps.Run{Client: o.Client, ID: o.RunID, Domain: o.Domain, Can: can, Breaches: o.Breaches}
	if why == "" {
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		r.stop = stop
		for _, last := range []bool{false, true} {
			r.phase(ctx, slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return c.Last != last }))
		}
		if errors.Is(context.Cause(ctx), errSilent) {
			cause, why = verdict.NoAnswer, fmt.Sprintf("%d requests in a row got no answer", o.Silent)
		}
	}
	return r.result(cases, front.Exchanges(), can, cause, why)
}

// phase runs cases in one godog suite, those aside that the target does not offer.
func (r *runner) phase(ctx context.Context, cases []Case) {
	var asked []Case
	for _, c := range cases {
		if kind, why := r.needless(c); kind != "" {
			r.keep(c, outcome{status: verdict.Skipped, skipKind: kind, reason: why})
			continue
		}
		asked = append(asked, c)
	}
	if len(asked) == 0 {
		return
	}
	var features fs.FS = r.plan.overlay(asked)
	if r.o.Shuffle {
		features = r.plan.shuffled(asked, r.o.Seed)
	}
	byPlace := map[string]Case{}
	for _, c := range asked {
		byPlace[fmt.Sprintf("%s:%d", c.Feature, c.Line)] = c
	}
	parsed, err := retrieve(features)
	if err != nil {
		r.bug(err)
		return
	}
	byID := map[string]Case{}
	for _, f := range parsed {
		scenarios := spans(f)
		name := f.Uri
		if r.o.Shuffle {
			_, name, _ = strings.Cut(name, "/")
		}
		for _, p := range f.Pickles {
			line := scenarios[p.AstNodeIds[0]].line
			if len(p.AstNodeIds) > 1 {
				line = scenarios[p.AstNodeIds[0]].rows[p.AstNodeIds[1]].line
			}
			byID[p.Id] = byPlace[fmt.Sprintf("%s:%d", name, line)]
		}
	}
	suite := godog.TestSuite{
		Name: "entrant",
		Options: &godog.Options{FS: features, Paths: []string{"."}, Strict: true, Concurrency: max(1, r.o.Parallel),
			Format: "progress", Output: io.Discard, NoColors: true, DefaultContext: ctx},
		ScenarioInitializer: func(sc *godog.ScenarioContext) { r.scenario(sc, byID) },
	}
	suite.Run()
}

func (r *runner) bug(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes["!"+err.Error()] = outcome{bug: err.Error()}
}

// needless tells why a case is not asked at all: its rule needs what the target does not offer.
func (r *runner) needless(c Case) (kind, why string) {
	for _, n := range c.Rule.Needs {
		if offered, why := r.shared.Can.Offers(n); !offered {
			return verdict.NotOffered, why
		}
	}
	return "", ""
}

// scenario hooks one scenario: its own few sentences are registered when it begins.
func (r *runner) scenario(sc *godog.ScenarioContext, byID map[string]Case) {
	var c Case
	var w *steps.World
	var begun time.Time
	var out outcome
	var cancel context.CancelFunc
	sc.Before(func(ctx context.Context, p *godog.Scenario) (context.Context, error) {
		c = byID[p.Id]
		if err := ctx.Err(); err != nil {
			return ctx, err
		}
		for _, d := range c.definitions {
			switch d.Keyword {
			case "Context":
				sc.Given(d.Expr, d.Do)
			case "Action":
				sc.When(d.Expr, d.Do)
			case "Outcome":
				sc.Then(d.Expr, d.Do)
			}
		}
		begun = time.Now()
		ctx, cancel = context.WithTimeout(ctx, r.o.Deadline)
		ctx, w = steps.NewWorld(ctx, r.shared)
		out.status = verdict.Passed
		return ctx, nil
	})
	sc.StepContext().After(func(ctx context.Context, st *godog.Step, status godog.StepResultStatus, err error) (context.Context, error) {
		if w == nil || out.status != verdict.Passed || status == godog.StepPassed {
			return ctx, nil
		}
		out = judge(c, string(st.Type), st.Text, status, err)
		r.listen(ctx, err)
		return ctx, nil
	})
	sc.After(func(ctx context.Context, _ *godog.Scenario, _ error) (context.Context, error) {
		if w == nil {
			return ctx, nil
		}
		defer cancel()
		defer func() {
			if p := recover(); p != nil {
				r.bug(fmt.Errorf("clean up after %s: %v", c.Key(), p))
			}
		}()
		if out.status == verdict.Passed {
			r.listen(ctx, nil)
		}
		out.took = time.Since(begun)
		out.observed = append(out.observed, w.Observed()...)
		if !r.o.Keep {
			out.leftovers = w.Clean(ctx)
		}
		out.exchanges = w.Exchanges()
		r.keep(c, out)
		return ctx, nil
	})
}

// judge turns a step's end into the outcome of its case.
func judge(c Case, keyword, text string, status godog.StepResultStatus, err error) outcome {
	err = steps.Ended(keyword, err)
	var mismatch *verdict.Mismatch
	var block *steps.Block
	var skip *steps.Skip
	switch {
	case errors.As(err, &mismatch) && keyword == "Outcome":
		o := outcome{status: verdict.Failed, mismatch: mismatch}
		if c.Level == profile.Should {
			o.status = verdict.Finding
		}
		if c.Level == profile.May { // an observation records what it saw, and judges nothing
			return outcome{status: verdict.Passed, observed: []string{"received " + mismatch.Received + "; expected " + mismatch.Expected}}
		}
		return o
	case errors.As(err, &block):
		return outcome{status: verdict.Blocked, blockedBy: block.By, reason: block.Reason}
	case errors.As(err, &skip):
		return outcome{status: verdict.Skipped, skipKind: skip.Kind, reason: skip.Reason}
	case errors.Is(err, context.Canceled):
		return outcome{status: verdict.NotRun, reason: "the run was stopped"}
	case errors.Is(err, context.DeadlineExceeded):
		return outcome{status: verdict.Blocked, blockedBy: verdict.NoAnswer, reason: "the scenario took longer than its deadline"}
	}
	return outcome{status: verdict.NotRun, reason: "a defect of Entrant", bug: fmt.Sprintf("%s: step %q ended %s: %v", c.Key(), text, status, err)}
}

// listen counts requests in a row without an answer, and stops the run at the limit.
func (r *runner) listen(_ context.Context, err error) {
	var silent *scim.NoAnswer
	r.mu.Lock()
	defer r.mu.Unlock()
	if !errors.As(err, &silent) {
		r.silent = 0
		return
	}
	if r.silent++; r.silent >= r.o.Silent {
		r.stop(errSilent)
	}
}

func (r *runner) keep(c Case, out outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes[c.Key()] = out
	if r.o.Done != nil {
		r.o.Done(r.check(c, out))
	}
}

// check is a case's result, without the numbers of its exchanges.
func (r *runner) check(c Case, out outcome) verdict.Check {
	k := verdict.Check{Rule: c.Rule.ID, Case: c.Row, Title: c.Title, Dialect: c.Dialect, Level: c.Level, Status: out.status,
		Expectations: c.Rule.Expectations, MicrosoftTests: c.Rule.Microsoft, Feature: c.Feature, Line: c.Line,
		DurationMS: float64(out.took.Microseconds()) / 1000, Mismatch: out.mismatch, Reason: out.reason,
		BlockedBy: out.blockedBy, SkipKind: out.skipKind, Observed: out.observed}
	if out.mismatch != nil {
		m := *out.mismatch
		m.Because, m.Fix = c.Rule.Why, c.Rule.Fix
		var sources []string
		for _, s := range r.plan.Book.Citations(c.Rule) {
			sources = append(sources, s.Text+" <"+s.URL+">")
		}
		m.Source = strings.Join(sources, "; ")
		k.Mismatch = &m
	}
	return k
}

// result joins plan and outcomes. A case that nobody heard of was not run.
func (r *runner) result(cases []Case, front []exchange.Exchange, can steps.Capabilities, cause, why string) Result {
	res := Result{Capabilities: can.Words(), Cause: cause, Why: why, Leftovers: []verdict.Leftover{}}
	res.add(front)
	for _, c := range cases {
		out, found := r.outcomes[c.Key()]
		if !found {
			out = outcome{status: verdict.NotRun, reason: "the run was stopped before it"}
			if why != "" {
				out.reason = why
			}
		}
		k := r.check(c, out)
		k.Exchanges = res.add(out.exchanges)
		res.Checks = append(res.Checks, k)
		res.Leftovers = append(res.Leftovers, out.leftovers...)
		if out.bug != "" {
			res.Bugs = append(res.Bugs, out.bug)
		}
	}
	for key, out := range r.outcomes {
		if strings.HasPrefix(key, "!") {
			res.Bugs = append(res.Bugs, out.bug)
		}
	}
	slices.Sort(res.Bugs)
	return res
}

// add numbers exchanges in the order of the report and gives the numbers.
func (res *Result) add(exchanges []exchange.Exchange) []int {
	var numbers []int
	for _, x := range exchanges {
		x.N = len(res.Exchanges) + 1
		numbers = append(numbers, x.N)
		res.Exchanges = append(res.Exchanges, x)
	}
	return numbers
}
