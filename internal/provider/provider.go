// Package provider is a SCIM server that one can trust, or ask to lie. It shares no code with the client, so that one
// misreading of the specification cannot cancel itself out.
package provider

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	filter "github.com/scim2/filter-parser/v2"
)

// BasePath is where the provider answers.
const BasePath = "/scim/v2"

// Options say how a provider behaves.
type Options struct {
	Tokens   []string // one tenant each
	Lies     []string
	Variants []string
	Now      func() time.Time // nil = time.Now
}

// Provider is an in-memory SCIM 2.0 server for Entra. It is safe for concurrent use.
type Provider struct {
	tokens  []string
	tenants map[string]*tenant
	now     func() time.Time
	http    http.Handler
	handle  Handler
	apply   Applier
	match   Matcher
	shape   Shaper
	commit  Committer
}

// most is the largest page.
const most = 200

// New makes a provider. The error names an unknown lie or variant, or a missing token.
func New(o Options) (*Provider, error) {
	if len(o.Tokens) == 0 {
		return nil, errors.New("the provider needs a token")
	}
	lies, err := chosen("lie", Lies(), func(l Lie) string { return l.Name }, o.Lies)
	if err != nil {
		return nil, err
	}
	variants, err := chosen("variant", Variants(), func(v Variant) string { return v.Name }, o.Variants)
	if err != nil {
		return nil, err
	}
	p := &Provider{tokens: o.Tokens, tenants: map[string]*tenant{}, now: o.Now}
	for _, token := range o.Tokens {
		p.tenants[token] = newTenant()
	}
	if p.now == nil {
		p.now = time.Now
	}
	p.handle, p.apply, p.match, p.shape, p.commit = p.route, applyHonestly, matchHonestly, p.show, p.store
	p.http = http.HandlerFunc(p.serve)
	for _, v := range variants {
		p.step(v.seams)
	}
	for _, l := range lies {
		p.step(l.seams)
	}
	return p, nil
}

// step puts seams around what is there.
func (p *Provider) step(s seams) {
	if s.serve != nil {
		p.http = s.serve(p, p.http)
	}
	if s.handle != nil {
		p.handle = s.handle(p.handle)
	}
	if s.apply != nil {
		p.apply = s.apply(p.apply)
	}
	if s.match != nil {
		p.match = s.match(p.match)
	}
	if s.shape != nil {
		p.shape = s.shape(p.shape)
	}
	if s.commit != nil {
		p.commit = s.commit(p.commit)
	}
}

// Holdings tells how many users and groups a tenant has.
func (p *Provider) Holdings(token string) (users, groups int) {
	t := p.tenants[token]
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.kinds["Users"].byID), len(t.kinds["Groups"].byID)
}

// ServeHTTP answers below BasePath.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.http.ServeHTTP(w, r) }

// Request is a parsed request of an authenticated client.
type Request struct {
	Method   string
	Kind, ID string // Users, Groups, Schemas …; the id is empty for the collection
	Query    url.Values
	RawQuery string
	Filter   string // decoded
	Header   http.Header
	Body     []byte
	Doc      any // the body as JSON
	base     string
	tenant   *tenant
	p        *Provider
	expr     filter.Expression
	lister   bool // the resource is shown in a list
	scan     bool // look at every resource, whatever the filter
	memo     any  // what a lie hands from one seam to another
}

// Response is an answer before it is written. Raw, when set, is the body as it is; else Doc is.
type Response struct {
	Status int
	Header http.Header
	Doc    any
	Raw    []byte
}

func respond(status int, doc any) *Response {
	return &Response{Status: status, Header: http.Header{}, Doc: doc}
}

// scimError is an error of RFC 7644 §3.12.
type scimError struct {
	status           int
	scimType, detail string
}

func fail(status int, scimType, detail string) *scimError {
	return &scimError{status, scimType, detail}
}

