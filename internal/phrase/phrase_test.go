package phrase

import (
	"strings"
	"testing"
)

const open = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`

// TestWire holds the bytes of every act in both dialects (catalogue §3).
func TestWire(t *testing.T) {
	const dept = EnterpriseSchema + ":department"
	changes := []Change{{"replace", "displayName", "Odalys <Brandt>"}, {"replace", `emails[type eq "work"].value`, "o@x"}, {"replace", "name.familyName", "Lie"}, {"add", "title", "Captain"}, {"add", dept, "H"}, {"remove", "nickName", nil}}
	for _, c := range []struct {
		name string
		r    Request
		want string
	}{
		{"probe", FindUser("userName", "b1d0c7b2"), "GET /Users?filter=userName+eq+%22b1d0c7b2%22"},
		{"mail", FindUser(`emails[type eq "work"].value`, `o'n"e\x@y`), "GET /Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22o%27n%5C%22e%5C%5Cx%40y%22"},
		{"group", FindGroup("displayName", "Dock Crew"), "GET /Groups?excludedAttributes=members&filter=displayName+eq+%22Dock+Crew%22"},
		{"reference", ReferenceQuery("Users", "9f2c", "manager", "31aa"), "GET /Users?filter=id+eq+%229f2c%22+and+manager+eq+%2231aa%22&attributes=id"},
		{"read", Read("Users", "a/b c"), "GET /Users/a%2Fb%20c"},
		{"read group", ReadGroup("g"), "GET /Groups/g?excludedAttributes=members"},
		{"create group", CreateGroup("Crew", "7a0e"), `POST /Groups {"schemas":["` + GroupSchema + `"],"externalId":"7a0e","displayName":"Crew","meta":{"resourceType":"Group"}}`},
		{"disable legacy", Disable(Legacy, "u"), `PATCH /Users/u ` + open + `{"op":"Replace","path":"active","value":"False"}]}`},
		{"disable flag", Disable(Flag, "u"), `PATCH /Users/u ` + open + `{"op":"replace","path":"active","value":false}]}`},
		{"enable legacy", Enable(Legacy, "u"), `PATCH /Users/u ` + open + `{"op":"Replace","path":"active","value":"True"}]}`},
		{"enable flag", Enable(Flag, "u"), `PATCH /Users/u ` + open + `{"op":"replace","path":"active","value":true}]}`},
		{"change legacy", ChangeUser(Legacy, "u", changes...), `PATCH /Users/u ` + open + `{"op":"Replace","path":"displayName","value":"Odalys <Brandt>"},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"o@x"},` +
			`{"op":"Replace","path":"name.familyName","value":"Lie"},{"op":"Add","path":"title","value":"Captain"},{"op":"Add","path":"` + dept + `","value":"H"},{"op":"Remove","path":"nickName"}]}`},
		{"change flag", ChangeUser(Flag, "u", changes...), `PATCH /Users/u ` + open + `{"op":"replace","path":"emails[type eq \"work\"].value","value":"o@x"},{"op":"remove","path":"nickName"},` +
			`{"op":"replace","value":{"displayName":"Odalys <Brandt>","name.familyName":"Lie"}},{"op":"add","value":{"title":"Captain","` + dept + `":"H"}}]}`},
		{"manager legacy", SetManager(Legacy, "u", "m"), `PATCH /Users/u ` + open + `{"op":"Add","path":"` + EnterpriseSchema + `:manager","value":"m"}]}`},
		{"add legacy", AddMembers(Legacy, "g", "1", "2"), `PATCH /Groups/g ` + open + `{"op":"Add","path":"members","value":[{"$ref":null,"value":"1"},{"$ref":null,"value":"2"}]}]}`},
		{"add flag", AddMembers(Flag, "g", "1"), `PATCH /Groups/g ` + open + `{"op":"add","path":"members","value":[{"value":"1"}]}]}`},
		{"remove legacy", RemoveMembers(Legacy, "g", "1", "2"), `PATCH /Groups/g ` + open + `{"op":"Remove","path":"members","value":[{"value":"1"},{"value":"2"}]}]}`},
		{"remove flag", RemoveMembers(Flag, "g", "1", "2"), `PATCH /Groups/g ` + open + `{"op":"remove","path":"members[value eq \"1\"]"},{"op":"remove","path":"members[value eq \"2\"]"}]}`},
		{"rename legacy", RenameGroup(Legacy, "g", "N"), `PATCH /Groups/g ` + open + `{"op":"Replace","path":"displayName","value":"N"}]}`},
		{"rename flag", RenameGroup(Flag, "g", "N"), `PATCH /Groups/g ` + open + `{"op":"replace","value":{"displayName":"N"}}]}`},
		{"delete", Delete("Users", "u"), "DELETE /Users/u"},
	} {
		got := c.r.Method + " " + c.r.Path
		if c.r.Query != "" {
			got += "?" + c.r.Query
		}
		if c.r.Body != nil {
			got += " " + string(c.r.Body)
		}
		if got != c.want {
			t.Errorf("%s is\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestSpellings: each has a name of its own and is another body than every other.
func TestSpellings(t *testing.T) {
	seen := map[string]string{}
	for _, s := range Spellings() {
		r := Spelled(s.Name, "x", "v")
		body := r.Path + string(r.Body)
		if other, found := seen[body]; found || s.Row == "" {
			t.Errorf("%s (%s) is the same as %s", s.Name, s.Row, other)
		}
		seen[body] = s.Name
		if !strings.HasPrefix(string(r.Body), open) {
			t.Errorf("%s is no PATCH: %s", s.Name, r.Body)
		}
	}
}
