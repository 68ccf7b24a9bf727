package steps

import (
	"context"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
)

func disableSteps() []Definition {
	return []Definition{
		given(`a disabled user`, aDisabledUser),
		given(`a deleted user`, aDeletedUser),
		when(`Entra disables the user by "([^"]+)"`, disablesBySpelling),
		when(`Entra disables the user in the (legacy|flag) dialect`, disables),
		when(`Entra enables the user in the (legacy|flag) dialect`, enables),
		when(`Entra disables the user and enables it again`, disablesAndEnables),
		when(`Entra deletes the user`, deletesUser),
		when(`Entra creates a user with the same user name`, recreatesUser),
		then(`the user reads back as (active|inactive)`, readsBackActive),
		then(`exactly this user is found, inactive`, foundInactive),
		then(`the user reads back as it was before`, readsBackUnchanged),
		then(`the user is still a member of the group`, stillMember),
		then(`both the look-up and the read tell whether the user is active`, activeEverywhere),
		then(`reading the user answers 404`, readAnswers404),
		then(`looking the user up by its user name finds nobody`, lookUpFindsNobody),
		then(`a user with another id is created`, createdAnew),
		then(`the group has no members`, groupIsEmpty),
	}
}

func aDisabledUser(ctx context.Context) error {
	w := worldOf(ctx)
	u, err := w.givenUser(ctx, "", w.plainUser("user"))
	if err != nil {
		return err
	}
	return w.disable(ctx, u)
}

func aDeletedUser(ctx context.Context) error {
	w := worldOf(ctx)
	u, err := w.givenUser(ctx, "", w.plainUser("user"))
	if err != nil {
		return err
	}
	return w.forget(ctx, u)
}

func disablesBySpelling(ctx context.Context, spelling string) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Spelled(spelling, w.user("").ID, ""))
}

func disables(ctx context.Context, dialect string) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Disable(phrase.Dialect(dialect), w.user("").ID))
}

func enables(ctx context.Context, dialect string) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Enable(phrase.Dialect(dialect), w.user("").ID))
}

// disablesAndEnables uses the plain boolean, so that a server that stumbles over "False" is judged by the rule about it.
func disablesAndEnables(ctx context.Context) error {
	w := worldOf(ctx)
	before, err := w.do(ctx, phrase.Read("Users", w.user("").ID))
	if err != nil {
		return err
	}
	w.notes["before"] = string(before.Body)
	for _, active := range []bool{false, true} {
		if err := w.send(ctx, phrase.SetPlain("Users", w.user("").ID, "active", active)); err != nil {
			return err
		}
	}
	return nil
}

func deletesUser(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Delete("Users", w.user("").ID))
}

func recreatesUser(ctx context.Context) error {
	w := worldOf(ctx)
	again := w.plainUser("again")
	return w.send(ctx, phrase.Create("Users", with(again, "userName", w.user("").Name)))
}

// readsBackActive wants a JSON boolean: the string "False" fails Microsoft's own check (USR-D-02).
func readsBackActive(ctx context.Context, word string) error {
	w := worldOf(ctx)
	want := word == "active"
	if err := w.accepted("a read with active %t", want); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if got := read.Get("active"); got.Type != boolean(want) {
		return w.wrongState(read, "active", show(got), "active %t (a boolean)", want)
	}
	return nil
}

func boolean(b bool) gjson.Type {
	if b {
		return gjson.True
	}
	return gjson.False
}

func foundInactive(ctx context.Context) error {
	w := worldOf(ctx)
	found, err := w.onlyHit(w.act, w.user(""))
	if err != nil {
		return err
	}
	if got := scim.Get(found, "active"); got.Type != gjson.False {
		return w.wrongPart(w.act, "active", show(got), "the user with active false (a boolean)")
	}
	return nil
}

// readsBackUnchanged compares every attribute that the server showed before, but for what a change itself moves.
func readsBackUnchanged(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the same user as before"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	var wrong error
	gjson.Parse(w.notes["before"]).ForEach(func(key, before gjson.Result) bool {
		if strings.EqualFold(key.String(), "meta") || strings.EqualFold(key.String(), "schemas") || unassigned(before) {
			return true
		}
		if after := read.Get(key.String()); !sameJSON(before, after) {
			wrong = w.wrongState(read, key.String(), show(after), "%s %s as before the user was disabled", key.String(), show(before))
			return false
		}
		return true
	})
	return wrong
}

func stillMember(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the user still in its group"); err != nil {
		return err
	}
	read, ids, err := w.members(ctx, w.group(""))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if id == w.user("").ID {
			return nil
		}
	}
	return w.wrongState(read, "members", show(read.Get("members")), "the user %s still among the group's members", w.user("").ID)
}

func activeEverywhere(ctx context.Context) error {
	w := worldOf(ctx)
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if !read.Get("active").Exists() {
		return w.wrongPart(read, "active", "absent", "active in the read, since it was assigned")
	}
	found, err := w.do(ctx, phrase.FindUser("userName", w.user("").Name))
	if err != nil {
		return err
	}
	hit, err := w.onlyHit(found, w.user(""))
	if err != nil {
		return err
	}
	if !scim.Get(hit, "active").Exists() {
		return w.wrongPart(found, "active", "absent", "active in the look-up, since it was assigned")
	}
	return nil
}

func readAnswers404(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Request.Method == http.MethodDelete && w.act.Status/100 != 2 {
		return w.wrong(w.act, "204, and then 404 for a read of the deleted user")
	}
	read, err := w.do(ctx, phrase.Read("Users", w.user("").ID))
	if err != nil {
		return err
	}
	if read.Status != http.StatusNotFound {
		return w.wrong(read, "404 for the id of a deleted user")
	}
	return nil
}

func lookUpFindsNobody(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("a look-up that finds nobody"); err != nil {
		return err
	}
	a, err := w.do(ctx, phrase.FindUser("userName", w.user("").Name))
	if err != nil {
		return err
	}
	return w.noHits(a)
}

func createdAnew(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusCreated {
		return w.wrong(w.act, "201: the user name is free again after its user was deleted")
	}
	if id := w.act.Get("id"); id.String() == "" || id.String() == w.user("").ID {
		return w.wrongPart(w.act, "id", show(id), "an id other than that of the deleted user, %s", w.user("").ID)
	}
	return nil
}

func groupIsEmpty(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("a group without members"); err != nil {
		return err
	}
	read, ids, err := w.members(ctx, w.group(""))
	if err != nil {
		return err
	}
	if read.Status != http.StatusOK {
		return w.wrong(read, "200 with the group")
	}
	if len(ids) > 0 {
		return w.wrongState(read, "members", show(read.Get("members")), "no members")
	}
	return nil
}
