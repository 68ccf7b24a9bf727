package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
)

func valueSteps() []Definition {
	return []Definition{
		given(`a user with two roles`, aUserWithTwoRoles),
		when(`Entra replaces (.+) of the user by (an empty string|null)`, clears),
		when(`Entra clears title, given name and department in one object by (an empty string|null)`, clearsPathless),
		when(`a client replaces the numbers by an empty list`, replacesNumbersByNone),
		when(`a client adds the work address once more, without saying that it is primary`, readdsAddress),
		when(`a client replaces the path name by an object with a given name alone`, replacesName),
		when(`a client sends a remove without a path`, removesNothing),
		when(`a client removes the mobile number by a value path`, removesMobile),
		when(`a client replaces all addresses (with|without) a path by one`, replacesAddresses),
		when(`a client adds a list with a mobile number (with|without) a path`, addsMobileList),
		when(`Entra replaces the address that is primary`, replacesPrimary),
		when(`Entra removes, adds and replaces the title in one request`, sendsSequence),
		when(`Entra adds a mobile number by a value path twice`, addsMobileTwice),
		when(`Entra sends the same change twice`, sendsTwice),
		when(`Entra changes all of them at the same time`, changesAtOnce),
		when(`Entra renames the user, changes its external id, disables and enables it`, changesMuch),
		when(`Entra creates a user with a single role`, createsWithRole),
		when(`Entra adds a role by the path of the primary one`, addsPrimaryRole),
		when(`Entra replaces the roles by another`, replacesRoles),
		when(`Entra adds a role that is JSON in a string`, addsOpaqueRole),
		then(`(\S+) of the user is (empty or gone|gone)`, isCleared),
		then(`title, given name and department of the user are empty or gone`, allCleared),
		then(`the user has the work number alone`, workNumberAlone),
		then(`the user has this one address`, oneAddress),
		then(`the addresses are as before`, addressesAsBefore),
		then(`the work address is new, and the home address is as before`, primaryReplaced),
		then(`each of them has its own new value`, eachHasItsValue),
		then(`the user is still read under its id`, stillUnderID),
		then(`the user has this one role`, oneRole),
		then(`the user has this one role, primary as a boolean`, onePrimaryRole),
	}
}

func nothing(word string) any {
	if word == "null" {
		return nil
	}
	return ""
}

func clears(ctx context.Context, path, by string) error {
	w := worldOf(ctx)
	if err := w.demand(needOf(path)); err != nil {
		return err
	}
	return w.patchUser(ctx, phrase.Operation{Op: "replace", Path: path, Value: nothing(by)})
}

var clearable = []string{"title", "name.givenName", phrase.EnterpriseSchema + ":department"}

func clearsPathless(ctx context.Context, by string) error {
	w := worldOf(ctx)
	var values phrase.Object
	for _, p := range clearable {
		if w.takes(needOf(p)) {
			values = append(values, phrase.Member{Name: p, Value: nothing(by)})
		}
	}
	return w.patchUser(ctx, phrase.Operation{Op: "replace", NoPath: true, Value: values})
}

func replacesNumbersByNone(ctx context.Context) error {
	return worldOf(ctx).patchUser(ctx, phrase.Operation{Op: "replace", Path: "phoneNumbers", Value: []string{}})
}

func readdsAddress(ctx context.Context) error {
	w := worldOf(ctx)
	sent := scim.Get(w.user("").Sent, "emails", "0", "value").String()
	return w.patchUser(ctx, phrase.Operation{Op: "add", Path: "emails", Value: []phrase.Object{{{Name: "type", Value: "work"}, {Name: "value", Value: sent}}}})
}

func addressesAsBefore(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the addresses as before"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	sent := scim.Get(w.user("").Sent, "emails")
	if got := read.Get("emails"); !contains(got, sent) || len(got.Array()) != len(sent.Array()) {
		return w.wrongState(read, "emails", show(got), "%s as before: a value that is there is not added again (RFC 7644 §3.5.2.1)", cut(sent.Raw))
	}
	return nil
}

func replacesName(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("user:name.givenName"); err != nil {
		return err
	}
	return w.patchUser(ctx, phrase.Operation{Op: "replace", Path: "name", Value: phrase.Object{{Name: "givenName", Value: "Oda"}}})
}

func removesNothing(ctx context.Context) error {
	return worldOf(ctx).patchUser(ctx, phrase.Operation{Op: "remove", NoPath: true, NoValue: true})
}

func removesMobile(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("user:phoneNumbers.value"); err != nil {
		return err
	}
	return w.patchUser(ctx, phrase.Operation{Op: "remove", Path: `phoneNumbers[type eq "mobile"]`, NoValue: true})
}

