package steps

import (
	"context"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
)

func putSteps() []Definition {
	return []Definition{
		when(`a client replaces the user with a new display name and title`, putsNew),
		when(`a client replaces the user without a user name`, putsNameless),
		when(`a client replaces the user with a shoe size`, putsShoeSize),
		when(`a client replaces the user with another id and times of 1999`, putsReadOnly),
		when(`a client replaces the user with a title of null and an empty list of numbers`, putsNulls),
		when(`a client replaces the user with the name of the other user`, putsTaken),
		when(`a client replaces the group with the other user as its member`, putsMembers),
		then(`the answer is 200, and the user reads back with what was sent`, putReadsBack),
		then(`the answer is 404, and nobody has the name`, nobodyPut),
		then(`the user keeps its id and its time of creation`, putReadOnlyKept),
		then(`neither title nor numbers are left`, putCleared),
	}
}

// put replaces the scenario's user. A target that has no PUT says so by 405 or 501, and is not asked further: Entra does
// not need it (USR-U-06).
func (w *World) put(ctx context.Context, kind, id string, attributes phrase.Object) error {
	if err := w.send(ctx, phrase.Replace(kind, id, attributes)); err != nil {
		return err
	}
	if w.act.Status == http.StatusMethodNotAllowed || w.act.Status == http.StatusNotImplemented {
		return skip(verdict.NotOffered, "the target answers PUT with %d", w.act.Status)
	}
	return nil
}

// again is the user as it was created, to be changed.
func (w *World) again() phrase.Object {
	u := w.user("")
	user := phrase.Object{{Name: "schemas", Value: []string{phrase.UserSchema}}, {Name: "userName", Value: u.Name}, {Name: "active", Value: true}}
	if id := scim.Get(u.Sent, "externalId"); id.Exists() {
		user = append(user, phrase.Member{Name: "externalId", Value: id.Str})
	}
	return user
}

func putsNew(ctx context.Context) error {
	w := worldOf(ctx)
	user := w.again()
	for _, name := range []string{"displayName", "title"} {
		if w.takes("user:" + name) {
			value := w.newValue(name)
			w.wants(name, value)
			user = append(user, phrase.Member{Name: name, Value: value})
		}
	}
	if w.user("").gone {
		w.run.Client.AllowUnknown(w.user("").ID)
	}
	return w.put(ctx, "Users", w.user("").ID, user)
}

func putsNameless(ctx context.Context) error {
	w := worldOf(ctx)
	return w.put(ctx, "Users", w.user("").ID, phrase.Object{{Name: "schemas", Value: []string{phrase.UserSchema}}, {Name: "active", Value: true}})
}

func putsShoeSize(ctx context.Context) error {
	w := worldOf(ctx)
	return w.put(ctx, "Users", w.user("").ID, append(w.again(), phrase.Member{Name: "shoeSize", Value: 43}))
}

func putsReadOnly(ctx context.Context) error {
	w := worldOf(ctx)
	user := append(w.again(), phrase.Member{Name: "id", Value: "entrant-other-id"}, phrase.Member{Name: "meta", Value: phrase.Object{{Name: "created", Value: "1999-12-31T23:59:59Z"}}})
	return w.put(ctx, "Users", w.user("").ID, user)
}

func putsNulls(ctx context.Context) error {
	w := worldOf(ctx)
	return w.put(ctx, "Users", w.user("").ID, append(w.again(), phrase.Member{Name: "title", Value: nil}, phrase.Member{Name: "phoneNumbers", Value: []string{}}))
}

func putsTaken(ctx context.Context) error {
	w := worldOf(ctx)
	return w.put(ctx, "Users", w.user("").ID, with(w.again(), "userName", w.user("another").Name))
}

func putsMembers(ctx context.Context) error {
	w := worldOf(ctx)
	g := w.group("")
	return w.put(ctx, "Groups", g.ID, phrase.Object{{Name: "schemas", Value: []string{phrase.GroupSchema}}, {Name: "displayName", Value: g.Name},
		{Name: "members", Value: memberValues([]*Resource{w.user("another")})}})
}

func putReadsBack(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusOK {
		return w.wrong(w.act, "200 with the user (RFC 7644 §3.5.1)")
	}
	return readsBackNew(ctx)
}

func nobodyPut(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status/100 == 2 {
		if id := w.act.Get("id").String(); id != "" {
			w.adopt("Users", id, w.user("").Name)
		}
	}
	if w.act.Status != http.StatusNotFound {
		return w.wrong(w.act, "404, since the user is gone: PUT creates nobody")
	}
	a, err := w.do(ctx, phrase.FindUser("userName", w.user("").Name))
	if err != nil {
		return err
	}
	return w.noHits(a)
}

func putReadOnlyKept(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("id and created as they were"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if got := read.Get("id"); got.String() != w.user("").ID {
		return w.wrongState(read, "id", show(got), "id %q as before", w.user("").ID)
	}
	if got := read.Get("meta", "created"); strings.HasPrefix(got.String(), "1999") {
		return w.wrongState(read, "meta.created", show(got), "the time at which the server created the user")
	}
	return nil
}

func putCleared(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.accepted("neither title nor numbers"); err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	for _, name := range []string{"title", "phoneNumbers"} {
		if got := read.Get(name); !unassigned(got) && got.Type != gjson.Null {
			return w.wrongState(read, name, show(got), "no %s, since it was null or empty", name)
		}
	}
	return nil
}
