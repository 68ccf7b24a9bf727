package steps

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
)

func createSteps() []Definition {
	return []Definition{
		when(`Entra creates a plain user`, createsPlain),
		when(`Entra creates a user with every mapped attribute`, createsMapped),
		when(`Entra creates a user with a resource type in its meta`, createsWithMeta),
		when(`Entra creates a user with empty lists of roles and addresses`, createsWithEmptyLists),
		when(`Entra creates a user with a title and addresses of null`, createsWithNulls),
		when(`Entra creates a user that names the enterprise extension without its attributes`, createsNamingEnterprise),
		when(`Entra creates a user with every declared extension`, createsWithExtensions),
		when(`Entra creates a user with a custom extension that schemas does not name`, createsWithUnlisted),
		when(`Entra creates a user who is not active`, createsInactive),
		when(`Entra creates a user whose active is the string "True"`, createsActiveString),
		when(`Entra creates a user with an address whose primary is the string "true"`, createsPrimaryString),
		when(`Entra creates a user with a phone number "([^"]+)" and a display name "([^"]+)"`, createsVerbatim),
		when(`Entra creates a user with the external id "([^"]+)"`, createsWithExternalID),
		when(`Entra creates a user with the title "([^"]+)"`, createsWithTitle),
		when(`Entra creates a user with the display name "([^"]+)"`, createsWithDisplayName),
		when(`Entra creates a user whose display name is an object`, createsWrongType),
		when(`Entra creates a user whose (displayName|userName) has (\d+) characters`, createsLong),
		when(`Entra creates a user with a user name alone`, createsMinimal),
		when(`Entra creates a user without a user name`, createsWithoutUserName),
		when(`Entra creates a user with an empty user name`, createsEmptyUserName),
		when(`Entra sends half of a user`, sendsHalf),
		when(`Entra creates a user with a shoe size`, createsShoeSize),
		when(`Entra creates a user whose manager is the bare id of that user`, createsManagerString),
		when(`Entra creates a user with the id of that user`, createsClientID),
		when(`Entra creates a user that claims to be of 1999 and a member of the group`, createsReadOnly),
		when(`Entra creates a plain user as (application/scim\+json|application/scim\+json; charset=utf-8)`, createsAs),
		when(`Entra creates a user whose attributes are spelled in other letters`, createsOddCase),
		when(`Entra creates five users and looks each up at once`, createsAndLooksUp),
		when(`Entra creates two users with an empty external id`, createsTwoEmptyExternalIDs),
		when(`Entra creates another user with the same user name`, createsDuplicate),
		when(`Entra creates another user with the same user name in capitals`, createsDuplicateInCapitals),
		when(`Entra creates the same user five times at once`, createsRace),
		when(`Entra creates five users at once`, createsFive),
		then(`the user is created`, userCreated),
		then(`both users are created`, allCreated),
		then(`the user is created and reads back with every attribute that was sent`, createdWithAll),
		then(`the answer has an id that is a string`, answerHasID),
		then(`the answer has the user name that was sent`, answerHasUserName),
		then(`the Location header and meta.location lead to the user`, locationLeads),
		then(`the answer has a resource type and times`, answerHasMeta),
		then(`the answer equals the user that is read`, answerEqualsRead),
		then(`the user is created and its extensions read back`, extensionsReadBack),
		then(`the user is created and reads back as (active|inactive)`, createdReadsBack),
		then(`the user is created and the address is primary, as a boolean`, addressIsPrimary),
		then(`the user reads back with the work address that was sent`, workAddressReadsBack),
		then(`both read back as they were sent`, phoneAndNameReadBack),
		then(`the external id reads back as it was sent`, sentAttribute("externalId")),
		then(`the title reads back as the string "([^"]+)"`, titleReadsBack),
		then(`the display name reads back as it was sent`, sentAttribute("displayName")),
		then(`it is refused with a reason, or reads back as it was sent`, refusedOrStored),
		then(`it is refused as invalid`, refusedInvalid),
		then(`the user is created under an id of its own, and the other user is unchanged`, ownID),
		then(`the user is created now, and the group has no members`, readOnlyNotObeyed),
		then(`the user is created and found by its user name`, createdAndFound),
		then(`each look-up finds its user`, eachFound),
		then(`the answer is a SCIM error for (\d+) of type "([^"]+)"`, isSCIMErrorOfType),
		then(`the first user is unchanged, and the only one of this name`, firstUnchanged),
		then(`one user of this name exists`, oneExists),
		then(`all five are created, each under an id of its own`, allCreatedApart),
	}
}

