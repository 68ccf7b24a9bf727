package provider

import (
	"fmt"
	"strings"
	"time"
)

// The schemas that the provider knows.
const (
	userSchema       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupSchema      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	badgeSchema      = "urn:entrant:params:scim:schemas:extension:badge:2.0:User"
	listSchema       = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	patchSchema      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	errorSchema      = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// attribute is what /Schemas says of one attribute (RFC 7643 §7), and what the code goes by.
type attribute struct {
	Name, Type  string
	Description string
	Multi       bool
	Required    bool
	Exact       bool   // caseExact
	Mutability  string // "" = readWrite
	Returned    string // "" = default
	Uniqueness  string // "" = none
	Canonical   []string
	References  []string
	Subs        []attribute
}

func text(name, description string) attribute {
	return attribute{Name: name, Type: "string", Description: description}
}

func texts(pairs ...string) []attribute {
	var out []attribute
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, text(pairs[i], pairs[i+1]))
	}
	return out
}

// plural is a multi-valued complex attribute of RFC 7643 §2.4.
func plural(name, description string, value attribute, types ...string) attribute {
	value.Name = "value"
	return attribute{Name: name, Type: "complex", Description: description, Multi: true, Subs: []attribute{
		value, text("display", "A name for people."), {Name: "type", Type: "string", Description: "What it is used for.", Canonical: types},
		{Name: "primary", Type: "boolean", Description: "Whether it is the preferred one."}}}
}

// schema is one schema of a resource type.
type schema struct {
	ID, Name, Description string
	Attributes            []attribute
}

