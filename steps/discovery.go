package steps

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
)

func discoverySteps() []Definition {
	return []Definition{
		given(`a user with a department of its own`, aUserWithOwnDepartment),
		given(`a user with every attribute of the default mapping, listed or not`, aUserWithAll),
		when(`Entra reads the schemas`, reads("/Schemas", "")),
		when(`Entra reads the schema (\S+)`, readsSchema),
		when(`Entra reads each schema by its id`, readsEachSchema),
		when(`Entra reads the schemas, and again from the second on`, readsSchemasTwice),
		when(`Entra reads the app's configuration`, reads("/ServiceProviderConfig", "")),
		when(`Entra reads the resource types`, reads("/ResourceTypes", "")),
		when(`Entra reads each resource type by its location`, readsEachType),
		then(`they come as a list response`, schemasAreListed),
		then(`the schema (\S+) is listed`, schemaListed),
		then(`each has its id, name, description, attributes and meta`, schemasAreWhole),
		then(`each attribute has name, type and multiValued`, attributesAreDescribed),
		then(`types, mutability, returned and uniqueness are words of the RFC`, keywordsAreRight),
		then(`there is no null in them`, noNulls),
		then(`emails, phoneNumbers and addresses list the types that Entra maps`, typesListed),
		then(`each complex attribute has sub-attributes`, partsListed),
		then(`externalId is listed for users`, externalIDListed),
		then(`each attribute that the user shows is listed`, storedListed),
		then(`members and manager are complex, with a value`, referencesComplex),
		then(`the id of each extension ends in User or Group`, extensionsNamed),
		then(`each is answered with the schema of this id`, eachSchemaAnswered),
		then(`both lists are the same`, listsSame),
		then(`it says what is supported, in booleans and numbers`, configIsWhole),
		then(`patch and filter are supported`, patchAndFilter),
		then(`users are listed at /Users, with schemas that exist`, typesList),
		then(`each is answered with the resource type of this endpoint`, eachTypeAnswered),
	}
}

// reads is a When that gets a document.
func reads(path, query string) func(context.Context) error {
	return func(ctx context.Context) error {
		return worldOf(ctx).send(ctx, phrase.Request{Method: http.MethodGet, Path: path, Query: query})
	}
}

func aUserWithOwnDepartment(ctx context.Context) error {
	w := worldOf(ctx)
	user := with(w.plainUser("user"), "schemas", []string{phrase.UserSchema, phrase.EnterpriseSchema})
	_, err := w.givenUser(ctx, "", with(user, phrase.EnterpriseSchema, phrase.Object{{Name: "department", Value: "Operations"}}))
	return err
}

// aUserWithAll sends the whole default mapping whatever the schemas say: what is stored should be listed.
func aUserWithAll(ctx context.Context) error {
	w := worldOf(ctx)
	all := World{run: &Run{ID: w.run.ID, Domain: w.run.Domain}, number: w.number}
	_, err := w.givenUser(ctx, "", all.entraUser("everything"))
	return err
}

func readsSchema(ctx context.Context, urn string) error {
	return reads("/Schemas/"+urn, "")(ctx)
}

// schemas are the entries of /Schemas; another shape is judged by the rule about the list.
func (w *World) schemas(a scim.Answer) ([]gjson.Result, error) {
	if a.Status != http.StatusOK {
		return nil, w.wrong(a, "200 with the list of schemas")
	}
	found := a.Get("Resources").Array()
	if len(found) == 0 {
		return nil, w.wrong(a, "a ListResponse whose Resources hold the schemas")
	}
	return found, nil
}

func readsEachSchema(ctx context.Context) error {
	w := worldOf(ctx)
	a, err := w.do(ctx, phrase.Request{Method: http.MethodGet, Path: "/Schemas"})
	if err != nil {
		return err
	}
	for _, s := range a.Get("Resources").Array() {
		if err := readsSchema(ctx, scim.Get(s, "id").String()); err != nil {
			return err
		}
	}
	if len(w.acts) == 0 {
		return blocked("discovery.schemas.list", "/Schemas lists nothing: %s", w.got(a))
	}
	return nil
}

func readsSchemasTwice(ctx context.Context) error {
	if err := reads("/Schemas", "")(ctx); err != nil {
		return err
	}
	return reads("/Schemas", "startIndex=2&count=1")(ctx)
}