// entraUser is a user as Entra creates it from the default mapping of an app outside the gallery (catalogue §3.3, §4):
// every attribute that the target takes, in Entra's order.
func (w *World) entraUser(word string) phrase.Object {
	name := w.name(word)
	user := phrase.Object{
		{Name: "schemas", Value: []string{phrase.UserSchema, phrase.EnterpriseSchema}},
		{Name: "externalId", Value: name},
		{Name: "userName", Value: name + "@" + w.run.Domain},
		{Name: "active", Value: true},
	}
	simple := []phrase.Member{{Name: "displayName", Value: "Odalys Brandt"}, {Name: "title", Value: "Harbour Pilot"}, {Name: "preferredLanguage", Value: "nb-NO"}}
	for _, m := range simple {
		if w.takes("user:" + m.Name) {
			user = append(user, m)
		}
	}
	if w.takes("user:emails.value") {
		user = append(user, phrase.Member{Name: "emails", Value: []phrase.Object{{{Name: "primary", Value: true}, {Name: "type", Value: "work"}, {Name: "value", Value: name + "@" + w.run.Domain}}}})
	}
	if w.takes("user:phoneNumbers.value") {
		user = append(user, phrase.Member{Name: "phoneNumbers", Value: []phrase.Object{
			{{Name: "type", Value: "work"}, {Name: "value", Value: "+47 555 01 78"}},
			{{Name: "type", Value: "mobile"}, {Name: "value", Value: "+47 555 01 77"}}}})
	}
	if w.takes("user:addresses.formatted") {
		user = append(user, phrase.Member{Name: "addresses", Value: []phrase.Object{{{Name: "type", Value: "work"}, {Name: "formatted", Value: "Pier 4, room 12"}, {Name: "country", Value: "NO"}, {Name: "primary", Value: false}}}})
	}
	if w.takes("user:name.givenName") {
		user = append(user, phrase.Member{Name: "name", Value: phrase.Object{{Name: "formatted", Value: "Odalys Brandt"}, {Name: "familyName", Value: "Brandt"}, {Name: "givenName", Value: "Odalys"}}})
	}
	if w.takes("user:department") {
		user = append(user, phrase.Member{Name: phrase.EnterpriseSchema, Value: phrase.Object{{Name: "department", Value: "Operations"}, {Name: "employeeNumber", Value: "00417"}}})
	}
	return append(user, phrase.Member{Name: "meta", Value: phrase.Object{{Name: "resourceType", Value: "User"}}})
}

// post is a When that creates a user, which becomes the scenario's user.
func (w *World) post(ctx context.Context, user phrase.Object) error {
	if err := w.send(ctx, phrase.Create("Users", user)); err != nil {
		return err
	}
	w.users[""] = w.last()
	return nil
}

func createsPlain(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, w.plainUser("user"))
}

func createsMapped(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, w.entraUser("user"))
}

func createsWithMeta(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, with(w.plainUser("user"), "meta", phrase.Object{{Name: "resourceType", Value: "User"}}))
}

func createsWithEmptyLists(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, with(with(w.plainUser("user"), "roles", []string{}), "emails", []string{}))
}

func createsWithNulls(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, with(with(w.plainUser("user"), "title", nil), "addresses", nil))
}

func createsNamingEnterprise(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, with(w.plainUser("user"), "schemas", []string{phrase.UserSchema, phrase.EnterpriseSchema}))
}

// extensionsUser fills the string attributes of every extension that /Schemas declares for users.
func (w *World) extensionsUser(listed bool, customOnly bool) (phrase.Object, error) {
	schemas := []string{phrase.UserSchema}
	user := w.plainUser("user")
	found := false
	for _, e := range w.run.Can.extensions {
		if customOnly && strings.EqualFold(e.urn, phrase.EnterpriseSchema) {
			continue
		}
		found = true
		var values phrase.Object
		for _, name := range e.texts {
			values = append(values, phrase.Member{Name: name, Value: "v" + strings.ReplaceAll(w.name("x"), "-", "")})
		}
		if listed {
			schemas = append(schemas, e.urn)
		}
		user = append(user, phrase.Member{Name: e.urn, Value: values})
	}
	if !found {
		return nil, skip(verdict.NotOffered, "/Schemas lists no such extension of users")
	}
	return with(user, "schemas", schemas), nil
}