// listed is a list of one under a path, or as a member of a path-less value.
func listed(op, how, attribute string, list []phrase.Object) phrase.Operation {
	if how == "with" {
		return phrase.Operation{Op: op, Path: attribute, Value: list}
	}
	return phrase.Operation{Op: op, NoPath: true, Value: phrase.Object{{Name: attribute, Value: list}}}
}

func replacesAddresses(ctx context.Context, how string) error {
	w := worldOf(ctx)
	w.notes["address"] = w.newValue("emails")
	return w.patchUser(ctx, listed("replace", how, "emails", []phrase.Object{{{Name: "type", Value: "work"}, {Name: "value", Value: w.notes["address"]}}}))
}

func addsMobileList(ctx context.Context, how string) error {
	w := worldOf(ctx)
	const number = "+47 555 01 77"
	w.wants(`phoneNumbers[type eq "mobile"].value`, number)
	return w.patchUser(ctx, listed("add", how, "phoneNumbers", []phrase.Object{{{Name: "type", Value: "mobile"}, {Name: "value", Value: number}}}))
}

func replacesPrimary(ctx context.Context) error {
	w := worldOf(ctx)
	w.notes["address"] = w.newValue("emails")
	return w.patchUser(ctx, phrase.Operation{Op: "replace", Path: "emails[primary eq true].value", Value: w.notes["address"]})
}

func sendsSequence(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("user:title"); err != nil {
		return err
	}
	w.wants("title", "Third")
	return w.patchUser(ctx, phrase.Operation{Op: "remove", Path: "title", NoValue: true}, phrase.Operation{Op: "add", Path: "title", Value: "Second"},
		phrase.Operation{Op: "replace", Path: "title", Value: "Third"})
}

func addsMobileTwice(ctx context.Context) error {
	w := worldOf(ctx)
	const path = `phoneNumbers[type eq "mobile"].value`
	if err := w.demand(needOf(path)); err != nil {
		return err
	}
	for _, number := range []string{"+47 555 01 70", "+47 555 01 71"} {
		w.wants(path, number)
		if err := w.patchUser(ctx, phrase.Operation{Op: "Add", Path: path, Value: number}); err != nil {
			return err
		}
	}
	return nil
}

func sendsTwice(ctx context.Context) error {
	w := worldOf(ctx)
	path := w.plainPath()
	value := w.newValue(path)
	w.wants(path, value)
	for range 2 {
		if err := w.patchUser(ctx, phrase.Operation{Op: "Replace", Path: path, Value: value}, phrase.Operation{Op: "Add", Path: "active", Value: true}); err != nil {
			return err
		}
	}
	return nil
}

func changesAtOnce(ctx context.Context) error {
	w := worldOf(ctx)
	path := w.plainPath()
	for i, u := range w.crowd {
		w.notes[fmt.Sprint("crowd ", i)] = "New " + u.Name
	}
	return w.atOnce(ctx, len(w.crowd), func(i int) phrase.Request {
		return phrase.SetPlain("Users", w.crowd[i].ID, path, w.notes[fmt.Sprint("crowd ", i)])
	})
}

func changesMuch(ctx context.Context) error {
	w := worldOf(ctx)
	for _, op := range []phrase.Operation{{Op: "replace", Path: "userName", Value: w.newName()}, {Op: "replace", Path: "externalId", Value: w.name("external")},
		{Op: "replace", Path: "active", Value: false}, {Op: "replace", Path: "active", Value: true}} {
		if err := w.patchUser(ctx, op); err != nil {
			return err
		}
	}
	return nil
}

const roleType = "WindowsAzureActiveDirectoryRole"

func role(value string, primary bool) phrase.Object {
	return phrase.Object{{Name: "primary", Value: primary}, {Name: "type", Value: roleType}, {Name: "display", Value: strings.ToUpper(value)}, {Name: "value", Value: value}}
}

func aUserWithTwoRoles(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("roles"); err != nil {
		return err
	}
	return w.givenUserWith(ctx, with(w.plainUser("user"), "roles", []phrase.Object{role("cook", false), role("mate", false)}), "roles", 2, "user.roles.single")
}

func createsWithRole(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("roles"); err != nil {
		return err
	}
	w.notes["role"] = "pilot"
	return w.post(ctx, with(w.plainUser("user"), "roles", []phrase.Object{{{Name: "primary", Value: true}, {Name: "type", Value: roleType}, {Name: "value", Value: "pilot"}}}))
}

func addsPrimaryRole(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("roles"); err != nil {
		return err
	}
	w.notes["role"] = "pilot"
	return w.patchUser(ctx, phrase.Operation{Op: "Add", Path: `roles[primary eq "True"].value`, Value: "pilot"})
}

