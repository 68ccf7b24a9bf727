package provider

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
)

// matchHonestly tells whether a resource fits the request's filter.
func matchHonestly(r *Request, doc map[string]any) bool {
	return r.expr == nil || matches(typeOf(r.Kind), r.expr, doc, nil)
}

// list answers a query (RFC 7644 §3.4.2).
func (p *Provider) list(r *Request, rt *resourceType) *Response {
	if r.Filter != "" || r.Query.Has("filter") {
		expr, err := parseFilter(r.Filter)
		if err == nil {
			err = checkFilter(rt, expr, nil)
		}
		if err != nil {
			return err.response()
		}
		r.expr = expr
	}
	start, err := number(r.Query.Get("startIndex"), 1)
	if err != nil {
		return err.response()
	}
	count, err := number(r.Query.Get("count"), most)
	if err != nil {
		return err.response()
	}
	start, count = max(start, 1), min(max(count, 0), most)
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	r.lister = true
	found := []any{}
	total := 0
	for _, rec := range p.candidates(r, rt) {
		doc := p.shape(r, rt.Kind, rec)
		if !p.match(r, doc) {
			continue
		}
		if total++; total >= start && len(found) < count {
			found = append(found, project(rt, doc, r.Query.Get("attributes"), r.Query.Get("excludedAttributes")))
		}
	}
	return respond(200, map[string]any{"schemas": []any{listSchema}, "totalResults": total, "startIndex": start, "itemsPerPage": len(found), "Resources": found})
}

// candidates are the resources that a filter can fit, in the order of creation: by index where the filter names a unique
// value, else all.
func (p *Provider) candidates(r *Request, rt *resourceType) []*record {
	c := r.tenant.kinds[rt.Kind]
	if name, value, ok := exactly(r.Filter); ok && !r.scan {
		switch {
		case strings.EqualFold(name, rt.Naming):
			if rec := c.byName[strings.ToLower(value)]; rec != nil {
				return []*record{rec}
			}
		case name == "id":
			if rec := c.byID[value]; rec != nil {
				return []*record{rec}
			}
		}
	}
	return c.sorted()
}