func (e *scimError) response() *Response {
	doc := map[string]any{"schemas": []any{errorSchema}, "status": strconv.Itoa(e.status), "detail": e.detail}
	if e.scimType != "" {
		doc["scimType"] = e.scimType
	}
	r := respond(e.status, doc)
	if e.status == http.StatusUnauthorized {
		r.Header.Set("WWW-Authenticate", `Bearer realm="scim"`)
	}
	return r
}

// serve authenticates, parses, answers and writes.
func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	p.write(w, r, p.answer(r))
}

func (p *Provider) answer(r *http.Request) *Response {
	path, below := strings.CutPrefix(r.URL.EscapedPath(), BasePath)
	if !below {
		return fail(404, "", "there is nothing at this address").response()
	}
	t, err := p.authenticate(r.Header.Get("Authorization"))
	if err != nil {
		return err.response()
	}
	kind, id, _ := strings.Cut(strings.Trim(path, "/"), "/")
	if plain, err := url.PathUnescape(id); err == nil {
		id = plain
	}
	q := &Request{Method: r.Method, Kind: kind, ID: id, RawQuery: r.URL.RawQuery, Header: r.Header, tenant: t, p: p, base: baseOf(r)}
	q.Query = r.URL.Query()
	q.Filter = q.Query.Get("filter")
	if r.Body != nil {
		body, err := io.ReadAll(io.LimitReader(r.Body, 16<<20))
		if err != nil {
			return fail(400, "invalidSyntax", "the body broke off").response()
		}
		q.Body = body
	}
	if q.Method == http.MethodPost || q.Method == http.MethodPut || q.Method == http.MethodPatch {
		if err := q.parse(); err != nil {
			return err.response()
		}
	}
	if q.Method == http.MethodHead {
		q.Method = http.MethodGet
	}
	return p.handle(q)
}

// baseOf is the address of the server as the client wrote it.
func baseOf(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + BasePath
}

func (p *Provider) authenticate(header string) (*tenant, *scimError) {
	scheme, token, _ := strings.Cut(header, " ")
	if strings.EqualFold(scheme, "Bearer") {
		for _, known := range p.tokens {
			if subtle.ConstantTimeCompare([]byte(known), []byte(strings.TrimSpace(token))) == 1 {
				return p.tenants[known], nil
			}
		}
	}
	return nil, fail(401, "", "a valid bearer token is needed")
}

func (r *Request) parse() *scimError {
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	media = strings.TrimSpace(strings.ToLower(media))
	if media != "application/scim+json" && media != "application/json" {
		return fail(415, "", "the body must be application/scim+json")
	}
	dec := json.NewDecoder(bytes.NewReader(r.Body))
	if err := dec.Decode(&r.Doc); err != nil {
		return fail(400, "invalidSyntax", "the body is not valid JSON")
	}
	if _, err := dec.Token(); err != io.EOF {
		return fail(400, "invalidSyntax", "the body is more than one JSON document")
	}
	if _, ok := r.Doc.(map[string]any); !ok {
		return fail(400, "invalidSyntax", "the body is not a JSON object")
	}
	return nil
}

