package provider

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// valueLies are faults of clearing, of lists and of roles.
func valueLies() []Lie {
	path := func(name string, when func(op operation) bool) func(*change, operation) bool {
		return func(c *change, op operation) bool { return onUsers(c) && pathIs(op, name) && when(op) }
	}
	hasNothing := func(v any) func(op operation) bool {
		return func(op operation) bool {
			if o, ok := op.Value.(map[string]any); ok && !op.HasPath {
				for _, inner := range o {
					if inner == v {
						return true
					}
				}
			}
			return op.HasPath && op.HasValue && op.Value == v && op.Op != "remove" && !pathHas(op, "manager")
		}
	}
	empties := func(v any) func(*change, operation) bool {
		return func(c *change, op operation) bool { return onUsers(c) && hasNothing(v)(op) }
	}
	pathless := func(name string) func(*change, operation) bool {
		return func(c *change, op operation) bool {
			o, ok := op.Value.(map[string]any)
			_, found := o[name]
			return onUsers(c) && ok && !op.HasPath && found
		}
	}
	return []Lie{
		lie("clear-empty-string-400", "", "An empty string is refused.", failing(empties(""), 400, "invalidValue"), "user.clear.empty-string", "user.clear.value-path", "user.clear.pathless"),
		lie("clear-null-400", "", "null is refused.", failing(empties(nil), 400, "invalidValue"), "user.clear.null", "user.clear.pathless"),
		lie("clear-null-ignored", "", "null is passed over.", dropping(empties(nil)), "user.clear.null"),
		lie("patch-empty-array-ignored", "M-061", "A replace by an empty list is passed over.", dropping(func(c *change, op operation) bool {
			list, ok := op.Value.([]any)
			return onUsers(c) && ok && len(list) == 0
		}), "user.clear.empty-list"),
		lie("name-object-replaces", "", "An object replaces the whole name.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				if path("name", func(op operation) bool { return op.Op == "replace" })(c, op) {
					delete(c.doc, "name")
				}
				return next(c, op)
			}
		}}, "user.patch.name-object"),
		lie("remove-without-path-200", "", "A remove without a path succeeds.", dropping(func(c *change, op operation) bool { return onUsers(c) && op.Op == "remove" && !op.HasPath }), "user.patch.remove-without-path"),
		lie("remove-element-removes-all", "", "Removing one element by a value path removes all.", turning(func(c *change, op *operation) {
			if onUsers(c) && op.Op == "remove" && strings.HasSuffix(op.Path, "]") && !pathHas(*op, "manager") {
				op.Path = op.Path[:strings.IndexByte(op.Path, '[')]
			}
		}), "user.patch.remove-element"),
		lie("replace-list-appends", "", "Replacing a list appends to it.", turning(func(c *change, op *operation) {
			if onUsers(c) && op.Op == "replace" && (pathIs(*op, "emails") || pathIs(*op, "roles") || pathless("emails")(c, *op)) {
				op.Op = "add"
			}
		}), "user.patch.replace-list", "user.roles.replaced"),
		lie("add-list-replaces", "", "Adding a list replaces what is there.", turning(func(c *change, op *operation) {
			if onUsers(c) && op.Op == "add" && (pathIs(*op, "phoneNumbers") || pathless("phoneNumbers")(c, *op)) {
				op.Op = "replace"
			}
		}), "user.patch.add-list"),
		lie("vp-boolean-literal-400", "", "A boolean in a path's filter is refused.", failing(func(c *change, op operation) bool { return onUsers(c) && pathHas(op, "eq true]") }, 400, "invalidPath"),
			"user.patch.primary-literal"),
		lie("vp-readd-demotes-primary", "M-071", "Adding an address that is there takes its primary away.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				if err := next(c, op); err != nil || !path("emails", func(op operation) bool { return op.Op == "add" })(c, op) {
					return err
				}
				for _, e := range elements(c.doc["emails"]) {
					e.(map[string]any)["primary"] = false
				}
				return nil
			}
		}}, "user.patch.readd-keeps-primary"),
		lie("sequence-first-wins", "", "Of several operations on one attribute the first counts.", dropping(func(c *change, op operation) bool {
			for _, first := range c.all {
				if first.Path == op.Path && op.HasPath && onUsers(c) {
					return fmt.Sprint(first) != fmt.Sprint(op)
				}
			}
			return false
		}), "user.patch.sequence", "user.patch.order"),
		lie("vp-type-exact", "", "Types in paths are compared with regard to case.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				if onUsers(c) && strings.Contains(op.Path, `"Work"`) {
					c.doc["emails"] = append(elements(c.doc["emails"]), map[string]any{"type": "Work", "value": op.Value})
					return nil
				}
				return next(c, op)
			}
		}}, "user.patch.type-case"),
		lie("vp-add-always-appends", "", "Adding by a value path always makes a new element.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				if onUsers(c) && op.Op == "add" && pathIs(op, `phoneNumbers[type eq "mobile"].value`) {
					c.doc["phoneNumbers"] = append(elements(c.doc["phoneNumbers"]), map[string]any{"type": "mobile", "value": op.Value})
					return nil
				}
				return next(c, op)
			}
		}}, "user.patch.one-of-a-type"),
		lie("patch-repeat-appends", "", "A value that is sent again is appended to the first.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				name, _ := c.doc["name"].(map[string]any)
				if onUsers(c) && pathIs(op, "name.familyName") && name["familyName"] == op.Value && len(c.all) == 2 {
					op.Value = textOf(op.Value) + textOf(op.Value)
				}
				return next(c, op)
			}
		}}, "user.patch.repeat"),
		lie("parallel-writes-mixed", "", "Of changes of several users at the same time, one overwrites the others.", func() seams {
			var mu sync.Mutex
			flying, value := 0, any(nil)
			return seams{handle: func(next Handler) Handler {
				return func(r *Request) *Response {
					if !patches(r, "Users", func(_, p string, _ any) bool { return strings.EqualFold(p, "name.familyName") }) {
						return next(r)
					}
					mu.Lock()
					flying++
					mu.Unlock()
					time.Sleep(6 * time.Millisecond)
					mu.Lock()
					op := operationsOf(r)[0].(map[string]any)
					if flying > 4 {
						if value != nil {
							op["value"] = value
						}
						value, _ = member(op, "value")
					}
					mu.Unlock()
					defer func() { mu.Lock(); flying--; mu.Unlock() }()
					return next(r)
				}
			}}
		}(), "user.patch.parallel"),
		lie("id-from-external-id", "", "A new external id gives a new id.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				if before != nil && r.Kind == "Users" && before.doc["externalId"] != after.doc["externalId"] {
					after.id = newID()
				}
				return next(r, before, after)
			}
		}}, "user.patch.id-stable"),
		lie("roles-not-stored", "", "Roles of a create are not stored.", storing(func(_ *Request, before *record, doc map[string]any) {
			if before == nil {
				delete(doc, "roles")
			}
		}), "user.roles.single"),
		lie("roles-primary-string-400", "", "The string True in a path's filter is refused.", failing(func(_ *change, op operation) bool { return pathHas(op, `eq "true"]`) }, 400, "invalidPath"), "user.roles.by-primary"),
		lie("roles-string-400", "", "A role that is JSON in a string is refused.", failing(func(_ *change, op operation) bool {
			return pathIs(op, "roles") && strings.Contains(fmt.Sprint(op.Value), "{\"id\"")
		}, 400, "invalidValue"), "user.roles.opaque"),
	}
}
