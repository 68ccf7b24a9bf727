package provider

import (
	"net/http"
	"strings"
	"sync/atomic"
)

// authorizing changes the Authorization header before it is looked at: what the lie lets in, it lets in as the first
// tenant.
func authorizing(letIn func(method, header string) bool) seams {
	return seams{serve: func(p *Provider, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := p.authenticate(r.Header.Get("Authorization")); err != nil && letIn(r.Method, r.Header.Get("Authorization")) {
				r.Header.Set("Authorization", "Bearer "+p.tokens[0])
			}
			next.ServeHTTP(w, r)
		})
	}}
}

// unauthorized changes the answer to a request without good credentials.
func unauthorized(when func(header string) bool, answer func(w http.ResponseWriter)) seams {
	return seams{serve: func(p *Provider, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := p.authenticate(r.Header.Get("Authorization")); err != nil && when(r.Header.Get("Authorization")) {
				answer(w)
				return
			}
			next.ServeHTTP(w, r)
		})
	}}
}

// connectionLies are faults of signing in and of Test Connection.
func connectionLies() []Lie {
	always := func(string) bool { return true }
	return []Lie{
		lie("auth-missing-token-500", "M-001", "A request without a token is answered 500.", unauthorized(func(h string) bool { return h == "" },
			func(w http.ResponseWriter) { w.WriteHeader(500) }), "connection.token.missing"),
		lie("auth-unknown-id-401", "M-003", "An id that does not exist is answered 401.", answering(func(r *Request, res *Response) {
			if res.Status == 404 && r.ID != "" {
				*res = *fail(401, "", "not authorized").response()
			}
		}), "user.read.unknown", "user.patch.unknown-id", "group.read.unknown"),
		lie("auth-401-plain-no-challenge", "M-004", "A refusal is plain text and names no scheme.", unauthorized(always, func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(401)
			_, _ = w.Write([]byte("Unauthorized"))
		}), "connection.token.challenge", "connection.token.error"),
		lie("auth-any-token", "", "Any bearer token will do.", authorizing(func(_, h string) bool { return strings.HasPrefix(h, "Bearer ") }),
			"connection.token.wrong", "connection.token.write"),
		lie("auth-no-token", "", "No token is needed.", authorizing(func(_, h string) bool { return h == "" }), "connection.token.missing"),
		lie("auth-basic-accepted", "", "Any Basic credentials will do.", authorizing(func(_, h string) bool { return strings.HasPrefix(h, "Basic ") }), "connection.token.basic"),
		lie("auth-empty-token", "", "The word Bearer alone will do.", authorizing(func(_, h string) bool { return h == "Bearer" }), "connection.token.malformed"),
		lie("auth-reads-only", "", "The token is checked for reads only.", authorizing(func(m, _ string) bool { return m != http.MethodGet }), "connection.token.write"),
		lie("match-none-404", "", "A filter that finds nothing is answered 404.", answering(func(r *Request, res *Response) {
			if doc := docOf(res); r.Method == http.MethodGet && r.ID == "" && doc["totalResults"] == 0 {
				*res = *fail(404, "", "nothing was found").response()
			}
		}), "connection.probe.users", "connection.probe.groups", "user.delete.not-found-by-filter"),
		lie("match-none-null-resources", "M-027", "Resources is null when nothing is found.", answering(func(r *Request, res *Response) {
			if doc := docOf(res); r.ID == "" && doc["totalResults"] == 0 {
				doc["Resources"] = nil
			}
		}), "connection.probe.users", "connection.probe.groups"),
		lie("guid-refused", "", "A user name in a filter must look like a mail address.", refusing(func(r *Request) bool {
			name, value, ok := exactly(r.Filter)
			return ok && r.Kind == "Users" && strings.EqualFold(name, "userName") && !strings.Contains(value, "@")
		}, 400, "invalidValue", "userName is a mail address"), "connection.probe.users"),
		lie("probe-fifth-fails", "", "Every fifth look-up that finds nothing is answered 503.", func() seams {
			var n atomic.Int64
			return answering(func(r *Request, res *Response) {
				if doc := docOf(res); queries(r, "Users") && doc["totalResults"] == 0 && n.Add(1)%5 == 0 {
					*res = *fail(503, "", "too busy").response()
				}
			})
		}(), "connection.probe.repeated"),
		lie("group-probe-500", "", "The look-up of a group that nobody has crashes.", answering(func(r *Request, res *Response) {
			if doc := docOf(res); queries(r, "Groups") && doc["totalResults"] == 0 {
				*res = *fail(500, "", "crashed").response()
			}
		}), "connection.probe.groups"),
		lie("count-refused", "", "A list with a count and no startIndex is refused.", refusing(func(r *Request) bool {
			return r.Query.Has("count") && !r.Query.Has("startIndex")
		}, 400, "invalidValue", "startIndex is required"), "connection.probe.tools"),
		lie("unknown-parameter-400", "", "A parameter that nobody knows is refused.", refusing(func(r *Request) bool {
			for name := range r.Query {
				switch name {
				case "filter", "attributes", "excludedAttributes", "startIndex", "count", "sortBy", "sortOrder":
				default:
					return true
				}
			}
			return false
		}, 400, "invalidValue", "unknown parameter"), "connection.unknown-parameter"),
	}
}
