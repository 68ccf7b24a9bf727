package steps

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
)

func memberSteps() []Definition {
	return []Definition{
		given(`(\d+) users`, severalUsers),
		given(`a group with all of them`, aGroupWithAll),
		when(`a client adds the user to the group in plain words`, addsPlainly),
		when(`Entra adds the (user|other user) to the group in the (legacy|flag) dialect`, addsMember),
		when(`Entra adds all of them to the group in one operation`, addsAll),
		when(`Entra adds all of them to the group, one operation each`, addsEach),
		when(`Entra adds all of them to the group at the same time`, addsAtOnce),
		when(`Entra removes the first from the group by "([^"]+)"`, removesSpelled),
		when(`Entra removes the first (\d+) from the group by (a list of values|value paths)`, removesFirst),
		when(`Entra removes all members from the group`, removesAll),
		when(`Entra removes the other user from the group by a list of values`, removesStranger),
		when(`a client replaces the members by (the other user|the deleted user|an empty list)`, replacesMembers),
		when(`a client adds the other user and removes it again in one request`, addsAndRemoves),
		then(`the user is a member of the group`, isMember),
		then(`the group has exactly (?:these members|this member)`, hasExactly),
		then(`the group has these members and the other user`, hasTheseAndOther),
		then(`it is refused as invalid or not found, or the member is not there`, refusedOrNotMember),
		then(`nobody has the name or the id of the user`, nobodyCreated),
		then(`every one whose addition succeeded is a member`, everyAddedIsMember),
		then(`the group has all but the first`, hasAllButFirst),
		then(`the group has all but the first (\d+)`, hasAllBut),
		then(`the request succeeds, and the group has exactly these members`, succeedsUnchanged),
		then(`the group has the other user alone`, hasOtherAlone),
		then(`it is refused and the members are kept, or it is stored as asked`, refusedKeepsMembers),
		then(`the member's reference, where there is one, leads to the user`, referenceLeads),
		then(`the groups of the user, where they are shown, hold the group`, groupsMirror),
	}
}

func severalUsers(ctx context.Context, n int) error {
	w := worldOf(ctx)
	for range n {
		u, err := w.givenUser(ctx, "crowd", w.plainUser("user"))
		if err != nil {
			return err
		}
		w.crowd = append(w.crowd, u)
	}
	return nil
}

// aGroupWithAll creates a group with its members, adds them in one operation where that does not bring them in, and one by
// one where that does not either.
func aGroupWithAll(ctx context.Context) error {
	w := worldOf(ctx)
	name := w.name("group")
	g, err := w.create(ctx, "Groups", phrase.Object{{Name: "schemas", Value: []string{phrase.GroupSchema}}, {Name: "displayName", Value: name},
		{Name: "externalId", Value: name}, {Name: "members", Value: memberValues(w.crowd)}})
	if errors.As(err, new(*Block)) && g != nil && g.ID == "" {
		g, err = w.givenGroup(ctx, "")
	}
	if err != nil {
		return err
	}
	w.groups[""] = g
	for try := range 3 {
		read, ids, err := w.members(ctx, g)
		if err != nil {
			return err
		}
		if read.Status == http.StatusTooManyRequests {
			return w.unreached(ruleMembersAdd, read, "reading a group for this check")
		}
		missing := slices.DeleteFunc(slices.Clone(w.crowd), func(u *Resource) bool { return slices.Contains(ids, u.ID) })
		switch {
		case len(missing) == 0 && len(ids) == len(w.crowd):
			return nil
		case try == 0:
			_, err = w.do(ctx, phrase.Patch("Groups", g.ID, phrase.Operation{Op: "add", Path: "members", Value: memberValues(missing)}))
		case try == 1:
			err = w.join(ctx, g, missing...)
		}
		if err != nil {
			return err
		}
	}
	return blocked(ruleMembersAdd, "a group of %d members could not be made for this check", len(w.crowd))
}

func memberValues(users []*Resource) []phrase.Object {
	out := []phrase.Object{}
	for _, u := range users {
		out = append(out, phrase.Object{{Name: "value", Value: u.ID}})
	}
	return out
}

func idsOf(users []*Resource) []string {
	var out []string
	for _, u := range users {
		out = append(out, u.ID)
	}
	return out
}

func addsPlainly(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.AddMemberPlain(w.group("").ID, w.user("").ID))
}

func addsMember(ctx context.Context, who, dialect string) error {
	w := worldOf(ctx)
	label := map[string]string{"user": "", "other user": "another"}[who]
	return w.send(ctx, phrase.AddMembers(phrase.Dialect(dialect), w.group("").ID, w.user(label).ID))
}