func createsWithExtensions(ctx context.Context) error {
	w := worldOf(ctx)
	user, err := w.extensionsUser(true, false)
	if err != nil {
		return err
	}
	return w.post(ctx, user)
}

func createsWithUnlisted(ctx context.Context) error {
	w := worldOf(ctx)
	user, err := w.extensionsUser(false, true)
	if err != nil {
		return err
	}
	return w.post(ctx, user)
}

func createsInactive(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, with(w.plainUser("user"), "active", false))
}

func createsActiveString(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, with(w.plainUser("user"), "active", "True"))
}

func createsPrimaryString(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("user:emails.primary"); err != nil {
		return err
	}
	user := w.plainUser("user")
	name, _ := user.Get("userName")
	return w.post(ctx, with(user, "emails", []phrase.Object{{{Name: "value", Value: name}, {Name: "type", Value: "work"}, {Name: "primary", Value: "true"}}}))
}

func createsVerbatim(ctx context.Context, phone, name string) error {
	w := worldOf(ctx)
	if err := w.demand("user:phoneNumbers.value", "user:displayName"); err != nil {
		return err
	}
	return w.post(ctx, with(with(w.plainUser("user"), "displayName", name), "phoneNumbers", []phrase.Object{{{Name: "type", Value: "work"}, {Name: "value", Value: phone}}}))
}

func createsWithExternalID(ctx context.Context, id string) error {
	w := worldOf(ctx)
	return w.post(ctx, with(w.plainUser("user"), "externalId", id+"-"+w.name("id")))
}

func createsWithTitle(ctx context.Context, title string) error {
	w := worldOf(ctx)
	if err := w.demand("user:title"); err != nil {
		return err
	}
	return w.post(ctx, with(w.plainUser("user"), "title", title))
}

func createsWithDisplayName(ctx context.Context, name string) error {
	w := worldOf(ctx)
	if err := w.demand("user:displayName"); err != nil {
		return err
	}
	return w.post(ctx, with(w.plainUser("user"), "displayName", name))
}

func createsWrongType(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("user:displayName"); err != nil {
		return err
	}
	w.notes["attribute"] = "displayName"
	return w.post(ctx, with(w.plainUser("user"), "displayName", phrase.Object{{Name: "text", Value: "Odalys"}}))
}

func createsLong(ctx context.Context, attribute string, length int) error {
	w := worldOf(ctx)
	if err := w.demand("user:" + attribute); attribute != "userName" && err != nil {
		return err
	}
	w.notes["attribute"] = attribute
	user := w.plainUser("user")
	value := strings.Repeat("x", length)
	if attribute == "userName" {
		name, _ := user.Get("userName")
		local, domain, _ := strings.Cut(name.(string), "@")
		value = local + "-" + strings.Repeat("x", max(0, length-len(local)-len(domain)-2)) + "@" + domain
	}
	return w.post(ctx, with(user, attribute, value))
}

func createsMinimal(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, phrase.Object{{Name: "schemas", Value: []string{phrase.UserSchema}}, {Name: "userName", Value: w.name("user") + "@" + w.run.Domain}, {Name: "active", Value: true}})
}

func createsWithoutUserName(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, phrase.Object{{Name: "schemas", Value: []string{phrase.UserSchema}}, {Name: "externalId", Value: w.name("user")}, {Name: "active", Value: true}})
}

func createsEmptyUserName(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, with(w.plainUser("user"), "userName", ""))
}

func sendsHalf(ctx context.Context) error {
	w := worldOf(ctx)
	r := phrase.Create("Users", w.plainUser("user"))
	r.Body = r.Body[:len(r.Body)/2]
	return w.send(ctx, r)
}

func createsShoeSize(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, with(w.plainUser("user"), "shoeSize", 43))
}

func createsManagerString(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("manager"); err != nil {
		return err
	}
	user := with(w.plainUser("user"), "schemas", []string{phrase.UserSchema, phrase.EnterpriseSchema})
	return w.post(ctx, with(user, phrase.EnterpriseSchema, phrase.Object{{Name: "manager", Value: w.user("another").ID}}))
}

func createsClientID(ctx context.Context) error {
	w := worldOf(ctx)
	return w.post(ctx, with(w.plainUser("user"), "id", w.user("another").ID))
}

