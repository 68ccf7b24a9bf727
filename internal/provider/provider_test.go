package provider

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// bench is a provider with a user and a way to talk to it.
type bench struct {
	t testing.TB
	p *Provider
}

func open(t testing.TB, o Options) bench {
	t.Helper()
	o.Tokens = []string{"one", "two"}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return bench{t, p}
}

func (b bench) do(method, path, body string, header ...string) (int, map[string]any, http.Header) {
	b.t.Helper()
	req := httptest.NewRequest(method, BasePath+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer one")
	if body != "" {
		req.Header.Set("Content-Type", "application/scim+json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.p.ServeHTTP(w, req)
	data, _ := io.ReadAll(w.Body)
	var doc map[string]any
	if len(data) > 0 {
		if err := json.Unmarshal(data, &doc); err != nil {
			b.t.Fatalf("%s %s: %v: %s", method, path, err, data)
		}
	}
	return w.Code, doc, w.Header()
}

func (b bench) create(kind, body string) string {
	b.t.Helper()
	status, doc, _ := b.do("POST", "/"+kind, body)
	if status != 201 {
		b.t.Fatalf("create: %d %v", status, doc)
	}
	return doc["id"].(string)
}

func jsonOf(v any) string {
	data, _ := json.Marshal(v)
	return string(data)
}

const fullUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Oda@x","externalId":"E1","displayName":"Oda","title":"Pilot","active":true,
 "name":{"givenName":"Oda","familyName":"Lie"},"emails":[{"type":"work","value":"oda@x","primary":true}],"phoneNumbers":[{"type":"work","value":"1"}],
 "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Tugs"}}`

// TestPatch is the corpus of the catalogue's appendix A, and more: operations on a full user, and what an attribute is then.
func TestPatch(t *testing.T) {
	const ent = `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`
	for _, c := range []struct{ ops, path, want string }{
		{`{"op":"Replace","path":"active","value":"False"}`, "active", `false`},
		{`{"op":"replace","path":"active","value":false}`, "active", `false`},
		{`{"op":"Replace","path":"active","value":"false"}`, "active", `false`},
		{`{"op":"replace","value":{"active":false}}`, "active", `false`},
		{`{"op":"Add","path":"nickName","value":"Ody"}`, "nickName", `"Ody"`},
		{`{"op":"Replace","path":"name.givenName","value":"Ida"}`, "name", `{"familyName":"Lie","givenName":"Ida"}`},
		{`{"op":"replace","value":{"name.givenName":"Ida","name.familyName":"Li"}}`, "name", `{"familyName":"Li","givenName":"Ida"}`},
		{`{"op":"replace","value":{"name":{"givenName":"Ida"}}}`, "name", `{"familyName":"Lie","givenName":"Ida"}`},
		{`{"op":"replace","path":"name","value":{"givenName":"Ida"}}`, "name", `{"familyName":"Lie","givenName":"Ida"}`},
		{`{"op":"replace","value":{"` + ent + `:department":"Docks"}}`, ent, `{"department":"Docks"}`},
		{`{"op":"Add","path":"` + ent + `:employeeNumber","value":"00417"}`, ent, `{"department":"Tugs","employeeNumber":"00417"}`},
		{`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"a@x"}`, "emails", `[{"primary":true,"type":"work","value":"a@x"}]`},
		{`{"op":"Replace","path":"emails[Type eq \"WORK\"].Value","value":"a@x"}`, "emails", `[{"primary":true,"type":"work","value":"a@x"}]`},
		{`{"op":"replace","path":"emails[primary eq true].value","value":"a@x"}`, "emails", `[{"primary":true,"type":"work","value":"a@x"}]`},
		{`{"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"2"}`, "phoneNumbers", `[{"type":"work","value":"1"},{"type":"mobile","value":"2"}]`},
		{`{"op":"Replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"2"}`, "phoneNumbers", `[{"type":"work","value":"1"},{"type":"mobile","value":"2"}]`},
		{`{"op":"Add","path":"addresses[type eq \"work\"].country","value":"NO"},{"op":"Add","path":"addresses[type eq \"work\"].locality","value":"Bergen"}`, "addresses", `[{"country":"NO","locality":"Bergen","type":"work"}]`},
		{`{"op":"add","path":"emails","value":[{"type":"home","value":"h@x","primary":true}]}`, "emails", `[{"primary":false,"type":"work","value":"oda@x"},{"primary":true,"type":"home","value":"h@x"}]`},
		{`{"op":"add","path":"emails","value":[{"type":"work","value":"oda@x"}]}`, "emails", `[{"primary":true,"type":"work","value":"oda@x"}]`},
		{`{"op":"replace","path":"emails","value":[{"type":"home","value":"h@x"}]}`, "emails", `[{"type":"home","value":"h@x"}]`},
		{`{"op":"replace","path":"phoneNumbers","value":[]}`, "phoneNumbers", `null`},
		{`{"op":"replace","path":"title","value":""}`, "title", `null`},
		{`{"op":"replace","path":"title","value":null}`, "title", `null`},
		{`{"op":"remove","path":"title"}`, "title", `null`},
		{`{"op":"remove","path":"nickName"}`, "nickName", `null`},
		{`{"op":"remove","path":"phoneNumbers[type eq \"work\"]"}`, "phoneNumbers", `null`},
		{`{"op":"Remove","path":"phoneNumbers[type eq \"work\"].value","value":"9"}`, "phoneNumbers", `null`},
		{`{"op":"replace","value":{"title":"","name.givenName":null,"` + ent + `:department":""}}`, "name", `{"familyName":"Lie"}`},
		{`{"op":"add","path":"roles[primary eq \"True\"].value","value":"pilot"}`, "roles", `[{"primary":true,"value":"pilot"}]`},
		{`{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"1\"}"}]}`, "roles", `[{"value":"{\"id\":\"1\"}"}]`},
		{`{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:title","value":"Captain"}`, "title", `"Captain"`},
		{`{"op":"add","path":"` + badgeSchema + `:clearance","value":"3"}`, badgeSchema, `{"clearance":3}`},
		{`{"op":"replace","path":"shoeSize","value":"43"}`, "", `400 invalidPath`},
		{`{"op":"remove"}`, "", `400 noTarget`},
		{`{"op":"replace","path":"id","value":"x"}`, "", `400 mutability`},
		{`{"op":"remove","path":"userName"}`, "", `400 mutability`},
		{`{"op":"replace","path":"userName","value":""}`, "", `400 invalidValue`},
		{`{"op":"replace","path":"active","value":"perhaps"}`, "", `400 invalidValue`},
		{`{"op":"replace","path":"emails[type eq","value":"x"}`, "", `400 invalidPath`},
		{`{"op":"move","path":"title","value":"x"}`, "", `400 invalidSyntax`},
		{`{"op":"replace","path":"title","value":"New"},{"op":"replace","path":"shoeSize","value":"x"}`, "title", `"Pilot"`},
	} {
		b := open(t, Options{})
		id := b.create("Users", fullUser)
		status, doc, _ := b.do("PATCH", "/Users/"+id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+c.ops+`]}`)
		if c.path == "" {
			if got := fmt.Sprint(status, " ", doc["scimType"]); got != c.want {
				t.Errorf("%s\n  answers %s, want %s", c.ops, got, c.want)
			}
			continue
		}
		_, read, _ := b.do("GET", "/Users/"+id, "")
		if got := jsonOf(read[c.path]); got != c.want {
			t.Errorf("%s\n  answers %d %v\n  %s is %s, want %s", c.ops, status, doc["detail"], c.path, got, c.want)
		}
	}
}