func addsAll(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.AddMembers(phrase.Legacy, w.group("").ID, idsOf(w.crowd)...))
}

func addsEach(ctx context.Context) error {
	w := worldOf(ctx)
	var ops []phrase.Operation
	for _, u := range w.crowd {
		ops = append(ops, phrase.Operation{Op: "Add", Path: "members", Value: memberValues([]*Resource{u})})
	}
	return w.send(ctx, phrase.Patch("Groups", w.group("").ID, ops...))
}

func addsAtOnce(ctx context.Context) error {
	w := worldOf(ctx)
	return w.atOnce(ctx, len(w.crowd), func(i int) phrase.Request { return phrase.AddMembers(phrase.Legacy, w.group("").ID, w.crowd[i].ID) })
}

func removesSpelled(ctx context.Context, spelling string) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Spelled(spelling, w.group("").ID, w.crowd[0].ID))
}

func removesFirst(ctx context.Context, n int, how string) error {
	w := worldOf(ctx)
	dialect := phrase.Legacy
	if how == "value paths" {
		dialect = phrase.Flag
	}
	return w.send(ctx, phrase.RemoveMembers(dialect, w.group("").ID, idsOf(w.crowd[:n])...))
}

func removesAll(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Patch("Groups", w.group("").ID, phrase.Operation{Op: "remove", Path: "members", NoValue: true}))
}

func removesStranger(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.RemoveMembers(phrase.Legacy, w.group("").ID, w.user("another").ID))
}

func replacesMembers(ctx context.Context, by string) error {
	w := worldOf(ctx)
	var list []*Resource
	switch by {
	case "the other user":
		list = []*Resource{w.user("another")}
	case "the deleted user":
		list = []*Resource{w.user("")}
	}
	return w.send(ctx, phrase.Patch("Groups", w.group("").ID, phrase.Operation{Op: "replace", Path: "members", Value: memberValues(list)}))
}

func addsAndRemoves(ctx context.Context) error {
	w := worldOf(ctx)
	other := w.user("another")
	return w.send(ctx, phrase.Patch("Groups", w.group("").ID, phrase.Operation{Op: "add", Path: "members", Value: memberValues([]*Resource{other})},
		phrase.Operation{Op: "remove", Path: "members[value eq " + phrase.Quote(other.ID) + "]", NoValue: true}))
}

// holds wants exactly these members in a later read of the group.
func (w *World) holds(ctx context.Context, want []string) error {
	if err := w.accepted("the group with exactly the members %s", strings.Join(want, ", ")); err != nil {
		return err
	}
	return w.has(ctx, want)
}

func (w *World) has(ctx context.Context, want []string) error {
	read, ids, err := w.members(ctx, w.group(""))
	if err != nil {
		return err
	}
	if read.Status != http.StatusOK {
		return w.wrong(read, "200 with the group")
	}
	slices.Sort(ids)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(ids, want) {
		return w.wrongState(read, fmt.Sprintf("%d members", len(ids)), cut(strings.Join(ids, ", ")), "exactly %d members: %s", len(want), cut(strings.Join(want, ", ")))
	}
	return nil
}

// isMember is also the Then of a create, whose group is the one that the answer gave.
func isMember(ctx context.Context) error {
	w := worldOf(ctx)
	return w.holds(ctx, []string{w.user("").ID})
}

func hasExactly(ctx context.Context) error {
	w := worldOf(ctx)
	if len(w.crowd) == 0 {
		return w.has(ctx, []string{w.user("").ID})
	}
	return w.holds(ctx, idsOf(w.crowd))
}

func hasTheseAndOther(ctx context.Context) error {
	w := worldOf(ctx)
	return w.holds(ctx, append(idsOf(w.crowd), w.user("another").ID))
}

// refusedOrNotMember: a member who does not exist is refused, or left out (GRP-30).
func refusedOrNotMember(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status/100 == 4 {
		return nil
	}
	if w.act.Status/100 != 2 {
		return w.wrong(w.act, "400 or 404, since the member does not exist")
	}
	read, ids, err := w.members(ctx, w.group(""))
	if err != nil {
		return err
	}
	if slices.Contains(ids, w.user("").ID) {
		return w.wrongState(read, "members", show(read.Get("members")), "400 or 404 for a member that does not exist, or a group without it")
	}
	return nil
}

