package provider

import (
	"net/http"
	"strings"
)

// protocolLies are faults that odd requests bring to light.
func protocolLies() []Lie {
	managed := func(doc map[string]any) string {
		ext, _ := doc[enterpriseSchema].(map[string]any)
		m, _ := ext["manager"].(map[string]any)
		return textOf(m["value"])
	}
	return []Lie{
		lie("ids-across-kinds", "", "A user can be read as a group.", asking(func(r *Request) {
			r.tenant.mu.RLock()
			defer r.tenant.mu.RUnlock()
			if r.Method == http.MethodGet && r.Kind == "Groups" && r.tenant.kinds["Users"].byID[r.ID] != nil {
				r.Kind = "Users"
			}
		}), "protocol.id-of-one-kind"),
		lie("token-in-address", "", "A token in the address is as good as in the header.", seams{serve: func(_ *Provider, next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if token := r.URL.Query().Get("access_token"); token != "" {
					r.Header.Set("Authorization", "Bearer "+token)
				}
				next.ServeHTTP(w, r)
			})
		}}, "protocol.token-in-address"),
		lie("http-json-not-acceptable", "", "Only application/scim+json may be accepted.", refusing(func(r *Request) bool {
			return !strings.Contains(r.Header.Get("Accept"), "application/scim+json")
		}, 406, "", "only application/scim+json is served"), "protocol.accept"),
		lie("path-long-500", "", "A long path crashes.", failing(func(_ *change, op operation) bool { return len(op.Path) > 4000 }, 500, ""), "protocol.long-path", "answers.no-crash"),
		lie("path-long-accepted", "", "A long path is passed over.", dropping(func(_ *change, op operation) bool { return len(op.Path) > 4000 }), "protocol.long-path"),
		lie("filter-deep-500", "", "A deep filter crashes.", refusing(func(r *Request) bool { return strings.HasPrefix(r.Filter, "((((") }, 500, "", "stack overflow"), "protocol.long-filter", "answers.no-crash"),
		lie("match-members-refused", "", "members cannot be filtered by.", refusing(func(r *Request) bool { return filterNames(r, "members eq") }, 400, "invalidFilter", "not supported"), "group.query.member-reference"),
		lie("match-members-ignored", "", "members in a filter is always true.", matching(func(r *Request, doc map[string]any, honest bool) bool {
			return honest || filterNames(r, "members eq") && strings.Contains(r.Filter, textOf(doc["id"]))
		}), "group.query.member-reference"),
		lie("mgr-filter-400", "", "A filter on the manager is refused in a path.", failing(func(_ *change, op operation) bool { return pathHas(op, "manager[") }, 400, "invalidPath"), "user.manager.remove-by-filter"),
		lie("mgr-circle-500", "", "Users who manage each other cannot be read.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				r.tenant.mu.RLock()
				users := r.tenant.kinds["Users"].byID
				rec := users[r.ID]
				circle := rec != nil && users[managed(rec.doc)] != nil && managed(users[managed(rec.doc)].doc) == r.ID
				r.tenant.mu.RUnlock()
				if circle && r.Method == http.MethodGet {
					return fail(500, "", "stack overflow").response()
				}
				return next(r)
			}
		}}, "user.manager.circle", "answers.no-crash"),
		lie("mgr-deleted-500", "", "A user whose manager was deleted cannot be read.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				r.tenant.mu.RLock()
				users := r.tenant.kinds["Users"].byID
				rec := users[r.ID]
				dangling := rec != nil && managed(rec.doc) != "" && users[managed(rec.doc)] == nil
				r.tenant.mu.RUnlock()
				if dangling && r.Method == http.MethodGet {
					return fail(500, "", "manager not found").response()
				}
				return next(r)
			}
		}}, "user.manager.deleted", "answers.no-crash"),
		lie("mgr-unknown-500", "", "A manager who is gone crashes.", seams{apply: func(next Applier) Applier {
			return func(c *change, op operation) *scimError {
				if err := next(c, op); err != nil {
					return err
				}
				if id := managed(c.doc); pathHas(op, "manager") && id != "" {
					if kind, _ := c.tenant.knows(id); kind == "" {
						return fail(500, "", "manager not found")
					}
				}
				return nil
			}
		}}, "user.manager.unknown", "answers.no-crash"),
	}
}
