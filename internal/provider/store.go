package provider

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"
)

// record is a stored resource. It is never changed: a write puts another in its place.
type record struct {
	id       string
	doc      map[string]any // without id, schemas, meta and what is derived
	version  int
	created  time.Time
	modified time.Time
	serial   int // in the order of creation
}

// collection is the resources of one kind.
type collection struct {
	byID   map[string]*record
	byName map[string]*record // by the unique attribute, in lower case
	serial int
}

// tenant is the data behind one token.
type tenant struct {
	mu    sync.RWMutex
	kinds map[string]*collection
	in    map[string]map[string]bool // member id → ids of the groups it is a member of
	notes map[string]any             // what a lie has to remember
	next  int
}

func newTenant() *tenant {
	t := &tenant{kinds: map[string]*collection{}, in: map[string]map[string]bool{}, notes: map[string]any{}}
	for _, rt := range resourceTypes {
		t.kinds[rt.Kind] = &collection{byID: map[string]*record{}, byName: map[string]*record{}}
	}
	return t
}

// sorted is the collection in the order of creation.
func (c *collection) sorted() []*record {
	out := make([]*record, 0, len(c.byID))
	for _, r := range c.byID {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].serial < out[j].serial })
	return out
}

// put stores a record, new or changed. before is nil for a new one. The caller holds the lock.
func (t *tenant) put(rt *resourceType, before, after *record) *scimError {
	c := t.kinds[rt.Kind]
	name := strings.ToLower(textOf(after.doc[rt.Naming]))
	if other := c.byName[name]; other != nil && other.id != after.id {
		return fail(409, "uniqueness", fmt.Sprintf("%s %q is taken", rt.Naming, textOf(after.doc[rt.Naming])))
	}
	if before != nil {
		t.forget(rt, before)
	} else {
		c.serial++
		after.serial = c.serial
	}
	c.byID[after.id] = after
	c.byName[name] = after
	for _, id := range memberIDs(after.doc) {
		if t.in[id] == nil {
			t.in[id] = map[string]bool{}
		}
		t.in[id][after.id] = true
	}
	return nil
}

// forget takes a record out of every index.
func (t *tenant) forget(rt *resourceType, r *record) {
	c := t.kinds[rt.Kind]
	delete(c.byID, r.id)
	if name := strings.ToLower(textOf(r.doc[rt.Naming])); c.byName[name] == r {
		delete(c.byName, name)
	}
	for _, id := range memberIDs(r.doc) {
		delete(t.in[id], r.id)
	}
}

// leave takes a deleted resource out of the groups it was a member of.
func (t *tenant) leave(id string, now time.Time) {
	groups := typeOf("Groups")
	for group := range t.in[id] {
		old := t.kinds["Groups"].byID[group]
		if old == nil {
			continue
		}
		doc := clone(old.doc).(map[string]any)
		var kept []any
		for _, m := range doc["members"].([]any) {
			if m.(map[string]any)["value"] != id {
				kept = append(kept, m)
			}
		}
		if len(kept) == 0 {
			delete(doc, "members")
		} else {
			doc["members"] = kept
		}
		_ = t.put(groups, old, &record{id: old.id, doc: doc, version: old.version + 1, created: old.created, modified: now, serial: old.serial})
	}
	delete(t.in, id)
}

func memberIDs(doc map[string]any) []string {
	list, _ := doc["members"].([]any)
	out := make([]string, 0, len(list))
	for _, m := range list {
		if o, ok := m.(map[string]any); ok {
			out = append(out, textOf(o["value"]))
		}
	}
	return out
}

// knows tells whether an id is a user's or a group's.
func (t *tenant) knows(id string) (kind string, r *record) {
	for _, rt := range resourceTypes {
		if r := t.kinds[rt.Kind].byID[id]; r != nil {
			return rt.Kind, r
		}
	}
	return "", nil
}
