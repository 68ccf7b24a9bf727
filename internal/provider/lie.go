package provider

import (
	"fmt"
	"net/http"
	"slices"
)

// Lie is a fault of the provider: a defect that real servers have, told on purpose.
type Lie struct {
	Name    string   // kebab-case
	Summary string   // what goes wrong, in a sentence
	Fault   string   // its id in the list of faults, "" for one of our own
	Rules   []string // one to three rules that must find it
	Profile string   // in which it is a fault, "" = entra
	seams
}

// Variant is a legal difference: no rule may accuse it.
type Variant struct {
	Name    string
	Summary string
	Ref     string // N-01 …, "" for one of our own
	seams
}

// seams are the places where a lie or a variant may step in, each around the honest code. Every one may be nil.
type seams struct {
	serve  func(*Provider, http.Handler) http.Handler // around the whole exchange
	handle func(Handler) Handler                      // around a parsed and authenticated request
	apply  func(Applier) Applier                      // around one operation of a PATCH
	match  func(Matcher) Matcher                      // around the look at one resource with a filter
	shape  func(Shaper) Shaper                        // around showing a resource
	commit func(Committer) Committer                  // around storing a resource
}

// Handler answers a request.
type Handler func(*Request) *Response

// Applier carries out one operation of a PATCH.
type Applier func(*change, operation) *scimError

// Matcher tells whether a resource fits the filter of a request.
type Matcher func(r *Request, doc map[string]any) bool

// Shaper shows a stored resource.
type Shaper func(r *Request, kind string, rec *record) map[string]any

// Committer stores a new resource (before is nil) or a changed one. The tenant is locked.
type Committer func(r *Request, before, after *record) *scimError

// Lies are all faults that the provider can show.
func Lies() []Lie {
	return slices.Concat(answerLies(), connectionLies(), queryLies(), createLies(), patchLies(), disableLies(), groupLies(), memberLies(), filterLies(), discoveryLies(), pagingLies(), putLies(), valueLies(), protocolLies())
}

// chosen finds what is named, and says what there is when it is not there.
func chosen[T any](what string, all []T, name func(T) string, wanted []string) ([]T, error) {
	var out []T
	for _, w := range wanted {
		i := slices.IndexFunc(all, func(x T) bool { return name(x) == w })
		if i < 0 {
			near, best := "", 3
			for _, x := range all {
				n, same := name(x), 0
				for same < len(n) && same < len(w) && n[same] == w[same] {
					same++
				}
				if same > best {
					near, best = fmt.Sprintf(" (did you mean %s?)", n), same
				}
			}
			return nil, fmt.Errorf("there is no %s %q%s; entrant list %s shows all", what, w, near, map[string]string{"lie": "lies", "variant": "variants"}[what])
		}
		out = append(out, all[i])
	}
	return out, nil
}