func createsReadOnly(ctx context.Context) error {
	w := worldOf(ctx)
	user := with(w.plainUser("user"), "meta", phrase.Object{{Name: "created", Value: "1999-12-31T23:59:59Z"}})
	return w.post(ctx, with(user, "groups", []phrase.Object{{{Name: "value", Value: w.group("").ID}}}))
}

func createsAs(ctx context.Context, media string) error {
	w := worldOf(ctx)
	r := phrase.Create("Users", w.plainUser("user"))
	if err := w.acted(w.request(ctx, scim.Request{Method: r.Method, Path: r.Path, Body: r.Body, Header: map[string]string{"Content-Type": media}})); err != nil {
		return err
	}
	w.users[""] = w.last()
	return nil
}

func createsOddCase(ctx context.Context) error {
	w := worldOf(ctx)
	name := w.name("user")
	return w.post(ctx, phrase.Object{{Name: "schemas", Value: []string{phrase.UserSchema}}, {Name: "UserName", Value: name + "@" + w.run.Domain}, {Name: "EXTERNALID", Value: name}, {Name: "Active", Value: true}})
}

func createsAndLooksUp(ctx context.Context) error {
	w := worldOf(ctx)
	for range 5 {
		if err := w.post(ctx, w.plainUser("user")); err != nil {
			return err
		}
		if err := looksUpByUserName(ctx); err != nil {
			return err
		}
	}
	return nil
}

func createsTwoEmptyExternalIDs(ctx context.Context) error {
	w := worldOf(ctx)
	for range 2 {
		if err := w.post(ctx, with(w.plainUser("user"), "externalId", "")); err != nil {
			return err
		}
	}
	return nil
}

// createsDuplicate differs in everything but the user name, so that an overwrite shows.
func createsDuplicate(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Create("Users", with(w.plainUser("again"), "userName", w.user("").Name)))
}

func createsDuplicateInCapitals(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Create("Users", with(w.plainUser("again"), "userName", strings.ToUpper(w.user("").Name))))
}

func createsRace(ctx context.Context) error {
	w := worldOf(ctx)
	user := w.plainUser("race")
	name, _ := user.Get("userName")
	w.notes["name"] = name.(string)
	return w.atOnce(ctx, 5, func(int) phrase.Request { return phrase.Create("Users", user) })
}

func createsFive(ctx context.Context) error {
	w := worldOf(ctx)
	return w.atOnce(ctx, 5, func(int) phrase.Request { return phrase.Create("Users", w.plainUser("user")) })
}

// userCreated wants an id as well: a create that gives none is of no use to Entra.
func userCreated(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.created(" with the user"); err != nil {
		return err
	}
	if w.user("").ID == "" {
		return w.wrong(w.act, "201 with the user as JSON, under an id")
	}
	return nil
}

func allCreated(ctx context.Context) error {
	w := worldOf(ctx)
	for _, a := range w.acts {
		if a.Status != http.StatusCreated {
			return w.wrong(a, "201 Created")
		}
	}
	return nil
}

// created is what every Then about a create begins with.
func (w *World) created(expected string) error {
	if w.act.Status != http.StatusCreated {
		return w.wrong(w.act, "201 Created%s", expected)
	}
	return nil
}

// readBack reads the user that was created.
func (w *World) readBack(ctx context.Context) (scim.Answer, error) {
	if err := w.created(", and the user readable under the id of the answer"); err != nil {
		return scim.Answer{}, err
	}
	if w.user("").ID == "" {
		return scim.Answer{}, w.wrongPart(w.act, "id", show(w.act.Get("id")), "an id under which the user can be read")
	}
	return w.read(ctx, w.user(""))
}

func createdWithAll(ctx context.Context) error {
	w := worldOf(ctx)
	read, err := w.readBack(ctx)
	if err != nil {
		return err
	}
	var wrong error
	w.user("").Sent.ForEach(func(key, sent gjson.Result) bool {
		name := key.String()
		if name == "schemas" || name == "meta" || unassigned(sent) {
			return true
		}
		if got := read.Get(name); !contains(got, sent) {
			wrong = w.wrongState(read, name, show(got), "%s %s as it was sent", name, cut(sent.Raw))
			return false
		}
		return true
	})
	return wrong
}

