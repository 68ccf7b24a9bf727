package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/exchange"
	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// Run is what all scenarios of a run share. Nothing in it changes but the counter and the breaches, which lock themselves.
type Run struct {
	Client   *scim.Client
	ID       string // in every name this run makes
	Domain   string // of the mail addresses this run makes
	Can      Capabilities
	Breaches *Breaches
	numbers  atomic.Int64
}

// World is what one scenario knows.
type World struct {
	run      *Run
	rec      *exchange.Recorder
	number   int64
	names    int
	users    map[string]*Resource // by the name the sentence gives: "" for "the user", "another", "first" …
	groups   map[string]*Resource
	mu       sync.Mutex    // guards made and names: a When may send several requests at once
	act      scim.Answer   // the answer to the last When
	acts     []scim.Answer // all answers to Whens, in order
	crowd    []*Resource   // "3 users", in order
	made     []*Resource
	observed []string
	notes    map[string]string // what a When leaves for its Then: a value it sent, a total it saw
}

// Resource is something this scenario made, or tried to make.
type Resource struct {
	Kind string // Users or Groups
	ID   string // empty until an answer gave it
	Name string // userName or displayName
	Sent gjson.Result
	gone bool
}

type worldKey struct{}

// NewWorld makes a scenario's world and the context that carries it and its recorder.
func NewWorld(ctx context.Context, run *Run) (context.Context, *World) {
	w := &World{run: run, rec: exchange.NewRecorder(), number: run.numbers.Add(1),
		users: map[string]*Resource{}, groups: map[string]*Resource{}, notes: map[string]string{}}
	return exchange.WithRecorder(context.WithValue(ctx, worldKey{}, w), w.rec), w
}

func worldOf(ctx context.Context) *World { return ctx.Value(worldKey{}).(*World) }

// Exchanges are what the scenario sent and got, redacted.
func (w *World) Exchanges() []exchange.Exchange { return w.rec.Exchanges() }

// Observed is what a scenario at level may recorded.
func (w *World) Observed() []string { return w.observed }

// observe records what an observation saw.
func (w *World) observe(format string, args ...any) {
	w.observed = append(w.observed, fmt.Sprintf(format, args...))
}

// name makes a name that no other run and no other scenario makes.
func (w *World) name(word string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names++
	return fmt.Sprintf("entrant-%s-%d-%s%d", w.run.ID, w.number, word, w.names)
}

// Block is a claim that could not be asked: By names the rule that judges what stood in the way, or one of the causes of
// package verdict.
type Block struct{ By, Reason string }

func (b *Block) Error() string { return b.Reason }

func blocked(by, format string, args ...any) error { return &Block{by, fmt.Sprintf(format, args...)} }

// Skip is a claim that does not apply.
type Skip struct{ Kind, Reason string }

func (s *Skip) Error() string { return s.Reason }

func skip(kind, format string, args ...any) error { return &Skip{kind, fmt.Sprintf(format, args...)} }

// do sends a request and keeps track of what it made. The error is a *scim.NoAnswer, or the context's.
func (w *World) do(ctx context.Context, r phrase.Request) (scim.Answer, error) {
	return w.request(ctx, scim.Request{Method: r.Method, Path: r.Path, Query: r.Query, Body: r.Body})
}

// request is do for a request that no act of Entra phrases: another header, another method.
func (w *World) request(ctx context.Context, r scim.Request) (scim.Answer, error) {
	var res *Resource
	if kind := strings.TrimPrefix(r.Path, "/"); r.Method == http.MethodPost && (kind == "Users" || kind == "Groups") {
		sent := gjson.ParseBytes(r.Body)
		res = &Resource{Kind: kind, Name: scim.Get(sent, naming(kind)).String(), Sent: sent}
		w.mu.Lock()
		w.made = append(w.made, res)
		w.mu.Unlock()
	}
	a, err := w.run.Client.Do(ctx, r)
	if err != nil {
		return a, err
	}
	if res != nil && a.Status/100 == 2 {
		res.ID = a.Get("id").String()
	}
	return a, nil
}

