package steps

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
)

func patchSteps() []Definition {
	return []Definition{
		given(`a user with a work number`, aUserWithWorkNumber),
		given(`a user with two addresses`, aUserWithTwoAddresses),
		when(`a client replaces the user's family name in plain words`, replacesPlainly),
		when(`a client replaces the user's family name in plain words after a second`, replacesLater),
		when(`Entra changes the user's family name by the operation (\w+)`, changesByOperation),
		when(`a client changes the user's family name with value before path before op`, changesInOtherOrder),
		when(`a client changes the user's family name with schemas at the end`, changesWithSchemasLast),
		when(`Entra (adds|replaces) (.+) of the user in the (legacy|flag) dialect`, changesAttribute),
		when(`Entra adds town and country of a work address that is not there`, addsTownAndCountry),
		when(`Entra makes the home address the primary one`, makesHomePrimary),
		when(`Entra sets an attribute of the app's own extension in the (legacy|flag) dialect`, setsCustomAttribute),
		when(`Entra replaces display name, given name and department in one object`, replacesPathless),
		when(`Entra adds display name, title and formatted name in one object`, addsPathless),
		when(`a client replaces the name by a nested object with a given name alone`, replacesNested),
		when(`Entra renames the user in the (legacy|flag) dialect`, renames),
		when(`Entra renames and disables the user in one request`, renamesAndDisables),
		when(`Entra renames the user to the name of the other user`, renamesToTaken),
		when(`Entra changes display name, family name, title and work number in the legacy dialect`, changesSeveral),
		when(`Entra sends forty operations on family and given name`, sendsForty),
		when(`Entra changes given and family name and takes the name of the other user in one request`, changesWithOneBad),
		when(`Entra removes (title|userName) of the user`, removesAttribute),
		when(`Entra removes the work number and names it as a value`, removesWithValue),
		when(`Entra changes family name and shoe size in one request`, changesUnknownToo),
		when(`Entra sends the family name that the user has`, sendsSameValue),
		when(`Entra replaces the user's id`, replacesID),
		when(`Entra sets the other user as the manager by "([^"]+)"`, setsManager),
		when(`Entra sets a new manager`, setsNewManager),
		when(`Entra removes the manager by "([^"]+)"`, removesManager),
		then(`the user reads back with the new values?`, readsBackNew),
		then(`the user reads back with the new value, inside the enterprise extension`, readsBackNested),
		then(`the user reads back with the new values, and no key is taken literally`, readsBackNested),
		then(`the answer is 200 with the user or 204 without a body`, answers200Or204),
		then(`the answer, if it has a body, equals the user that is read`, bodyEqualsRead),
		then(`the other parts of the name are as before`, siblingsKept),
		then(`the user has one such element with the new value, its type and primary as before`, changedInPlace),
		then(`the user has one such element with the new value`, oneElement),
		then(`the user reads back with both numbers`, bothNumbers),
		then(`the user has one work address with both`, oneAddressWithBoth),
		then(`only the home address is primary`, homeIsPrimary),
		then(`schemas names the enterprise extension`, schemasNameEnterprise),
		then(`the user is found by its new name under its old id, and no longer by the old name`, foundByNewName),
		then(`the user reads back with the new name, inactive`, newNameInactive),
		then(`the change is refused as not unique, and the user keeps its name`, refusedNotUnique),
		then(`the request is refused, and the user keeps its name`, refusedKeepsName),
		then(`the request is refused, and the user is as before`, refusedAsBefore),
		then(`the title is gone`, titleGone),
		then(`the work number is gone`, workNumberGone),
		then(`the answer is 400, or a success that changes nothing`, refusedOrNothing),
		then(`the family name is new, or the refusal names the shoe size`, appliedOrNamed),
		then(`the change is refused, and the user keeps its id`, keepsID),
		then(`a look-up shows the new value`, lookUpShowsNew),
		then(`lastModified is later than before, and created is the same`, timesMove),
		then(`the manager reads back as an object inside the enterprise extension`, managerReadsBack),
		then(`the new manager reads back`, managerReadsBack),
		then(`the user has no manager`, managerGone),
	}
}

// wants says what a later read must show: a path as Entra writes it, and a value.
func (w *World) wants(path, value string) { w.notes["want "+path] = value }

