package phrase

// Spelling is a way to phrase an act that was seen somewhere beside the two dialects (appendix A of the catalogue).
type Spelling struct {
	Name string // as a feature writes it
	Row  string // of appendix A
	make func(id, value string) Request
}

// Request is the spelled act on a resource. value is what the act is about: a member's or manager's id, a text.
func (s Spelling) Request(id, value string) Request { return s.make(id, value) }

func user(op Operation) func(id, value string) Request {
	return func(id, _ string) Request { return Patch("Users", id, op) }
}

// Spellings are all named spellings.
func Spellings() []Spelling {
	return []Spelling{
		{"boolean-under-replace", "A02", user(Operation{Op: "replace", Path: "active", Value: false})},
		{"boolean-under-Replace", "A03", user(Operation{Op: "Replace", Path: "active", Value: false})},
		{"lower-case-string", "A04", user(Operation{Op: "Replace", Path: "active", Value: "false"})},
		{"path-less", "A06", user(Operation{Op: "replace", NoPath: true, Value: Object{{"active", false}}})},
		{"manager-string", "A18", func(id, value string) Request {
			return Patch("Users", id, Operation{Op: "Add", Path: managerPath, Value: value})
		}},
		{"manager-object", "A19", func(id, value string) Request {
			return Patch("Users", id, Operation{Op: "add", Path: managerPath, Value: Object{{"value", value}}})
		}},
		{"manager-array", "A20", func(id, value string) Request {
			return Patch("Users", id, Operation{Op: "Add", Path: "manager", Value: []Object{{{"$ref", "../Users/" + Escape(value)}, {"value", value}}}})
		}},
		{"manager-value", "A43", func(id, value string) Request {
			return Patch("Users", id, Operation{Op: "replace", Path: managerPath + ".value", Value: value})
		}},
		{"manager-path-less", "A44", func(id, value string) Request {
			return Patch("Users", id, Operation{Op: "Add", NoPath: true, Value: Object{{managerPath, Object{{"value", value}}}}})
		}},
		{"no-manager-empty-string", "A21", user(Operation{Op: "replace", Path: managerPath, Value: ""})},
		{"no-manager-empty-value", "A22", user(Operation{Op: "replace", Path: managerPath, Value: Object{{"value", ""}}})},
		{"no-manager-remove", "A23", user(Operation{Op: "remove", Path: managerPath, NoValue: true})},
		{"remove-by-value-array", "A33", func(id, value string) Request { return RemoveMembers(Legacy, id, value) }},
		{"remove-by-value-array-with-ref", "A34", func(id, value string) Request {
			return Patch("Groups", id, Operation{Op: "Remove", Path: "members", Value: []Object{{{"$ref", nil}, {"value", value}}}})
		}},
		{"remove-by-value-path", "A35", func(id, value string) Request { return RemoveMembers(Flag, id, value) }},
	}
}

// Spelled phrases an act by the name of its spelling. An unknown name is a mistake of a feature.
func Spelled(name, id, value string) Request {
	for _, s := range Spellings() {
		if s.Name == name {
			return s.Request(id, value)
		}
	}
	panic("phrase: unknown spelling " + name)
}