func readsEachType(ctx context.Context) error {
	w := worldOf(ctx)
	a, err := w.do(ctx, phrase.Request{Method: http.MethodGet, Path: "/ResourceTypes"})
	if err != nil {
		return err
	}
	for _, t := range a.Get("Resources").Array() {
		name := scim.Get(t, "name").String()
		if location := scim.Get(t, "meta", "location").String(); location != "" {
			if at, err := url.Parse(location); err == nil {
				name = at.Path[strings.LastIndexByte(at.Path, '/')+1:]
				if dir := strings.TrimSuffix(at.Path, "/"+name); !strings.HasSuffix(dir, "/ResourceTypes") || strings.Contains(dir, "ResourceTypes/") {
					name = strings.TrimPrefix(at.Path[strings.Index(at.Path, "ResourceTypes"):], "ResourceTypes/")
				}
			}
		}
		if err := reads("/ResourceTypes/"+name, "")(ctx); err != nil {
			return err
		}
		w.notes[name] = scim.Get(t, "endpoint").String()
	}
	if len(w.acts) == 0 {
		return blocked("discovery.types.list", "/ResourceTypes lists nothing: %s", w.got(a))
	}
	return nil
}

func schemasAreListed(ctx context.Context) error {
	w := worldOf(ctx)
	if _, err := w.schemas(w.act); err != nil {
		return err
	}
	if got := w.act.Get("totalResults"); got.Type != gjson.Number {
		return w.wrongPart(w.act, "totalResults", show(got), "a ListResponse with totalResults")
	}
	return nil
}

func schemaListed(ctx context.Context, urn string) error {
	w := worldOf(ctx)
	found, err := w.schemas(w.act)
	if err != nil {
		return err
	}
	if strings.Contains(urn, "enterprise") && w.users[""] != nil {
		read, err := w.read(ctx, w.user(""))
		if err != nil {
			return err
		}
		if unassigned(read.Get(phrase.EnterpriseSchema, "department")) {
			return skip(verdict.NotOffered, "the target does not store the enterprise extension")
		}
	}
	var ids []string
	for _, s := range found {
		ids = append(ids, scim.Get(s, "id").String())
	}
	if !slices.ContainsFunc(ids, func(id string) bool { return strings.EqualFold(id, urn) }) {
		return w.wrongPart(w.act, "the schemas", cut(strings.Join(ids, ", ")), "%s among them", urn)
	}
	return nil
}

func schemasAreWhole(ctx context.Context) error {
	w := worldOf(ctx)
	found, err := w.schemas(w.act)
	if err != nil {
		return err
	}
	for _, s := range found {
		for _, name := range []string{"schemas", "id", "name", "description", "attributes", "meta"} {
			if got := scim.Get(s, name); unassigned(got) {
				return w.wrongPart(w.act, name+" of the schema "+scim.Get(s, "id").String(), show(got), "schemas, id, name, description, attributes and meta in each schema")
			}
		}
	}
	return nil
}

// attributes visits every attribute and sub-attribute, with its path.
func (w *World) attributes(look func(path string, a gjson.Result) error) error {
	found, err := w.schemas(w.act)
	if err != nil {
		return err
	}
	var visit func(prefix string, list gjson.Result) error
	visit = func(prefix string, list gjson.Result) error {
		for _, a := range list.Array() {
			path := prefix + scim.Get(a, "name").String()
			if err := look(path, a); err != nil {
				return err
			}
			if err := visit(path+".", scim.Get(a, "subAttributes")); err != nil {
				return err
			}
		}
		return nil
	}
	for _, s := range found {
		if err := visit(scim.Get(s, "id").String()+":", scim.Get(s, "attributes")); err != nil {
			return err
		}
	}
	return nil
}

func attributesAreDescribed(ctx context.Context) error {
	w := worldOf(ctx)
	return w.attributes(func(path string, a gjson.Result) error {
		if got := scim.Get(a, "name"); got.Type != gjson.String || got.Str == "" {
			return w.wrongPart(w.act, "name of an attribute", show(got), "a name")
		}
		if got := scim.Get(a, "type"); got.Type != gjson.String {
			return w.wrongPart(w.act, "type of "+path, show(got), "a type")
		}
		if got := scim.Get(a, "multiValued"); got.Type != gjson.True && got.Type != gjson.False {
			return w.wrongPart(w.act, "multiValued of "+path, show(got), "a boolean")
		}
		return nil
	})
}

var keywords = map[string][]string{
	"type":       {"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"},
	"mutability": {"readOnly", "readWrite", "immutable", "writeOnly"},
	"returned":   {"always", "never", "default", "request"},
	"uniqueness": {"none", "server", "global"},
}

func keywordsAreRight(ctx context.Context) error {
	w := worldOf(ctx)
	return w.attributes(func(path string, a gjson.Result) error {
		for _, name := range []string{"type", "mutability", "returned", "uniqueness"} {
			if got := scim.Get(a, name); got.Exists() && !slices.Contains(keywords[name], got.String()) {
				return w.wrongPart(w.act, name+" of "+path, show(got), "one of %s", strings.Join(keywords[name], ", "))
			}
		}
		return nil
	})
}