// contains tells whether a value holds all that was sent: a server may add members, and order lists as it likes. Letter
// case alone is no difference (catalogue §7.2, ruling 12), nor is primary false that is left out.
func contains(got, sent gjson.Result) bool {
	switch {
	case sent.IsArray():
		for _, s := range sent.Array() {
			found := false
			for _, g := range got.Array() {
				found = found || contains(g, s)
			}
			if !found {
				return false
			}
		}
		return true
	case sent.IsObject():
		ok := true
		sent.ForEach(func(key, s gjson.Result) bool {
			g := scim.Get(got, key.String())
			ok = contains(g, s) || s.Type == gjson.False && !g.Exists()
			return ok
		})
		return ok
	case sent.Type == gjson.String:
		return got.Type == gjson.String && strings.EqualFold(got.Str, sent.Str)
	}
	return got.Type == sent.Type && got.Raw == sent.Raw
}

func answerHasID(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.created(" with an id"); err != nil {
		return err
	}
	if id := w.act.Get("id"); id.Type != gjson.String || id.Str == "" {
		return w.wrongPart(w.act, "id", show(id), "id as a string that is not empty (RFC 7643 §3.1)")
	}
	return nil
}

func answerHasUserName(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.created(" with the userName that was sent"); err != nil {
		return err
	}
	if got := w.act.Get("userName"); got.Type != gjson.String || got.Str != w.user("").Name {
		return w.wrongPart(w.act, "userName", show(got), "userName %q as it was sent", w.user("").Name)
	}
	return nil
}

// locationLeads resolves both addresses against the Tenant URL: a relative one is legal (RFC 7643 §2.3.7), and behind a
// proxy the host may be another, so it is the path that is asked.
func locationLeads(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.created(" with a Location header and meta.location"); err != nil {
		return err
	}
	base, err := url.Parse(w.run.Client.BaseURL() + "/Users")
	if err != nil {
		return err
	}
	paths := map[string]string{}
	for what, value := range map[string]string{"Location header": w.act.Header.Get("Location"), "meta.location": w.act.Get("meta", "location").String()} {
		if value == "" {
			return w.wrongPart(w.act, what, "absent", "a Location header and meta.location with the address of the new user")
		}
		at, err := base.Parse(value)
		if err != nil {
			return w.wrongPart(w.act, what, quote(value), "an address that can be read")
		}
		paths[what] = at.EscapedPath()
	}
	if paths["Location header"] != paths["meta.location"] {
		return w.wrongPart(w.act, "Location", quote(w.act.Header.Get("Location")), "the same address as in meta.location, %q", w.act.Get("meta", "location").String())
	}
	below, found := strings.CutPrefix(paths["meta.location"], base.EscapedPath()[:len(base.EscapedPath())-len("/Users")])
	if !found {
		return nil // an address outside the Tenant URL, as behind a proxy that rewrites paths, cannot be asked
	}
	read, err := w.request(ctx, scim.Request{Method: http.MethodGet, Path: below})
	if err != nil {
		return err
	}
	if read.Status != http.StatusOK || read.Get("id").String() != w.user("").ID {
		return w.wrong(read, "200 with the user %s, since meta.location says it is there", w.user("").ID)
	}
	return nil
}

func answerHasMeta(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.created(" with meta"); err != nil {
		return err
	}
	if got := w.act.Get("meta", "resourceType"); got.String() != "User" {
		return w.wrongPart(w.act, "meta.resourceType", show(got), `meta.resourceType "User"`)
	}
	for _, name := range []string{"created", "lastModified"} {
		if got := w.act.Get("meta", name); !isTime(got) {
			return w.wrongPart(w.act, "meta."+name, show(got), "meta.%s as a time with its zone, such as 2026-01-02T03:04:05Z (RFC 7643 §2.3.5)", name)
		}
	}
	return nil
}

func isTime(v gjson.Result) bool {
	_, err := time.Parse(time.RFC3339Nano, v.String())
	return v.Type == gjson.String && err == nil
}

func answerEqualsRead(ctx context.Context) error {
	w := worldOf(ctx)
	read, err := w.readBack(ctx)
	if err != nil {
		return err
	}
	return w.sameAs(w.act, read)
}

// sameAs compares the resource of an answer with the one that a read shows.
func (w *World) sameAs(a, read scim.Answer) error {
	doc, err := a.JSON()
	if err != nil {
		return w.wrong(a, "the resource as JSON: %v", err)
	}
	var wrong error
	for _, pair := range [2][2]scim.Answer{{a, read}, {read, a}} {
		pair[0].Get().ForEach(func(key, _ gjson.Result) bool {
			name := key.String()
			got, want := scim.Get(doc, name), read.Get(name)
			if strings.EqualFold(name, "meta") || strings.EqualFold(name, "schemas") || sameJSON(got, want) || unassigned(got) && unassigned(want) {
				return true
			}
			wrong = w.wrongPart(a, name, show(got), "%s %s, as the read right after it shows", name, show(want))
			return false
		})
		if wrong != nil {
			return wrong
		}
	}
	return nil
}