func TestManagerAndMembers(t *testing.T) {
	b := open(t, Options{})
	const ent = `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`
	var ids []string
	for i := range 4 {
		ids = append(ids, b.create("Users", fmt.Sprintf(`{"userName":"u%d","displayName":"U%d"}`, i, i)))
	}
	patch := func(path, ops string) (int, map[string]any) {
		status, doc, _ := b.do("PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+ops+`]}`)
		return status, doc
	}
	for _, op := range []string{`{"op":"Add","path":"` + ent + `:manager","value":"%s"}`, `{"op":"add","path":"` + ent + `:manager","value":{"value":"%s"}}`, `{"op":"Add","path":"manager","value":[{"$ref":"x","value":"%s"}]}`,
		`{"op":"replace","path":"` + ent + `:manager.value","value":"%s"}`, `{"op":"Add","value":{"` + ent + `:manager":{"value":"%s"}}}`} {
		_, doc := patch("/Users/"+ids[0], fmt.Sprintf(op, ids[1]))
		m := doc[ent].(map[string]any)["manager"].(map[string]any)
		if m["value"] != ids[1] || m["displayName"] != "U1" || !strings.HasSuffix(m["$ref"].(string), "/Users/"+ids[1]) {
			t.Errorf("%s gives %v", op, m)
		}
		for _, gone := range []string{`{"op":"replace","path":"` + ent + `:manager","value":""}`, `{"op":"replace","path":"` + ent + `:manager","value":{"value":""}}`, `{"op":"remove","path":"` + ent + `:manager"}`, `{"op":"Remove","path":"manager[value eq \"` + ids[1] + `\"]"}`} {
			patch("/Users/"+ids[0], fmt.Sprintf(op, ids[1]))
			if _, doc := patch("/Users/"+ids[0], gone); doc[ent] != nil {
				t.Errorf("%s leaves %v", gone, doc[ent])
			}
		}
	}
	member := func(i int) string { return `{"value":"` + ids[i] + `"}` }
	all := member(0) + "," + member(1) + "," + member(2)
	for _, c := range []struct {
		op   string
		want []int
	}{
		{`{"op":"Remove","path":"members","value":[` + member(0) + `]}`, []int{1, 2}},
		{`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"` + ids[0] + `"},` + member(2) + `]}`, []int{1}},
		{`{"op":"remove","path":"members[value eq \"` + ids[1] + `\"]"}`, []int{0, 2}},
		{`{"op":"remove","path":"members"}`, nil},
		{`{"op":"replace","path":"members","value":[` + member(3) + `]}`, []int{3}},
		{`{"op":"Add","path":"members","value":[` + member(0) + `,` + member(3) + `]}`, []int{0, 1, 2, 3}},
		{`{"op":"replace","value":{"displayName":"G2"}}`, []int{0, 1, 2}},
		{`{"op":"Remove","path":"members","value":[{"value":"nobody"}]}`, []int{0, 1, 2}},
	} {
		g := b.create("Groups", `{"displayName":"G","members":[`+all+`]}`)
		_, doc := patch("/Groups/"+g, c.op)
		var want []string
		for _, i := range c.want {
			want = append(want, ids[i])
		}
		if got := memberIDs(doc); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s leaves %v, want %v", c.op, got, want)
		}
		b.do("DELETE", "/Groups/"+g, "")
	}
	g := b.create("Groups", `{"displayName":"G","members":[`+all+`]}`)
	b.do("DELETE", "/Users/"+ids[0], "")
	if _, doc, _ := b.do("GET", "/Groups/"+g, ""); len(memberIDs(doc)) != 2 {
		t.Errorf("a deleted user is still a member: %v", doc["members"])
	}
	if _, doc, _ := b.do("GET", "/Users/"+ids[1], ""); len(elements(doc["groups"])) != 1 {
		t.Errorf("groups of a member: %v", doc["groups"])
	}
}

