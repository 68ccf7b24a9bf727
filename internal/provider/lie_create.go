package provider

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// createLies are faults of creating users.
func createLies() []Lie {
	posting := func(when func(body map[string]any) bool) func(*Request) bool {
		return func(r *Request) bool { return creates(r, "Users") && when(bodyOf(r)) }
	}
	has := func(name string) func(map[string]any) bool {
		return func(o map[string]any) bool { _, found := member(o, name); return found }
	}
	onCreate := func(change func(*Request, *Response)) seams {
		return answering(func(r *Request, res *Response) {
			if creates(r, "Users") && res.Status == 201 {
				if doc := docOf(res); doc != nil {
					res.Doc = clone(doc)
				}
				change(r, res)
			}
		})
	}
	dropOnCreate := func(names ...string) seams {
		return storing(func(r *Request, before *record, doc map[string]any) {
			for _, n := range names {
				if before == nil && r.Kind == "Users" {
					delete(doc, n)
				}
			}
		})
	}
	return []Lie{
		lie("create-answers-200", "", "A create is answered 200.", onCreate(func(_ *Request, res *Response) { res.Status = 200 }), "user.create.accepted", "user.create.mapped"),
		lie("create-answers-nothing", "", "A create is answered 201 without a body.", onCreate(func(_ *Request, res *Response) { res.Doc = nil }), "user.create.id", "user.create.username-echoed"),
		lie("ids-as-numbers", "M-011", "Ids are JSON numbers.", seams{
			commit: func(next Committer) Committer {
				return func(r *Request, before, after *record) *scimError {
					if before == nil {
						r.tenant.next++
						after.id = strconv.Itoa(1000 + r.tenant.next)
					}
					return next(r, before, after)
				}
			},
			handle: after(func(r *Request, res *Response) {
				if res.Doc != nil && (r.Kind == "Users" || r.Kind == "Groups") && res.Status < 300 {
					res.Doc = numbered(clone(res.Doc))
				}
			})}, "answers.id-is-string", "user.create.id", "user.read.by-id"),
		lie("create-echo-other-username", "M-012", "The answer to a create shows the mail address as userName.", onCreate(func(_ *Request, res *Response) {
			doc := docOf(res)
			if list := elements(doc["emails"]); len(list) > 0 {
				doc["userName"] = list[0].(map[string]any)["value"]
			}
		}), "user.create.username-echoed", "user.create.stored-state"),
		lie("create-requires-surname", "M-013", "A create without given and family name is refused.", refusing(posting(func(o map[string]any) bool {
			name, _ := member(o, "name")
			n, _ := name.(map[string]any)
			return textOf(n["familyName"]) == "" || textOf(n["givenName"]) == ""
		}), 400, "invalidValue", "name.familyName is required"), "user.create.without-name"),
		lie("create-without-name-500", "M-014", "A create without a name crashes.", refusing(posting(func(o map[string]any) bool { return !has("name")(o) }), 500, "", "crashed"),
			"user.create.without-name", "answers.no-crash"),
		lie("create-missing-username-500", "M-015", "A create without userName crashes.", refusing(posting(func(o map[string]any) bool { return !has("userName")(o) }), 500, "", "crashed"),
			"user.create.without-username", "answers.no-crash"),
		lie("create-active-refused", "M-016", "A create with active crashes.", refusing(posting(has("active")), 500, "", "crashed"), "user.create.accepted"),
		lie("create-inactive-becomes-active", "M-017", "Everybody is created active.", storing(func(r *Request, before *record, doc map[string]any) {
			if before == nil && r.Kind == "Users" {
				doc["active"] = true
			}
		}), "user.create.inactive"),
		lie("create-drops-externalid", "M-018", "externalId is not stored.", storing(func(_ *Request, _ *record, doc map[string]any) { delete(doc, "externalId") }),
			"user.create.external-id", "user.query.by-external-id", "group.create.accepted"),
		lie("create-null-refused", "M-019", "A create with a null is refused.", refusing(func(r *Request) bool {
			return r.Method == http.MethodPost && strings.Contains(string(r.Body), "null")
		}, 400, "invalidValue", "null is no value"), "user.create.nulls"),
		lie("create-unknown-attribute-refused", "M-020", "A create with an unknown attribute is refused.", refusing(func(r *Request) bool {
			rt := typeOf(r.Kind)
			if rt == nil || r.Method != http.MethodPost {
				return false
			}
			for name := range bodyOf(r) {
				if _, a := rt.lookUp("", name); a == nil && rt.extension(name) == nil {
					return true
				}
			}
			return false
		}, 400, "invalidSyntax", "unknown attribute"), "user.create.unknown-attribute"),
		lie("create-honours-client-id", "M-021", "An id in a create is used, and overwrites whoever has it.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				if id, found := member(bodyOf(r), "id"); before == nil && found && textOf(id) != "" {
					after.id = textOf(id)
					if old := r.tenant.kinds[r.Kind].byID[after.id]; old != nil {
						r.tenant.forget(typeOf(r.Kind), old)
					}
				}
				return next(r, before, after)
			}
		}}, "user.create.client-id"),
		lie("dup-user-500", "M-022", "A name that is taken crashes.", answering(func(r *Request, res *Response) {
			if res.Status == 409 && r.Method == http.MethodPost {
				*res = *fail(500, "", "crashed").response()
			}
		}), "user.create.duplicate", "group.create.duplicate", "answers.no-crash"),
		lie("dup-conflict-without-scimtype", "M-023", "The 409 says neither type nor status.", answering(func(_ *Request, res *Response) {
			if res.Status == 409 {
				delete(docOf(res), "scimType")
				delete(docOf(res), "status")
			}
		}), "user.create.duplicate-error", "answers.error-body"),
		lie("dup-conflict-vendor-body", "M-024", "The 409 has a body of the vendor's.", answering(func(_ *Request, res *Response) {
			if res.Status == 409 {
				plain(res, "application/json", `{"error":"unknown_error"}`)
			}
		}), "user.create.duplicate-error", "answers.error-media-type"),
		lie("dup-silently-overwrites", "M-025", "A create with a name that is taken overwrites the user, and answers 201.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				rt := typeOf(r.Kind)
				if old := r.tenant.kinds[r.Kind].byName[strings.ToLower(textOf(after.doc[rt.Naming]))]; before == nil && old != nil && r.Kind == "Users" {
					after.id, after.serial = old.id, old.serial
					return next(r, old, after)
				}
				return next(r, before, after)
			}
		}}, "user.create.duplicate", "user.create.duplicate-unchanged", "user.create.race"),
		lie("dup-case-accepted", "", "A name that is taken in other letters is accepted.", aliasing(func(_ *Request, doc, old map[string]any) bool {
			return doc["userName"] != old["userName"]
		}), "user.create.duplicate-case"),
		lie("dup-disabled-accepted", "", "The name of a disabled user is accepted.", aliasing(func(_ *Request, _, old map[string]any) bool { return old["active"] == false }),
			"user.create.duplicate-disabled"),
		lie("dup-race-two-win", "", "Creates of one name at the same time all succeed.", func() seams {
			var mu sync.Mutex
			flying := map[string]int{}
			s := aliasing(func(r *Request, _, _ map[string]any) bool { return r.memo == "crowd" })
			s.handle = func(next Handler) Handler {
				return func(r *Request) *Response {
					if !creates(r, "Users") {
						return next(r)
					}
					name, _ := member(bodyOf(r), "userName")
					mu.Lock()
					flying[textOf(name)]++
					mu.Unlock()
					time.Sleep(8 * time.Millisecond)
					mu.Lock()
					if flying[textOf(name)] > 1 {
						r.memo = "crowd"
					}
					mu.Unlock()
					res := next(r)
					mu.Lock()
					flying[textOf(name)]--
					mu.Unlock()
					return res
				}
			}
			return s
		}(), "user.create.race"),
		lie("parallel-create-500", "", "More than four creates at the same time crash.", func() seams {
			var mu sync.Mutex
			flying := 0
			return seams{handle: func(next Handler) Handler {
				return func(r *Request) *Response {
					if !creates(r, "Users") {
						return next(r)
					}
					mu.Lock()
					flying++
					mu.Unlock()
					time.Sleep(8 * time.Millisecond)
					mu.Lock()
					crowd := flying > 4
					mu.Unlock()
					defer func() { mu.Lock(); flying--; mu.Unlock() }()
					if crowd {
						return fail(500, "", "deadlock").response()
					}
					return next(r)
				}
			}}
		}(), "user.create.parallel"),
		lie("create-drops-phones", "", "Telephone numbers are not stored by a create.", dropOnCreate("phoneNumbers"), "user.create.mapped", "user.create.verbatim"),
		lie("create-drops-addresses", "", "Addresses and titles are not stored by a create.", dropOnCreate("addresses", "title"), "user.create.mapped"),
		lie("http-location-header-differs", "M-131", "The Location header leads elsewhere than meta.location.", onCreate(func(_ *Request, res *Response) {
			res.Header.Set("Location", strings.Replace(res.Header.Get("Location"), BasePath, "/api", 1))
		}), "user.create.location"),
		lie("http-location-missing", "M-132", "There is neither a Location header nor meta.location.", answering(func(_ *Request, res *Response) {
			res.Header.Del("Location")
			if meta, ok := docOf(res)["meta"].(map[string]any); ok {
				delete(meta, "location")
			}
		}), "user.create.location"),
		lie("location-dead", "", "meta.location leads nowhere.", onCreate(func(r *Request, res *Response) {
			dead := r.base + "/Users/v1/" + textOf(docOf(res)["id"])
			docOf(res)["meta"].(map[string]any)["location"] = dead
			res.Header.Set("Location", dead)
		}), "user.create.location"),
		lie("meta-times-without-zone", "M-135", "Times have no zone.", showing(func(_ *Request, _ string, doc map[string]any) {
			meta := doc["meta"].(map[string]any)
			for _, n := range []string{"created", "lastModified"} {
				meta[n] = textOf(meta[n])[:19]
			}
		}), "user.create.meta"),
		lie("meta-resourcetype-missing", "M-137", "meta has no resourceType.", showing(func(_ *Request, _ string, doc map[string]any) {
			delete(doc["meta"].(map[string]any), "resourceType")
		}), "user.create.meta", "answers.meta"),
		lie("meta-missing-on-read", "M-136", "meta is in the answer to a create only.", answering(func(r *Request, res *Response) {
			if r.Method == http.MethodPost {
				return
			}
			delete(docOf(res), "meta")
			found, _ := docOf(res)["Resources"].([]any)
			for _, u := range found {
				delete(u.(map[string]any), "meta")
			}
		}), "answers.meta"),
		lie("create-answers-request", "", "The answer to a create shows a nick name that is not stored.", onCreate(func(_ *Request, res *Response) { docOf(res)["nickName"] = "Ody" }),
			"user.create.stored-state"),
		lie("create-meta-refused", "", "A create with meta is refused.", refusing(posting(has("meta")), 400, "mutability", "meta is read-only"), "user.create.client-meta"),
		lie("create-empty-list-400", "", "A create with an empty list is refused.", refusing(posting(func(o map[string]any) bool {
			for _, v := range o {
				if list, ok := v.([]any); ok && len(list) == 0 {
					return true
				}
			}
			return false
		}), 400, "invalidValue", "a list may not be empty"), "user.create.empty-lists"),
		lie("create-urn-without-object-400", "", "A create that names the enterprise extension without its object is refused.", refusing(posting(func(o map[string]any) bool {
			list, _ := o["schemas"].([]any)
			return containsText(list, enterpriseSchema) && !has(enterpriseSchema)(o)
		}), 400, "invalidValue", "the enterprise extension is missing"), "user.create.enterprise-unused"),
		lie("extension-dropped", "", "The app's own extension is declared and not stored.", storing(func(_ *Request, _ *record, doc map[string]any) { delete(doc, badgeSchema) }),
			"user.create.extensions", "user.create.extension-unlisted", "user.patch.custom-extension"),
		lie("extension-needs-urn", "", "An extension is stored only when schemas names it.", storing(func(r *Request, before *record, doc map[string]any) {
			list, _ := bodyOf(r)["schemas"].([]any)
			if before == nil && !containsText(list, badgeSchema) {
				delete(doc, badgeSchema)
			}
		}), "user.create.extension-unlisted"),
		lie("create-active-string-400", "", "A create with active as a string is refused.", refusing(posting(func(o map[string]any) bool {
			v, _ := member(o, "active")
			_, isText := v.(string)
			return isText
		}), 400, "invalidValue", "active is a boolean"), "user.create.boolean-string"),
		lie("create-primary-string-400", "", "A create with primary as a string is refused.", refusing(posting(func(o map[string]any) bool {
			for _, e := range elements(o["emails"]) {
				if m, ok := e.(map[string]any); ok {
					if _, isText := m["primary"].(string); isText {
						return true
					}
				}
			}
			return false
		}), 400, "invalidValue", "primary is a boolean"), "user.create.primary-string"),
		lie("rep-email-primary-lost", "M-138", "Addresses have no primary.", showing(func(_ *Request, _ string, doc map[string]any) {
			for _, e := range elements(doc["emails"]) {
				delete(e.(map[string]any), "primary")
			}
		}), "user.create.email", "user.create.primary-string", "user.patch.value-path"),
		lie("phone-reformatted", "", "Telephone numbers are stored without blanks.", storing(func(_ *Request, _ *record, doc map[string]any) {
			for _, e := range elements(doc["phoneNumbers"]) {
				m := e.(map[string]any)
				m["value"] = strings.ReplaceAll(textOf(m["value"]), " ", "")
			}
		}), "user.create.verbatim"),
		lie("names-trimmed", "", "Display names are stored with single blanks.", storing(func(_ *Request, _ *record, doc map[string]any) {
			if s, ok := doc["displayName"].(string); ok {
				doc["displayName"] = strings.Join(strings.Fields(s), " ")
			}
		}), "user.create.verbatim"),
		lie("externalid-lowercased", "", "externalId is stored in lower case.", storing(func(_ *Request, _ *record, doc map[string]any) {
			if s, ok := doc["externalId"].(string); ok {
				doc["externalId"] = strings.ToLower(s)
			}
		}), "user.create.external-id"),
		lie("digits-become-number", "", "A string of digits is shown as a number.", showing(func(_ *Request, _ string, doc map[string]any) {
			for k, v := range doc {
				if n, err := strconv.ParseFloat(textOf(v), 64); err == nil && k != "id" {
					doc[k] = n
				}
			}
		}), "user.create.numeric-string"),
		lie("str-nonascii-mangled", "M-043", "Letters beyond ASCII are answered as question marks.", answering(func(_ *Request, res *Response) {
			if res.Doc == nil {
				return
			}
			data, _ := json.Marshal(res.Doc)
			var b strings.Builder
			for _, c := range string(data) {
				if c >= utf8.RuneSelf {
					c = '?'
				}
				b.WriteRune(c)
			}
			res.Doc, res.Raw = nil, []byte(b.String())
		}), "user.create.unicode", "user.create.verbatim"),
		lie("create-wrong-type-500", "", "A value of the wrong type crashes.", answering(func(r *Request, res *Response) {
			if res.Status == 400 && creates(r, "Users") && strings.Contains(textOf(docOf(res)["detail"]), "wants a value") {
				*res = *fail(500, "", "crashed").response()
			}
		}), "user.create.wrong-type", "answers.no-crash"),
		lie("create-wrong-type-dropped", "", "A value of the wrong type is dropped in silence.", asking(func(r *Request) {
			if _, isObject := bodyOf(r)["displayName"].(map[string]any); isObject {
				delete(bodyOf(r), "displayName")
			}
		}), "user.create.wrong-type"),
		lie("str-long-username-500", "M-044", "A userName of more than eighty characters crashes.", refusing(func(r *Request) bool {
			return creates(r, "Users") && len(textOf(bodyOf(r)["userName"])) > 80
		}, 500, "", "crashed"), "user.create.long-value", "answers.no-crash"),
		lie("str-long-value-truncated", "M-045", "Values are cut at 64 characters.", storing(func(_ *Request, _ *record, doc map[string]any) {
			if s := textOf(doc["displayName"]); len(s) > 64 {
				doc["displayName"] = s[:64]
			}
		}), "user.create.long-value"),
		lie("str-long-displayname-500", "M-046", "A displayName of more than 128 characters crashes.", refusing(func(r *Request) bool {
			return creates(r, "Users") && len(textOf(bodyOf(r)["displayName"])) > 128
		}, 500, "", "crashed"), "user.create.long-value", "answers.no-crash"),
		lie("missing-username-made-up", "", "A create without userName is accepted.", asking(func(r *Request) {
			if o := bodyOf(r); creates(r, "Users") && !has("userName")(o) {
				o["userName"] = "user-" + newID()
			}
		}), "user.create.without-username"),
		lie("empty-username-accepted", "", "A create with an empty userName is accepted.", asking(func(r *Request) {
			if o := bodyOf(r); creates(r, "Users") && o["userName"] == "" {
				o["userName"] = "user-" + newID()
			}
		}), "user.create.empty-username"),
		lie("malformed-500", "", "A body that is no JSON crashes.", seams{serve: func(_ *Provider, next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				rec := &catcher{ResponseWriter: w}
				next.ServeHTTP(rec, r)
				if rec.status == 400 && strings.Contains(string(rec.body), "not valid JSON") {
					w.Header().Del("Content-Length")
					w.WriteHeader(500)
					return
				}
				rec.flush()
			})
		}}, "user.create.malformed", "answers.no-crash"),
		lie("create-manager-string-400", "", "A create with the manager as a string is refused.", refusing(posting(func(o map[string]any) bool {
			ext, _ := o[enterpriseSchema].(map[string]any)
			_, isText := ext["manager"].(string)
			return isText
		}), 400, "invalidValue", "manager is an object"), "user.create.manager-string"),
		lie("create-obeys-created", "", "meta.created of a create is obeyed.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				if meta, ok := bodyOf(r)["meta"].(map[string]any); ok && before == nil {
					if t, err := time.Parse(time.RFC3339, textOf(meta["created"])); err == nil {
						after.created = t
					}
				}
				return next(r, before, after)
			}
		}}, "user.create.read-only"),
		lie("http-scim-json-body-unread", "M-126", "Bodies of type application/scim+json are not read.", asking(func(r *Request) {
			if r.Body != nil && r.Doc != nil && strings.HasPrefix(r.Header.Get("Content-Type"), "application/scim+json") {
				r.Doc = map[string]any{}
			}
		}), "user.create.accepted", "user.create.media-type", "group.create.accepted"),
		lie("http-charset-415", "M-127", "A media type with a charset is refused.", refusing(func(r *Request) bool { return strings.Contains(r.Header.Get("Content-Type"), "charset") }, 415, "", "unsupported media type"),
			"user.create.media-type", "user.create.accepted"),
		lie("http-plain-415", "", "A media type without a charset is refused.", refusing(func(r *Request) bool {
			return r.Method == http.MethodPost && !strings.Contains(r.Header.Get("Content-Type"), "charset")
		}, 415, "", "unsupported media type"), "user.create.media-type"),
		lie("case-body-keys-exact", "M-048", "Names in a body are read in the schema's case only.", asking(func(r *Request) {
			rt := typeOf(r.Kind)
			for name := range bodyOf(r) {
				if rt != nil && r.Method == http.MethodPost {
					if _, a := rt.lookUp("", name); a != nil && a.Name != name {
						delete(bodyOf(r), name)
					}
				}
			}
		}), "user.create.names-in-any-case"),
		lie("scale-created-user-visible-late", "M-147", "A new user is found two seconds after its create.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				res := next(r)
				doc := docOf(res)
				late := func(o map[string]any) bool {
					meta, _ := o["meta"].(map[string]any)
					t, err := time.Parse(time.RFC3339Nano, textOf(meta["created"]))
					return err == nil && r.p.now().Sub(t) < 2*time.Second
				}
				found, _ := doc["Resources"].([]any)
				kept := []any{}
				for _, u := range found {
					if !late(u.(map[string]any)) {
						kept = append(kept, u)
					}
				}
				if r.Kind == "Users" && r.Method == http.MethodGet && len(kept) < len(found) {
					doc["Resources"], doc["totalResults"], doc["itemsPerPage"] = kept, len(kept), len(kept)
				}
				return res
			}
		}}, "user.create.found-at-once", "user.query.by-username"),
		lie("externalid-unique", "", "externalId must be unique, also the empty one.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				id, found := member(bodyOf(r), "externalId")
				if before == nil && found && r.Kind == "Users" {
					if seen := remember(r.tenant, "external", func() map[any]bool { return map[any]bool{} }); seen[id] {
						return fail(409, "uniqueness", "externalId is taken")
					} else {
						seen[id] = true
					}
				}
				return next(r, before, after)
			}
		}}, "user.create.empty-external-id"),
		lie("rep-invented-values", "M-139", "Users without an address show one that was made up.", showing(func(_ *Request, kind string, doc map[string]any) {
			if kind == "Users" && doc["addresses"] == nil {
				doc["addresses"] = []any{map[string]any{"type": "work", "primary": true, "formatted": "n/a"}}
			}
		}), "user.read.nothing-invented"),
	}
}

