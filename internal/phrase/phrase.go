// Package phrase is the phrasebook: an act and a phrasing give method, path, query and body bytes. It is the only place
// with Entra's wire shapes; where each was seen is said by its section of the catalogue of expectations (§3, appendix A).
package phrase

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Dialect is how Entra phrases an act.
type Dialect string

// The dialects of the provisioning service: Legacy unless the Tenant URL says aadOptscim062020 (§1.3).
const (
	Legacy Dialect = "legacy"
	Flag   Dialect = "flag"
)

// The schemas that Entra writes.
const (
	UserSchema       = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupSchema      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	PatchSchema      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	MicrosoftGroup   = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
)

// Request is what crosses the wire, relative to the Tenant URL. Query is raw, as Entra writes it; a nil body is none.
type Request struct {
	Method, Path, Query string
	Body                []byte
}

// Member is a name and a value of an Object.
type Member struct {
	Name  string
	Value any
}

// Object is a JSON object whose members keep their order.
type Object []Member

// MarshalJSON writes the members in order.
func (o Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(JSON(m.Name))
		b.WriteByte(':')
		b.Write(JSON(m.Value))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Get is the value of a member.
func (o Object) Get(name string) (any, bool) {
	for _, m := range o {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// JSON is a value's bytes without HTML escaping. What cannot be written as JSON is a mistake of the phrasebook.
func JSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("phrase: %v", err))
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// Escape makes an id one segment of a path.
func Escape(id string) string { return url.PathEscape(id) }

// QueryEscape writes a filter as Entra does: + for a space, %22 for a quote (§3.1).
func QueryEscape(filter string) string { return url.QueryEscape(filter) }

// Quote is a string as a filter's literal.
func Quote(value string) string { return string(JSON(value)) }

// Operation is one operation of a PATCH. NoPath leaves path out, NoValue leaves value out.
type Operation struct {
	Op, Path        string
	Value           any
	NoPath, NoValue bool
}

// MarshalJSON writes op, path, value in this order, as Entra does.
func (o Operation) MarshalJSON() ([]byte, error) {
	out := Object{{"op", o.Op}}
	if !o.NoPath {
		out = append(out, Member{"path", o.Path})
	}
	if !o.NoValue {
		out = append(out, Member{"value", o.Value})
	}
	return out.MarshalJSON()
}

// Patch is a PATCH of a resource by the given operations.
func Patch(kind, id string, ops ...Operation) Request {
	return PatchRaw(kind, id, JSON(Object{{"schemas", []string{PatchSchema}}, {"Operations", ops}}))
}

// PatchRaw is a PATCH with a body made elsewhere.
func PatchRaw(kind, id string, body []byte) Request {
	return Request{Method: http.MethodPatch, Path: resource(kind, id), Body: body}
}

func resource(kind, id string) string { return "/" + kind + "/" + Escape(id) }

// Find looks a resource up by an attribute, groups without their members (§3.1, §3.3, §3.12).
func Find(kind, attribute, value string) Request {
	return Filter(kind, attribute+" eq "+Quote(value))
}

// FindUser is Entra's look-up of a user.
func FindUser(attribute, value string) Request { return Find("Users", attribute, value) }

// FindGroup is Entra's look-up of a group.
func FindGroup(attribute, value string) Request { return Find("Groups", attribute, value) }

// Filter asks for the resources that fit a filter.
func Filter(kind, filter string) Request {
	query := "filter=" + QueryEscape(filter)
	if kind == "Groups" {
		query = "excludedAttributes=members&" + query
	}
	return Request{Method: http.MethodGet, Path: "/" + kind, Query: query}
}

// RawFilter asks with a filter that is encoded already (appendix B).
func RawFilter(kind, encoded string) Request {
	return Request{Method: http.MethodGet, Path: "/" + kind, Query: "filter=" + encoded}
}

// ReferenceQuery asks whether a reference is there already: id and the reference, only the id in the answer (§3.6, §3.13).
func ReferenceQuery(kind, id, attribute, value string) Request {
	return Request{Method: http.MethodGet, Path: "/" + kind,
		Query: "filter=" + QueryEscape(fmt.Sprintf("id eq %s and %s eq %s", Quote(id), attribute, Quote(value))) + "&attributes=id"}
}

// Page asks for a page of a collection.
func Page(start, count int) string {
	return "startIndex=" + strconv.Itoa(start) + "&count=" + strconv.Itoa(count)
}

// Read gets a resource by its id.
func Read(kind, id string) Request { return Request{Method: http.MethodGet, Path: resource(kind, id)} }

// ReadGroup gets a group as Entra does before it writes: without members (§3.15).
func ReadGroup(id string) Request {
	return Request{Method: http.MethodGet, Path: resource("Groups", id), Query: "excludedAttributes=members"}
}

// Create posts a resource.
func Create(kind string, attributes Object) Request {
	return Request{Method: http.MethodPost, Path: "/" + kind, Body: JSON(attributes)}
}

// CreateGroup posts a group as Entra does: external id before display name, with meta (§3.12).
func CreateGroup(displayName, externalID string) Request {
	return Create("Groups", Object{{"schemas", []string{GroupSchema}}, {"externalId", externalID}, {"displayName", displayName},
		{"meta", Object{{"resourceType", "Group"}}}})
}

// Delete removes a resource for good (§3.10, §3.16).
func Delete(kind, id string) Request {
	return Request{Method: http.MethodDelete, Path: resource(kind, id)}
}

// SetPlain sets an attribute in the RFC's plainest words: lower-case op, path, JSON value.
func SetPlain(kind, id, path string, value any) Request {
	return Patch(kind, id, Operation{Op: "replace", Path: path, Value: value})
}

// AddMemberPlain makes one member in the RFC's plainest words.
func AddMemberPlain(group, member string) Request {
	return Patch("Groups", group, Operation{Op: "add", Path: "members", Value: []Object{{{"value", member}}}})
}

// word is an operation's name in a dialect.
func (d Dialect) word(op string) string {
	if d == Legacy {
		return strings.ToUpper(op[:1]) + op[1:]
	}
	return op
}

// boolean is a boolean in a dialect: legacy sends a string (§3.8).
func (d Dialect) boolean(b bool) any {
	if d == Legacy {
		if b {
			return "True"
		}
		return "False"
	}
	return b
}

// Disable sets active to false (§3.8).
func Disable(d Dialect, id string) Request { return d.active(id, false) }

// Enable sets active to true (§3.9).
func Enable(d Dialect, id string) Request { return d.active(id, true) }

func (d Dialect) active(id string, active bool) Request {
	return Patch("Users", id, Operation{Op: d.word("replace"), Path: "active", Value: d.boolean(active)})
}

// Change is one mapped attribute that Entra found to differ. Op is add, replace or remove.
type Change struct {
	Op, Path string
	Value    any
}

// ChangeUser phrases changes of mapped attributes: legacy sends an operation an attribute, flag collapses simple, dotted
// and extension attributes into one path-less operation and leaves value paths apart (§3.0, §3.5).
func ChangeUser(d Dialect, id string, changes ...Change) Request {
	return Patch("Users", id, operations(d, changes)...)
}

func operations(d Dialect, changes []Change) []Operation {
	var ops []Operation
	if d == Legacy {
		for _, c := range changes {
			ops = append(ops, Operation{Op: d.word(c.Op), Path: c.Path, Value: c.Value, NoValue: c.Op == "remove"})
		}
		return ops
	}
	collapsed := map[string]Object{}
	for _, c := range changes {
		if strings.Contains(c.Path, "[") || c.Op == "remove" {
			ops = append(ops, Operation{Op: c.Op, Path: c.Path, Value: c.Value, NoValue: c.Op == "remove"})
			continue
		}
		collapsed[c.Op] = append(collapsed[c.Op], Member{c.Path, c.Value})
	}
	for _, op := range []string{"replace", "add"} {
		if len(collapsed[op]) > 0 {
			ops = append(ops, Operation{Op: op, NoPath: true, Value: collapsed[op]})
		}
	}
	return ops
}

// managerPath is where Entra finds the manager.
const managerPath = EnterpriseSchema + ":manager"

// SetManager sets the manager as Entra does: a bare id (§3.6).
func SetManager(d Dialect, id, manager string) Request {
	return Patch("Users", id, Operation{Op: d.word("add"), Path: managerPath, Value: manager})
}

// SetManagerObject sets the manager in the RFC's words.
func SetManagerObject(id, manager string) Request {
	return Patch("Users", id, Operation{Op: "replace", Path: managerPath, Value: Object{{"value", manager}}})
}

// AddMembers adds members in one operation (§3.13).
func AddMembers(d Dialect, group string, members ...string) Request {
	var list []Object
	for _, m := range members {
		if d == Legacy {
			list = append(list, Object{{"$ref", nil}, {"value", m}})
		} else {
			list = append(list, Object{{"value", m}})
		}
	}
	return Patch("Groups", group, Operation{Op: d.word("add"), Path: "members", Value: list})
}

// RemoveMembers removes members: legacy by a list of values, which a server that follows the RFC to the letter takes for
// all members; flag by a value path an operation (§3.14).
func RemoveMembers(d Dialect, group string, members ...string) Request {
	if d == Legacy {
		var list []Object
		for _, m := range members {
			list = append(list, Object{{"value", m}})
		}
		return Patch("Groups", group, Operation{Op: "Remove", Path: "members", Value: list})
	}
	var ops []Operation
	for _, m := range members {
		ops = append(ops, Operation{Op: "remove", Path: "members[value eq " + Quote(m) + "]", NoValue: true})
	}
	return Patch("Groups", group, ops...)
}

// RenameGroup changes the display name: legacy with a path, flag path-less (§3.15).
func RenameGroup(d Dialect, id, name string) Request {
	if d == Legacy {
		return Patch("Groups", id, Operation{Op: "Replace", Path: "displayName", Value: name})
	}
	return Patch("Groups", id, Operation{Op: "replace", NoPath: true, Value: Object{{"displayName", name}}})
}

// Replace puts a whole resource in the place of another. Entra does not: other clients do.
func Replace(kind, id string, attributes Object) Request {
	return Request{Method: http.MethodPut, Path: resource(kind, id), Body: JSON(attributes)}
}