// TestFilter asks a full user by filters of the whole grammar.
func TestFilter(t *testing.T) {
	b := open(t, Options{})
	b.create("Users", fullUser)
	b.create("Users", `{"userName":"o'neil+tug@x","displayName":"Team \"Blue\"","active":false}`)
	for filter, want := range map[string]int{
		`userName eq "oda@X"`: 1, `USERNAME EQ "oda@x"`: 1, `userName eq "oda"`: 0, `externalId eq "E1"`: 1, `externalId eq "e1"`: 0,
		`userName eq "o'neil+tug@x"`: 1, `displayName eq "Team \"Blue\""`: 1, `userName sw "od"`: 1, `userName co "neil"`: 1, `title pr`: 1, `not (title pr)`: 1,
		`emails[type eq "work"].value eq "oda@x"`: 1, `emails[type eq "home"].value eq "oda@x"`: 0, `emails[type eq "work" and value eq "oda@x"]`: 1, `emails.value eq "oda@x"`: 1, `emails eq "oda@x"`: 1,
		`active eq true`: 1, `active eq "False"`: 1, `userName eq "oda@x" and active eq false`: 0, `userName eq "oda@x" or active eq false`: 2,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "tugs"`: 1, `urn:ietf:params:scim:schemas:core:2.0:User:userName eq "oda@x"`: 1,
		`name.familyName eq "lie"`: 1, `meta.created gt "2020-01-01T00:00:00Z"`: 2, `userName eq "x\" or userName pr or userName eq \"y"`: 0,
	} {
		status, doc, _ := b.do("GET", "/Users?filter="+url.QueryEscape(filter), "")
		if status != 200 || int(doc["totalResults"].(float64)) != want {
			t.Errorf("%s: %d %v, want %d", filter, status, doc["totalResults"], want)
		}
	}
	for _, filter := range []string{`userName eq`, `userName xx "a"`, `shoeSize eq "43"`, `userName eq oda`, `active gt true`, `emails[type eq "work"`} {
		if status, doc, _ := b.do("GET", "/Users?filter="+url.QueryEscape(filter), ""); status != 400 || doc["scimType"] != "invalidFilter" {
			t.Errorf("%s: %d %v", filter, status, doc)
		}
	}
}

func TestProtocol(t *testing.T) {
	b := open(t, Options{})
	id := b.create("Users", fullUser)
	for _, c := range []struct {
		method, path, body string
		header             []string
		want               int
	}{
		{"GET", "/Users/" + id, "", []string{"Authorization", "Bearer two"}, 404},
		{"GET", "/Users/" + id, "", []string{"Authorization", "Bearer three"}, 401},
		{"GET", "/Users/" + id, "", []string{"Authorization", "Basic b25l"}, 401},
		{"GET", "/Users/" + id, "", []string{"If-None-Match", `W/"1"`}, 304},
		{"PATCH", "/Users/" + id, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"title","value":"x"}]}`, []string{"If-Match", `W/"9"`}, 412},
		{"POST", "/Users", fullUser, nil, 409},
		{"POST", "/Users", strings.Replace(fullUser, "Oda@x", "ODA@X", 1), nil, 409},
		{"POST", "/Users", `{"userName":"n"}`, []string{"Content-Type", "text/plain"}, 415},
		{"POST", "/Users", `{"userName":`, nil, 400},
		{"POST", "/Users", `{"displayName":"n"}`, nil, 400},
		{"POST", "/Groups", `{"displayName":"n","members":[{"value":"nobody"}]}`, nil, 400},
		{"PUT", "/Users", `{}`, nil, 405},
		{"GET", "/Nothing", "", nil, 404},
		{"GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group", "", nil, 200},
		{"GET", "/ResourceTypes/User", "", nil, 200},
		{"PUT", "/Users/" + id, `{"userName":"Oda@x","title":"Captain"}`, nil, 200},
		{"DELETE", "/Users/" + id, "", nil, 204},
		{"DELETE", "/Users/" + id, "", nil, 404},
	} {
		if status, doc, _ := b.do(c.method, c.path, c.body, c.header...); status != c.want {
			t.Errorf("%s %s %v: %d %v, want %d", c.method, c.path, c.header, status, doc, c.want)
		}
	}
	for i := range 7 {
		b.create("Users", fmt.Sprintf(`{"userName":"p%d"}`, i))
	}
	for query, want := range map[string]string{"startIndex=3&count=2": "7 3 p2 p3", "startIndex=0&count=1": "7 1 p0", "count=0": "7 1", "count=-1": "7 1", "startIndex=99": "7 99"} {
		_, doc, _ := b.do("GET", "/Users?"+query, "")
		got := fmt.Sprint(doc["totalResults"], " ", doc["startIndex"])
		for _, u := range doc["Resources"].([]any) {
			got += " " + u.(map[string]any)["userName"].(string)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// TestRaces adds members and creates users at the same time: nothing is lost, and one wins.
func TestRaces(t *testing.T) {
	b := open(t, Options{})
	g := b.create("Groups", `{"displayName":"G"}`)
	const n = 40
	ids := make([]string, n)
	for i := range ids {
		ids[i] = b.create("Users", fmt.Sprintf(`{"userName":"r%d"}`, i))
	}
	var wg sync.WaitGroup
	won := make(chan int, n)
	for i := range n {
		wg.Go(func() {
			b.do("PATCH", "/Groups/"+g, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Add","path":"members","value":[{"value":"`+ids[i]+`"}]}]}`)
			status, _, _ := b.do("POST", "/Users", `{"userName":"same"}`)
			won <- status
		})
	}
	wg.Wait()
	close(won)
	created := 0
	for s := range won {
		if s == 201 {
			created++
		} else if s != 409 {
			t.Errorf("a create is answered %d", s)
		}
	}
	_, doc, _ := b.do("GET", "/Groups/"+g, "")
	if created != 1 || len(memberIDs(doc)) != n {
		t.Errorf("%d creates won, %d of %d members are there", created, len(memberIDs(doc)), n)
	}
}

func TestNew(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string
	}{{Options{}, "token"}, {Options{Tokens: []string{"a"}, Lies: []string{"members-remove-array"}}, "did you mean members-remove-array"}, {Options{Tokens: []string{"a"}, Variants: []string{"none"}}, "variant"}} {
		if _, err := New(c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.o, err)
		}
	}
	seen := map[string]bool{}
	for _, l := range Lies() {
		if seen[l.Name] || l.Summary == "" || len(l.Rules) == 0 || len(l.Rules) > 3 {
			t.Errorf("lie %s: a name of its own, a summary, one to three rules", l.Name)
		}
		seen[l.Name] = true
	}
}

func BenchmarkRead(b *testing.B) {
	x := open(b, Options{})
	var ids []string
	for i := range 1000 {
		ids = append(ids, x.create("Users", fmt.Sprintf(`{"userName":"b%d"}`, i)))
	}
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if i%2 == 0 {
				x.do("GET", "/Users/"+ids[i%1000], "")
			} else {
				x.do("GET", fmt.Sprintf("/Users?filter=userName+eq+%%22b%d%%22", i%1000), "")
			}
		}
	})
}