func aUserWithWorkNumber(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("user:phoneNumbers.value"); err != nil {
		return err
	}
	return w.givenUserWith(ctx, with(w.plainUser("user"), "phoneNumbers", []phrase.Object{{{Name: "type", Value: "work"}, {Name: "value", Value: "+47 555 01 78"}}}),
		"phoneNumbers", 1, "user.create.mapped")
}

func aUserWithTwoAddresses(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("user:emails.primary"); err != nil {
		return err
	}
	user := w.plainUser("user")
	name, _ := user.Get("externalId")
	return w.givenUserWith(ctx, with(user, "emails", []phrase.Object{
		{{Name: "type", Value: "work"}, {Name: "value", Value: fmt.Sprint(name) + "@work." + w.run.Domain}, {Name: "primary", Value: true}},
		{{Name: "type", Value: "home"}, {Name: "value", Value: fmt.Sprint(name) + "@home." + w.run.Domain}}}), "emails", 2, "user.create.email")
}

const familyName = "name.familyName"

// plainPath is the attribute that the plain scenarios change: the family name, or the external id of an app without names.
func (w *World) plainPath() string {
	if w.takes("user:" + familyName) {
		return familyName
	}
	return "externalId"
}

// newValue is a value for a path that no other scenario uses.
func (w *World) newValue(path string) string {
	switch lower := strings.ToLower(path); {
	case strings.Contains(lower, "emails"):
		return w.name("new") + "@" + w.run.Domain
	case strings.Contains(lower, "phonenumbers"):
		return "+47 555 01 79"
	case strings.HasSuffix(lower, "country"):
		return "SE"
	case lower == "preferredlanguage":
		return "sv-SE"
	}
	return "New " + w.name("value")
}

// patchUser sends operations on the scenario's user.
func (w *World) patchUser(ctx context.Context, ops ...phrase.Operation) error {
	return w.send(ctx, phrase.Patch("Users", w.user("").ID, ops...))
}

func replacesPlainly(ctx context.Context) error {
	w := worldOf(ctx)
	path := w.plainPath()
	value := w.newValue(path)
	w.wants(path, value)
	return w.send(ctx, phrase.SetPlain("Users", w.user("").ID, path, value))
}

// replacesLater lets a second pass, since some servers keep times in seconds.
func replacesLater(ctx context.Context) error {
	w := worldOf(ctx)
	before, err := w.do(ctx, phrase.Read("Users", w.user("").ID))
	if err != nil {
		return err
	}
	w.notes["created"], w.notes["modified"] = before.Get("meta", "created").String(), before.Get("meta", "lastModified").String()
	select {
	case <-time.After(1100 * time.Millisecond):
	case <-ctx.Done():
		return ctx.Err()
	}
	return replacesPlainly(ctx)
}

func changesByOperation(ctx context.Context, op string) error {
	w := worldOf(ctx)
	path := w.plainPath()
	value := w.newValue(path)
	w.wants(path, value)
	return w.patchUser(ctx, phrase.Operation{Op: op, Path: path, Value: value})
}

func changesInOtherOrder(ctx context.Context) error {
	w := worldOf(ctx)
	path := w.plainPath()
	value := w.newValue(path)
	w.wants(path, value)
	return w.send(ctx, phrase.PatchRaw("Users", w.user("").ID, phrase.JSON(phrase.Object{{Name: "schemas", Value: []string{phrase.PatchSchema}},
		{Name: "Operations", Value: []phrase.Object{{{Name: "name", Value: "changeName"}, {Name: "value", Value: value}, {Name: "path", Value: path}, {Name: "op", Value: "replace"}}}}})))
}

func changesWithSchemasLast(ctx context.Context) error {
	w := worldOf(ctx)
	path := w.plainPath()
	value := w.newValue(path)
	w.wants(path, value)
	return w.send(ctx, phrase.PatchRaw("Users", w.user("").ID, phrase.JSON(phrase.Object{
		{Name: "Operations", Value: []phrase.Operation{{Op: "replace", Path: path, Value: value}}}, {Name: "schemas", Value: []string{phrase.PatchSchema}}})))
}

