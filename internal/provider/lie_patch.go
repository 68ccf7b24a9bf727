package provider

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
)

// patchLies are faults of changing users.
func patchLies() []Lie {
	users := func(when func(op operation) bool) func(*change, operation) bool {
		return func(c *change, op operation) bool { return onUsers(c) && when(op) }
	}
	path := func(name string) func(*change, operation) bool {
		return users(func(op operation) bool { return pathIs(op, name) })
	}
	has := func(part string) func(*change, operation) bool {
		return users(func(op operation) bool { return pathHas(op, part) })
	}
	pathless := users(func(op operation) bool { return !op.HasPath })
	// present tells whether the element that a path with a filter describes is there.
	present := func(c *change, op operation) bool {
		p, err := parsePath(c.rt, op.Path)
		if err != nil || p.filter == nil {
			return true
		}
		for _, e := range elements(inExtension(c.doc, p.ext)[p.attr.Name]) {
			if o, ok := e.(map[string]any); ok && matches(c.rt, p.filter, o, p.attr) {
				return true
			}
		}
		return false
	}
	absent := func(ops ...string) func(*change, operation) bool {
		return func(c *change, op operation) bool {
			return onUsers(c) && !present(c, op) && strings.Contains(strings.Join(ops, " "), op.Op)
		}
	}
	manager := func(c *change, op operation) (any, bool) {
		if pathHas(op, "manager") {
			return op.Value, true
		}
		if o, ok := op.Value.(map[string]any); ok && !op.HasPath {
			for k, v := range o {
				if strings.HasSuffix(strings.ToLower(k), "manager") {
					return v, true
				}
			}
		}
		return nil, false
	}
	filteredAfter := func(change func(c *change, op operation, was, is []any) []any) seams {
		return seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				p, err := parsePath(c.rt, op.Path)
				if err != nil || p.filter == nil || !onUsers(c) {
					return next(c, op)
				}
				was := elements(clone(c.doc[p.attr.Name]))
				if err := next(c, op); err != nil {
					return err
				}
				if is := change(c, op, was, elements(c.doc[p.attr.Name])); is != nil {
					c.doc[p.attr.Name] = is
				}
				return nil
			}
		}}
	}
	return []Lie{
		lie("op-capitalised-ignored", "M-051", "Operations with a capital letter are passed over.", dropping(func(_ *change, op operation) bool { return op.Written != op.Op }),
			"user.patch.operation-case", "user.disable.dialect", "group.members.add-dialect"),
		lie("op-capitalised-400", "", "Operations with a capital letter are refused.", failing(func(_ *change, op operation) bool { return op.Written != op.Op }, 400, "invalidSyntax"),
			"user.patch.operation-case", "user.patch.simple-attribute", "group.members.add-dialect"),
		lie("patch-answers-200-does-nothing", "M-053", "A PATCH of a user is answered 200 and not carried out.", dropping(func(c *change, _ operation) bool { return onUsers(c) }),
			"user.patch.replace", "user.disable.accepted", "user.patch.simple-attribute"),
		lie("patch-first-op-only", "M-054", "Only the first operation of a PATCH is carried out.", dropping(func(c *change, op operation) bool {
			return len(c.all) > 1 && fmt.Sprint(op) != fmt.Sprint(c.all[0])
		}), "user.patch.several-operations", "group.members.add-several-operations", "user.patch.order"),
		lie("patch-unknown-attribute-400", "M-055", "An unknown path refuses the whole PATCH, and is not named.", answering(func(r *Request, res *Response) {
			if r.Method == http.MethodPatch && docOf(res)["scimType"] == "invalidPath" {
				docOf(res)["detail"] = "the request is not valid"
			}
		}), "user.patch.unknown-beside-known"),
		lie("patch-core-urn-path-ignored", "M-056", "A path with the URN of the core schema is passed over.", dropping(func(c *change, op operation) bool { return pathHas(op, c.rt.Core.ID+":") }),
			"user.patch.core-urn"),
		lie("patch-body-is-previous-state", "M-057", "The answer to a PATCH shows the state before.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				if r.Method != http.MethodPatch {
					return next(r)
				}
				r.tenant.mu.RLock()
				var was map[string]any
				if c := r.tenant.kinds[r.Kind]; c != nil && c.byID[r.ID] != nil {
					was = clone(r.p.show(r, r.Kind, c.byID[r.ID])).(map[string]any)
				}
				r.tenant.mu.RUnlock()
				res := next(r)
				if res.Status == 200 && was != nil {
					res.Doc = was
				}
				return res
			}
		}}, "user.patch.answer-state"),
		lie("patch-displayname-string-400", "M-058", "A new display name as a string is refused.", failing(path("displayName"), 400, "invalidValue"), "user.patch.simple-attribute", "user.patch.path-case"),
		lie("patch-name-siblings-nulled", "M-059", "A part of the name replaces the whole name.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				if op.HasPath && strings.HasPrefix(strings.ToLower(op.Path), "name.") {
					delete(c.doc, "name")
				}
				return next(c, op)
			}
		}}, "user.patch.name-siblings", "user.patch.several-operations", "user.patch.order"),
		inRFC(lie("patch-required-removable", "M-060", "The user name can be removed.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				if op.Op == "remove" && pathIs(op, "userName") {
					c.doc["userName"] = "removed-" + c.id
					return nil
				}
				return next(c, op)
			}
		}}, "user.patch.remove-required")),
		lie("patch-username-ignored", "M-062", "A new user name is passed over.", dropping(func(_ *change, op operation) bool { _, found := sets(op, "userName"); return found }),
			"user.patch.rename", "user.patch.rename-and-disable"),
		lie("patch-username-disables", "M-063", "A user who is renamed is disabled.", storing(func(_ *Request, before *record, doc map[string]any) {
			if before != nil && before.doc["userName"] != doc["userName"] {
				doc["active"] = false
			}
		}), "user.patch.rename-keeps-active"),
		lie("rename-gets-new-id", "", "A user who is renamed gets a new id.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				if before != nil && r.Kind == "Users" && before.doc["userName"] != after.doc["userName"] {
					after.id = newID()
				}
				return next(r, before, after)
			}
		}}, "user.patch.rename", "user.patch.rename-keeps-active"),
		lie("dup-rename-accepted", "M-026", "A user can take the name of another.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				c := r.tenant.kinds[r.Kind]
				name := strings.ToLower(textOf(after.doc[typeOf(r.Kind).Naming]))
				if old := c.byName[name]; before != nil && old != nil && old.id != before.id {
					delete(c.byName, name)
				}
				return next(r, before, after)
			}
		}}, "user.patch.rename-taken"),
		lie("rename-taken-500", "", "Taking the name of another crashes.", answering(func(r *Request, res *Response) {
			if r.Method == http.MethodPatch && res.Status == 409 {
				*res = *fail(500, "", "crashed").response()
			}
		}), "user.patch.rename-taken", "user.patch.atomic", "answers.no-crash"),
		lie("active-and-username-together-400", "M-088", "A new name and active in one request are refused.", refusing(func(r *Request) bool {
			return patches(r, "Users", func(_, p string, _ any) bool { return strings.EqualFold(p, "userName") }) &&
				patches(r, "Users", func(_, p string, _ any) bool { return strings.EqualFold(p, "active") })
		}, 400, "invalidValue", "one change at a time"), "user.patch.rename-and-disable"),
		lie("patch-answers-200-empty", "", "A PATCH is answered 200 without a body.", answering(func(r *Request, res *Response) {
			if r.Method == http.MethodPatch && res.Status == 200 {
				res.Doc = nil
			}
		}), "user.patch.answer", "group.patch.answer"),
		lie("patch-extra-member-400", "", "An operation with a member that nobody knows is refused.", refusing(func(r *Request) bool {
			for _, o := range operationsOf(r) {
				if m, ok := o.(map[string]any); ok && m["name"] != nil {
					return true
				}
			}
			return false
		}, 400, "invalidSyntax", "unknown member"), "user.patch.member-order"),
		lie("patch-schemas-last-400", "", "A PATCH whose schemas stand at the end is refused.", refusing(func(r *Request) bool {
			return r.Method == http.MethodPatch && bytes.Index(r.Body, []byte(`"schemas"`)) > bytes.Index(r.Body, []byte(`"Operations"`))
		}, 400, "invalidSyntax", "schemas come first"), "user.patch.schemas-last"),
		lie("add-refused-on-users", "", "Users take no operation add.", failing(users(func(op operation) bool { return op.Op == "add" }), 400, "invalidSyntax"),
			"user.patch.add-attribute", "user.patch.add-over-value", "user.patch.operation-case"),
		lie("add-over-value-ignored", "", "An add to an attribute that has a value is passed over.", dropping(func(c *change, op operation) bool {
			if !onUsers(c) || op.Op != "add" {
				return false
			}
			for _, name := range []string{"title", "name.familyName"} {
				if _, found := sets(op, name); found {
					head, _, _ := strings.Cut(name, ".")
					return c.doc[head] != nil
				}
			}
			return false
		}), "user.patch.add-over-value"),
		lie("vp-drops-primary", "", "Changing an address by a value path drops its primary.", filteredAfter(func(_ *change, _ operation, _, is []any) []any {
			for _, e := range is {
				delete(e.(map[string]any), "primary")
			}
			return is
		}), "user.patch.value-path"),
		lie("vp-unsupported-500", "M-066", "A path with brackets crashes.", failing(has("["), 500, ""), "user.patch.value-path", "user.patch.value-path-attribute", "answers.no-crash"),
		lie("vp-absent-notarget", "M-064", "A replace by a value path that fits nothing is refused.", failing(absent("replace"), 400, "noTarget"), "user.patch.value-path-replace-absent"),
		lie("vp-absent-silently-lost", "M-065", "A value path that fits nothing is passed over.", dropping(absent("add", "replace")),
			"user.patch.value-path-add-absent", "user.patch.value-path-replace-absent", "user.patch.value-path-one-element"),
		lie("vp-raw-string-entry", "M-067", "A value path that fits nothing puts the bare string into the list.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				if p, err := parsePath(c.rt, op.Path); err == nil && absent("add", "replace")(c, op) {
					c.doc[p.attr.Name] = append(elements(c.doc[p.attr.Name]), op.Value)
					return nil
				}
				return next(c, op)
			}
		}}, "user.patch.value-path-add-absent", "user.patch.value-path-keeps-others"),
		lie("vp-created-without-type", "M-068", "An element that a value path makes has no type.", filteredAfter(func(c *change, _ operation, was, is []any) []any {
			if len(is) > len(was) {
				delete(is[len(is)-1].(map[string]any), "type")
			}
			return is
		}), "user.patch.value-path-add-absent", "user.patch.value-path-replace-absent"),
		lie("vp-urn-prefixed-400", "M-069", "A path with a URN and brackets is refused.", failing(users(func(op operation) bool { return pathHas(op, "urn:") && pathHas(op, "[") }), 400, "invalidPath"),
			"user.patch.core-urn"),
		lie("vp-add-replaces-list", "", "An element that a value path makes takes the place of the others.", filteredAfter(func(_ *change, _ operation, was, is []any) []any {
			if len(is) > len(was) {
				return is[len(is)-1:]
			}
			return is
		}), "user.patch.value-path-keeps-others"),
		lie("vp-one-element-each", "", "Each part of a new address makes an element.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				p, err := parsePath(c.rt, op.Path)
				if err != nil || p.filter == nil || p.attr.Name != "addresses" || op.Op != "add" {
					return next(c, op)
				}
				c.doc["addresses"] = append(elements(c.doc["addresses"]), map[string]any{"type": "work", p.sub.Name: op.Value})
				return nil
			}
		}}, "user.patch.value-path-one-element"),
		lie("vp-two-primaries", "M-070", "A second primary address leaves the first one primary.", filteredAfter(func(_ *change, op operation, was, is []any) []any {
			if pathHas(op, "].primary") {
				for i, e := range was {
					if e.(map[string]any)["primary"] == true {
						is[i].(map[string]any)["primary"] = true
					}
				}
			}
			return is
		}), "user.patch.primary-moves", "answers.primary"),
		lie("ent-path-split-at-dot", "M-075", "A path with the enterprise URN is split at the dot of 2.0.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				if onUsers(c) && pathHas(op, enterpriseSchema+":") {
					c.doc["urn:ietf:params:scim:schemas:extension:enterprise:2"] = map[string]any{op.Path[strings.IndexByte(op.Path, '.')+1:]: op.Value}
					return nil
				}
				return next(c, op)
			}
		}}, "user.patch.enterprise", "user.patch.enterprise-first"),
		lie("ent-first-patch-500", "M-076", "A first enterprise attribute crashes.", failing(func(c *change, op operation) bool {
			return c.doc[enterpriseSchema] == nil && (pathHas(op, enterpriseSchema+":") || !op.HasPath && strings.Contains(fmt.Sprint(op.Value), enterpriseSchema))
		}, 500, ""), "user.patch.enterprise-first", "answers.no-crash"),
		lie("ent-path-ignored", "M-077", "Operations on the enterprise extension are passed over.", dropping(has(enterpriseSchema+":")),
			"user.patch.enterprise", "user.patch.enterprise-first"),
		lie("schemas-core-only", "", "schemas names the core schema only.", showing(func(_ *Request, kind string, doc map[string]any) {
			doc["schemas"] = []any{typeOf(kind).Core.ID}
		}), "user.patch.enterprise-schemas"),
		lie("custom-path-400", "", "A path with the URN of the app's own extension is refused.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				if pathHas(op, badgeSchema) || !op.HasPath && strings.Contains(fmt.Sprint(op.Value), badgeSchema) {
					return fail(400, "invalidPath", "unknown path "+op.Path)
				}
				return next(c, op)
			}
		}}, "user.patch.custom-extension"),
		lie("pathless-dotted-dropped", "M-072", "Dotted keys of a path-less value are dropped.", turning(func(c *change, op *operation) {
			if o, ok := op.Value.(map[string]any); ok && pathless(c, *op) {
				less := map[string]any{}
				for k, v := range o {
					if !strings.Contains(k, ".") {
						less[k] = v
					}
				}
				op.Value = less
			}
		}), "user.patch.pathless-replace", "user.patch.pathless-add", "user.patch.simple-attribute"),
		lie("pathless-first-key-only", "M-073", "Only one key of a path-less value is taken.", turning(func(c *change, op *operation) {
			if o, ok := op.Value.(map[string]any); ok && pathless(c, *op) {
				first := ""
				for k := range o {
					if first == "" || k < first {
						first = k
					}
				}
				op.Value = map[string]any{first: o[first]}
			}
		}), "user.patch.pathless-replace", "user.patch.pathless-add"),
		lie("pathless-literal-keys", "", "Dotted keys of a path-less value are stored as they are.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				if o, ok := op.Value.(map[string]any); ok && pathless(c, op) {
					for k, v := range o {
						if strings.Contains(k, ".") {
							c.doc[k] = v
						}
					}
				}
				return next(c, op)
			}
		}}, "user.patch.pathless-replace", "user.patch.pathless-add"),
		lie("pathless-add-400", "", "An add without a path is refused.", failing(users(func(op operation) bool { return op.Op == "add" && !op.HasPath }), 400, "noTarget"),
			"user.patch.pathless-add", "user.patch.add-attribute"),
		lie("pathless-nested-replaces", "", "A nested object of a path-less value replaces the whole attribute.", seams{apply: func(next Applier) Applier {
			return func(c *changeOf, op operation) *scimError {
				if o, ok := op.Value.(map[string]any); ok && pathless(c, op) {
					if _, nested := o["name"].(map[string]any); nested {
						delete(c.doc, "name")
					}
				}
				return next(c, op)
			}
		}}, "user.patch.pathless-nested"),
		lie("ops-applied-backwards", "", "Operations are carried out from the last to the first.", asking(func(r *Request) {
			list := operationsOf(r)
			for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
				list[i], list[j] = list[j], list[i]
			}
		}), "user.patch.order", "group.members.add-and-remove"),
		lie("patch-not-atomic", "", "Operations before one that fails stay.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				ops := operationsOf(r)
				if r.Method != http.MethodPatch || len(ops) < 2 {
					return next(r)
				}
				var res *Response
				for _, op := range ops {
					one := *r
					one.Doc = map[string]any{"schemas": []any{patchSchema}, "Operations": []any{op}}
					if res = next(&one); res.Status >= 300 {
						break
					}
				}
				return res
			}
		}}, "user.patch.atomic"),
		lie("remove-ignored", "", "Operations remove on users are passed over.", dropping(users(func(op operation) bool { return op.Op == "remove" && !pathHas(op, "manager") })),
			"user.patch.remove", "user.patch.remove-with-value"),
		lie("remove-absent-400", "", "Removing what is not there is refused.", failing(func(c *change, op operation) bool {
			return op.Op == "remove" && pathIs(op, "title") && c.doc["title"] == nil
		}, 400, "noTarget"), "user.patch.remove-absent"),
		lie("remove-writes-value", "", "A remove that carries a value writes it.", turning(func(c *change, op *operation) {
			if onUsers(c) && op.Op == "remove" && op.HasValue {
				op.Op = "replace"
			}
		}), "user.patch.remove-with-value"),
		lie("patch-unknown-204", "", "A PATCH of an id that is gone succeeds.", answering(func(r *Request, res *Response) {
			if r.Method == http.MethodPatch && res.Status == 404 {
				*res = Response{Status: 204, Header: http.Header{}}
			}
		}), "user.patch.unknown-id", "group.patch.unknown-id"),
		lie("patch-unknown-path-500", "", "A path that nobody knows crashes.", answering(func(r *Request, res *Response) {
			if r.Method == http.MethodPatch && docOf(res)["scimType"] == "invalidPath" {
				*res = *fail(500, "", "crashed").response()
			}
		}), "user.patch.unknown-path", "user.patch.unknown-beside-known", "answers.no-crash"),
		lie("patch-same-value-409", "", "A change to the value that is there is refused.", failing(func(c *change, op operation) bool {
			name, _ := c.doc["name"].(map[string]any)
			return onUsers(c) && pathIs(op, "name.familyName") && name["familyName"] == op.Value
		}, 409, "uniqueness"), "user.patch.same-value"),
		lie("patch-id-accepted", "", "A change of the id is answered as a success.", dropping(path("id")), "user.patch.id"),
		lie("case-path-exact", "M-049", "Paths in other letters are passed over.", dropping(func(c *change, op operation) bool {
			p, err := parsePath(c.rt, op.Path)
			return op.HasPath && err == nil && p.attr != nil && !strings.Contains(op.Path, p.attr.Name)
		}), "user.patch.path-case"),
		lie("case-urn-exact", "M-050", "URNs in other letters are refused.", failing(func(_ *change, op operation) bool { return strings.HasPrefix(op.Path, "URN:") }, 400, "invalidPath"),
			"user.patch.urn-case"),
		lie("meta-lastmodified-frozen", "M-134", "lastModified is always created.", showing(func(_ *Request, _ string, doc map[string]any) {
			meta := doc["meta"].(map[string]any)
			meta["lastModified"] = meta["created"]
		}), "user.patch.times"),
		lie("mgr-string-400", "M-078", "A manager as a string is refused.", failing(func(c *change, op operation) bool {
			v, found := manager(c, op)
			_, isText := v.(string)
			return found && isText && v != ""
		}, 400, "invalidValue"), "user.manager.set", "user.manager.change"),
		lie("mgr-empty-500", "M-079", "A manager as an empty string crashes.", failing(func(c *change, op operation) bool {
			v, found := manager(c, op)
			return found && op.Op != "remove" && (v == "" || v == nil)
		}, 500, ""), "user.manager.remove", "answers.no-crash"),
		lie("mgr-remove-ignored", "M-080", "Removing the manager is passed over.", dropping(func(c *change, op operation) bool {
			_, found := manager(c, op)
			return found && op.Op == "remove"
		}), "user.manager.remove"),
		lie("mgr-echoed-as-string", "", "The manager is shown as a string.", showing(func(_ *Request, _ string, doc map[string]any) {
			if ext, ok := doc[enterpriseSchema].(map[string]any); ok {
				if m, ok := ext["manager"].(map[string]any); ok {
					ext["manager"] = m["value"]
				}
			}
		}), "user.manager.set", "user.manager.set-array"),
		lie("mgr-outside-extension", "", "The manager is shown outside the enterprise extension.", showing(func(_ *Request, _ string, doc map[string]any) {
			if ext, ok := doc[enterpriseSchema].(map[string]any); ok && ext["manager"] != nil {
				doc["manager"] = ext["manager"]
				delete(ext, "manager")
			}
		}), "user.manager.set"),
		lie("mgr-value-path-400", "", "The path of a manager's value is refused.", failing(func(_ *change, op operation) bool { return pathHas(op, "manager.value") }, 400, "invalidPath"),
			"user.manager.set-value"),
		lie("mgr-pathless-ignored", "", "A manager without a path is passed over.", dropping(func(c *change, op operation) bool {
			_, found := manager(c, op)
			return found && !op.HasPath
		}), "user.manager.set-pathless"),
		lie("mgr-array-400", "", "A manager as a list is refused.", failing(func(c *change, op operation) bool {
			v, found := manager(c, op)
			_, isList := v.([]any)
			return found && isList
		}, 400, "invalidValue"), "user.manager.set-array"),
		lie("mgr-replace-ignored", "", "A second manager is passed over.", dropping(func(c *change, op operation) bool {
			v, found := manager(c, op)
			ext, _ := c.doc[enterpriseSchema].(map[string]any)
			return found && op.Op == "replace" && textOf(v) != "" && ext["manager"] != nil
		}), "user.manager.change"),
		lie("mgr-empty-object-400", "", "A manager as an object with an empty value is refused.", failing(func(c *change, op operation) bool {
			v, found := manager(c, op)
			o, isObject := v.(map[string]any)
			return found && isObject && o["value"] == ""
		}, 400, "invalidValue"), "user.manager.remove-empty-value"),
	}
}

// changeOf lets a function that has a parameter called change name the type.
type changeOf = change