var coreUser = schema{userSchema, "User", "User Account", []attribute{
	{Name: "userName", Type: "string", Description: "The name to sign in with, unique without regard to case.", Required: true, Uniqueness: "server"},
	{Name: "name", Type: "complex", Description: "The parts of the person's name.", Subs: texts("formatted", "The whole name.", "familyName", "The family name.",
		"givenName", "The given name.", "middleName", "The middle name.", "honorificPrefix", "A title before the name.", "honorificSuffix", "A title after the name.")},
	text("displayName", "The name to show."), text("nickName", "What the person is called."),
	{Name: "profileUrl", Type: "reference", Description: "The person's page.", References: []string{"external"}, Exact: true},
	text("title", "The job title."), text("userType", "The kind of employment."), text("preferredLanguage", "The language to use."),
	text("locale", "The region whose forms to use."), text("timezone", "The time zone."),
	{Name: "active", Type: "boolean", Description: "Whether the person may use the app."},
	{Name: "password", Type: "string", Description: "The password.", Mutability: "writeOnly", Returned: "never", Exact: true},
	{Name: "externalId", Type: "string", Description: "The id that the client gave.", Exact: true},
	plural("emails", "Mail addresses.", text("", "The address."), "work", "home", "other"),
	plural("phoneNumbers", "Telephone numbers.", text("", "The number."), "work", "home", "mobile", "fax", "pager", "other"),
	plural("ims", "Addresses for instant messages.", text("", "The address."), "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
	plural("photos", "Pictures.", attribute{Type: "reference", Description: "The address of the picture.", References: []string{"external"}, Exact: true}, "photo", "thumbnail"),
	{Name: "addresses", Type: "complex", Description: "Postal addresses.", Multi: true, Subs: append(texts("formatted", "The whole address.", "streetAddress", "Street and number.",
		"locality", "The town.", "region", "The region.", "postalCode", "The postal code.", "country", "The country."),
		attribute{Name: "type", Type: "string", Description: "What it is used for.", Canonical: []string{"work", "home", "other"}},
		attribute{Name: "primary", Type: "boolean", Description: "Whether it is the preferred one."})},
	{Name: "groups", Type: "complex", Description: "The groups that the person belongs to.", Multi: true, Mutability: "readOnly", Subs: []attribute{
		{Name: "value", Type: "string", Description: "The group's id.", Mutability: "readOnly", Exact: true},
		{Name: "$ref", Type: "reference", Description: "The group's address.", Mutability: "readOnly", References: []string{"Group"}, Exact: true},
		{Name: "display", Type: "string", Description: "The group's name.", Mutability: "readOnly"},
		{Name: "type", Type: "string", Description: "How the person belongs to it.", Mutability: "readOnly", Canonical: []string{"direct", "indirect"}}}},
	plural("entitlements", "What the person is entitled to.", text("", "The entitlement.")),
	plural("roles", "The person's roles.", text("", "The role.")),
	plural("x509Certificates", "Certificates.", attribute{Type: "binary", Description: "The certificate.", Exact: true}),
}}

var enterprise = schema{enterpriseSchema, "EnterpriseUser", "Enterprise User", append(texts("employeeNumber", "The personnel number.", "costCenter", "The cost centre.",
	"organization", "The organization.", "division", "The division.", "department", "The department."),
	attribute{Name: "manager", Type: "complex", Description: "The person's manager.", Subs: []attribute{
		{Name: "value", Type: "string", Description: "The manager's id.", Exact: true},
		{Name: "$ref", Type: "reference", Description: "The manager's address.", References: []string{"User"}, Exact: true},
		{Name: "displayName", Type: "string", Description: "The manager's name.", Mutability: "readOnly"}}})}

var badge = schema{badgeSchema, "Badge", "Badges and access to buildings", []attribute{
	text("badgeNumber", "The number on the badge."),
	{Name: "clearance", Type: "integer", Description: "How far the badge opens doors."},
	{Name: "contractor", Type: "boolean", Description: "Whether the person is from another company."},
	{Name: "validUntil", Type: "dateTime", Description: "When the badge expires."},
	{Name: "onCall", Type: "string", Description: "The shifts on call.", Multi: true},
}}

var coreGroup = schema{groupSchema, "Group", "Group", []attribute{
	{Name: "displayName", Type: "string", Description: "The group's name, unique without regard to case.", Required: true, Uniqueness: "server"},
	{Name: "externalId", Type: "string", Description: "The id that the client gave.", Exact: true},
	{Name: "members", Type: "complex", Description: "Who belongs to the group.", Multi: true, Subs: []attribute{
		{Name: "value", Type: "string", Description: "The member's id.", Mutability: "immutable", Exact: true},
		{Name: "$ref", Type: "reference", Description: "The member's address.", Mutability: "immutable", References: []string{"User", "Group"}, Exact: true},
		{Name: "type", Type: "string", Description: "Whether the member is a user or a group.", Mutability: "immutable", Canonical: []string{"User", "Group"}},
		{Name: "display", Type: "string", Description: "The member's name.", Mutability: "readOnly"}}},
}}

// common are the attributes that every resource has (RFC 7643 §3.1); /Schemas need not list them.
var common = []attribute{
	{Name: "id", Type: "string", Mutability: "readOnly", Returned: "always", Exact: true},
	{Name: "schemas", Type: "reference", Multi: true, Returned: "always", Exact: true},
	{Name: "meta", Type: "complex", Mutability: "readOnly", Subs: []attribute{
		{Name: "resourceType", Type: "string", Mutability: "readOnly", Exact: true}, {Name: "location", Type: "reference", Mutability: "readOnly", Exact: true},
		{Name: "created", Type: "dateTime", Mutability: "readOnly"}, {Name: "lastModified", Type: "dateTime", Mutability: "readOnly"},
		{Name: "version", Type: "string", Mutability: "readOnly", Exact: true}}},
}

// resourceType is a kind of resource with its schemas.
type resourceType struct {
	Kind, Name string // Users, User
	Core       schema
	Extensions []schema
	Naming     string // the unique attribute
}

var resourceTypes = []resourceType{
	{Kind: "Users", Name: "User", Core: coreUser, Extensions: []schema{enterprise, badge}, Naming: "userName"},
	{Kind: "Groups", Name: "Group", Core: coreGroup, Naming: "displayName"},
}

func typeOf(kind string) *resourceType {
	for i := range resourceTypes {
		if resourceTypes[i].Kind == kind {
			return &resourceTypes[i]
		}
	}
	return nil
}

func find(attributes []attribute, name string) *attribute {
	for i := range attributes {
		if strings.EqualFold(attributes[i].Name, name) {
			return &attributes[i]
		}
	}
	return nil
}

// lookUp finds an attribute by the URN of its schema ("" = core) and its name.
func (t *resourceType) lookUp(urn, name string) (ext string, a *attribute) {
	if urn == "" || strings.EqualFold(urn, t.Core.ID) {
		if a := find(t.Core.Attributes, name); a != nil {
			return "", a
		}
		return "", find(common, name)
	}
	for _, e := range t.Extensions {
		if strings.EqualFold(urn, e.ID) {
			return e.ID, find(e.Attributes, name)
		}
	}
	return urn, nil
}

// unqualified finds an attribute by its name alone, in the core schema first: Entra asks for manager without its URN.
func (t *resourceType) unqualified(name string) (ext string, a *attribute) {
	if _, a := t.lookUp("", name); a != nil {
		return "", a
	}
	for _, e := range t.Extensions {
		if a := find(e.Attributes, name); a != nil {
			return e.ID, a
		}
	}
	return "", nil
}

func (t *resourceType) extension(urn string) *schema {
	for i := range t.Extensions {
		if strings.EqualFold(t.Extensions[i].ID, urn) {
			return &t.Extensions[i]
		}
	}
	return nil
}

// coerce makes a value one of the attribute's type, as Entra's legacy dialect demands: booleans and numbers may be
// strings. nil means that the value leaves the attribute unassigned.
func (a *attribute) coerce(v any) (any, *scimError) {
	if v == nil {
		return nil, nil
	}
	switch a.Type {
	case "string", "reference", "binary":
		if s, ok := v.(string); ok {
			return s, nil
		}
	case "boolean":
		switch b := v.(type) {
		case bool:
			return b, nil
		case string:
			if b == "" {
				return nil, nil
			}
			if strings.EqualFold(b, "true") || strings.EqualFold(b, "false") {
				return strings.EqualFold(b, "true"), nil
			}
		}
	case "integer":
		switch n := v.(type) {
		case float64:
			if n == float64(int64(n)) {
				return n, nil
			}
		case string:
			var i int64
			if n == "" {
				return nil, nil
			}
			if _, err := fmt.Sscanf(n, "%d", &i); err == nil {
				return float64(i), nil
			}
		}
	case "dateTime":
		if s, ok := v.(string); ok {
			if s == "" {
				return nil, nil
			}
			if _, err := time.Parse(time.RFC3339Nano, s); err == nil {
				return s, nil
			}
		}
	}
	return nil, fail(400, "invalidValue", fmt.Sprintf("%s wants a value of type %s, not %s", a.Name, a.Type, brief(v)))
}

// element makes one value of the attribute: an object for a complex one.
func (a *attribute) element(v any) (any, *scimError) {
	if a.Type != "complex" {
		out, err := a.coerce(v)
		if out == "" {
			return nil, err
		}
		return out, err
	}
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		if a.Name == "manager" || a.Name == "members" || a.Name == "roles" || a.Name == "emails" {
			if v == "" {
				return nil, nil
			}
			return map[string]any{"value": v}, nil
		}
	case []any:
		if !a.Multi && len(v) > 0 {
			return a.element(v[0])
		}
		if len(v) == 0 {
			return nil, nil
		}
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			sub := find(a.Subs, name)
			if sub == nil {
				continue
			}
			value, err := sub.coerce(inner)
			if err != nil {
				err.detail = a.Name + "." + err.detail
				return nil, err
			}
			if value != nil && value != "" {
				out[sub.Name] = value
			}
		}
		if len(out) == 0 {
			return nil, nil
		}
		return out, nil
	}
	return nil, fail(400, "invalidValue", fmt.Sprintf("%s wants an object with %s, not %s", a.Name, a.Subs[0].Name, brief(v)))
}

