package provider

import (
	"encoding/json"
	"reflect"
	"strings"
)

// clone copies a JSON tree.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, inner := range v {
			out[k] = clone(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = clone(inner)
		}
		return out
	}
	return v
}

func equal(a, b any) bool { return reflect.DeepEqual(a, b) }

// member finds a member of an object by its name without case.
func member(o map[string]any, name string) (any, bool) {
	if v, found := o[name]; found {
		return v, true
	}
	for k, v := range o {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	return nil, false
}

func textOf(v any) string {
	s, _ := v.(string)
	return s
}

// brief is a value for an error's detail.
func brief(v any) string {
	data, err := json.Marshal(v)
	if err != nil || len(data) > 60 {
		return "the one given"
	}
	return string(data)
}

// object is the object at a path of names, made on the way when it is missing and make is set.
func object(doc map[string]any, name string, make bool) map[string]any {
	o, _ := doc[name].(map[string]any)
	if o == nil && make {
		o = map[string]any{}
		doc[name] = o
	}
	return o
}