// numbered writes ids and the values of members as numbers.
func numbered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			n, err := strconv.ParseFloat(textOf(inner), 64)
			if (k == "id" || k == "value") && err == nil && n < math.MaxInt32 {
				v[k] = n
				continue
			}
			v[k] = numbered(inner)
		}
	case []any:
		for i := range v {
			v[i] = numbered(v[i])
		}
	}
	return v
}

// aliasing lets a user take a name that is taken, when the lie says so of the two.
func aliasing(when func(r *Request, doc, old map[string]any) bool) seams {
	return seams{commit: func(next Committer) Committer {
		return func(r *Request, before, after *record) *scimError {
			c := r.tenant.kinds[r.Kind]
			name := strings.ToLower(textOf(after.doc[typeOf(r.Kind).Naming]))
			if old := c.byName[name]; before == nil && old != nil && when(r, after.doc, old.doc) {
				delete(c.byName, name)
			}
			return next(r, before, after)
		}
	}, handle: asking(func(r *Request) { r.scan = true }).handle}
}

// catcher holds an answer back until it is known whether it goes out.
type catcher struct {
	http.ResponseWriter
	status int
	body   []byte
}

func (c *catcher) WriteHeader(status int) { c.status = status }

func (c *catcher) Write(p []byte) (int, error) {
	c.body = append(c.body, p...)
	return len(p), nil
}

func (c *catcher) flush() {
	c.ResponseWriter.WriteHeader(c.status)
	_, _ = c.ResponseWriter.Write(c.body)
}