// value makes the whole value of the attribute: a list for a multi-valued one. One element may come without its list.
func (a *attribute) value(v any) (any, *scimError) {
	if !a.Multi {
		return a.element(v)
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	out := []any{}
	for _, item := range list {
		e, err := a.element(item)
		if err != nil {
			return nil, err
		}
		if e != nil {
			out = a.join(out, e)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// join adds an element to a list: one that is there already is not added again, and a primary one takes the place of the
// former primary.
func (a *attribute) join(list []any, e any) []any {
	for i, old := range list {
		if !a.same(old, e) {
			continue
		}
		if o, ok := old.(map[string]any); ok {
			merged := clone(o).(map[string]any)
			for k, v := range e.(map[string]any) {
				merged[k] = v
			}
			list[i] = merged
			demote(list, i)
		}
		return list
	}
	list = append(list, e)
	demote(list, len(list)-1)
	return list
}

// same tells whether two elements are one: members by their id, others by value and type.
func (a *attribute) same(x, y any) bool {
	xm, ok := x.(map[string]any)
	ym, ok2 := y.(map[string]any)
	if !ok || !ok2 {
		return x == y
	}
	if xm["value"] == nil || ym["value"] == nil {
		return equal(x, y)
	}
	if a.Name == "members" {
		return xm["value"] == ym["value"]
	}
	return xm["value"] == ym["value"] && xm["type"] == ym["type"]
}

// demote leaves one primary element: the one at i, if it is primary (RFC 7643 §2.4).
func demote(list []any, i int) {
	e, ok := list[i].(map[string]any)
	if !ok || e["primary"] != true {
		return
	}
	for j, other := range list {
		if o, ok := other.(map[string]any); ok && j != i && o["primary"] == true {
			o = clone(o).(map[string]any)
			o["primary"] = false
			list[j] = o
		}
	}
}