func (p *Provider) write(w http.ResponseWriter, r *http.Request, res *Response) {
	body := res.Raw
	if body == nil && res.Doc != nil {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(res.Doc); err != nil {
			res.Status, b = http.StatusInternalServerError, bytes.Buffer{}
		}
		body = bytes.TrimRight(b.Bytes(), "\n")
	}
	for name, values := range res.Header {
		w.Header()[name] = values
	}
	if len(body) > 0 && w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/scim+json; charset=utf-8")
	}
	if res.Status != http.StatusNoContent && res.Status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(res.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// route is the honest handler.
func (p *Provider) route(r *Request) *Response {
	switch strings.ToLower(r.Kind) {
	case "users", "groups":
		rt := typeOf(strings.ToUpper(r.Kind[:1]) + strings.ToLower(r.Kind[1:]))
		return p.resources(r, rt)
	case "serviceproviderconfig", "schemas", "resourcetypes":
		if r.Method != http.MethodGet {
			return notAllowed("GET")
		}
		return discovery(r)
	case ".search":
		return fail(501, "", "a search over all resources is not supported").response()
	}
	return fail(404, "", "there is no endpoint "+brief(r.Kind)).response()
}

func notAllowed(allow string) *Response {
	res := fail(405, "", "this method is not allowed here").response()
	res.Header.Set("Allow", allow)
	return res
}

func (p *Provider) resources(r *Request, rt *resourceType) *Response {
	r.Kind = rt.Kind
	switch {
	case r.ID == "" && r.Method == http.MethodGet:
		return p.list(r, rt)
	case r.ID == "" && r.Method == http.MethodPost:
		return p.create(r, rt)
	case r.ID == "":
		return notAllowed("GET, POST")
	case r.ID == ".search" && r.Method == http.MethodPost:
		return p.search(r, rt)
	}
	switch r.Method {
	case http.MethodGet:
		return p.read(r, rt)
	case http.MethodPut:
		return p.replace(r, rt)
	case http.MethodPatch:
		return p.patch(r, rt)
	case http.MethodDelete:
		return p.remove(r, rt)
	}
	return notAllowed("GET, PUT, PATCH, DELETE")
}

func noSuch(rt *resourceType, id string) *Response {
	return fail(404, "", fmt.Sprintf("%s %s does not exist", rt.Name, brief(id))).response()
}

func (p *Provider) read(r *Request, rt *resourceType) *Response {
	r.tenant.mu.RLock()
	defer r.tenant.mu.RUnlock()
	rec := r.tenant.kinds[rt.Kind].byID[r.ID]
	if rec == nil {
		return noSuch(rt, r.ID)
	}
	if tag := r.Header.Get("If-None-Match"); tag != "" && (tag == "*" || strings.Contains(tag, etag(rec))) {
		return &Response{Status: http.StatusNotModified, Header: http.Header{"Etag": {etag(rec)}}}
	}
	return p.shown(r, 200, rt, rec)
}

// shown answers with a resource.
func (p *Provider) shown(r *Request, status int, rt *resourceType, rec *record) *Response {
	doc := p.shape(r, rt.Kind, rec)
	res := respond(status, project(rt, doc, r.Query.Get("attributes"), r.Query.Get("excludedAttributes")))
	res.Header.Set("ETag", etag(rec))
	if status == http.StatusCreated {
		res.Header.Set("Location", r.base+"/"+rt.Kind+"/"+url.PathEscape(rec.id))
	}
	return res
}

func etag(rec *record) string { return fmt.Sprintf(`W/"%d"`, rec.version) }

// show is how an honest server shows a resource.
func (p *Provider) show(r *Request, kind string, rec *record) map[string]any {
	rt := typeOf(kind)
	doc := make(map[string]any, len(rec.doc)+4)
	schemas := []any{rt.Core.ID}
	for k, v := range rec.doc {
		if k == "password" {
			continue
		}
		doc[k] = v
		if rt.extension(k) != nil {
			schemas = append(schemas, k)
		}
	}
	doc["schemas"], doc["id"] = schemas, rec.id
	doc["meta"] = map[string]any{"resourceType": rt.Name, "created": stamp(rec.created), "lastModified": stamp(rec.modified),
		"location": r.base + "/" + kind + "/" + url.PathEscape(rec.id), "version": etag(rec)}
	if kind == "Groups" {
		if members, ok := rec.doc["members"].([]any); ok {
			doc["members"] = p.showMembers(r, members)
		}
		return doc
	}
	if in := r.tenant.in[rec.id]; len(in) > 0 {
		var groups []any
		for _, g := range r.tenant.kinds["Groups"].sorted() {
			if in[g.id] {
				groups = append(groups, map[string]any{"value": g.id, "$ref": r.base + "/Groups/" + g.id, "display": g.doc["displayName"], "type": "direct"})
			}
		}
		doc["groups"] = groups
	}
	if ext, ok := rec.doc[enterpriseSchema].(map[string]any); ok {
		if m, ok := ext["manager"].(map[string]any); ok {
			ext = clone(ext).(map[string]any)
			id := textOf(m["value"])
			shown := map[string]any{"value": id, "$ref": r.base + "/Users/" + url.PathEscape(id)}
			if boss := r.tenant.kinds["Users"].byID[id]; boss != nil && boss.doc["displayName"] != nil {
				shown["displayName"] = boss.doc["displayName"]
			}
			ext["manager"] = shown
			doc[enterpriseSchema] = ext
		}
	}
	return doc
}

func (p *Provider) showMembers(r *Request, members []any) []any {
	out := make([]any, 0, len(members))
	for _, m := range members {
		id := textOf(m.(map[string]any)["value"])
		shown := map[string]any{"value": id}
		if kind, rec := r.tenant.knows(id); rec != nil {
			shown["type"], shown["$ref"] = typeOf(kind).Name, r.base+"/"+kind+"/"+url.PathEscape(id)
			if name := rec.doc["displayName"]; name != nil {
				shown["display"] = name
			}
		}
		out = append(out, shown)
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// project keeps what attributes names, or leaves out what excludedAttributes names; id and schemas always stay
// (RFC 7644 §3.9).
func project(rt *resourceType, doc map[string]any, only, without string) map[string]any {
	if only == "" && without == "" {
		return doc
	}
	names := func(list string) []path {
		var out []path
		for _, name := range strings.Split(list, ",") {
			if p, err := parsePath(rt, strings.TrimSpace(name)); err == nil {
				out = append(out, p)
			}
		}
		return out
	}
	if only == "" {
		out := make(map[string]any, len(doc))
		for k, v := range doc {
			out[k] = v
		}
		for _, p := range names(without) {
			switch {
			case p.whole:
				delete(out, p.ext)
			case p.attr.Returned == "always":
			case p.ext != "":
				if o, ok := out[p.ext].(map[string]any); ok {
					out[p.ext] = trim(o, p, false)
				}
			default:
				out = trim(out, p, false)
			}
		}
		return out
	}
	out := map[string]any{"id": doc["id"], "schemas": doc["schemas"]}
	for _, p := range names(only) {
		switch {
		case p.whole:
			if v, found := doc[p.ext]; found {
				out[p.ext] = v
			}
		case p.ext != "":
			if o, ok := doc[p.ext].(map[string]any); ok {
				into := object(out, p.ext, true)
				for k, v := range trim(o, p, true) {
					into[k] = v
				}
			}
		default:
			for k, v := range trim(doc, p, true) {
				if into, ok := out[k].(map[string]any); ok && p.sub != nil {
					for name, inner := range v.(map[string]any) {
						into[name] = inner
					}
					continue
				}
				out[k] = v
			}
		}
	}
	return out
}

// trim keeps the attribute of a path alone, or leaves it out.
func trim(o map[string]any, p path, keep bool) map[string]any {
	v, found := o[p.attr.Name]
	if keep {
		switch {
		case !found:
			return nil
		case p.sub == nil:
			return map[string]any{p.attr.Name: v}
		}
		return map[string]any{p.attr.Name: eachObject(v, func(inner map[string]any) map[string]any {
			return map[string]any{p.sub.Name: inner[p.sub.Name]}
		})}
	}
	out := make(map[string]any, len(o))
	for k, v := range o {
		out[k] = v
	}
	switch {
	case !found:
	case p.sub == nil:
		delete(out, p.attr.Name)
	default:
		out[p.attr.Name] = eachObject(v, func(inner map[string]any) map[string]any {
			less := clone(inner).(map[string]any)
			delete(less, p.sub.Name)
			return less
		})
	}
	return out
}

func eachObject(v any, change func(map[string]any) map[string]any) any {
	switch v := v.(type) {
	case map[string]any:
		return change(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = eachObject(e, change)
		}
		return out
	}
	return v
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