func naming(kind string) string {
	if kind == "Users" {
		return "userName"
	}
	return "displayName"
}

// send is a When: it sends and never judges.
func (w *World) send(ctx context.Context, r phrase.Request) error {
	a, err := w.do(ctx, r)
	return w.acted(a, err)
}

func (w *World) acted(a scim.Answer, err error) error {
	if err != nil {
		return err
	}
	w.act, w.acts = a, append(w.acts, a)
	return nil
}

// adopt takes something that the target made on its own account into the clean-up.
func (w *World) adopt(kind, id, name string) {
	w.run.Client.Created(kind, id, name)
	w.made = append(w.made, &Resource{Kind: kind, ID: id, Name: name})
}

// last is the resource that the latest create made or tried to make.
func (w *World) last() *Resource { return w.made[len(w.made)-1] }

// Clean removes what the scenario made, latest first, and returns what it could not remove. It has its own time, since
// the scenario's context may be over. A create whose answer gave no id is looked up by its name.
func (w *World) Clean(ctx context.Context) []verdict.Leftover {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	var left []verdict.Leftover
	for i := len(w.made) - 1; i >= 0; i-- {
		r := w.made[i]
		if r.gone {
			continue
		}
		ids := []string{r.ID}
		if r.ID == "" {
			found, err := w.findByName(ctx, r)
			if err != nil {
				left = append(left, verdict.Leftover{Path: "/" + r.Kind, Name: r.Name, Reason: err.Error()})
				continue
			}
			ids = found
		}
		for _, id := range ids {
			if err := w.remove(ctx, r.Kind, id); err != nil {
				left = append(left, verdict.Leftover{Path: "/" + r.Kind + "/" + id, Name: r.Name, Reason: err.Error()})
			}
		}
	}
	return left
}

