package provider

import (
	"fmt"
	"strings"

	filter "github.com/scim2/filter-parser/v2"
)

// operation is one operation of a PATCH (RFC 7644 §3.5.2), its op in lower case.
type operation struct {
	Op       string
	Written  string // op as it came
	Path     string
	HasPath  bool
	Value    any
	HasValue bool
}

// change is a PATCH on its way: doc is a copy that is stored when all operations went through.
type change struct {
	tenant *tenant
	rt     *resourceType
	id     string
	doc    map[string]any
	all    []operation
}

// operations reads the body of a PATCH.
func operations(body any) ([]operation, *scimError) {
	o, ok := body.(map[string]any)
	if !ok {
		return nil, fail(400, "invalidSyntax", "a PATCH is an object with schemas and Operations")
	}
	schemas, _ := member(o, "schemas")
	if list, ok := schemas.([]any); ok && !containsText(list, patchSchema) {
		return nil, fail(400, "invalidSyntax", "the schemas of a PATCH name "+patchSchema)
	}
	raw, _ := member(o, "Operations")
	list, ok := raw.([]any)
	if !ok || len(list) == 0 {
		return nil, fail(400, "invalidSyntax", "a PATCH has at least one operation in Operations")
	}
	var ops []operation
	for _, item := range list {
		m, ok := item.(map[string]any)
		if !ok {
			return nil, fail(400, "invalidSyntax", "an operation is an object")
		}
		var op operation
		word, _ := member(m, "op")
		op.Written = textOf(word)
		op.Op = strings.ToLower(op.Written)
		if op.Op != "add" && op.Op != "replace" && op.Op != "remove" {
			return nil, fail(400, "invalidSyntax", fmt.Sprintf("op is add, replace or remove, not %s", brief(word)))
		}
		if p, found := member(m, "path"); found && p != nil {
			if op.Path, op.HasPath = p.(string); !op.HasPath {
				return nil, fail(400, "invalidPath", "path is a string")
			}
			op.HasPath = op.Path != ""
		}
		op.Value, op.HasValue = member(m, "value")
		ops = append(ops, op)
	}
	return ops, nil
}

func containsText(list []any, want string) bool {
	for _, v := range list {
		if strings.EqualFold(textOf(v), want) {
			return true
		}
	}
	return false
}

// path is where an operation points.
type path struct {
	ext    string     // the extension's URN, "" for the core schema
	whole  bool       // the extension as a whole
	attr   *attribute // of the core schema or the extension
	filter filter.Expression
	sub    *attribute
}

// parsePath reads a path: attribute, attribute.sub, attribute[filter], attribute[filter].sub, each with the URN of its
// schema in front or not. Names are compared without case.
func parsePath(rt *resourceType, text string) (path, *scimError) {
	unknown := func() (path, *scimError) {
		return path{}, fail(400, "invalidPath", fmt.Sprintf("there is no attribute %q", text))
	}
	head, inner, tail, ok := brackets(text)
	if !ok {
		return path{}, fail(400, "invalidPath", fmt.Sprintf("the path %q cannot be read", text))
	}
	var p path
	urn, name := "", head
	for _, s := range append([]schema{rt.Core}, rt.Extensions...) {
		if strings.EqualFold(head, s.ID) && s.ID != rt.Core.ID {
			return path{ext: s.ID, whole: true}, nil
		}
		if len(head) > len(s.ID) && strings.EqualFold(head[:len(s.ID)+1], s.ID+":") {
			urn, name = s.ID, head[len(s.ID)+1:]
		}
	}
	if urn == "" && strings.HasPrefix(strings.ToLower(head), "urn:") {
		return unknown()
	}
	name, sub, dotted := strings.Cut(name, ".")
	p.ext, p.attr = rt.named(urn, name)
	if p.attr == nil {
		return unknown()
	}
	if tail != "" {
		if dotted || !strings.HasPrefix(tail, ".") {
			return unknown()
		}
		sub, dotted = tail[1:], true
	}
	if dotted {
		if p.sub = find(p.attr.Subs, sub); p.sub == nil {
			return unknown()
		}
	}
	if inner != "" {
		if p.attr.Type != "complex" {
			return unknown()
		}
		expr, err := parseFilter(inner)
		if err == nil {
			err = checkFilter(rt, expr, p.attr)
		}
		if err != nil {
			return path{}, fail(400, "invalidPath", fmt.Sprintf("the filter in the path %q cannot be read", text))
		}
		p.filter = expr
	}
	return p, nil
}

