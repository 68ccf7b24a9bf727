// Command elimity serves github.com/elimity-com/scim on loopback, in memory, with a handler as a decent user of that library
// would write it, and nothing made for Entra. The token comes from TOKEN; the base URL is the first line on stdout.
package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/elimity-com/scim"
	"github.com/elimity-com/scim/errors"
	scimfilter "github.com/elimity-com/scim/filter"
	"github.com/elimity-com/scim/optional"
	"github.com/elimity-com/scim/schema"
	filter "github.com/scim2/filter-parser/v2"
)

type entry struct {
	attributes scim.ResourceAttributes
	created    time.Time
	modified   time.Time
	serial     int
}

// store is one resource type in memory.
type store struct {
	mu     sync.Mutex
	naming string // the attribute that is unique
	schema schema.Schema
	more   []schema.Schema
	all    map[string]*entry
	serial int
}

func (s *store) resource(id string, e *entry) scim.Resource {
	external := optional.String{}
	if v, ok := e.attributes["externalId"].(string); ok {
		external = optional.NewString(v)
	}
	return scim.Resource{ID: id, ExternalID: external, Attributes: e.attributes, Meta: scim.Meta{Created: &e.created, LastModified: &e.modified}}
}

func (s *store) taken(id string, attributes scim.ResourceAttributes) bool {
	name, _ := attributes[s.naming].(string)
	for other, e := range s.all {
		if v, _ := e.attributes[s.naming].(string); other != id && strings.EqualFold(v, name) {
			return true
		}
	}
	return false
}

func (s *store) Create(_ *http.Request, attributes scim.ResourceAttributes) (scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken("", attributes) {
		return scim.Resource{}, errors.ScimErrorUniqueness
	}
	var b [8]byte
	_, _ = rand.Read(b[:])
	id := hex.EncodeToString(b[:])
	s.serial++
	now := time.Now().UTC()
	s.all[id] = &entry{attributes, now, now, s.serial}
	return s.resource(id, s.all[id]), nil
}

func (s *store) Get(_ *http.Request, id string) (scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.all[id]
	if e == nil {
		return scim.Resource{}, errors.ScimErrorResourceNotFound(id)
	}
	return s.resource(id, e), nil
}

func (s *store) GetAll(_ *http.Request, p scim.ListRequestParams) (scim.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for id, e := range s.all {
		seen := map[string]interface{}{"id": id}
		for k, v := range e.attributes {
			seen[k] = v
		}
		if p.FilterValidator == nil || p.FilterValidator.PassesFilter(seen) == nil {
			ids = append(ids, id)
		}
	}
	sort.Slice(ids, func(i, j int) bool { return s.all[ids[i]].serial < s.all[ids[j]].serial })
	page := scim.Page{TotalResults: len(ids), Resources: []scim.Resource{}}
	for i, id := range ids {
		if i+1 >= p.StartIndex && len(page.Resources) < p.Count {
			page.Resources = append(page.Resources, s.resource(id, s.all[id]))
		}
	}
	return page, nil
}

func (s *store) Replace(_ *http.Request, id string, attributes scim.ResourceAttributes) (scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.all[id]
	if e == nil {
		return scim.Resource{}, errors.ScimErrorResourceNotFound(id)
	}
	if s.taken(id, attributes) {
		return scim.Resource{}, errors.ScimErrorUniqueness
	}
	e.attributes, e.modified = attributes, time.Now().UTC()
	return s.resource(id, e), nil
}

func (s *store) Delete(_ *http.Request, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[id] == nil {
		return errors.ScimErrorResourceNotFound(id)
	}
	delete(s.all, id)
	return nil
}

func (s *store) Patch(_ *http.Request, id string, operations []scim.PatchOperation) (scim.Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.all[id]
	if e == nil {
		return scim.Resource{}, errors.ScimErrorResourceNotFound(id)
	}
	changed := copyOf(map[string]interface{}(e.attributes)).(map[string]interface{})
	for _, op := range operations {
		if err := s.apply(changed, op); err != nil {
			return scim.Resource{}, err
		}
	}
	if s.taken(id, changed) {
		return scim.Resource{}, errors.ScimErrorUniqueness
	}
	e.attributes, e.modified = changed, time.Now().UTC()
	return s.resource(id, e), nil
}