func nobodyCreated(ctx context.Context) error {
	w := worldOf(ctx)
	u := w.user("")
	read, err := w.do(ctx, phrase.Read("Users", u.ID))
	if err != nil {
		return err
	}
	if read.Status/100 == 2 {
		return w.wrong(read, "404: adding a member who does not exist creates nobody")
	}
	a, err := w.do(ctx, phrase.FindUser("userName", u.ID))
	if err != nil {
		return err
	}
	for _, found := range a.Get("Resources").Array() {
		if strings.EqualFold(scim.Get(found, "userName").String(), u.ID) {
			w.adopt("Users", scim.Get(found, "id").String(), u.ID)
		}
	}
	return w.noHits(a)
}

func everyAddedIsMember(ctx context.Context) error {
	w := worldOf(ctx)
	read, ids, err := w.members(ctx, w.group(""))
	if err != nil {
		return err
	}
	added := 0
	for i, a := range w.acts {
		switch {
		case a.Status/100 == 2:
			added++
			if !slices.Contains(ids, w.crowd[i].ID) {
				return w.wrongState(read, fmt.Sprintf("%d members", len(ids)), cut(strings.Join(ids, ", ")), "the user %s among them: its addition was answered %d", w.crowd[i].ID, a.Status)
			}
		case a.Status != http.StatusConflict && a.Status != http.StatusPreconditionFailed && a.Status != http.StatusTooManyRequests && a.Status != http.StatusServiceUnavailable:
			return w.wrong(a, "a success, or 409, 412, 429 or 503 with which the server asks to try again")
		}
	}
	if added == 0 {
		return w.wrong(w.act, "at least one of the additions accepted")
	}
	return nil
}

func hasAllButFirst(ctx context.Context) error { return hasAllBut(ctx, 1) }

func hasAllBut(ctx context.Context, n int) error {
	w := worldOf(ctx)
	return w.holds(ctx, idsOf(w.crowd[n:]))
}

func succeedsUnchanged(ctx context.Context) error {
	w := worldOf(ctx)
	return w.holds(ctx, idsOf(w.crowd))
}

func hasOtherAlone(ctx context.Context) error {
	w := worldOf(ctx)
	return w.holds(ctx, []string{w.user("another").ID})
}

func refusedKeepsMembers(ctx context.Context) error {
	w := worldOf(ctx)
	read, ids, err := w.members(ctx, w.group(""))
	if err != nil {
		return err
	}
	if w.act.Status/100 == 2 && slices.Equal(ids, []string{w.user("").ID}) {
		return nil
	}
	if w.act.Status/100 != 4 && w.act.Status/100 != 2 {
		return w.wrong(w.act, "400 or 404, since the member does not exist")
	}
	slices.Sort(ids)
	if want := slices.Sorted(slices.Values(idsOf(w.crowd))); !slices.Equal(ids, want) {
		return w.wrongState(read, fmt.Sprintf("%d members", len(ids)), cut(strings.Join(ids, ", ")), "the %d members as before, since the new one does not exist", len(want))
	}
	return nil
}

func referenceLeads(ctx context.Context) error {
	w := worldOf(ctx)
	if err := isThisGroup(ctx); err != nil {
		return err
	}
	found := w.act.Get("members").Array()
	if len(found) == 0 {
		return nil // judged by group.read.members
	}
	if v := scim.Get(found[0], "value"); v.String() != w.user("").ID {
		return w.wrongPart(w.act, "members[0].value", show(v), "the id of the user, %q", w.user("").ID)
	}
	ref := scim.Get(found[0], "$ref")
	if unassigned(ref) {
		return nil
	}
	base, err := url.Parse(w.run.Client.BaseURL() + "/Groups/")
	if err != nil {
		return err
	}
	to, err := base.Parse(ref.String())
	if err != nil || !strings.HasSuffix(to.EscapedPath(), "/Users/"+phrase.Escape(w.user("").ID)) {
		return w.wrongPart(w.act, "members[0].$ref", show(ref), "an address that ends in /Users/%s", w.user("").ID)
	}
	return nil
}

func groupsMirror(ctx context.Context) error {
	w := worldOf(ctx)
	if err := isThisUser(ctx); err != nil {
		return err
	}
	groups := w.act.Get("groups")
	if !groups.Exists() {
		return nil
	}
	for _, g := range groups.Array() {
		if scim.Get(g, "value").String() == w.group("").ID {
			return nil
		}
	}
	return w.wrongPart(w.act, "groups", show(groups), "the group %s among the groups of the user, since the user is its member", w.group("").ID)
}