// brackets takes a path apart around its filter.
func brackets(text string) (head, inner, tail string, ok bool) {
	open := strings.IndexByte(text, '[')
	if open < 0 {
		return text, "", "", text != "" && !strings.ContainsAny(text, "]\" ")
	}
	quoted := false
	for i := open + 1; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case !quoted && text[i] == ']':
			return text[:open], text[open+1 : i], text[i+1:], i > open+1
		}
	}
	return "", "", "", false
}

// applyHonestly carries out one operation.
func applyHonestly(c *change, op operation) *scimError {
	if op.HasPath {
		return c.set(op)
	}
	if op.Op == "remove" {
		return fail(400, "noTarget", "remove needs a path")
	}
	values, ok := op.Value.(map[string]any)
	if !ok {
		return fail(400, "invalidValue", "an operation without a path needs an object as its value")
	}
	return c.setAll(op, "", values)
}

// setAll expands a path-less value: its keys are attributes, dotted sub-attributes, attributes with the URN of their schema,
// or a URN with an object. Unknown and read-only ones are ignored, as in a POST.
func (c *change) setAll(op operation, urn string, values map[string]any) *scimError {
	for key, value := range values {
		if ext := c.rt.extension(key); ext != nil {
			if inner, ok := value.(map[string]any); ok {
				if err := c.setAll(op, ext.ID+":", inner); err != nil {
					return err
				}
			}
			continue
		}
		p, err := parsePath(c.rt, urn+key)
		if err != nil || p.attr == nil || p.attr.Mutability == "readOnly" || p.attr.Name == "schemas" {
			continue
		}
		if err := c.set(operation{Op: op.Op, Path: urn + key, HasPath: true, Value: value, HasValue: true}); err != nil {
			return err
		}
	}
	return nil
}

// set carries out an operation that has a path.
func (c *change) set(op operation) *scimError {
	p, err := parsePath(c.rt, op.Path)
	if err != nil {
		return err
	}
	if p.whole {
		values, ok := op.Value.(map[string]any)
		switch {
		case op.Op == "remove":
			delete(c.doc, p.ext)
			return nil
		case !ok:
			return fail(400, "invalidValue", "an extension is an object")
		}
		return c.setAll(op, p.ext+":", values)
	}
	if p.attr.Mutability == "readOnly" || p.sub != nil && p.sub.Mutability == "readOnly" {
		return fail(400, "mutability", p.attr.Name+" is read-only")
	}
	if p.attr.Name == "schemas" {
		return nil
	}
	if !op.HasValue && op.Op != "remove" {
		return fail(400, "invalidValue", op.Op+" needs a value")
	}
	home := c.doc
	if p.ext != "" {
		home = object(c.doc, p.ext, true)
		defer func() {
			if len(home) == 0 {
				delete(c.doc, p.ext)
			}
		}()
	}
	clears := op.Op == "remove" || op.Value == nil || op.Value == "" && p.attr.Type != "complex"
	switch {
	case p.filter != nil:
		return c.setMatching(home, p, op)
	case op.Op == "remove" && p.attr.Name == "members" && op.HasValue && len(elements(op.Value)) > 0:
		return c.removeMembers(home, p.attr, op.Value)
	case p.sub != nil:
		return c.setSub(home, p, op, clears)
	case clears:
		if p.attr.Required {
			return fail(400, map[bool]string{true: "mutability", false: "invalidValue"}[op.Op == "remove"], p.attr.Name+" is required")
		}
		delete(home, p.attr.Name)
		return nil
	}
	value, err := p.attr.value(op.Value)
	if err != nil {
		return err
	}
	switch {
	case value == nil && op.Op == "add":
	case value == nil:
		if p.attr.Required {
			return fail(400, "invalidValue", p.attr.Name+" is required")
		}
		delete(home, p.attr.Name)
	case p.attr.Multi && op.Op == "add":
		list := append([]any{}, elements(home[p.attr.Name])...)
		for _, e := range value.([]any) {
			list = p.attr.join(list, e)
		}
		home[p.attr.Name] = list
	case p.attr.Type == "complex" && !p.attr.Multi:
		merged := object(home, p.attr.Name, true)
		for k, v := range value.(map[string]any) {
			merged[k] = v
		}
		if given, ok := op.Value.(map[string]any); ok {
			for k, v := range given {
				if sub := find(p.attr.Subs, k); sub != nil && (v == nil || v == "") {
					delete(merged, sub.Name)
				}
			}
		}
	default:
		home[p.attr.Name] = value
	}
	return nil
}