// findByName gives the ids of what a create without a usable answer may have made: only names of this run count.
func (w *World) findByName(ctx context.Context, r *Resource) ([]string, error) {
	if !strings.Contains(r.Name, w.run.ID) {
		return nil, nil
	}
	a, err := w.do(ctx, phrase.Find(r.Kind, naming(r.Kind), r.Name))
	if err != nil {
		return nil, fmt.Errorf("look for it: %w", err)
	}
	var ids []string
	for _, found := range a.Get("Resources").Array() {
		id := scim.Get(found, "id").String()
		if id != "" && strings.EqualFold(scim.Get(found, naming(r.Kind)).String(), r.Name) {
			w.run.Client.Created(r.Kind, id, r.Name)
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (w *World) remove(ctx context.Context, kind, id string) error {
	a, err := w.do(ctx, phrase.Request{Method: http.MethodDelete, Path: "/" + kind + "/" + phrase.Escape(id)})
	if err != nil {
		return err
	}
	if a.Status/100 != 2 && a.Status != http.StatusNotFound && a.Status != http.StatusGone {
		return fmt.Errorf("DELETE answered %d", a.Status)
	}
	return nil
}

// sent is the redacted request of an answer in one line.
func (w *World) sent(a scim.Answer) string {
	x, found := w.exchange(a)
	if !found {
		return a.Request.Method + " " + a.Request.Path
	}
	line := x.Method + " " + strings.TrimPrefix(x.URL, strings.TrimSuffix(w.run.Client.BaseURL(), "/"))
	if x.RequestBody != "" {
		line += "  " + cut(x.RequestBody)
	}
	return line
}

// got is the redacted answer in one line.
func (w *World) got(a scim.Answer) string {
	line := fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
	if x, found := w.exchange(a); found && x.ResponseBody != "" {
		line += "  " + cut(x.ResponseBody)
	}
	return strings.TrimSpace(line)
}

func (w *World) exchange(a scim.Answer) (exchange.Exchange, bool) {
	all := w.rec.Exchanges()
	if a.Exchange < 1 || a.Exchange > len(all) {
		return exchange.Exchange{}, false
	}
	return all[a.Exchange-1], true
}

// cut shortens a body for a message; the exchange has the whole.
func cut(body string) string {
	const most = 700
	body = strings.Join(strings.Fields(body), " ")
	if len(body) > most {
		return strings.ToValidUTF8(body[:most], "") + "…"
	}
	return body
}

// wrong is a claim found false by an answer.
func (w *World) wrong(a scim.Answer, expected string, args ...any) error {
	return &verdict.Mismatch{Sent: w.sent(a), Received: w.got(a), Expected: fmt.Sprintf(expected, args...)}
}

// wrongPart is wrong where one part of the answer is the point: what it is called, and what it was.
func (w *World) wrongPart(a scim.Answer, part, received, expected string, args ...any) error {
	return &verdict.Mismatch{Sent: w.sent(a), Received: fmt.Sprintf("%d with %s %s", a.Status, part, received), Expected: fmt.Sprintf(expected, args...)}
}

// wrongState is wrong for a state that a later read shows: the act is what was sent, the read is what came back.
func (w *World) wrongState(read scim.Answer, part, received, expected string, args ...any) error {
	sent := w.sent(read)
	if w.act.Request.Method != "" {
		sent = w.sent(w.act) + fmt.Sprintf("  → %d, then %s", w.act.Status, sent)
	}
	return &verdict.Mismatch{Sent: sent, Received: fmt.Sprintf("%d with %s %s", read.Status, part, received), Expected: fmt.Sprintf(expected, args...)}
}

// accepted is the first thing that a Then about state asks: was the act itself a success?
func (w *World) accepted(expected string, args ...any) error {
	if w.act.Status/100 == 2 {
		return nil
	}
	return w.wrong(w.act, "a success (200 or 204), and then "+expected, args...)
}

// read gets a resource by its id. What is not a 200 with a SCIM resource is a mismatch: it is judged inside a Then.
func (w *World) read(ctx context.Context, r *Resource) (scim.Answer, error) {
	a, err := w.do(ctx, phrase.Read(r.Kind, r.ID))
	if err != nil {
		return a, err
	}
	if a.Status != http.StatusOK {
		return a, w.wrong(a, "200 with the %s that was created", strings.ToLower(strings.TrimSuffix(r.Kind, "s")))
	}
	if _, err := a.JSON(); err != nil {
		return a, w.wrong(a, "a JSON document; the answer is no such thing: %v", err)
	}
	return a, nil
}

// show names a value with its JSON type, since "False" is not false.
func show(v gjson.Result) string {
	if !v.Exists() {
		return "absent"
	}
	return fmt.Sprintf("%s (%s)", cut(v.Raw), kindOf(v))
}

func kindOf(v gjson.Result) string {
	switch {
	case v.IsArray():
		return "an array"
	case v.IsObject():
		return "an object"
	}
	switch v.Type {
	case gjson.String:
		return "a string"
	case gjson.Number:
		return "a number"
	case gjson.True, gjson.False:
		return "a boolean"
	}
	return "null"
}

// unassigned tells whether a value is gone, however a server says so: left out, null, "" or [] (RFC 7643 §2.5).
func unassigned(v gjson.Result) bool {
	return !v.Exists() || v.Type == gjson.Null || v.Raw == `""` || v.IsArray() && len(v.Array()) == 0 || v.IsObject() && len(v.Map()) == 0
}

// quote is a value as JSON, for messages.
func quote(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// Ended sorts a step's error: a mismatch, a block, a skip, or a defect of ours.
func Ended(keyword string, err error) error {
	var mismatch *verdict.Mismatch
	var block *Block
	var skip *Skip
	var silent *scim.NoAnswer
	switch {
	case errors.As(err, &mismatch) && keyword == "Outcome", errors.As(err, &block), errors.As(err, &skip):
		return err
	case errors.As(err, &silent):
		return &Block{verdict.NoAnswer, silent.Error()}
	case errors.As(err, &mismatch):
		return fmt.Errorf("a %s judged: %w", keyword, err)
	}
	return err
}