func replacesRoles(ctx context.Context) error {
	w := worldOf(ctx)
	w.notes["role"] = "pilot"
	return w.patchUser(ctx, phrase.Operation{Op: "replace", Path: "roles", Value: []phrase.Object{role("pilot", false)}})
}

func addsOpaqueRole(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("roles"); err != nil {
		return err
	}
	return w.patchUser(ctx, phrase.Operation{Op: "Add", Path: "roles", Value: []phrase.Object{{{Name: "value", Value: `{"id":"1","value":"pilot","displayName":"Pilot"}`}}}})
}

func isCleared(ctx context.Context, path, how string) error {
	w := worldOf(ctx)
	if err := w.accepted("%s cleared", path); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	got := at(read.Get(), path)
	if !unassigned(got) || how == "gone" && got.Raw == `""` {
		return w.wrongState(read, path, show(got), "no %s: null unassigns it (RFC 7643 §2.5)", path)
	}
	return nil
}

func allCleared(ctx context.Context) error {
	w := worldOf(ctx)
	for _, p := range clearable {
		if w.takes(needOf(p)) {
			if err := isCleared(ctx, p, "empty or gone"); err != nil {
				return err
			}
		}
	}
	return nil
}

func workNumberAlone(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the work number alone"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	left := read.Get("phoneNumbers").Array()
	if len(left) != 1 || !strings.EqualFold(scim.Get(left[0], "type").String(), "work") {
		return w.wrongState(read, "phoneNumbers", show(read.Get("phoneNumbers")), "the work number alone, since the mobile one was removed")
	}
	return nil
}

func oneAddress(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("this one address"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	left := read.Get("emails").Array()
	if len(left) != 1 || !strings.EqualFold(scim.Get(left[0], "value").String(), w.notes["address"]) {
		return w.wrongState(read, "emails", show(read.Get("emails")), "the new address %q alone", w.notes["address"])
	}
	return nil
}

func primaryReplaced(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the work address new and the home address as before"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	home := scim.Get(w.user("").Sent, "emails", "1", "value").String()
	if got := at(read.Get(), `emails[type eq "work"].value`); !strings.EqualFold(got.String(), w.notes["address"]) {
		return w.wrongState(read, "the work address", show(got), "%q, since it is the primary one", w.notes["address"])
	}
	if got := at(read.Get(), `emails[type eq "home"].value`); !strings.EqualFold(got.String(), home) {
		return w.wrongState(read, "the home address", show(got), "%q as before", home)
	}
	return nil
}

func eachHasItsValue(ctx context.Context) error {
	w := worldOf(ctx)
	path := w.plainPath()
	for i, a := range w.acts {
		if a.Status/100 != 2 {
			return w.wrong(a, "a success: the changes are of different users")
		}
		read, err := w.read(ctx, w.crowd[i])
		if err != nil {
			return err
		}
		if got, want := at(read.Get(), path), w.notes[fmt.Sprint("crowd ", i)]; !strings.EqualFold(got.String(), want) {
			return w.wrongState(read, path, show(got), "%s %q, which was sent to this user", path, want)
		}
	}
	return nil
}

func stillUnderID(ctx context.Context) error {
	w := worldOf(ctx)
	for _, a := range w.acts {
		if a.Status/100 != 2 {
			return w.wrong(a, "a success under the id of the user")
		}
		if id := a.Get("id"); id.Exists() && id.String() != w.user("").ID {
			return w.wrongPart(a, "id", show(id), "id %q as before", w.user("").ID)
		}
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if id := read.Get("id"); id.String() != w.user("").ID {
		return w.wrongState(read, "id", show(id), "id %q as before", w.user("").ID)
	}
	return nil
}

func oneRole(ctx context.Context) error {
	w := worldOf(ctx)
	_, _, err := w.soleRole(ctx)
	return err
}

func (w *World) soleRole(ctx context.Context) (scim.Answer, gjson.Result, error) {
	if err := w.accepted("the role %q in the read", w.notes["role"]); err != nil {
		return scim.Answer{}, gjson.Result{}, err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return read, gjson.Result{}, err
	}
	var values []string
	roles := read.Get("roles").Array()
	for _, r := range roles {
		values = append(values, scim.Get(r, "value").String())
	}
	if !slices.Equal(values, []string{w.notes["role"]}) {
		return read, gjson.Result{}, w.wrongState(read, "roles", show(read.Get("roles")), "exactly one role, with value %q", w.notes["role"])
	}
	return read, roles[0], nil
}

func onePrimaryRole(ctx context.Context) error {
	w := worldOf(ctx)
	read, r, err := w.soleRole(ctx)
	if err != nil {
		return err
	}
	if got := scim.Get(r, "primary"); got.Type != gjson.True {
		return w.wrongState(read, "roles[0].primary", show(got), "primary true (a boolean), which the path describes")
	}
	return nil
}
