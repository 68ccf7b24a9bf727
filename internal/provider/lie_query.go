package provider

import (
	"net/http"
	"strings"
)

// queryLies are faults of look-ups and reads of users.
func queryLies() []Lie {
	return []Lie{
		lie("match-username-ignored", "", "A filter on userName is ignored.", matching(func(r *Request, _ map[string]any, honest bool) bool {
			return honest || r.Kind == "Users" && strings.HasPrefix(r.Filter, "userName eq")
		}), "user.query.by-username", "filter.prefix-is-no-match"),
		lie("match-externalid-500", "M-028", "A filter on externalId crashes.", refusing(func(r *Request) bool {
			return r.Method == http.MethodGet && filterNames(r, "externalId")
		}, 500, "", "crashed"), "user.query.by-external-id", "group.query.by-external-id"),
		lie("match-externalid-returns-none", "M-029", "A filter on externalId finds nothing.", matching(func(r *Request, _ map[string]any, honest bool) bool {
			return honest && !filterNames(r, "externalId")
		}), "user.query.by-external-id", "group.query.by-external-id"),
		lie("match-eq-is-prefix", "M-031", "eq on a name matches every value that begins so.", matching(func(r *Request, doc map[string]any, honest bool) bool {
			name, value, ok := exactly(r.Filter)
			v, _ := member(doc, name)
			return honest || ok && strings.HasPrefix(strings.ToLower(textOf(v)), strings.ToLower(value))
		}), "filter.prefix-is-no-match"),
		lie("match-email-filter-empty", "M-032", "A filter on emails finds nothing.", matching(func(r *Request, _ map[string]any, honest bool) bool {
			return honest && !filterNames(r, "emails")
		}), "user.query.by-work-email", "filter.any-email", "filter.work-email-rfc"),
		lie("match-work-email-400", "", "A value path followed by a sub-attribute is refused in a filter.", refusing(func(r *Request) bool {
			return strings.Contains(r.Filter, "].")
		}, 400, "invalidFilter", "the filter cannot be read"), "user.query.by-work-email"),
		lie("match-id-refused", "", "A filter on id is refused.", refusing(func(r *Request) bool { return strings.HasPrefix(r.Filter, "id eq") }, 400, "invalidFilter", "id cannot be filtered by"),
			"user.query.by-id", "user.query.manager-reference"),
		lie("match-username-exact", "", "User names are compared with regard to case in filters.", matching(func(r *Request, doc map[string]any, honest bool) bool {
			name, value, ok := exactly(r.Filter)
			return honest && !(ok && strings.EqualFold(name, "userName") && textOf(doc["userName"]) != value)
		}), "user.query.case-insensitive"),
		lie("match-first-only", "", "A filter returns its first hit only.", answering(func(r *Request, res *Response) {
			doc := docOf(res)
			if found, ok := doc["Resources"].([]any); ok && len(found) > 1 && r.Query.Has("filter") {
				doc["Resources"], doc["totalResults"], doc["itemsPerPage"] = found[:1], 1, 1
			}
		}), "user.query.shared-external-id", "filter.two-hits"),
		lie("list-single-bare", "", "One hit is answered without a list around it.", answering(func(r *Request, res *Response) {
			if found, ok := docOf(res)["Resources"].([]any); ok && len(found) == 1 && r.Query.Has("filter") {
				res.Doc = found[0]
			}
		}), "user.query.list-envelope", "user.query.by-username"),
		lie("list-without-schemas", "", "Lists do not name their schema.", answering(func(r *Request, res *Response) {
			if doc := docOf(res); doc["totalResults"] != nil {
				delete(doc, "schemas")
			}
		}), "user.query.list-envelope", "answers.schemas"),
		lie("list-brief", "", "Lists leave out the display name and the addresses.", answering(func(r *Request, res *Response) {
			found, _ := docOf(res)["Resources"].([]any)
			for i, u := range found {
				o := clone(u).(map[string]any)
				delete(o, "displayName")
				delete(o, "emails")
				found[i] = o
			}
		}), "user.query.complete"),
		lie("match-manager-ignored", "", "manager in a filter is always true.", matching(func(r *Request, doc map[string]any, honest bool) bool {
			return honest || filterNames(r, "manager eq") && strings.Contains(r.Filter, textOf(doc["id"]))
		}), "user.query.manager-reference"),
		lie("attributes-ignored", "", "The attributes parameter is ignored.", asking(func(r *Request) { r.Query.Del("attributes") }), "user.query.attributes"),
		lie("excluded-attributes-ignored", "", "excludedAttributes is ignored for users.", asking(func(r *Request) {
			if r.Kind == "Users" {
				r.Query.Del("excludedAttributes")
			}
		}), "user.query.excluded-attributes"),
		lie("excluded-takes-id", "", "excludedAttributes takes the id away.", answering(func(r *Request, res *Response) {
			if strings.Contains(r.Query.Get("excludedAttributes"), "id") {
				found, _ := docOf(res)["Resources"].([]any)
				for _, u := range found {
					delete(u.(map[string]any), "id")
				}
			}
		}), "user.query.excluded-attributes"),
		inRFC(lie("attributes-plain-names-only", "", "attributes understands plain names in the schema's case only.", asking(func(r *Request) {
			if strings.ContainsAny(r.Query.Get("attributes"), ".:") {
				r.Query.Set("attributes", "id")
			}
		}), "user.query.attribute-notation")),
		lie("read-as-list", "", "A read by id is answered by a list.", answering(func(r *Request, res *Response) {
			if reads(r, "Users") && res.Status == 200 && docOf(res)["totalResults"] == nil {
				res.Doc = map[string]any{"schemas": []any{listSchema}, "totalResults": 1, "Resources": []any{res.Doc}}
			}
		}), "user.read.by-id"),
		lie("read-other-id", "", "A read by id shows another id than the create.", answering(func(r *Request, res *Response) {
			if doc := docOf(res); reads(r, "Users") && res.Status == 200 {
				doc["id"] = "u-" + textOf(doc["id"])
			}
		}), "user.read.by-id"),
		lie("err-not-found-vendor-json", "M-123", "A 404 becomes 200 with a message of the vendor's.", answering(func(r *Request, res *Response) {
			if res.Status == 404 {
				res.Status, res.Doc = 200, map[string]any{"messages": "User not found"}
			}
		}), "user.read.unknown", "user.delete.not-found-by-id", "group.read.unknown"),
		lie("not-found-empty", "", "A 404 has no body.", answering(func(r *Request, res *Response) {
			if res.Status == 404 {
				res.Doc = nil
			}
		}), "user.read.not-found-error", "answers.error-body"),
		lie("user-unknown-500", "", "A read of a user that is gone crashes.", answering(func(r *Request, res *Response) {
			if res.Status == 404 && reads(r, "Users") {
				*res = *fail(500, "", "crashed").response()
			}
		}), "user.read.unknown", "user.delete.not-found-by-id", "answers.no-crash"),
		lie("active-shown-as-string", "", "active is shown as a string.", showing(func(_ *Request, _ string, doc map[string]any) {
			if b, ok := doc["active"].(bool); ok {
				doc["active"] = map[bool]string{true: "True", false: "False"}[b]
			}
		}), "user.disable.accepted", "user.read.disabled", "answers.booleans"),
		lie("list-hides-inactive", "", "The list of all users leaves out the disabled ones.", seams{
			handle: func(next Handler) Handler {
				return func(r *Request) *Response {
					res := next(r)
					doc := docOf(res)
					if found, ok := doc["Resources"].([]any); ok && r.Kind == "Users" && !r.Query.Has("filter") {
						kept := []any{}
						for _, u := range found {
							if u.(map[string]any)["active"] != false {
								kept = append(kept, u)
							}
						}
						doc["Resources"], doc["totalResults"], doc["itemsPerPage"] = kept, doc["totalResults"].(int)-len(found)+len(kept), len(kept)
					}
					return res
				}
			}}, "user.list.includes-inactive"),
		lie("leak-password-returned", "M-148", "The password that was given is returned.", seams{
			shape: func(next Shaper) Shaper {
				return func(r *Request, kind string, rec *record) map[string]any {
					doc := next(r, kind, rec)
					if secret, found := rec.doc["password"]; found {
						doc["password"] = secret
					}
					return doc
				}
			}}, "user.password.never-returned", "answers.no-secrets"),
		lie("list-cached", "", "Look-ups show a user as it was created.", seams{
			shape: func(next Shaper) Shaper {
				return func(r *Request, kind string, rec *record) map[string]any {
					if !r.lister || kind != "Users" {
						return next(r, kind, rec)
					}
					first, _ := r.tenant.notes["first "+rec.id].(map[string]any)
					if first == nil {
						return next(r, kind, rec)
					}
					old := *rec
					old.doc = first
					return next(r, kind, &old)
				}
			},
			commit: func(next Committer) Committer {
				return func(r *Request, before, after *record) *scimError {
					if before == nil {
						r.tenant.notes["first "+after.id] = clone(after.doc)
					}
					return next(r, before, after)
				}
			}}, "user.patch.visible-in-list", "user.disable.found-by-filter"),
	}
}
