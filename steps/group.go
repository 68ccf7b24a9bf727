package steps

import (
	"context"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
)

func groupSteps() []Definition {
	return []Definition{
		given(`another group`, anotherGroup),
		given(`a created group`, aCreatedGroup),
		given(`a deleted group`, aDeletedGroup),
		when(`Entra creates a group`, createsGroup),
		when(`Entra creates a group that names Microsoft's schema too`, createsMicrosoftGroup),
		when(`Entra creates a group with an empty list of members`, createsEmptyGroup),
		when(`a client creates a group with the user as its member`, createsGroupWithMember),
		when(`Entra creates another group of the same name`, createsGroupAgain),
		when(`Entra creates a group without a name`, createsNamelessGroup),
		when(`Entra reads the group`, readsGroup),
		when(`Entra reads the group without its members`, readsGroupWithoutMembers),
		when(`a client reads the whole group`, readsGroup),
		when(`Entra looks the group up by its name`, looksGroupUp),
		when(`Entra looks the group up by its external id`, looksGroupUpByExternalID),
		when(`Entra looks the group up by its name in capitals`, looksGroupUpInCapitals),
		when(`Entra looks the group up with the members excluded (before|after) the filter`, looksGroupUpWithout),
		when(`Entra renames the group in the (legacy|flag) dialect`, renamesGroup),
		when(`Entra changes the external id of the group without a path`, changesGroupExternalID),
		when(`Entra deletes the group`, deletesGroup),
		then(`the group is created with the name and external id that were sent`, groupCreated),
		then(`the answer is the group with this id`, isThisGroup),
		then(`the answer is the group, and no members are in it`, isGroupWithoutMembers),
		then(`the answer has the user among the members, by its id`, answerHasMember),
		then(`exactly this group is found`, exactlyThisGroup),
		then(`exactly this group is found, and no members are in it`, groupFoundWithoutMembers),
		then(`the group is found by its new name, and no longer by the old one`, groupFoundByNewName),
		then(`the group reads back with the new external id`, groupExternalIDNew),
		then(`the answer is 200 with the group or 204 without a body`, groupAnswer),
		then(`neither a read nor a look-up finds the group`, groupGone),
		then(`the user is still there, and active`, userStillThere),
		then(`a group with another id is created`, groupCreatedAnew),
	}
}

func anotherGroup(ctx context.Context) error {
	_, err := worldOf(ctx).givenGroup(ctx, "another")
	return err
}

func aCreatedGroup(ctx context.Context) error {
	w := worldOf(ctx)
	name := w.name("group")
	a, err := w.do(ctx, phrase.CreateGroup(name, name))
	if err != nil {
		return err
	}
	if w.groups[""] = w.last(); w.last().ID == "" {
		return blocked(ruleGroupCreate, "creating a group for this check was answered %s", w.got(a))
	}
	return nil
}

func aDeletedGroup(ctx context.Context) error {
	w := worldOf(ctx)
	g, err := w.givenGroup(ctx, "")
	if err != nil {
		return err
	}
	return w.forget(ctx, g)
}

func (w *World) postGroup(ctx context.Context, r phrase.Request) error {
	if err := w.send(ctx, r); err != nil {
		return err
	}
	if w.groups[""] == nil {
		w.groups[""] = w.last()
	}
	return nil
}

func createsGroup(ctx context.Context) error {
	w := worldOf(ctx)
	return w.postGroup(ctx, phrase.CreateGroup(w.name("group"), w.name("external")))
}

func createsMicrosoftGroup(ctx context.Context) error {
	w := worldOf(ctx)
	return w.postGroup(ctx, phrase.Create("Groups", phrase.Object{{Name: "schemas", Value: []string{phrase.GroupSchema, phrase.MicrosoftGroup}},
		{Name: "externalId", Value: w.name("external")}, {Name: "displayName", Value: w.name("group")}}))
}

func (w *World) groupWith(members []phrase.Object) phrase.Request {
	return phrase.Create("Groups", phrase.Object{{Name: "schemas", Value: []string{phrase.GroupSchema}}, {Name: "externalId", Value: w.name("external")},
		{Name: "displayName", Value: w.name("group")}, {Name: "members", Value: members}})
}

func createsEmptyGroup(ctx context.Context) error {
	w := worldOf(ctx)
	return w.postGroup(ctx, w.groupWith([]phrase.Object{}))
}

func createsGroupWithMember(ctx context.Context) error {
	w := worldOf(ctx)
	return w.postGroup(ctx, w.groupWith([]phrase.Object{{{Name: "value", Value: w.user("").ID}}}))
}

func createsGroupAgain(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.CreateGroup(w.group("").Name, w.name("external")))
}

func createsNamelessGroup(ctx context.Context) error {
	w := worldOf(ctx)
	return w.postGroup(ctx, phrase.Create("Groups", phrase.Object{{Name: "schemas", Value: []string{phrase.GroupSchema}}, {Name: "externalId", Value: w.name("external")}}))
}

func readsGroup(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Read("Groups", w.group("").ID))
}

func readsGroupWithoutMembers(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.ReadGroup(w.group("").ID))
}

func looksGroupUp(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindGroup("displayName", w.group("").Name))
}

func looksGroupUpByExternalID(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindGroup("externalId", scim.Get(w.group("").Sent, "externalId").String()))
}

func looksGroupUpInCapitals(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindGroup("displayName", strings.ToUpper(w.group("").Name)))
}

func looksGroupUpWithout(ctx context.Context, place string) error {
	w := worldOf(ctx)
	r := phrase.FindGroup("displayName", w.group("").Name)
	if without, filter, _ := strings.Cut(r.Query, "&"); place == "after" {
		r.Query = filter + "&" + without
	}
	return w.send(ctx, r)
}