func noNulls(ctx context.Context) error {
	w := worldOf(ctx)
	found, err := w.schemas(w.act)
	if err != nil {
		return err
	}
	var at func(path string, v gjson.Result) string
	at = func(path string, v gjson.Result) string {
		where := ""
		if v.Type == gjson.Null && v.Raw != "" {
			return path
		}
		if v.IsArray() || v.IsObject() {
			v.ForEach(func(key, inner gjson.Result) bool {
				where = at(strings.TrimSuffix(path+"."+key.String(), "."), inner)
				return where == ""
			})
		}
		return where
	}
	for _, s := range found {
		if where := at(scim.Get(s, "id").String(), s); where != "" {
			return w.wrongPart(w.act, where, "null", "the member left out")
		}
	}
	return nil
}

// typesListed wants the types that the default mapping writes (catalogue §4, DISC-09).
func typesListed(ctx context.Context) error {
	w := worldOf(ctx)
	want := map[string][]string{"emails": {"work"}, "phonenumbers": {"work", "mobile", "fax"}, "addresses": {"work"}}
	return w.attributes(func(path string, a gjson.Result) error {
		name := strings.ToLower(path[strings.LastIndexByte(path, ':')+1:])
		types, found := want[name]
		if !found {
			return nil
		}
		var listed []string
		for _, sub := range scim.Get(a, "subAttributes").Array() {
			if strings.EqualFold(scim.Get(sub, "name").String(), "type") {
				for _, v := range scim.Get(sub, "canonicalValues").Array() {
					listed = append(listed, v.String())
				}
			}
		}
		for _, t := range types {
			if !slices.Contains(listed, t) {
				return w.wrongPart(w.act, "canonicalValues of type of "+path, quote(listed), "%q among them", t)
			}
		}
		return nil
	})
}

func partsListed(ctx context.Context) error {
	w := worldOf(ctx)
	return w.attributes(func(path string, a gjson.Result) error {
		if parts := scim.Get(a, "subAttributes"); scim.Get(a, "type").String() == "complex" && len(parts.Array()) == 0 {
			return w.wrongPart(w.act, "subAttributes of "+path, show(parts), "the parts of a complex attribute")
		}
		return nil
	})
}

func externalIDListed(ctx context.Context) error {
	w := worldOf(ctx)
	return w.lists("externalId")
}

// lists wants users to have an attribute among those listed.
func (w *World) lists(name string) error {
	listed := false
	if err := w.attributes(func(path string, _ gjson.Result) error {
		listed = listed || strings.HasSuffix(strings.ToLower(path), ":user:"+strings.ToLower(name))
		return nil
	}); err != nil {
		return err
	}
	if !listed {
		return w.wrongPart(w.act, "the attributes of users", "without "+name, "%s among them, since it is stored and mapped", name)
	}
	return nil
}

func storedListed(ctx context.Context) error {
	w := worldOf(ctx)
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	for _, name := range []string{"userName", "displayName", "title", "preferredLanguage", "active", "emails", "phoneNumbers", "addresses", "name"} {
		if unassigned(read.Get(name)) {
			continue
		}
		if err := w.lists(name); err != nil {
			return err
		}
	}
	return nil
}

func referencesComplex(ctx context.Context) error {
	w := worldOf(ctx)
	return w.attributes(func(path string, a gjson.Result) error {
		if lower := strings.ToLower(path); !strings.HasSuffix(lower, ":group:members") && !strings.HasSuffix(lower, ":user:manager") {
			return nil
		}
		for _, sub := range scim.Get(a, "subAttributes").Array() {
			if scim.Get(sub, "name").String() == "value" && scim.Get(a, "type").String() == "complex" {
				return nil
			}
		}
		return w.wrongPart(w.act, path, cut(a.Raw), "type complex with the sub-attribute value")
	})
}

func extensionsNamed(ctx context.Context) error {
	w := worldOf(ctx)
	found, err := w.schemas(w.act)
	if err != nil {
		return err
	}
	types, err := w.do(ctx, phrase.Request{Method: http.MethodGet, Path: "/ResourceTypes"})
	if err != nil {
		return err
	}
	var extensions []string
	for _, t := range types.Get("Resources").Array() {
		for _, e := range scim.Get(t, "schemaExtensions").Array() {
			extensions = append(extensions, scim.Get(e, "schema").String())
		}
	}
	for _, s := range found {
		id := scim.Get(s, "id").String()
		last := strings.ToLower(strings.TrimSuffix(strings.ToLower(id), "s"))
		if slices.Contains(extensions, id) && !strings.HasSuffix(last, "user") && !strings.HasSuffix(last, "group") {
			return w.wrongPart(w.act, "the extension", quote(id), "an id that ends in User or Group")
		}
	}
	return nil
}