func extensionsReadBack(ctx context.Context) error {
	w := worldOf(ctx)
	read, err := w.readBack(ctx)
	if err != nil {
		return err
	}
	for _, e := range w.run.Can.extensions {
		sent := scim.Get(w.user("").Sent, e.urn)
		if got := read.Get(e.urn); sent.Exists() && !contains(got, sent) {
			return w.wrongState(read, e.urn, show(got), "%s as it was sent", cut(sent.Raw))
		}
	}
	return nil
}

func createdReadsBack(ctx context.Context, word string) error {
	w := worldOf(ctx)
	read, err := w.readBack(ctx)
	if err != nil {
		return err
	}
	if got := read.Get("active"); got.Type != boolean(word == "active") {
		return w.wrongState(read, "active", show(got), "active %t (a boolean)", word == "active")
	}
	return nil
}

func addressIsPrimary(ctx context.Context) error {
	w := worldOf(ctx)
	read, err := w.readBack(ctx)
	if err != nil {
		return err
	}
	if got := read.Get("emails", "0", "primary"); got.Type != gjson.True {
		return w.wrongState(read, "emails[0].primary", show(got), "primary true (a boolean)")
	}
	return nil
}

func workAddressReadsBack(ctx context.Context) error {
	w := worldOf(ctx)
	sent := scim.Get(w.user("").Sent, "emails")
	if !sent.Exists() {
		return skip(verdict.NotOffered, "the target takes no mail addresses")
	}
	read, err := w.readBack(ctx)
	if err != nil {
		return err
	}
	if got := read.Get("emails"); !contains(got, sent) {
		return w.wrongState(read, "emails", show(got), "emails %s as it was sent", sent.Raw)
	}
	return nil
}

func phoneAndNameReadBack(ctx context.Context) error {
	w := worldOf(ctx)
	read, err := w.readBack(ctx)
	if err != nil {
		return err
	}
	for _, path := range [][]string{{"displayName"}, {"phoneNumbers", "0", "value"}} {
		got, sent := read.Get(path...), scim.Get(w.user("").Sent, path...)
		if got.Type != gjson.String || !strings.EqualFold(got.Str, sent.Str) {
			return w.wrongState(read, strings.Join(path, "."), show(got), "%s as it was sent", sent.Raw)
		}
	}
	return nil
}

// sentAttribute wants one attribute to read back exactly as it was sent.
func sentAttribute(name string) func(context.Context) error {
	return func(ctx context.Context) error {
		w := worldOf(ctx)
		read, err := w.readBack(ctx)
		if err != nil {
			return err
		}
		if got, sent := read.Get(name), scim.Get(w.user("").Sent, name); got.Type != gjson.String || got.Str != sent.Str {
			return w.wrongState(read, name, show(got), "%s %s as it was sent", name, sent.Raw)
		}
		return nil
	}
}

func titleReadsBack(ctx context.Context, title string) error {
	w := worldOf(ctx)
	read, err := w.readBack(ctx)
	if err != nil {
		return err
	}
	if got := read.Get("title"); got.Type != gjson.String || got.Str != title {
		return w.wrongState(read, "title", show(got), "title %q (a string)", title)
	}
	return nil
}

