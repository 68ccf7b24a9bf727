package provider

import (
	"net/http"
	"strings"
)

// lie is a fault in one line: its name, its id in the list of faults or "", what it does, how, and who must find it.
func lie(name, fault, summary string, s seams, rules ...string) Lie {
	return Lie{Name: name, Fault: fault, Summary: summary, Rules: rules, seams: s}
}

// inRFC is a lie that is a fault in profile rfc only.
func inRFC(l Lie) Lie {
	l.Profile = "rfc"
	return l
}

// answering changes answers after the honest handler.
func answering(change func(*Request, *Response)) seams { return seams{handle: after(change)} }

// asking changes requests before the honest handler.
func asking(change func(*Request)) seams {
	return seams{handle: func(next Handler) Handler {
		return func(r *Request) *Response {
			change(r)
			return next(r)
		}
	}}
}

// refusing answers some requests by an error in place of the honest handler.
func refusing(when func(*Request) bool, status int, scimType, detail string) seams {
	return seams{handle: func(next Handler) Handler {
		return func(r *Request) *Response {
			if when(r) {
				return fail(status, scimType, detail).response()
			}
			return next(r)
		}
	}}
}

// dropping passes over some operations of a PATCH as if they had been carried out.
func dropping(when func(*change, operation) bool) seams {
	return seams{apply: func(next Applier) Applier {
		return func(c *change, op operation) *scimError {
			if when(c, op) {
				return nil
			}
			return next(c, op)
		}
	}}
}

// failing answers a PATCH by an error when it has such an operation.
func failing(when func(*change, operation) bool, status int, scimType string) seams {
	return seams{apply: func(next Applier) Applier {
		return func(c *change, op operation) *scimError {
			if when(c, op) {
				return fail(status, scimType, "this operation is not possible")
			}
			return next(c, op)
		}
	}}
}

// turning changes operations of a PATCH before they are carried out.
func turning(turn func(*change, *operation)) seams {
	return seams{apply: func(next Applier) Applier {
		return func(c *change, op operation) *scimError {
			turn(c, &op)
			return next(c, op)
		}
	}}
}

// showing changes a resource when it is shown. The document may be changed freely.
func showing(change func(r *Request, kind string, doc map[string]any)) seams {
	return seams{shape: func(next Shaper) Shaper {
		return func(r *Request, kind string, rec *record) map[string]any {
			doc := clone(next(r, kind, rec)).(map[string]any)
			change(r, kind, doc)
			return doc
		}
	}}
}

// storing changes a document before it is stored.
func storing(change func(r *Request, before *record, doc map[string]any)) seams {
	return seams{commit: func(next Committer) Committer {
		return func(r *Request, before, after *record) *scimError {
			change(r, before, after.doc)
			return next(r, before, after)
		}
	}}
}

// matching changes whether a resource fits a filter; every resource is looked at.
func matching(change func(r *Request, doc map[string]any, honest bool) bool) seams {
	return seams{
		handle: asking(func(r *Request) { r.scan = true }).handle,
		match: func(next Matcher) Matcher {
			return func(r *Request, doc map[string]any) bool { return change(r, doc, next(r, doc)) }
		},
	}
}

// bodyOf is the body of a request as an object.
func bodyOf(r *Request) map[string]any {
	o, _ := r.Doc.(map[string]any)
	return o
}

func creates(r *Request, kind string) bool {
	return r.Method == http.MethodPost && r.Kind == kind && r.ID == ""
}

func queries(r *Request, kind string) bool {
	return r.Method == http.MethodGet && r.Kind == kind && r.ID == "" && r.Query.Has("filter")
}

func reads(r *Request, kind string) bool {
	return r.Method == http.MethodGet && r.Kind == kind && r.ID != ""
}

func filterNames(r *Request, attribute string) bool {
	return strings.Contains(strings.ToLower(r.Filter), strings.ToLower(attribute))
}

// operationsOf are the operations of a PATCH, as they came.
func operationsOf(r *Request) []any {
	v, _ := member(bodyOf(r), "Operations")
	list, _ := v.([]any)
	return list
}

// patches tells whether a request is a PATCH with an operation that fits.
func patches(r *Request, kind string, fits func(op, path string, value any) bool) bool {
	if r.Method != http.MethodPatch || r.Kind != kind {
		return false
	}
	for _, o := range operationsOf(r) {
		m, _ := o.(map[string]any)
		op, _ := member(m, "op")
		path, _ := member(m, "path")
		value, _ := member(m, "value")
		if fits(strings.ToLower(textOf(op)), textOf(path), value) {
			return true
		}
	}
	return false
}

func onUsers(c *change) bool  { return c.rt.Kind == "Users" }
func onGroups(c *change) bool { return c.rt.Kind == "Groups" }

func pathIs(op operation, name string) bool { return strings.EqualFold(op.Path, name) }

func pathHas(op operation, part string) bool {
	return strings.Contains(strings.ToLower(op.Path), strings.ToLower(part))
}

// sets tells whether an operation, with a path or without, is about an attribute, and gives the value.
func sets(op operation, name string) (any, bool) {
	if pathIs(op, name) {
		return op.Value, true
	}
	if o, ok := op.Value.(map[string]any); ok && !op.HasPath {
		return member(o, name)
	}
	return nil, false
}

// isError tells whether an answer is an error.
func isError(res *Response) bool { return res.Status >= 400 }

// docOf is the body of an answer as an object.
func docOf(res *Response) map[string]any {
	o, _ := res.Doc.(map[string]any)
	return o
}

// plain makes an answer one of text.
func plain(res *Response, contentType, body string) {
	res.Doc, res.Raw = nil, []byte(body)
	res.Header.Set("Content-Type", contentType)
}

// remember is a value that a lie keeps with the tenant, made on first use. The tenant must be locked, or the lie's own
// lock held.
func remember[T any](t *tenant, key string, make func() T) T {
	if v, ok := t.notes[key].(T); ok {
		return v
	}
	v := make()
	t.notes[key] = v
	return v
}

// with adds a seam where there is none.
func (s seams) with(o seams) seams {
	if s.commit == nil {
		s.commit = o.commit
	}
	return s
}

func lowerText(v any) string { return strings.ToLower(textOf(v)) }