func eachSchemaAnswered(ctx context.Context) error {
	w := worldOf(ctx)
	for _, a := range w.acts {
		urn := strings.TrimPrefix(a.Request.Path, "/Schemas/")
		if a.Status != http.StatusOK || !strings.EqualFold(a.Get("id").String(), urn) {
			return w.wrong(a, "200 with the schema %s", urn)
		}
	}
	return nil
}

func listsSame(ctx context.Context) error {
	w := worldOf(ctx)
	var lists [2][]string
	for i, a := range w.acts {
		found, err := w.schemas(a)
		if err != nil {
			return err
		}
		for _, s := range found {
			lists[i] = append(lists[i], scim.Get(s, "id").String())
		}
		slices.Sort(lists[i])
	}
	if !slices.Equal(lists[0], lists[1]) {
		return w.wrongPart(w.act, "schemas", quote(lists[1]), "the whole list, since these documents are not paged: %s", quote(lists[0]))
	}
	return nil
}

func configIsWhole(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusOK {
		return w.wrong(w.act, "200 with the service provider's configuration")
	}
	for _, path := range []string{"patch.supported", "bulk.supported", "filter.supported", "changePassword.supported", "sort.supported", "etag.supported"} {
		if got := w.act.Get(strings.Split(path, ".")...); got.Type != gjson.True && got.Type != gjson.False {
			return w.wrongPart(w.act, path, show(got), "a boolean (RFC 7643 §5)")
		}
	}
	for _, path := range []string{"bulk.maxOperations", "bulk.maxPayloadSize", "filter.maxResults"} {
		if got := w.act.Get(strings.Split(path, ".")...); got.Type != gjson.Number {
			return w.wrongPart(w.act, path, show(got), "a number (RFC 7643 §5)")
		}
	}
	for _, s := range w.act.Get("authenticationSchemes").Array() {
		for _, name := range []string{"type", "name", "description"} {
			if got := scim.Get(s, name); got.Type != gjson.String {
				return w.wrongPart(w.act, "authenticationSchemes[]."+name, show(got), "a string (RFC 7643 §5)")
			}
		}
		for _, name := range []string{"specUri", "documentationUri"} {
			wrong := ""
			s.ForEach(func(key, _ gjson.Result) bool {
				if strings.EqualFold(key.Str, name) && key.Str != name {
					wrong = key.Str
				}
				return true
			})
			if wrong != "" {
				return w.wrongPart(w.act, "authenticationSchemes[]", "with the name "+quote(wrong), "the name %q", name)
			}
		}
	}
	if !w.act.Get("authenticationSchemes").IsArray() {
		return w.wrongPart(w.act, "authenticationSchemes", show(w.act.Get("authenticationSchemes")), "a list of schemes")
	}
	return nil
}

func patchAndFilter(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusOK {
		return w.wrong(w.act, "200 with the service provider's configuration")
	}
	for _, name := range []string{"patch", "filter"} {
		if got := w.act.Get(name, "supported"); got.Type != gjson.True {
			return w.wrongPart(w.act, name+".supported", show(got), "true: Entra needs it")
		}
	}
	return nil
}

func typesList(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusOK {
		return w.wrong(w.act, "200 with the list of resource types")
	}
	listed, err := w.do(ctx, phrase.Request{Method: http.MethodGet, Path: "/Schemas"})
	if err != nil {
		return err
	}
	var ids []string
	for _, s := range listed.Get("Resources").Array() {
		ids = append(ids, strings.ToLower(scim.Get(s, "id").String()))
	}
	users := false
	for _, t := range w.act.Get("Resources").Array() {
		users = users || strings.HasSuffix("/"+scim.Get(t, "endpoint").String(), "/Users")
		schemas := []string{scim.Get(t, "schema").String()}
		for _, e := range scim.Get(t, "schemaExtensions").Array() {
			schemas = append(schemas, scim.Get(e, "schema").String())
		}
		for _, s := range schemas {
			if len(ids) > 0 && !slices.Contains(ids, strings.ToLower(s)) {
				return w.wrongPart(w.act, "the schema", quote(s), "schemas that /Schemas lists")
			}
		}
	}
	if !users {
		return w.wrong(w.act, "a ListResponse with a resource type whose endpoint is /Users")
	}
	return nil
}

func eachTypeAnswered(ctx context.Context) error {
	w := worldOf(ctx)
	for _, a := range w.acts {
		name := strings.TrimPrefix(a.Request.Path, "/ResourceTypes/")
		if a.Status != http.StatusOK || a.Get("endpoint").String() != w.notes[name] {
			return w.wrong(a, "200 with the resource type whose endpoint is %s, since meta.location leads there", w.notes[name])
		}
	}
	return nil
}
