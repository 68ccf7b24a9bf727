package provider

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	filter "github.com/scim2/filter-parser/v2"
)

// parseFilter reads a filter of RFC 7644 §3.4.2.2, and Entra's emails[type eq "work"].value eq "x", which the RFC's
// grammar does not have.
func parseFilter(text string) (filter.Expression, *scimError) {
	expr, err := filter.ParseFilter([]byte(rewriteValuePaths(text)))
	if err != nil {
		return nil, fail(400, "invalidFilter", "the filter cannot be read: "+text)
	}
	unescape(expr)
	return expr, nil
}

// unescape reads the values of a filter as the JSON strings that they are; the parser leaves their escapes alone.
func unescape(e filter.Expression) {
	switch e := e.(type) {
	case *filter.LogicalExpression:
		unescape(e.Left)
		unescape(e.Right)
	case *filter.NotExpression:
		unescape(e.Expression)
	case *filter.ValuePath:
		unescape(e.ValueFilter)
	case *filter.AttributeExpression:
		var plain string
		if s, ok := e.CompareValue.(string); ok && strings.Contains(s, `\`) && json.Unmarshal([]byte(`"`+s+`"`), &plain) == nil {
			e.CompareValue = plain
		}
	}
}

// rewriteValuePaths turns attr[F].sub op value into attr[(F) and sub op value]: the condition on the sub-attribute holds
// for the very element that F describes.
func rewriteValuePaths(text string) string {
	var out strings.Builder
	open, quoted := -1, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted && c == '\\' && i+1 < len(text):
			out.WriteByte(c)
			i++
			c = text[i]
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			open = out.Len() + 1
		case c == ']' && open >= 0 && i+1 < len(text) && text[i+1] == '.':
			end := comparisonEnd(text, i+2)
			inner := out.String()[open:]
			head := out.String()[:open]
			out.Reset()
			if strings.Contains(strings.ToLower(inner), " or ") {
				inner = "(" + inner + ")"
			}
			out.WriteString(head + inner + " and " + text[i+2:end] + "]")
			i, open = end-1, -1
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

// comparisonEnd is where "sub op value" that begins at i ends: two words and a literal, or a word and pr.
func comparisonEnd(text string, i int) int {
	words, quoted := 0, false
	for ; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ')' || c == ']':
			return i
		case c == ' ':
			if words++; words == 3 || words == 2 && strings.HasSuffix(strings.ToLower(text[:i]), " pr") {
				return i
			}
		}
	}
	return len(text)
}

// checkFilter refuses a filter over attributes that nobody has, and comparisons that mean nothing.
func checkFilter(rt *resourceType, e filter.Expression, within *attribute) *scimError {
	switch e := e.(type) {
	case *filter.LogicalExpression:
		if err := checkFilter(rt, e.Left, within); err != nil {
			return err
		}
		return checkFilter(rt, e.Right, within)
	case *filter.NotExpression:
		return checkFilter(rt, e.Expression, within)
	case *filter.ValuePath:
		_, a := rt.named(e.AttributePath.URI(), e.AttributePath.AttributeName)
		if a == nil || a.Type != "complex" {
			return fail(400, "invalidFilter", fmt.Sprintf("the filter names the unknown attribute %s", e.AttributePath.AttributeName))
		}
		return checkFilter(rt, e.ValueFilter, a)
	case *filter.AttributeExpression:
		a := resolve(rt, e.AttributePath, within)
		if a == nil {
			return fail(400, "invalidFilter", fmt.Sprintf("the filter names the unknown attribute %s", e.AttributePath))
		}
		if op := lower(e.Operator); a.Type == "boolean" && slices.Contains([]filter.CompareOperator{filter.GT, filter.GE, filter.LT, filter.LE, filter.CO, filter.SW, filter.EW}, op) {
			return fail(400, "invalidFilter", fmt.Sprintf("%s cannot be compared by %s", e.AttributePath, op))
		}
	}
	return nil
}

func lower(op filter.CompareOperator) filter.CompareOperator {
	return filter.CompareOperator(strings.ToLower(string(op)))
}

// resolve is the attribute that a comparison is about; that of a complex attribute is its value.
func resolve(rt *resourceType, p filter.AttributePath, within *attribute) *attribute {
	if within != nil {
		return find(within.Subs, p.AttributeName)
	}
	_, a := rt.named(p.URI(), p.AttributeName)
	if a == nil || p.SubAttribute == nil {
		if a != nil && a.Type == "complex" {
			if v := find(a.Subs, "value"); v != nil {
				return v
			}
		}
		return a
	}
	return find(a.Subs, p.SubAttributeName())
}

func (t *resourceType) named(urn, name string) (string, *attribute) {
	if urn == "" {
		return t.unqualified(name)
	}
	return t.lookUp(urn, name)
}

// matches tells whether a resource, as it is shown, fits a filter.
func matches(rt *resourceType, e filter.Expression, doc map[string]any, within *attribute) bool {
	switch e := e.(type) {
	case *filter.LogicalExpression:
		left := matches(rt, e.Left, doc, within)
		if strings.EqualFold(string(e.Operator), string(filter.AND)) {
			return left && matches(rt, e.Right, doc, within)
		}
		return left || matches(rt, e.Right, doc, within)
	case *filter.NotExpression:
		return !matches(rt, e.Expression, doc, within)
	case *filter.ValuePath:
		ext, a := rt.named(e.AttributePath.URI(), e.AttributePath.AttributeName)
		for _, element := range elements(inExtension(doc, ext)[a.Name]) {
			if o, ok := element.(map[string]any); ok && matches(rt, e.ValueFilter, o, a) {
				return true
			}
		}
		return false
	case *filter.AttributeExpression:
		return compare(resolve(rt, e.AttributePath, within), lower(e.Operator), e.CompareValue, values(rt, e.AttributePath, doc, within))
	}
	return false
}

func inExtension(doc map[string]any, ext string) map[string]any {
	if ext == "" {
		return doc
	}
	o, _ := doc[ext].(map[string]any)
	return o
}

func elements(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// values are all values that a path leads to.
func values(rt *resourceType, p filter.AttributePath, doc map[string]any, within *attribute) []any {
	if within != nil {
		sub := find(within.Subs, p.AttributeName)
		if v, found := doc[sub.Name]; found {
			return []any{v}
		}
		return nil
	}
	ext, a := rt.named(p.URI(), p.AttributeName)
	var out []any
	for _, v := range elements(inExtension(doc, ext)[a.Name]) {
		o, ok := v.(map[string]any)
		if !ok {
			out = append(out, v)
			continue
		}
		name := "value"
		if p.SubAttribute != nil {
			name = find(a.Subs, p.SubAttributeName()).Name
		}
		if inner, found := o[name]; found {
			out = append(out, inner)
		} else if p.SubAttribute == nil {
			out = append(out, o)
		}
	}
	return out
}

func compare(a *attribute, op filter.CompareOperator, want any, got []any) bool {
	switch op {
	case filter.PR:
		return len(got) > 0
	case filter.NE:
		return !compare(a, filter.EQ, want, got)
	}
	if want == nil {
		return op == filter.EQ && len(got) == 0
	}
	for _, v := range got {
		if compareOne(a, op, want, v) {
			return true
		}
	}
	return false
}

func compareOne(a *attribute, op filter.CompareOperator, want, got any) bool {
	switch got := got.(type) {
	case bool:
		w, ok := want.(bool)
		if s, isText := want.(string); isText && (strings.EqualFold(s, "true") || strings.EqualFold(s, "false")) {
			w, ok = strings.EqualFold(s, "true"), true
		}
		return ok && w == got
	case float64:
		w, err := strconv.ParseFloat(fmt.Sprint(want), 64)
		if err != nil {
			return false
		}
		return ordered(op, order(got, w))
	case string:
		w, ok := want.(string)
		if !ok {
			return false
		}
		if a.Type == "dateTime" {
			x, err1 := time.Parse(time.RFC3339Nano, got)
			y, err2 := time.Parse(time.RFC3339Nano, w)
			if err1 == nil && err2 == nil {
				return ordered(op, x.Compare(y))
			}
		}
		if !a.Exact {
			got, w = strings.ToLower(got), strings.ToLower(w)
		}
		switch op {
		case filter.CO:
			return strings.Contains(got, w)
		case filter.SW:
			return strings.HasPrefix(got, w)
		case filter.EW:
			return strings.HasSuffix(got, w)
		}
		return ordered(op, strings.Compare(got, w))
	}
	return false
}

func order(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func ordered(op filter.CompareOperator, c int) bool {
	switch op {
	case filter.EQ:
		return c == 0
	case filter.GT:
		return c > 0
	case filter.GE:
		return c >= 0
	case filter.LT:
		return c < 0
	case filter.LE:
		return c <= 0
	}
	return false
}