// refusedOrStored leaves the server its choice, but for a change in silence and a crash (USR-C-16).
func refusedOrStored(ctx context.Context) error {
	w := worldOf(ctx)
	name := w.notes["attribute"]
	sent := scim.Get(w.user("").Sent, name)
	if w.act.Status/100 == 4 {
		if w.act.Get("detail").String() == "" {
			return w.wrongPart(w.act, "detail", "absent", "an error with a detail that says what is wrong with %s", name)
		}
		return nil
	}
	if w.act.Status/100 != 2 {
		return w.wrong(w.act, "201 with %s unchanged, or 400 with a detail", name)
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if got := read.Get(name); !sameJSON(got, sent) && !strings.EqualFold(got.Raw, sent.Raw) {
		return w.wrongState(read, name, show(got), "%s as it was sent, or 400 with a detail at the create", name)
	}
	return nil
}

func refusedInvalid(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status/100 == 4 && w.act.Status != http.StatusUnauthorized && w.act.Status != http.StatusNotFound {
		return nil
	}
	return w.wrong(w.act, "400 Bad Request")
}

func ownID(ctx context.Context) error {
	w := worldOf(ctx)
	other := w.user("another")
	if w.act.Status/100 == 2 && w.act.Get("id").String() == other.ID {
		return w.wrongPart(w.act, "id", show(w.act.Get("id")), "an id of the server's own, not the one that the client sent")
	}
	if err := w.created(" under an id of the server's own"); err != nil {
		return err
	}
	read, err := w.read(ctx, other)
	if err != nil {
		return err
	}
	if got := read.Get("userName"); !strings.EqualFold(got.String(), other.Name) {
		return w.wrongState(read, "userName", show(got), "the other user as it was, userName %q", other.Name)
	}
	return nil
}

func readOnlyNotObeyed(ctx context.Context) error {
	w := worldOf(ctx)
	read, err := w.readBack(ctx)
	if err != nil {
		return err
	}
	if got := read.Get("meta", "created"); strings.HasPrefix(got.String(), "1999") {
		return w.wrongState(read, "meta.created", show(got), "the time at which the server created the user")
	}
	group, ids, err := w.members(ctx, w.group(""))
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		return w.wrongState(group, "members", show(group.Get("members")), "no members: a user's groups are read-only")
	}
	return nil
}

func createdAndFound(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.created(", since names are compared without case"); err != nil {
		return err
	}
	name := scim.Get(w.user("").Sent, "userName").String()
	a, err := w.do(ctx, phrase.FindUser("userName", name))
	if err != nil {
		return err
	}
	_, err = w.onlyHit(a, w.user(""))
	return err
}

func eachFound(ctx context.Context) error {
	w := worldOf(ctx)
	for i := 0; i+1 < len(w.acts); i += 2 {
		if w.acts[i].Status != http.StatusCreated {
			return w.wrong(w.acts[i], "201 Created")
		}
		if _, err := w.onlyHit(w.acts[i+1], &Resource{ID: w.acts[i].Get("id").String()}); err != nil {
			return err
		}
	}
	return nil
}

func isSCIMErrorOfType(ctx context.Context, status int, scimType string) error {
	w := worldOf(ctx)
	if err := isSCIMError(ctx, status); err != nil {
		return err
	}
	if got := w.act.Get("scimType"); got.String() != scimType {
		return w.wrongPart(w.act, "scimType", show(got), "scimType %q (RFC 7644 §3.12)", scimType)
	}
	return nil
}

func firstUnchanged(ctx context.Context) error {
	w := worldOf(ctx)
	first := w.user("")
	read, err := w.read(ctx, first)
	if err != nil {
		return err
	}
	for _, name := range []string{"externalId", "displayName"} {
		sent := scim.Get(first.Sent, name)
		if got := read.Get(name); sent.Exists() && !strings.EqualFold(got.String(), sent.String()) {
			return w.wrongState(read, name, show(got), "%s %s of the first user: a refused create changes nothing", name, sent.Raw)
		}
	}
	found, err := w.do(ctx, phrase.FindUser("userName", first.Name))
	if err != nil {
		return err
	}
	_, err = w.onlyHit(found, first)
	return err
}

func oneExists(ctx context.Context) error {
	w := worldOf(ctx)
	won := 0
	for _, a := range w.acts {
		switch {
		case a.Status == http.StatusCreated:
			won++
		case a.Status/100 != 4 && a.Status != http.StatusServiceUnavailable:
			return w.wrong(a, "201 for one of the creates and 409 for the others")
		}
	}
	found, err := w.do(ctx, phrase.FindUser("userName", w.notes["name"]))
	if err != nil {
		return err
	}
	hits, err := w.hits(found)
	if err != nil {
		return err
	}
	if won != 1 || len(hits) != 1 {
		return w.wrong(found, "exactly one user of this name; %d of the five creates were answered 201", won)
	}
	return nil
}

func allCreatedApart(ctx context.Context) error {
	w := worldOf(ctx)
	if err := allCreated(ctx); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, a := range w.acts {
		id := a.Get("id").String()
		if seen[id] || id == "" {
			return w.wrongPart(a, "id", show(a.Get("id")), "an id that no other user has")
		}
		seen[id] = true
	}
	return nil
}