func renamesGroup(ctx context.Context, dialect string) error {
	w := worldOf(ctx)
	w.notes["name"] = w.name("renamed")
	return w.send(ctx, phrase.RenameGroup(phrase.Dialect(dialect), w.group("").ID, w.notes["name"]))
}

func changesGroupExternalID(ctx context.Context) error {
	w := worldOf(ctx)
	w.notes["external"] = w.name("External")
	return w.send(ctx, phrase.Patch("Groups", w.group("").ID, phrase.Operation{Op: "replace", NoPath: true, Value: phrase.Object{{Name: "externalId", Value: w.notes["external"]}}}))
}

func deletesGroup(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Delete("Groups", w.group("").ID))
}

func groupCreated(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.created(" with the group"); err != nil {
		return err
	}
	g := w.group("")
	if g.ID == "" {
		return w.wrongPart(w.act, "id", show(w.act.Get("id")), "an id, a string that is not empty")
	}
	read, err := w.read(ctx, g)
	if err != nil {
		return err
	}
	for _, a := range []scim.Answer{w.act, read} {
		for _, name := range []string{"displayName", "externalId"} {
			sent := scim.Get(g.Sent, name)
			if got := a.Get(name); got.Type != gjson.String || got.Str != sent.Str {
				return w.wrongPart(a, name, show(got), "%s %s as it was sent", name, sent.Raw)
			}
		}
	}
	return nil
}

func isThisGroup(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusOK {
		return w.wrong(w.act, "200 with the group that was created")
	}
	if _, err := w.act.JSON(); err != nil {
		return w.wrong(w.act, "the group as JSON: %v", err)
	}
	if id := w.act.Get("id"); id.Type != gjson.String || id.String() != w.group("").ID {
		return w.wrongPart(w.act, "id", show(id), "id %q (a string)", w.group("").ID)
	}
	if name := w.act.Get("displayName"); !strings.EqualFold(name.String(), w.group("").Name) {
		return w.wrongPart(w.act, "displayName", show(name), "displayName %q", w.group("").Name)
	}
	return nil
}

func isGroupWithoutMembers(ctx context.Context) error {
	w := worldOf(ctx)
	if err := isThisGroup(ctx); err != nil {
		return err
	}
	if got := w.act.Get("members"); got.Exists() {
		return w.wrongPart(w.act, "members", show(got), "no members at all, not even an empty list, since excludedAttributes names them")
	}
	return nil
}

func answerHasMember(ctx context.Context) error {
	w := worldOf(ctx)
	if err := isThisGroup(ctx); err != nil {
		return err
	}
	for _, m := range w.act.Get("members").Array() {
		if v := scim.Get(m, "value"); v.Type == gjson.String && v.Str == w.user("").ID {
			return nil
		}
	}
	if w.run.Can.returned["group:members"] == "request" {
		return nil // members that are returned on request only are legal where /Schemas says so
	}
	return w.wrongPart(w.act, "members", show(w.act.Get("members")), "the user %s among the members, as a string in value", w.user("").ID)
}

func exactlyThisGroup(ctx context.Context) error {
	w := worldOf(ctx)
	_, err := w.onlyHit(w.act, w.group(""))
	return err
}

func groupFoundWithoutMembers(ctx context.Context) error {
	w := worldOf(ctx)
	found, err := w.onlyHit(w.act, w.group(""))
	if err != nil {
		return err
	}
	if got := scim.Get(found, "members"); got.Exists() {
		return w.wrongPart(w.act, "members", show(got), "no members at all, not even an empty list, since excludedAttributes names them")
	}
	return nil
}

func groupFoundByNewName(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the group found by its new name"); err != nil {
		return err
	}
	a, err := w.do(ctx, phrase.FindGroup("displayName", w.notes["name"]))
	if err != nil {
		return err
	}
	if _, err := w.onlyHit(a, w.group("")); err != nil {
		return err
	}
	if a, err = w.do(ctx, phrase.FindGroup("displayName", w.group("").Name)); err != nil {
		return err
	}
	return w.noHits(a)
}

func groupExternalIDNew(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the new external id in the read"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.group(""))
	if err != nil {
		return err
	}
	if got := read.Get("externalId"); got.String() != w.notes["external"] {
		return w.wrongState(read, "externalId", show(got), "externalId %q", w.notes["external"])
	}
	return nil
}

func groupAnswer(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status == http.StatusNoContent && len(w.act.Body) == 0 {
		return nil
	}
	if w.act.Status == http.StatusOK && w.act.Get("id").String() == w.group("").ID {
		return nil
	}
	return w.wrong(w.act, "204 without a body, or 200 with the group (RFC 7644 §3.5.2)")
}

func groupGone(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("404 for a read of the group"); err != nil {
		return err
	}
	read, err := w.do(ctx, phrase.Read("Groups", w.group("").ID))
	if err != nil {
		return err
	}
	if read.Status != http.StatusNotFound {
		return w.wrong(read, "404 for the id of a deleted group")
	}
	a, err := w.do(ctx, phrase.FindGroup("displayName", w.group("").Name))
	if err != nil {
		return err
	}
	return w.noHits(a)
}

func userStillThere(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("the member untouched"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if got := read.Get("active"); got.Type == gjson.False {
		return w.wrongState(read, "active", show(got), "active true: deleting a group leaves its members alone")
	}
	return nil
}

func groupCreatedAnew(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusCreated {
		return w.wrong(w.act, "201: the name is free again after its group was deleted")
	}
	if id := w.act.Get("id"); id.String() == "" || id.String() == w.group("").ID {
		return w.wrongPart(w.act, "id", show(id), "an id other than that of the deleted group, %s", w.group("").ID)
	}
	return nil
}
