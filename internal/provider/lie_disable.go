package provider

import (
	"net/http"
	"strings"
	"time"
)

// disableLies are faults of disabling, enabling and deleting.
func disableLies() []Lie {
	toActive := func(want bool) func(*change, operation) bool {
		return func(c *change, op operation) bool {
			v, found := sets(op, "active")
			b, err := (&attribute{Name: "active", Type: "boolean"}).coerce(v)
			return found && err == nil && b == want && onUsers(c)
		}
	}
	isText := func(c *change, op operation) bool {
		v, found := sets(op, "active")
		_, ok := v.(string)
		return found && ok
	}
	deletes := func(kind string) func(*Request) bool {
		return func(r *Request) bool { return r.Method == http.MethodDelete && (kind == "" || r.Kind == kind) }
	}
	return []Lie{
		lie("disable-ignored", "", "active false is passed over.", dropping(toActive(false)), "user.disable.accepted", "user.disable.dialect"),
		lie("active-string-400", "M-081", "active as a string is refused.", failing(isText, 400, "invalidValue"), "user.disable.dialect", "user.enable.dialect", "user.patch.active-spelling"),
		lie("active-string-truthy", "M-082", "active as a string is true.", turning(func(c *change, op *operation) {
			if isText(c, *op) && op.HasPath {
				op.Value = true
			} else if isText(c, *op) {
				op.Value = map[string]any{"active": true}
			}
		}), "user.disable.dialect", "user.patch.active-spelling"),
		lie("active-only-lowercase-string", "M-083", "The strings False and True are refused, false and true are not.", failing(func(c *change, op operation) bool {
			v, _ := sets(op, "active")
			return isText(c, op) && textOf(v) != strings.ToLower(textOf(v))
		}, 400, "invalidValue"), "user.disable.dialect", "user.enable.dialect"),
		lie("active-boolean-refused", "M-084", "active as a boolean is refused in a PATCH.", failing(func(_ *change, op operation) bool {
			v, found := sets(op, "active")
			_, isBool := v.(bool)
			return found && isBool
		}, 400, "invalidValue"), "user.disable.accepted", "user.enable.dialect"),
		lie("active-restore-ignored", "M-085", "active true is passed over.", dropping(toActive(true)), "user.enable.dialect"),
		lie("active-disabled-not-matched", "M-086", "Disabled users are left out of filters and lists.", matching(func(_ *Request, doc map[string]any, honest bool) bool {
			return honest && doc["active"] != false
		}), "user.disable.found-by-filter", "user.list.includes-inactive"),
		lie("active-read-cached", "M-087", "A read shows the former active for a minute after a change.", seams{
			commit: func(next Committer) Committer {
				return func(r *Request, before, after *record) *scimError {
					if before != nil && before.doc["active"] != after.doc["active"] {
						r.tenant.notes["was "+after.id] = before.doc["active"]
						r.tenant.notes["when "+after.id] = r.p.now()
					}
					return next(r, before, after)
				}
			},
			shape: func(next Shaper) Shaper {
				return func(r *Request, kind string, rec *record) map[string]any {
					doc := next(r, kind, rec)
					if when, ok := r.tenant.notes["when "+rec.id].(time.Time); ok && r.Method == http.MethodGet && !r.lister && r.p.now().Sub(when) < time.Minute {
						doc["active"] = r.tenant.notes["was "+rec.id]
					}
					return doc
				}
			}}, "user.disable.accepted", "user.disable.dialect"),
		lie("active-omitted-when-false", "", "active is shown when it is true only.", showing(func(_ *Request, _ string, doc map[string]any) {
			if doc["active"] == false {
				delete(doc, "active")
			}
		}), "user.active.always-returned", "user.disable.accepted"),
		lie("active-omitted-in-lists", "", "active is left out of lists.", showing(func(r *Request, _ string, doc map[string]any) {
			if r.lister {
				delete(doc, "active")
			}
		}), "user.active.always-returned"),
		lie("disable-twice-400", "", "Disabling a disabled user is refused.", failing(func(c *change, op operation) bool {
			return toActive(false)(c, op) && c.doc["active"] == false
		}, 400, "invalidValue"), "user.disable.idempotent"),
		lie("disable-clears-data", "", "Disabling a user clears its display name and addresses.", storing(func(_ *Request, before *record, doc map[string]any) {
			if before != nil && before.doc["active"] == true && doc["active"] == false {
				delete(doc, "displayName")
				delete(doc, "emails")
			}
		}), "user.disable.keeps-data"),
		lie("disable-leaves-groups", "", "Disabling a user takes it out of its groups.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				if before != nil && before.doc["active"] == true && after.doc["active"] == false {
					r.tenant.leave(after.id, r.p.now())
				}
				return next(r, before, after)
			}
		}}, "user.disable.keeps-membership"),
		lie("disabled-user-locked", "", "A disabled user takes no change but of active.", failing(func(c *change, op operation) bool {
			_, found := sets(op, "active")
			return onUsers(c) && !found && c.doc["active"] == false
		}, 409, ""), "user.disable.then-update"),
		lie("disabled-read-404", "", "A disabled user cannot be read by its id.", answering(func(r *Request, res *Response) {
			if reads(r, "Users") && docOf(res)["active"] == false {
				*res = *fail(404, "", "no such user").response()
			}
		}), "user.disable.accepted", "user.disable.dialect"),
		lie("del-unknown-500", "M-089", "Deleting an id that is gone crashes.", answering(func(r *Request, res *Response) {
			if deletes("")(r) && res.Status == 404 {
				*res = *fail(500, "", "crashed").response()
			}
		}), "user.delete.twice", "group.delete.twice", "answers.no-crash"),
		lie("del-unknown-204", "", "Deleting an id that is gone succeeds.", answering(func(r *Request, res *Response) {
			if deletes("")(r) && res.Status == 404 {
				*res = Response{Status: 204, Header: http.Header{}}
			}
		}), "user.delete.twice", "group.delete.twice"),
		lie("del-answers-200-body", "M-090", "A delete is answered 200 with a body.", answering(func(r *Request, res *Response) {
			if deletes("")(r) && res.Status == 204 {
				res.Status, res.Doc = 200, map[string]any{"schemas": []any{userSchema}, "id": r.ID}
			}
		}), "user.delete.accepted", "group.delete.accepted"),
		lie("del-not-executed", "M-091", "A delete is answered 204 and not carried out.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				if deletes("")(r) {
					return &Response{Status: 204, Header: http.Header{}}
				}
				return next(r)
			}
		}}, "user.delete.not-found-by-id", "user.delete.not-found-by-filter", "group.delete.gone"),
		lie("del-disabled-refused", "", "A disabled user cannot be deleted.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				r.tenant.mu.RLock()
				rec := r.tenant.kinds["Users"].byID[r.ID]
				r.tenant.mu.RUnlock()
				if deletes("Users")(r) && rec != nil && rec.doc["active"] == false {
					return fail(409, "", "the user is disabled").response()
				}
				return next(r)
			}
		}}, "user.delete.disabled"),
		lie("deleted-still-listed", "", "A deleted user is still found by its name.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				if deletes("Users")(r) {
					r.tenant.mu.Lock()
					if rec := r.tenant.kinds["Users"].byID[r.ID]; rec != nil {
						r.tenant.notes["gone "+strings.ToLower(textOf(rec.doc["userName"]))] = rec
					}
					r.tenant.mu.Unlock()
				}
				res := next(r)
				if name, value, ok := exactly(r.Filter); ok && strings.EqualFold(name, "userName") && docOf(res)["totalResults"] == 0 {
					r.tenant.mu.RLock()
					defer r.tenant.mu.RUnlock()
					if rec, found := r.tenant.notes["gone "+strings.ToLower(value)].(*record); found {
						doc := docOf(res)
						doc["totalResults"], doc["itemsPerPage"], doc["Resources"] = 1, 1, []any{r.p.show(r, "Users", rec)}
					}
				}
				return res
			}
		}}, "user.delete.not-found-by-filter"),
		lie("group-deleted-still-listed", "", "A deleted group is still found by its name.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				if deletes("Groups")(r) {
					r.tenant.mu.Lock()
					if rec := r.tenant.kinds["Groups"].byID[r.ID]; rec != nil {
						r.tenant.notes["gone "+textOf(rec.doc["displayName"])] = rec
					}
					r.tenant.mu.Unlock()
				}
				res := next(r)
				if _, value, ok := exactly(r.Filter); ok && r.Kind == "Groups" && docOf(res)["totalResults"] == 0 {
					r.tenant.mu.RLock()
					defer r.tenant.mu.RUnlock()
					if rec, found := r.tenant.notes["gone "+value].(*record); found {
						doc := docOf(res)
						doc["totalResults"], doc["itemsPerPage"], doc["Resources"] = 1, 1, []any{map[string]any{"schemas": []any{groupSchema}, "id": rec.id, "displayName": value, "meta": map[string]any{"resourceType": "Group"}}}
					}
				}
				return res
			}
		}}, "group.delete.gone"),
		lie("name-kept-after-delete", "", "The name of what was deleted stays taken.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				name := strings.ToLower(textOf(after.doc[typeOf(r.Kind).Naming]))
				taken := remember(r.tenant, "names", func() map[string]string { return map[string]string{} })
				if owner := taken[name]; owner != "" && owner != after.id {
					return fail(409, "uniqueness", "the name is taken")
				}
				err := next(r, before, after)
				if err == nil {
					taken[name] = after.id
				}
				return err
			}
		}}, "user.delete.recreate", "group.delete.recreate"),
		lie("id-reused", "", "Who takes a deleted name gets the old id.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				name := strings.ToLower(textOf(after.doc[typeOf(r.Kind).Naming]))
				ids := remember(r.tenant, "ids", func() map[string]string { return map[string]string{} })
				if old := ids[name]; before == nil && old != "" && r.tenant.kinds[r.Kind].byID[old] == nil {
					after.id = old
				}
				ids[name] = after.id
				return next(r, before, after)
			}
		}}, "user.delete.recreate", "group.delete.recreate"),
		lie("del-user-stays-in-groups", "M-092", "A deleted user stays in the members of its groups.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				if !deletes("Users")(r) {
					return next(r)
				}
				r.tenant.mu.Lock()
				defer r.tenant.mu.Unlock()
				rt := typeOf("Users")
				rec := r.tenant.kinds["Users"].byID[r.ID]
				if rec == nil {
					return noSuch(rt, r.ID)
				}
				r.tenant.forget(rt, rec)
				return &Response{Status: 204, Header: http.Header{}}
			}
		}}, "user.delete.leaves-groups"),
	}
}
