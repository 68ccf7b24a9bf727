package provider

import (
	"net/http"
	"strings"
	"time"
)

// memberLies are faults of membership.
func memberLies() []Lie {
	members := func(op operation) bool { return strings.HasPrefix(strings.ToLower(op.Path), "members") }
	on := func(word string, when func(c *change, op operation) bool) func(*change, operation) bool {
		return func(c *change, op operation) bool { return onGroups(c) && op.Op == word && members(op) && when(c, op) }
	}
	always := func(*change, operation) bool { return true }
	withValue := func(_ *change, op operation) bool { return op.HasValue && !strings.Contains(op.Path, "[") }
	ids := func(op operation) []string { return memberIDs(map[string]any{"members": elements(op.Value)}) }
	holds := func(c *change, id string) bool {
		for _, m := range memberIDs(c.doc) {
			if m == id {
				return true
			}
		}
		return false
	}
	unknown := func(c *change, op operation) bool {
		for _, id := range ids(op) {
			if kind, _ := c.tenant.knows(id); kind == "" {
				return true
			}
		}
		return false
	}
	patchAnswers := func(when func(r *Request, res *Response) bool, status int) seams {
		return answering(func(r *Request, res *Response) {
			if r.Method == http.MethodPatch && r.Kind == "Groups" && when(r, res) {
				*res = *fail(status, "", "something went wrong").response()
			}
		})
	}
	aboutMembers := func(word string) func(r *Request) bool {
		return func(r *Request) bool {
			return patches(r, "Groups", func(op, path string, _ any) bool {
				return op == word && strings.HasPrefix(strings.ToLower(path), "members")
			})
		}
	}
	return []Lie{
		lie("members-add-ignored", "", "Members that are added are passed over.", dropping(on("add", always)), "group.members.add-one", "group.members.add-dialect", "group.members.add-several"),
		lie("members-ref-null-400", "", "A member with a $ref of null is refused.", failing(on("add", func(_ *change, op operation) bool {
			for _, e := range elements(op.Value) {
				if m, ok := e.(map[string]any); ok {
					if ref, found := m["$ref"]; found && ref == nil {
						return true
					}
				}
			}
			return false
		}), 400, "invalidValue"), "group.members.add-dialect", "group.members.add-answer"),
		lie("group-member-needs-display", "M-095", "A member without a display name is refused.", failing(on("add", func(_ *change, op operation) bool {
			for _, e := range elements(op.Value) {
				if m, ok := e.(map[string]any); ok && m["display"] == nil {
					return true
				}
			}
			return false
		}), 400, "invalidValue"), "group.members.add-one", "group.members.add-dialect"),
		lie("members-add-500-but-applied", "M-101", "Adding a member is carried out and answered 500.", patchAnswers(func(r *Request, res *Response) bool { return aboutMembers("add")(r) && res.Status == 200 }, 500),
			"group.members.add-answer", "group.members.add-one", "answers.no-crash"),
		lie("members-add-only-first", "M-102", "Of several members in one operation only the first is added.", turning(func(c *change, op *operation) {
			if list, ok := op.Value.([]any); ok && onGroups(c) && op.Op == "add" && len(list) > 1 {
				op.Value = list[:1]
			}
		}), "group.members.add-several"),
		lie("group-first-op-only", "", "Only the first operation on a group is carried out.", asking(func(r *Request) {
			if list := operationsOf(r); r.Kind == "Groups" && len(list) > 1 {
				bodyOf(r)["Operations"] = list[:1]
			}
		}), "group.members.add-several-operations", "group.members.remove-several-by-value-path", "group.members.add-and-remove"),
		lie("members-add-replaces", "", "A member that is added takes the place of the others.", turning(func(c *change, op *operation) {
			if onGroups(c) && op.Op == "add" && pathIs(*op, "members") {
				op.Op = "replace"
			}
		}), "group.members.add-keeps-others", "group.members.add-to-large", "group.members.add-several-operations"),
		lie("members-capped-on-write", "M-109", "After a change of members only the first twenty remain.", storing(func(r *Request, before *record, doc map[string]any) {
			if list := elements(doc["members"]); before != nil && len(list) > 20 {
				doc["members"] = list[:20]
			}
		}), "group.members.add-to-large", "group.members.add-one"),
		lie("members-add-existing-500", "M-103", "Adding a member who is there crashes.", failing(on("add", func(c *change, op operation) bool {
			return len(ids(op)) > 0 && holds(c, ids(op)[0])
		}), 500, ""), "group.members.add-twice", "answers.no-crash"),
		lie("members-add-existing-409", "", "Adding a member who is there is refused.", failing(on("add", func(c *change, op operation) bool {
			return len(ids(op)) > 0 && holds(c, ids(op)[0])
		}), 409, "uniqueness"), "group.members.add-twice"),
		lie("members-add-existing-doubles", "M-104", "Adding a member who is there lists it twice.", seams{apply: func(next Applier) Applier {
			return func(c *change, op operation) *scimError {
				if on("add", always)(c, op) && len(ids(op)) == 1 && holds(c, ids(op)[0]) {
					c.doc["members"] = append(elements(c.doc["members"]), map[string]any{"value": ids(op)[0]})
					return nil
				}
				return next(c, op)
			}
		}}, "group.members.add-twice-once"),
		lie("members-add-unknown-500", "M-105", "Adding somebody who is gone crashes.", failing(on("add", unknown), 500, ""), "group.members.add-unknown", "answers.no-crash"),
		lie("group-unknown-member-stored", "M-096", "Somebody who is gone is stored as a member.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				res := next(r)
				if r.Kind != "Groups" || r.ID == "" {
					return res
				}
				r.tenant.mu.Lock()
				defer r.tenant.mu.Unlock()
				if res.Status == 400 && aboutMembers("add")(r) && strings.Contains(textOf(docOf(res)["detail"]), "does not exist") {
					r.tenant.notes["ghost "+r.ID] = true
					return &Response{Status: 204, Header: http.Header{}}
				}
				if r.tenant.notes["ghost "+r.ID] == true && res.Status == 200 && r.Method == http.MethodGet {
					for _, gone := range r.tenant.notes["gone "+r.ID].([]string) {
						docOf(res)["members"] = append(elements(docOf(res)["members"]), map[string]any{"value": gone})
					}
				}
				return res
			}
		}, apply: func(next Applier) Applier {
			return func(c *change, op operation) *scimError {
				if on("add", unknown)(c, op) {
					c.tenant.notes["gone "+c.id] = ids(op)
				}
				return next(c, op)
			}
		}}, "group.members.add-unknown"),
		lie("group-unknown-member-creates-user", "M-097", "Somebody who is gone is made a user again.", seams{apply: func(next Applier) Applier {
			return func(c *change, op operation) *scimError {
				if on("add", unknown)(c, op) {
					for _, id := range ids(op) {
						_ = c.tenant.put(typeOf("Users"), nil, &record{id: newID(), version: 1, created: time.Now(), modified: time.Now(), doc: map[string]any{"userName": id, "active": true}})
					}
				}
				return next(c, op)
			}
		}}, "group.members.add-unknown-creates-nobody"),
		lie("members-lost-update", "", "Members who are added at the same time overwrite each other.", seams{
			handle: func(next Handler) Handler {
				return func(r *Request) *Response {
					if aboutMembers("add")(r) {
						r.tenant.mu.RLock()
						if rec := r.tenant.kinds["Groups"].byID[r.ID]; rec != nil {
							r.memo = rec.doc["members"]
						}
						r.tenant.mu.RUnlock()
						time.Sleep(4 * time.Millisecond)
					}
					return next(r)
				}
			},
			commit: func(next Committer) Committer {
				return func(r *Request, before, after *record) *scimError {
					if before != nil && aboutMembers("add")(r) {
						added := elements(after.doc["members"])
						for _, m := range elements(before.doc["members"]) {
							for i, a := range added {
								if equal(a, m) {
									added = append(append([]any{}, added[:i]...), added[i+1:]...)
									break
								}
							}
						}
						after.doc["members"] = append(append([]any{}, elements(r.memo)...), added...)
					}
					return next(r, before, after)
				}
			}}, "group.members.parallel"),
		lie("members-remove-array-empties", "M-098", "A remove with a list of values removes all members.", turning(func(c *change, op *operation) {
			if on("remove", withValue)(c, *op) {
				op.HasValue, op.Value = false, nil
			}
		}), "group.members.remove-by-value-array", "group.members.remove-several-by-value-array", "group.members.remove-non-member"),
		lie("members-remove-array-ignored", "M-099", "A remove with a list of values is passed over.", dropping(on("remove", withValue)),
			"group.members.remove-by-value-array", "group.members.remove-several-by-value-array"),
		lie("members-remove-array-400", "", "A remove with a list of values is refused.", failing(on("remove", withValue), 400, "invalidValue"),
			"group.members.remove-by-value-array", "group.members.remove-several-by-value-array", "group.members.remove-non-member"),
		lie("members-remove-ref-400", "", "A member to be removed with a $ref of null is refused.", failing(on("remove", func(_ *change, op operation) bool {
			for _, e := range elements(op.Value) {
				if m, ok := e.(map[string]any); ok {
					if _, found := m["$ref"]; found {
						return true
					}
				}
			}
			return false
		}), 400, "invalidValue"), "group.members.remove-by-value-array"),
		lie("members-remove-filter-ignored", "M-100", "A remove by a value path is passed over.", dropping(on("remove", func(_ *change, op operation) bool { return strings.Contains(op.Path, "[") })),
			"group.members.remove-by-value-path", "group.members.remove-several-by-value-path"),
		lie("members-remove-batch-wrong", "M-107", "Of several members their successors are removed.", turning(func(c *change, op *operation) {
			if list, ok := op.Value.([]any); ok && on("remove", withValue)(c, *op) && len(list) > 1 {
				all := memberIDs(c.doc)
				var wrong []any
				for _, id := range ids(*op) {
					for i, m := range all {
						if m == id {
							wrong = append(wrong, map[string]any{"value": all[(i+1)%len(all)]})
						}
					}
				}
				op.Value = wrong
			}
		}), "group.members.remove-several-by-value-array"),
		lie("members-remove-paths-first-only", "", "Of several value paths only the first removes.", dropping(func(c *change, op operation) bool {
			return on("remove", always)(c, op) && len(c.all) > 1 && op.Path != c.all[0].Path
		}), "group.members.remove-several-by-value-path", "group.members.add-and-remove"),
		lie("members-replace-empty-400", "M-108", "A group cannot be emptied.", failing(func(c *change, op operation) bool {
			return onGroups(c) && pathIs(op, "members") && (op.Op == "remove" && !op.HasValue || op.Op == "replace" && len(elements(op.Value)) == 0)
		}, 400, "invalidValue"), "group.members.remove-all", "group.members.replace-empty"),
		lie("members-remove-absent-404", "", "Removing somebody who is no member is refused.", failing(on("remove", func(c *change, op operation) bool {
			return len(ids(op)) > 0 && !holds(c, ids(op)[0])
		}), 404, ""), "group.members.remove-non-member"),
		lie("members-replace-adds", "", "Replacing the members adds the new ones.", turning(func(c *change, op *operation) {
			if on("replace", always)(c, *op) {
				op.Op = "add"
			}
		}), "group.members.replace", "group.members.replace-empty"),
		lie("members-replace-unknown-empties", "M-106", "Replacing the members by somebody who is gone empties the group.", turning(func(c *change, op *operation) {
			if on("replace", unknown)(c, *op) {
				op.Value = []any{}
			}
		}), "group.members.replace-unknown"),
		lie("member-ref-wrong", "", "The reference of a member leads to a group.", showing(func(_ *Request, kind string, doc map[string]any) {
			for _, m := range elements(doc["members"]) {
				o := m.(map[string]any)
				o["$ref"] = strings.Replace(textOf(o["$ref"]), "/Users/", "/Groups/", 1)
			}
		}), "group.members.value-is-id"),
		lie("member-value-is-name", "", "The value of a member is its display name.", answering(func(r *Request, res *Response) {
			if doc := docOf(res); reads(r, "Groups") && res.Status == 200 && r.RawQuery == "" {
				res.Doc = clone(doc)
				for _, m := range elements(docOf(res)["members"]) {
					o := m.(map[string]any)
					o["value"] = o["display"]
				}
			}
		}), "group.members.add-one"),
	}
}