var valuePath = regexp.MustCompile(`^(.*)\[(\w+) eq "?([^"\]]*)"?\](?:\.(\w+))?$`)

// needOf is the attribute of a path, as Capabilities knows it.
func needOf(path string) string {
	if m := valuePath.FindStringSubmatch(path); m != nil {
		return "user:" + m[1][strings.LastIndexByte(m[1], ':')+1:] + "." + m[4]
	}
	if i := strings.LastIndexByte(path, ':'); i >= 0 {
		path = path[i+1:]
	}
	return "user:" + path
}

func changesAttribute(ctx context.Context, verb, path, dialect string) error {
	w := worldOf(ctx)
	if path != "shoeSize" {
		if err := w.demand(needOf(path)); err != nil {
			return err
		}
	}
	value := w.newValue(path)
	w.wants(path, value)
	return w.send(ctx, phrase.ChangeUser(phrase.Dialect(dialect), w.user("").ID, phrase.Change{Op: strings.TrimSuffix(verb, "s"), Path: path, Value: value}))
}

func addsTownAndCountry(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("user:addresses.locality", "user:addresses.country"); err != nil {
		return err
	}
	return w.send(ctx, phrase.ChangeUser(phrase.Legacy, w.user("").ID,
		phrase.Change{Op: "add", Path: `addresses[type eq "work"].country`, Value: "NO"}, phrase.Change{Op: "add", Path: `addresses[type eq "work"].locality`, Value: "Bergen"}))
}

func makesHomePrimary(ctx context.Context) error {
	return worldOf(ctx).patchUser(ctx, phrase.Operation{Op: "Replace", Path: `emails[type eq "home"].primary`, Value: true})
}

func setsCustomAttribute(ctx context.Context, dialect string) error {
	w := worldOf(ctx)
	for _, e := range w.run.Can.extensions {
		if strings.EqualFold(e.urn, phrase.EnterpriseSchema) {
			continue
		}
		path := e.urn + ":" + e.texts[0]
		value := w.newValue(path)
		w.wants(path, value)
		return w.send(ctx, phrase.ChangeUser(phrase.Dialect(dialect), w.user("").ID, phrase.Change{Op: "add", Path: path, Value: value}))
	}
	return skip(verdict.NotOffered, "/Schemas lists no extension of the app's own")
}

// collapsed sends the attributes that the target takes in one path-less operation, as the flag dialect does.
func (w *World) collapsed(ctx context.Context, op string, paths ...string) error {
	var changes []phrase.Change
	for _, p := range paths {
		if !w.takes(needOf(p)) {
			continue
		}
		value := w.newValue(p)
		w.wants(p, value)
		changes = append(changes, phrase.Change{Op: op, Path: p, Value: value})
	}
	return w.send(ctx, phrase.ChangeUser(phrase.Flag, w.user("").ID, changes...))
}

func replacesPathless(ctx context.Context) error {
	return worldOf(ctx).collapsed(ctx, "replace", "displayName", "name.givenName", phrase.EnterpriseSchema+":department", "externalId")
}

func addsPathless(ctx context.Context) error {
	return worldOf(ctx).collapsed(ctx, "add", "displayName", "title", "name.formatted", "externalId")
}

func replacesNested(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("user:name.givenName"); err != nil {
		return err
	}
	return w.patchUser(ctx, phrase.Operation{Op: "replace", NoPath: true, Value: phrase.Object{{Name: "name", Value: phrase.Object{{Name: "givenName", Value: "Oda"}}}}})
}

func (w *World) newName() string {
	name := w.name("renamed") + "@" + w.run.Domain
	w.wants("userName", name)
	return name
}

func renames(ctx context.Context, dialect string) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.ChangeUser(phrase.Dialect(dialect), w.user("").ID, phrase.Change{Op: "replace", Path: "userName", Value: w.newName()}))
}

func renamesAndDisables(ctx context.Context) error {
	w := worldOf(ctx)
	return w.patchUser(ctx, phrase.Operation{Op: "Replace", Path: "userName", Value: w.newName()}, phrase.Operation{Op: "Replace", Path: "active", Value: false})
}

func renamesToTaken(ctx context.Context) error {
	w := worldOf(ctx)
	return w.patchUser(ctx, phrase.Operation{Op: "Replace", Path: "userName", Value: w.user("another").Name})
}