// setSub sets a sub-attribute by its dotted path: of a single value, or of all values of a multi-valued attribute.
func (c *change) setSub(home map[string]any, p path, op operation, clears bool) *scimError {
	var value any
	if !clears {
		var err *scimError
		if value, err = p.sub.coerce(op.Value); err != nil {
			return err
		}
	}
	put := func(o map[string]any) {
		if value == nil || value == "" {
			delete(o, p.sub.Name)
		} else {
			o[p.sub.Name] = value
		}
	}
	if p.attr.Multi {
		list := elements(home[p.attr.Name])
		if len(list) == 0 && value != nil {
			home[p.attr.Name] = []any{map[string]any{p.sub.Name: value}}
		}
		for _, e := range list {
			put(e.(map[string]any))
		}
		return nil
	}
	o := object(home, p.attr.Name, true)
	put(o)
	if len(o) == 0 {
		delete(home, p.attr.Name)
	}
	return nil
}

// removeMembers removes the members named by a value beside a path without a filter: Entra's legacy dialect.
func (c *change) removeMembers(home map[string]any, a *attribute, value any) *scimError {
	gone := map[string]bool{}
	for _, v := range elements(value) {
		switch v := v.(type) {
		case string:
			gone[v] = true
		case map[string]any:
			id, _ := member(v, "value")
			gone[textOf(id)] = true
		}
	}
	c.keepElements(home, a, func(e any) bool { return !gone[textOf(e.(map[string]any)["value"])] })
	return nil
}

func (c *change) keepElements(home map[string]any, a *attribute, keep func(any) bool) {
	var kept []any
	for _, e := range elements(home[a.Name]) {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		delete(home, a.Name)
		return
	}
	home[a.Name] = kept
}

// setMatching carries out an operation on the elements that a filter in the path describes. Entra expects an element that
// is not there to be made, for add and replace alike, with what the filter says of it.
func (c *change) setMatching(home map[string]any, p path, op operation) *scimError {
	fits := func(e any) bool {
		o, ok := e.(map[string]any)
		return ok && matches(c.rt, p.filter, o, p.attr)
	}
	if !p.attr.Multi {
		if o, ok := home[p.attr.Name].(map[string]any); op.Op == "remove" && ok && fits(o) {
			delete(home, p.attr.Name)
		}
		return nil
	}
	if op.Op == "remove" && p.sub == nil {
		c.keepElements(home, p.attr, func(e any) bool { return !fits(e) })
		return nil
	}
	var value any
	var err *scimError
	switch {
	case op.Op == "remove" || op.Value == nil || op.Value == "":
	case p.sub != nil:
		value, err = p.sub.coerce(op.Value)
	default:
		value, err = p.attr.element(op.Value)
	}
	if err != nil {
		return err
	}
	list := append([]any{}, elements(home[p.attr.Name])...)
	found := false
	for i, e := range list {
		if !fits(e) {
			continue
		}
		found = true
		o := clone(e).(map[string]any)
		switch {
		case p.sub != nil && value == nil:
			delete(o, p.sub.Name)
		case p.sub != nil:
			o[p.sub.Name] = value
		case value != nil && op.Op == "add":
			for k, v := range value.(map[string]any) {
				o[k] = v
			}
		case value != nil:
			o = value.(map[string]any)
		}
		list[i] = o
		demote(list, i)
	}
	if !found && value != nil {
		o, ok := value.(map[string]any)
		if !ok {
			o = map[string]any{p.sub.Name: value}
		}
		for name, said := range described(p.filter) {
			if sub := find(p.attr.Subs, name); sub != nil && o[sub.Name] == nil {
				if v, err := sub.coerce(said); err == nil && v != nil {
					o[sub.Name] = v
				}
			}
		}
		list = p.attr.join(list, o)
	}
	var kept []any
	for _, e := range list {
		if o := e.(map[string]any); len(o) > 1 || len(o) == 1 && o["type"] == nil && o["primary"] == nil {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		delete(home, p.attr.Name)
	} else {
		home[p.attr.Name] = kept
	}
	return nil
}

// described is what a filter says of an element by equality.
func described(e filter.Expression) map[string]any {
	out := map[string]any{}
	switch e := e.(type) {
	case *filter.AttributeExpression:
		if lower(e.Operator) == filter.EQ {
			out[e.AttributePath.AttributeName] = e.CompareValue
		}
	case *filter.LogicalExpression:
		if strings.EqualFold(string(e.Operator), string(filter.AND)) {
			for _, side := range []filter.Expression{e.Left, e.Right} {
				for k, v := range described(side) {
					out[k] = v
				}
			}
		}
	}
	return out
}
