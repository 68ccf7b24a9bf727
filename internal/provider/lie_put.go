package provider

import (
	"net/http"
)

// putLies are faults of PUT.
func putLies() []Lie {
	putting := func(kind string) func(*Request) bool {
		return func(r *Request) bool { return r.Method == http.MethodPut && r.Kind == kind }
	}
	keeping := func(change func(r *Request, before *record, doc map[string]any)) seams {
		return storing(func(r *Request, before *record, doc map[string]any) {
			if r.Method == http.MethodPut && before != nil {
				change(r, before, doc)
			}
		})
	}
	return []Lie{
		lie("put-group-members-ignored", "M-142", "PUT of a group leaves its members alone.", keeping(func(r *Request, before *record, doc map[string]any) {
			if r.Kind == "Groups" {
				doc["members"] = before.doc["members"]
			}
		}), "group.put.members"),
		inRFC(lie("put-keeps-omitted", "M-143", "PUT never clears anything.", keeping(func(_ *Request, before *record, doc map[string]any) {
			for k, v := range before.doc {
				if doc[k] == nil {
					doc[k] = v
				}
			}
		}), "user.put.clears")),
		lie("put-group-immutable-400", "M-144", "PUT of a group with fewer members is refused.", refusing(putting("Groups"), 400, "mutability", "members cannot be taken away"), "group.put.members"),
		lie("put-does-nothing", "", "PUT of a user is answered 200 and not carried out.", keeping(func(r *Request, before *record, doc map[string]any) {
			if r.Kind == "Users" {
				for k := range doc {
					delete(doc, k)
				}
				for k, v := range before.doc {
					doc[k] = v
				}
			}
		}), "user.put.replaces"),
		lie("put-nameless-accepted", "", "PUT without a user name keeps the old one and succeeds.", asking(func(r *Request) {
			if o := bodyOf(r); putting("Users")(r) && o["userName"] == nil {
				r.tenant.mu.RLock()
				if rec := r.tenant.kinds["Users"].byID[r.ID]; rec != nil {
					o["userName"] = rec.doc["userName"]
				}
				r.tenant.mu.RUnlock()
			}
		}), "user.put.without-username"),
		lie("put-unknown-attribute-400", "", "PUT with an unknown attribute is refused.", refusing(func(r *Request) bool { return putting("Users")(r) && bodyOf(r)["shoeSize"] != nil }, 400, "invalidSyntax", "unknown attribute"),
			"user.put.unknown-attribute"),
		lie("put-creates", "", "PUT to an id that is gone creates a user.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				res := next(r)
				if putting("Users")(r) && res.Status == 404 {
					again := *r
					again.Method, again.ID = http.MethodPost, ""
					return next(&again)
				}
				return res
			}
		}}, "user.put.unknown-id"),
		lie("put-obeys-created", "", "meta.created of a PUT is obeyed.", showing(func(r *Request, _ string, doc map[string]any) {
			if r.tenant.notes["put "+textOf(doc["id"])] == true {
				doc["meta"].(map[string]any)["created"] = "1999-12-31T23:59:59Z"
			}
		}).with(seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				if meta, ok := bodyOf(r)["meta"].(map[string]any); ok && r.Method == http.MethodPut && meta["created"] != nil {
					r.tenant.notes["put "+after.id] = true
				}
				return next(r, before, after)
			}
		}}), "user.put.read-only"),
		lie("put-taken-accepted", "", "PUT can give a user the name of another.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				c := r.tenant.kinds[r.Kind]
				if old := c.byName[lowerText(after.doc["userName"])]; r.Method == http.MethodPut && r.Kind == "Users" && old != nil && old.id != after.id {
					delete(c.byName, lowerText(after.doc["userName"]))
				}
				return next(r, before, after)
			}
		}}, "user.put.taken"),
	}
}