func changesSeveral(ctx context.Context) error {
	w := worldOf(ctx)
	var changes []phrase.Change
	for _, p := range []string{"displayName", familyName, "title", `phoneNumbers[type eq "work"].value`, "externalId"} {
		if w.takes(needOf(p)) {
			value := w.newValue(p)
			w.wants(p, value)
			changes = append(changes, phrase.Change{Op: "replace", Path: p, Value: value})
		}
	}
	return w.send(ctx, phrase.ChangeUser(phrase.Legacy, w.user("").ID, changes...))
}

func sendsForty(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("user:name.givenName", "user:"+familyName); err != nil {
		return err
	}
	var ops []phrase.Operation
	for i := range 40 {
		path, op := familyName, "Replace"
		if i%2 == 1 {
			path = "name.givenName"
		}
		if i%3 == 0 {
			op = "Add"
		}
		value := "Value " + strconv.Itoa(i)
		w.wants(path, value)
		ops = append(ops, phrase.Operation{Op: op, Path: path, Value: value})
	}
	return w.patchUser(ctx, ops...)
}

func changesWithOneBad(ctx context.Context) error {
	w := worldOf(ctx)
	before, err := w.do(ctx, phrase.Read("Users", w.user("").ID))
	if err != nil {
		return err
	}
	w.notes["before"] = string(before.Body)
	return w.patchUser(ctx, phrase.Operation{Op: "Replace", Path: w.plainPath(), Value: "Changed"}, phrase.Operation{Op: "Replace", Path: "externalId", Value: "Changed"},
		phrase.Operation{Op: "Replace", Path: "userName", Value: w.user("another").Name})
}

func removesAttribute(ctx context.Context, attribute string) error {
	w := worldOf(ctx)
	if err := w.demand("user:" + attribute); err != nil {
		return err
	}
	return w.patchUser(ctx, phrase.Operation{Op: "remove", Path: attribute, NoValue: true})
}

func removesWithValue(ctx context.Context) error {
	return worldOf(ctx).patchUser(ctx, phrase.Operation{Op: "Remove", Path: `phoneNumbers[type eq "work"].value`, Value: "+47 555 01 80"})
}

func changesUnknownToo(ctx context.Context) error {
	w := worldOf(ctx)
	path := w.plainPath()
	value := w.newValue(path)
	w.wants(path, value)
	return w.patchUser(ctx, phrase.Operation{Op: "Replace", Path: path, Value: value}, phrase.Operation{Op: "Add", Path: "shoeSize", Value: "43"})
}

func sendsSameValue(ctx context.Context) error {
	w := worldOf(ctx)
	path := w.plainPath()
	read, err := w.do(ctx, phrase.Read("Users", w.user("").ID))
	if err != nil {
		return err
	}
	return w.patchUser(ctx, phrase.Operation{Op: "Replace", Path: path, Value: at(read.Get(), path).String()})
}

func replacesID(ctx context.Context) error {
	return worldOf(ctx).patchUser(ctx, phrase.Operation{Op: "Replace", Path: "id", Value: "entrant-other-id"})
}

func setsManager(ctx context.Context, spelling string) error {
	w := worldOf(ctx)
	if err := w.demand("manager"); err != nil {
		return err
	}
	w.notes["manager"] = w.user("another").ID
	return w.send(ctx, phrase.Spelled(spelling, w.user("").ID, w.notes["manager"]))
}

func setsNewManager(ctx context.Context) error {
	w := worldOf(ctx)
	boss, err := w.givenUser(ctx, "another", w.plainUser("boss"))
	if err != nil {
		return err
	}
	w.notes["manager"] = boss.ID
	return w.send(ctx, phrase.Patch("Users", w.user("").ID, phrase.Operation{Op: "Replace", Path: phrase.EnterpriseSchema + ":manager", Value: boss.ID}))
}

func removesManager(ctx context.Context, spelling string) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Spelled(spelling, w.user("").ID, ""))
}

