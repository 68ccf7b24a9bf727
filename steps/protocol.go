package steps

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
)

func protocolSteps() []Definition {
	return []Definition{
		when(`a client reads a group under the id of the user`, readsGroupByUserID),
		when(`somebody asks for users with the token in the address`, asksWithTokenInAddress),
		when(`a client reads the user and accepts (\S+)`, readsAccepting),
		when(`a client changes the user by a path that is (sixteen thousand dots long|full of open brackets)`, changesByOddPath),
		when(`a client asks for users by a filter of many brackets`, asksByOddFilter),
		when(`Entra asks whether the member of the group is (this user|somebody else)`, asksForMember),
		when(`Entra removes the manager by a filter on its id`, removesManagerByFilter),
		when(`Entra makes the user the manager of its manager`, closesCircle),
		when(`Entra deletes the manager`, deletesManager),
		when(`Entra makes the deleted user the manager of the other`, setsGoneManager),
		then(`no group is found there`, noGroupThere),
		then(`it is refused as invalid, within five seconds`, refusedInTime),
		then(`only the group is found`, exactlyThisGroup),
		then(`both can be read, and found by their names`, bothReadable),
		then(`the user can be read, and found by its name`, userReadable),
		then(`the answer is a success, or says that the manager is unknown`, succeedsOrUnknown),
	}
}

func readsGroupByUserID(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("groups"); err != nil {
		return err
	}
	return w.send(ctx, phrase.Read("Groups", w.user("").ID))
}

// asksWithTokenInAddress writes the token into the target's access log, so it is done on this machine only (SEC-01).
func asksWithTokenInAddress(ctx context.Context) error {
	w := worldOf(ctx)
	base, err := url.Parse(w.run.Client.BaseURL())
	if err != nil {
		return err
	}
	if host := base.Hostname(); host != "localhost" && host != "::1" && !strings.HasPrefix(host, "127.") {
		return skip(verdict.NotApplicable, "the check writes a token into the target's access log, so it is made on loopback only")
	}
	r := phrase.FindUser("userName", w.user("").Name)
	none := ""
	return w.acted(w.request(ctx, scim.Request{Method: r.Method, Path: r.Path, Query: "access_token=" + url.QueryEscape(w.run.Client.Token()) + "&" + r.Query, Auth: &none}))
}

func readsAccepting(ctx context.Context, accept string) error {
	w := worldOf(ctx)
	r := phrase.Read("Users", w.user("").ID)
	return w.acted(w.request(ctx, scim.Request{Method: r.Method, Path: r.Path, Header: map[string]string{"Accept": accept}}))
}

func changesByOddPath(ctx context.Context, what string) error {
	path := "name" + strings.Repeat(".", 16<<10)
	if what == "full of open brackets" {
		path = strings.Repeat("emails[type eq \"work\" and (", 200)
	}
	return worldOf(ctx).patchUser(ctx, phrase.Operation{Op: "replace", Path: path, Value: "x"})
}

func asksByOddFilter(ctx context.Context) error {
	return worldOf(ctx).send(ctx, phrase.Filter("Users", strings.Repeat("(", 1500)+`userName eq "a"`))
}

func asksForMember(ctx context.Context, who string) error {
	w := worldOf(ctx)
	id := w.user("").ID
	if who == "somebody else" {
		id = w.group("").ID
	}
	return w.send(ctx, phrase.ReferenceQuery("Groups", w.group("").ID, "members", id))
}

func removesManagerByFilter(ctx context.Context) error {
	w := worldOf(ctx)
	return w.patchUser(ctx, phrase.Operation{Op: "Remove", Path: "manager[value eq " + phrase.Quote(w.user("manager").ID) + "]", NoValue: true})
}

func closesCircle(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.SetManagerObject(w.user("manager").ID, w.user("").ID))
}

func deletesManager(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Delete("Users", w.user("manager").ID))
}

func setsGoneManager(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("manager"); err != nil {
		return err
	}
	return w.send(ctx, phrase.SetManagerObject(w.user("another").ID, w.user("").ID))
}

func noGroupThere(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusNotFound && w.act.Status != http.StatusBadRequest {
		return w.wrong(w.act, "404, since an id belongs to one resource of all kinds (RFC 7643 §3.1)")
	}
	return nil
}

func refusedInTime(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status/100 != 4 {
		return w.wrong(w.act, "400, 414 or 431")
	}
	if w.act.Took > 5*time.Second {
		return w.wrongPart(w.act, "the answer", "after "+w.act.Took.Round(time.Millisecond).String(), "an answer within five seconds")
	}
	return nil
}

func (w *World) readable(ctx context.Context, r *Resource) error {
	if _, err := w.read(ctx, r); err != nil {
		return err
	}
	a, err := w.do(ctx, phrase.FindUser("userName", r.Name))
	if err != nil {
		return err
	}
	_, err = w.onlyHit(a, r)
	return err
}

func bothReadable(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status/100 == 5 {
		return w.wrong(w.act, "a success or a 4xx, and both users readable")
	}
	if err := w.readable(ctx, w.user("manager")); err != nil {
		return err
	}
	return w.readable(ctx, w.user(""))
}

func userReadable(ctx context.Context) error {
	w := worldOf(ctx)
	return w.readable(ctx, w.user(""))
}

func succeedsOrUnknown(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status/100 != 2 && w.act.Status/100 != 4 {
		return w.wrong(w.act, "a success, or 400 or 404 that says that the manager does not exist")
	}
	return w.readable(ctx, w.user("another"))
}