// exactly takes attribute eq "value" apart; a value with an escape is left to the parser.
func exactly(filter string) (name, value string, ok bool) {
	name, rest, _ := strings.Cut(filter, " ")
	op, quoted, _ := strings.Cut(rest, " ")
	if len(quoted) < 2 || !strings.EqualFold(op, "eq") || quoted[0] != '"' || quoted[len(quoted)-1] != '"' || strings.ContainsAny(quoted[1:len(quoted)-1], `"\`) {
		return "", "", false
	}
	return name, quoted[1 : len(quoted)-1], true
}

func number(s string, otherwise int) (int, *scimError) {
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		if f, err := strconv.ParseFloat(s, 64); err == nil && f > math.MaxInt32 {
			return math.MaxInt32, nil
		}
		return 0, fail(400, "invalidValue", "startIndex and count are numbers, not "+brief(s))
	}
	return n, nil
}

// search answers POST /Users/.search (RFC 7644 §3.4.3).
func (p *Provider) search(r *Request, rt *resourceType) *Response {
	body := r.Doc.(map[string]any)
	for _, name := range []string{"filter", "startIndex", "count", "attributes", "excludedAttributes"} {
		v, found := member(body, name)
		if !found {
			continue
		}
		switch v := v.(type) {
		case []any:
			var names []string
			for _, n := range v {
				names = append(names, textOf(n))
			}
			r.Query.Set(name, strings.Join(names, ","))
		case float64:
			r.Query.Set(name, strconv.Itoa(int(v)))
		default:
			r.Query.Set(name, fmt.Sprint(v))
		}
	}
	r.Filter = r.Query.Get("filter")
	return p.list(r, rt)
}

// normalized is a body as it is stored: known writable attributes under their canonical names, of their types. Unknown and
// read-only ones are ignored (RFC 7644 §3.3).
func normalized(rt *resourceType, body map[string]any) (map[string]any, *scimError) {
	doc := map[string]any{}
	take := func(into map[string]any, attributes []attribute, from map[string]any) *scimError {
		for name, v := range from {
			a := find(attributes, name)
			if a == nil || a.Mutability == "readOnly" {
				continue
			}
			value, err := a.value(v)
			if err != nil {
				return err
			}
			if value != nil && value != "" {
				into[a.Name] = value
			}
		}
		return nil
	}
	if err := take(doc, rt.Core.Attributes, body); err != nil {
		return nil, err
	}
	for _, ext := range rt.Extensions {
		v, _ := member(body, ext.ID)
		from, ok := v.(map[string]any)
		if !ok {
			continue
		}
		into := map[string]any{}
		if err := take(into, ext.Attributes, from); err != nil {
			return nil, err
		}
		if len(into) > 0 {
			doc[ext.ID] = into
		}
	}
	return doc, nil
}

// valid refuses what no resource of the kind may be.
func valid(r *Request, rt *resourceType, doc map[string]any) *scimError {
	if strings.TrimSpace(textOf(doc[rt.Naming])) == "" {
		return fail(400, "invalidValue", rt.Naming+" is required")
	}
	known := func(what, id string) *scimError {
		if kind, _ := r.tenant.knows(id); kind == "" {
			return fail(400, "invalidValue", fmt.Sprintf("the %s %s does not exist", what, brief(id)))
		}
		return nil
	}
	for _, id := range memberIDs(doc) {
		if err := known("member", id); err != nil {
			return err
		}
	}
	return nil
}

// checkSchemas refuses a body that names its schemas and not that of its kind. Others may stand beside it.
func checkSchemas(rt *resourceType, body map[string]any) *scimError {
	v, found := member(body, "schemas")
	if list, ok := v.([]any); found && (!ok || len(list) > 0 && !containsText(list, rt.Core.ID)) {
		return fail(400, "invalidSyntax", "schemas does not name "+rt.Core.ID)
	}
	return nil
}

func (p *Provider) create(r *Request, rt *resourceType) *Response {
	body := r.Doc.(map[string]any)
	err := checkSchemas(rt, body)
	if err != nil {
		return err.response()
	}
	doc, err := normalized(rt, body)
	if err != nil {
		return err.response()
	}
	if _, found := doc["active"]; !found && rt.Kind == "Users" {
		doc["active"] = true
	}
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	if err := valid(r, rt, doc); err != nil {
		return err.response()
	}
	now := p.now()
	rec := &record{id: newID(), doc: doc, version: 1, created: now, modified: now}
	if err := p.commit(r, nil, rec); err != nil {
		return err.response()
	}
	return p.shown(r, http.StatusCreated, rt, rec)
}

// store is the honest committer.
func (p *Provider) store(r *Request, before, after *record) *scimError {
	return r.tenant.put(typeOf(r.Kind), before, after)
}

// current is the record that a write is about, if the client's If-Match allows the write.
func (p *Provider) current(r *Request, rt *resourceType) (*record, *Response) {
	rec := r.tenant.kinds[rt.Kind].byID[r.ID]
	if rec == nil {
		return nil, noSuch(rt, r.ID)
	}
	if tag := r.Header.Get("If-Match"); tag != "" && tag != "*" && !strings.Contains(tag, etag(rec)) {
		return nil, fail(412, "", "the resource has changed since it was read").response()
	}
	return rec, nil
}

func (p *Provider) replace(r *Request, rt *resourceType) *Response {
	body := r.Doc.(map[string]any)
	if err := checkSchemas(rt, body); err != nil {
		return err.response()
	}
	doc, err := normalized(rt, body)
	if err != nil {
		return err.response()
	}
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	rec, refusal := p.current(r, rt)
	if refusal != nil {
		return refusal
	}
	if secret, found := rec.doc["password"]; found && doc["password"] == nil {
		doc["password"] = secret
	}
	if _, found := doc["active"]; !found && rt.Kind == "Users" {
		doc["active"] = true
	}
	return p.put(r, rt, rec, doc)
}

func (p *Provider) patch(r *Request, rt *resourceType) *Response {
	ops, err := operations(r.Doc)
	if err != nil {
		return err.response()
	}
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	rec, refusal := p.current(r, rt)
	if refusal != nil {
		return refusal
	}
	c := &change{tenant: r.tenant, rt: rt, id: rec.id, doc: clone(rec.doc).(map[string]any), all: ops}
	for _, op := range ops {
		if err := p.apply(c, op); err != nil {
			return err.response()
		}
	}
	return p.put(r, rt, rec, c.doc)
}

// put stores a changed document and answers with it. A change to what is there already changes nothing.
func (p *Provider) put(r *Request, rt *resourceType, rec *record, doc map[string]any) *Response {
	if err := valid(r, rt, doc); err != nil {
		return err.response()
	}
	if equal(rec.doc, doc) {
		return p.shown(r, 200, rt, rec)
	}
	after := &record{id: rec.id, doc: doc, version: rec.version + 1, created: rec.created, modified: p.now(), serial: rec.serial}
	if err := p.commit(r, rec, after); err != nil {
		return err.response()
	}
	return p.shown(r, 200, rt, after)
}

func (p *Provider) remove(r *Request, rt *resourceType) *Response {
	r.tenant.mu.Lock()
	defer r.tenant.mu.Unlock()
	rec, refusal := p.current(r, rt)
	if refusal != nil {
		return refusal
	}
	r.tenant.forget(rt, rec)
	r.tenant.leave(rec.id, p.now())
	return &Response{Status: http.StatusNoContent, Header: http.Header{}}
}