// at is the value to which a path as Entra writes it leads: dotted, with a URN, or with a filter on the elements.
func at(doc gjson.Result, path string) gjson.Result {
	if m := valuePath.FindStringSubmatch(path); m != nil {
		for _, e := range elementsOf(doc, path) {
			return scim.Get(e, m[4])
		}
		return gjson.Result{}
	}
	if i := strings.LastIndexByte(path, ':'); i >= 0 {
		urn, name := path[:i], path[i+1:]
		if !strings.EqualFold(urn, phrase.UserSchema) {
			doc = scim.Get(doc, urn)
		}
		path = name
	}
	return scim.Get(doc, strings.Split(path, ".")...)
}

// elementsOf are the elements of a multi-valued attribute that the filter of a path fits.
func elementsOf(doc gjson.Result, path string) []gjson.Result {
	m := valuePath.FindStringSubmatch(path)
	var out []gjson.Result
	for _, e := range scim.Get(doc, m[1][strings.LastIndexByte(m[1], ':')+1:]).Array() {
		if strings.EqualFold(scim.Get(e, m[2]).String(), m[3]) {
			out = append(out, e)
		}
	}
	return out
}

// readsBackNew wants every value that was sent; letter case alone is no difference.
func readsBackNew(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("a read with the new values"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	return w.shows(read, read.Get())
}

// shows wants every value that was sent in a resource.
func (w *World) shows(a scim.Answer, doc gjson.Result) error {
	for note, want := range w.notes {
		path, found := strings.CutPrefix(note, "want ")
		if !found {
			continue
		}
		if got := at(doc, path); got.Type != gjson.String || !strings.EqualFold(got.Str, want) {
			return w.wrongState(a, path, show(got), "%s %q", path, want)
		}
	}
	return nil
}

// readsBackNested also looks for keys that a server took literally instead of expanding them.
func readsBackNested(ctx context.Context) error {
	w := worldOf(ctx)
	if err := readsBackNew(ctx); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	for note := range w.notes {
		path, found := strings.CutPrefix(note, "want ")
		if !found || !strings.ContainsAny(path, ".:") {
			continue
		}
		if got := scim.Get(read.Get(), path); got.Exists() {
			return w.wrongState(read, quote(path), "as a name of its own: "+show(got), "the value inside its attribute alone, not under the key %q", path)
		}
	}
	return nil
}

func answers200Or204(ctx context.Context) error {
	w := worldOf(ctx)
	switch {
	case w.act.Status == http.StatusNoContent && len(w.act.Body) == 0:
		return nil
	case w.act.Status == http.StatusOK:
		if id := w.act.Get("id"); id.String() == w.user("").ID {
			return nil
		}
		return w.wrong(w.act, "200 with the user in the body, or 204 without a body (RFC 7644 §3.5.2)")
	}
	return w.wrong(w.act, "200 with the user, or 204 without a body")
}

func bodyEqualsRead(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("a body that shows the new state"); err != nil {
		return err
	}
	if len(w.act.Body) == 0 {
		return nil
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	return w.sameAs(w.act, read)
}

func siblingsKept(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the rest of the name as before"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	for _, part := range []string{"familyName", "formatted"} {
		sent := scim.Get(w.user("").Sent, "name", part)
		if got := read.Get("name", part); part == "familyName" && sent.Exists() && !strings.EqualFold(got.String(), sent.String()) {
			return w.wrongState(read, "name."+part, show(got), "name.%s %s as before", part, sent.Raw)
		}
	}
	return nil
}

// pathOfWant is the one path that a scenario changed.
func (w *World) pathOfWant() (path, value string) {
	for note, v := range w.notes {
		if p, found := strings.CutPrefix(note, "want "); found {
			return p, v
		}
	}
	return "", ""
}

func oneElement(ctx context.Context) error {
	w := worldOf(ctx)
	_, _, err := w.soleElement(ctx)
	return err
}

// soleElement is the one element that the changed path describes, with the new value.
func (w *World) soleElement(ctx context.Context) (scim.Answer, gjson.Result, error) {
	path, want := w.pathOfWant()
	if err := w.accepted("%s %q in the read", path, want); err != nil {
		return scim.Answer{}, gjson.Result{}, err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return read, gjson.Result{}, err
	}
	m := valuePath.FindStringSubmatch(path)
	found := elementsOf(read.Get(), path)
	if len(found) != 1 {
		return read, gjson.Result{}, w.wrongState(read, m[1], show(read.Get(m[1])), "one element of %s with %s %q and %s %q", m[1], m[2], m[3], m[4], want)
	}
	if got := scim.Get(found[0], m[4]); !strings.EqualFold(got.String(), want) {
		return read, gjson.Result{}, w.wrongState(read, path, show(got), "%s %q", path, want)
	}
	return read, found[0], nil
}

func changedInPlace(ctx context.Context) error {
	w := worldOf(ctx)
	read, element, err := w.soleElement(ctx)
	if err != nil {
		return err
	}
	if sent := scim.Get(w.user("").Sent, "emails", "0", "primary"); sent.Type == gjson.True {
		if got := scim.Get(element, "primary"); got.Type != gjson.True && w.takes("user:emails.primary") {
			return w.wrongState(read, "primary of the work address", show(got), "primary true as before: only the value was changed")
		}
	}
	return nil
}

func bothNumbers(ctx context.Context) error {
	w := worldOf(ctx)
	w.wants(`phoneNumbers[type eq "work"].value`, "+47 555 01 78")
	return readsBackNew(ctx)
}

func oneAddressWithBoth(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("one work address with both parts"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	found := read.Get("addresses").Array()
	if len(found) != 1 || scim.Get(found[0], "country").String() != "NO" || scim.Get(found[0], "locality").String() != "Bergen" || !strings.EqualFold(scim.Get(found[0], "type").String(), "work") {
		return w.wrongState(read, "addresses", show(read.Get("addresses")), `one address of type "work" with country "NO" and locality "Bergen"`)
	}
	return nil
}

func homeIsPrimary(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the home address alone as primary"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	for _, e := range read.Get("emails").Array() {
		home := strings.EqualFold(scim.Get(e, "type").String(), "home")
		if got := scim.Get(e, "primary"); home != (got.Type == gjson.True) {
			return w.wrongState(read, "emails", show(read.Get("emails")), "primary true for the home address and for no other (RFC 7643 §2.4)")
		}
	}
	return nil
}

func schemasNameEnterprise(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("schemas with the enterprise URN"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	for _, s := range read.Get("schemas").Array() {
		if strings.EqualFold(s.String(), phrase.EnterpriseSchema) {
			return nil
		}
	}
	return w.wrongState(read, "schemas", show(read.Get("schemas")), "schemas with %s", phrase.EnterpriseSchema)
}

func foundByNewName(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the user found by its new name"); err != nil {
		return err
	}
	u := w.user("")
	name := w.notes["want userName"]
	a, err := w.do(ctx, phrase.FindUser("userName", name))
	if err != nil {
		return err
	}
	if _, err := w.onlyHit(a, u); err != nil {
		return err
	}
	read, err := w.read(ctx, u)
	if err != nil {
		return err
	}
	if got := read.Get("userName"); !strings.EqualFold(got.String(), name) {
		return w.wrongState(read, "userName", show(got), "userName %q", name)
	}
	if a, err = w.do(ctx, phrase.FindUser("userName", u.Name)); err != nil {
		return err
	}
	return w.noHits(a)
}

func newNameInactive(ctx context.Context) error {
	if err := readsBackNew(ctx); err != nil {
		return err
	}
	return readsBackActive(ctx, "inactive")
}

func refusedNotUnique(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusConflict && !(w.act.Status == http.StatusBadRequest && w.act.Get("scimType").String() == "uniqueness") {
		return w.wrong(w.act, "409 Conflict, since the name belongs to another user (400 with scimType uniqueness is legal)")
	}
	return w.keepsName(ctx)
}

func (w *World) keepsName(ctx context.Context) error {
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if got := read.Get("userName"); !strings.EqualFold(got.String(), w.user("").Name) {
		return w.wrongState(read, "userName", show(got), "userName %q as before", w.user("").Name)
	}
	return nil
}

func refusedKeepsName(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status/100 != 4 {
		return w.wrong(w.act, "400 with scimType mutability or invalidValue, since userName is required")
	}
	return w.keepsName(ctx)
}

func refusedAsBefore(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status/100 == 2 {
		read, err := w.read(ctx, w.user(""))
		if err != nil {
			return err
		}
		if strings.EqualFold(read.Get("userName").String(), w.user("another").Name) {
			return blocked("user.patch.rename-taken", "the operation that should have been refused was accepted")
		}
		return w.wrong(w.act, "4xx, since the last operation takes the name of another user; it was passed over")
	}
	if w.act.Status/100 != 4 {
		return w.wrong(w.act, "4xx, since the last operation takes the name of another user")
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	before := gjson.Parse(w.notes["before"])
	for _, path := range []string{w.plainPath(), "externalId", "userName"} {
		if got, want := at(read.Get(), path), at(before, path); !sameJSON(got, want) {
			return w.wrongState(read, path, show(got), "%s %s as before: a refused PATCH changes nothing (RFC 7644 §3.5.2)", path, show(want))
		}
	}
	return nil
}

func titleGone(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("no title in the read"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if got := read.Get("title"); !unassigned(got) {
		return w.wrongState(read, "title", show(got), "no title")
	}
	return nil
}

func workNumberGone(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("no work number in the read"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if got := at(read.Get(), `phoneNumbers[type eq "work"].value`); !unassigned(got) {
		return w.wrongState(read, `phoneNumbers[type eq "work"].value`, show(got), "no work number: remove removes, whatever value comes with it")
	}
	return nil
}

func refusedOrNothing(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusBadRequest && w.act.Status/100 != 2 {
		return w.wrong(w.act, "400 with scimType invalidPath, or a success that passes it over")
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if got := read.Get("userName"); !strings.EqualFold(got.String(), w.user("").Name) {
		return w.wrongState(read, "userName", show(got), "the user as before")
	}
	return nil
}

func appliedOrNamed(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status/100 == 2 {
		return readsBackNew(ctx)
	}
	if w.act.Status != http.StatusBadRequest {
		return w.wrong(w.act, "the family name changed, or 400")
	}
	if !strings.Contains(strings.ToLower(w.act.Get("detail").String()), "shoesize") {
		return w.wrongPart(w.act, "detail", show(w.act.Get("detail")), "a detail that names shoeSize, so that an admin can take it out of the mapping")
	}
	return nil
}

func keepsID(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status/100 == 5 {
		return w.wrong(w.act, "400 with scimType mutability")
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if got := read.Get("id"); got.String() != w.user("").ID {
		return w.wrongState(read, "id", show(got), "id %q as before", w.user("").ID)
	}
	if w.act.Status/100 == 2 {
		return w.wrong(w.act, "400 with scimType mutability, since id is read-only")
	}
	return nil
}

func lookUpShowsNew(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the new value in a look-up"); err != nil {
		return err
	}
	a, err := w.do(ctx, phrase.FindUser("userName", w.user("").Name))
	if err != nil {
		return err
	}
	found, err := w.onlyHit(a, w.user(""))
	if err != nil {
		return err
	}
	return w.shows(a, found)
}

func timesMove(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("a later lastModified"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	created, modified := read.Get("meta", "created"), read.Get("meta", "lastModified")
	if created.String() != w.notes["created"] {
		return w.wrongState(read, "meta.created", show(created), "meta.created %q as before", w.notes["created"])
	}
	before, err1 := time.Parse(time.RFC3339Nano, w.notes["modified"])
	after, err2 := time.Parse(time.RFC3339Nano, modified.String())
	if err1 != nil || err2 != nil || !after.After(before) {
		return w.wrongState(read, "meta.lastModified", show(modified), "a time after %q, since the user was changed", w.notes["modified"])
	}
	return nil
}

func managerReadsBack(ctx context.Context) error {
	w := worldOf(ctx)
	id := w.notes["manager"]
	if err := w.accepted("the manager %s in the read", id); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	got := read.Get(phrase.EnterpriseSchema, "manager")
	if !got.IsObject() || scim.Get(got, "value").String() != id {
		return w.wrongState(read, "manager", show(got), `manager as an object with value %q inside the enterprise extension`, id)
	}
	return nil
}

func managerGone(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("no manager in the read"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if got := read.Get(phrase.EnterpriseSchema, "manager"); !unassigned(got) && !unassigned(scim.Get(got, "value")) {
		return w.wrongState(read, "manager", show(got), "no manager")
	}
	return nil
}
