package steps

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// Capabilities is what the target says of itself, read once before the run. What it does not say is asked for all the
// same: only a clear "no" skips a rule.
type Capabilities struct {
	declared   map[string]bool   // etag, sort, bulk … of /ServiceProviderConfig, as far as it is there
	attributes map[string]string // "user:name.givenname" → mutability, of /Schemas
	returned   map[string]string // "group:members" → returned, of /Schemas
	extensions []extension
	groups     bool
	why        string // why there are no groups
	Documents  map[string]int
}

// extension is a schema that /Schemas lists for users beside the core one, with its writable simple strings.
type extension struct {
	urn   string
	texts []string
}

// Discover reads /ServiceProviderConfig, /Schemas and /ResourceTypes. A document that is not there says nothing.
// The error is that of a request without an answer.
func Discover(ctx context.Context, client *scim.Client) (Capabilities, error) {
	c := Capabilities{declared: map[string]bool{}, attributes: map[string]string{}, returned: map[string]string{}, groups: true, Documents: map[string]int{}}
	get := func(path string) (scim.Answer, error) {
		a, err := client.Do(ctx, scim.Request{Method: http.MethodGet, Path: path})
		if err == nil {
			c.Documents[path] = a.Status
		}
		return a, err
	}
	config, err := get("/ServiceProviderConfig")
	if err != nil {
		return c, err
	}
	if _, err := config.JSON(); err == nil && config.Status == http.StatusOK {
		for _, name := range []string{"patch", "bulk", "filter", "changePassword", "sort", "etag"} {
			if v := config.Get(name, "supported"); v.Type == gjson.True || v.Type == gjson.False {
				c.declared[name] = v.Type == gjson.True
			}
		}
	}
	schemas, err := get("/Schemas")
	if err != nil {
		return c, err
	}
	if _, err := schemas.JSON(); err == nil && schemas.Status == http.StatusOK {
		c.learn(schemas)
	}
	types, err := get("/ResourceTypes")
	if err != nil {
		return c, err
	}
	if _, err := types.JSON(); err == nil && types.Status == http.StatusOK {
		if listed := types.Get("Resources").Array(); len(listed) > 0 {
			c.groups = false
			for _, t := range listed {
				if strings.EqualFold(strings.Trim(scim.Get(t, "endpoint").String(), "/"), "Groups") {
					c.groups = true
				}
			}
			c.why = "/ResourceTypes lists no Groups"
		}
	}
	if !c.groups {
		// A list that forgets its groups is a defect of the list; the groups themselves decide.
		a, err := client.Do(ctx, scim.Request{Method: http.MethodGet, Path: "/Groups", Query: "startIndex=1&count=1"})
		if err != nil {
			return c, err
		}
		if a.Status/100 == 2 {
			c.groups = true
		} else {
			c.why += fmt.Sprintf(", and GET /Groups answers %d", a.Status)
		}
	}
	return c, nil
}

func (c *Capabilities) learn(schemas scim.Answer) {
	for _, s := range schemas.Get("Resources").Array() {
		kind := ""
		switch id := strings.ToLower(scim.Get(s, "id").String()); {
		case strings.HasSuffix(id, ":user"):
			kind = "user"
		case strings.HasSuffix(id, ":group"):
			kind = "group"
		default:
			continue
		}
		urn := scim.Get(s, "id").String()
		ext := extension{urn: urn}
		for _, a := range scim.Get(s, "attributes").Array() {
			if scim.Get(a, "type").String() == "string" && !scim.Get(a, "multiValued").Bool() && mutability(a) == "readWrite" && !scim.Get(a, "canonicalValues").Exists() {
				ext.texts = append(ext.texts, scim.Get(a, "name").String())
			}
			name := strings.ToLower(scim.Get(a, "name").String())
			c.attributes[kind+":"+name] = mutability(a)
			c.returned[kind+":"+name] = scim.Get(a, "returned").String()
			for _, sub := range scim.Get(a, "subAttributes").Array() {
				c.attributes[kind+":"+name+"."+strings.ToLower(scim.Get(sub, "name").String())] = mutability(sub)
			}
		}
		if kind == "user" && !strings.EqualFold(urn, phrase.UserSchema) && len(ext.texts) > 0 {
			c.extensions = append(c.extensions, ext)
		}
	}
}

func mutability(attribute gjson.Result) string {
	if m := scim.Get(attribute, "mutability").String(); m != "" {
		return m
	}
	return "readWrite"
}

// Offers tells whether the target offers what a rule needs, and if not, why it is thought so. A need is one of
// profile.Needs, or an attribute: "user:title", "user:name.givenName", "group:externalId".
func (c Capabilities) Offers(need string) (bool, string) {
	switch need {
	case "groups", "members":
		return c.groups, c.why
	case "etag", "sort", "bulk":
		offered, said := c.declared[need]
		return offered, map[bool]string{true: "/ServiceProviderConfig declares " + need + " unsupported", false: "/ServiceProviderConfig does not declare " + need}[said]
	case "enterprise":
		return c.Declares("user:department") || c.Declares("user:manager"), "/Schemas lists no enterprise extension"
	case "manager", "roles", "password":
		return c.Declares("user:" + need), "/Schemas does not list " + need
	}
	if strings.Contains(need, ":") {
		return c.Declares(need), "/Schemas does not list " + strings.SplitN(need, ":", 2)[1] + " as writable"
	}
	return true, ""
}

// Declares tells whether an attribute may be written: /Schemas lists it so, or /Schemas lists nothing at all, in which
// case it is asked and the discovery rule fails. The kind's own name attributes and externalId need no listing
// (RFC 7643 §3.1).
func (c Capabilities) Declares(attribute string) bool {
	if len(c.attributes) == 0 || strings.HasSuffix(attribute, ":externalId") {
		return true
	}
	m, found := c.attributes[strings.ToLower(attribute)]
	return found && m != "readOnly"
}

// Words is the capabilities for a report: name → yes, no, or not said.
func (c Capabilities) Words() map[string]string {
	out := map[string]string{"groups": yes(c.groups)}
	for _, name := range []string{"patch", "bulk", "filter", "changePassword", "sort", "etag"} {
		out[name] = "not said"
		if v, said := c.declared[name]; said {
			out[name] = yes(v)
		}
	}
	return out
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// demand skips a scenario whose subject the target does not have.
func (w *World) demand(needs ...string) error {
	for _, n := range needs {
		if offered, why := w.run.Can.Offers(n); !offered {
			return skip(verdict.NotOffered, "%s", why)
		}
	}
	return nil
}

// takes tells whether an attribute may be sent to the target.
func (w *World) takes(attribute string) bool { return w.run.Can.Declares(attribute) }