// apply carries out one operation as RFC 7644 §3.5.2 words it.
func (s *store) apply(doc map[string]interface{}, op scim.PatchOperation) error {
	if op.Path == nil {
		values, ok := op.Value.(map[string]interface{})
		if !ok {
			return errors.ScimErrorInvalidValue
		}
		for k, v := range values {
			set(doc, k, v, op.Op == scim.PatchOperationAdd)
		}
		return nil
	}
	p := *op.Path
	home := doc
	if uri := p.AttributePath.URI(); uri != "" && uri != s.schema.ID {
		o, _ := doc[uri].(map[string]interface{})
		if o == nil {
			o = map[string]interface{}{}
			doc[uri] = o
		}
		home = o
	}
	name, sub := p.AttributePath.AttributeName, p.AttributePath.SubAttributeName()
	if sub == "" {
		sub = p.SubAttributeName()
	}
	if p.ValueExpression != nil {
		return s.applyFiltered(home, name, sub, p.ValueExpression, op)
	}
	switch {
	case op.Op == scim.PatchOperationRemove && sub == "":
		delete(home, name)
	case op.Op == scim.PatchOperationRemove:
		if o, ok := home[name].(map[string]interface{}); ok {
			delete(o, sub)
		}
	case sub != "":
		o, _ := home[name].(map[string]interface{})
		if o == nil {
			o = map[string]interface{}{}
			home[name] = o
		}
		o[sub] = op.Value
	default:
		set(home, name, op.Value, op.Op == scim.PatchOperationAdd)
	}
	return nil
}

func (s *store) applyFiltered(home map[string]interface{}, name, sub string, expr filter.Expression, op scim.PatchOperation) error {
	attribute, ok := s.schema.Attributes.ContainsAttribute(name)
	if !ok {
		return errors.ScimErrorInvalidPath
	}
	validator := scimfilter.NewFilterValidator(expr, schema.Schema{Attributes: scimfilter.MultiValuedFilterAttributes(attribute)})
	list, _ := home[name].([]interface{})
	var kept []interface{}
	found := false
	for _, v := range list {
		o, ok := v.(map[string]interface{})
		if !ok || validator.PassesFilter(o) != nil {
			kept = append(kept, v)
			continue
		}
		found = true
		switch {
		case op.Op == scim.PatchOperationRemove && sub == "":
			continue
		case op.Op == scim.PatchOperationRemove:
			delete(o, sub)
		case sub != "":
			o[sub] = op.Value
		default:
			if values, ok := op.Value.(map[string]interface{}); ok {
				for k, v := range values {
					o[k] = v
				}
			}
		}
		kept = append(kept, o)
	}
	if !found && op.Op != scim.PatchOperationRemove {
		return errors.ScimErrorNoTarget
	}
	home[name] = kept
	return nil
}

// set puts a value in place, or beside those of a multi-valued attribute.
func set(home map[string]interface{}, name string, value interface{}, add bool) {
	switch old := home[name].(type) {
	case []interface{}:
		if add {
			if list, ok := value.([]interface{}); ok {
				home[name] = append(old, list...)
			} else {
				home[name] = append(old, value)
			}
			return
		}
	case map[string]interface{}:
		if o, ok := value.(map[string]interface{}); ok {
			for k, v := range o {
				old[k] = v
			}
			return
		}
	}
	home[name] = value
}

func copyOf(v interface{}) interface{} {
	switch v := v.(type) {
	case map[string]interface{}:
		out := map[string]interface{}{}
		for k, inner := range v {
			out[k] = copyOf(inner)
		}
		return out
	case []interface{}:
		out := make([]interface{}, len(v))
		for i := range v {
			out[i] = copyOf(v[i])
		}
		return out
	}
	return v
}

func main() {
	users := &store{naming: "userName", schema: schema.CoreUserSchema(), all: map[string]*entry{}}
	groups := &store{naming: "displayName", schema: schema.CoreGroupSchema(), all: map[string]*entry{}}
	server, err := scim.NewServer(&scim.ServerArgs{
		ServiceProviderConfig: &scim.ServiceProviderConfig{SupportPatch: true, SupportFiltering: true, MaxResults: 200,
			AuthenticationSchemes: []scim.AuthenticationScheme{{Type: scim.AuthenticationTypeOauthBearerToken, Name: "Bearer", Description: "A bearer token."}}},
		ResourceTypes: []scim.ResourceType{
			{ID: optional.NewString("User"), Name: "User", Endpoint: "/Users", Schema: users.schema, SchemaExtensions: []scim.SchemaExtension{{Schema: schema.ExtensionEnterpriseUser()}}, Handler: users},
			{ID: optional.NewString("Group"), Name: "Group", Endpoint: "/Groups", Schema: groups.schema, Handler: groups},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	token := os.Getenv("TOKEN")
	guarded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token == "" || r.Header.Get("Authorization") != "Bearer "+token {
			w.Header().Set("Content-Type", "application/scim+json")
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"401","detail":"a token is needed"}`)
			return
		}
		// The library panics on some filters. Any service of this kind answers 500 to that, and goes on.
		defer func() {
			if p := recover(); p != nil {
				log.Printf("%s %s: %v", r.Method, r.URL, p)
				w.Header().Set("Content-Type", "application/scim+json")
				w.WriteHeader(http.StatusInternalServerError)
				fmt.Fprint(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"500","detail":"internal error"}`)
			}
		}()
		server.ServeHTTP(w, r)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s/v2\n", l.Addr())
	log.Fatal(http.Serve(l, guarded))
}
