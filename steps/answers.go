package steps

import (
	"context"
	"net/http"
	"reflect"
	"sort"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
)

// answerSteps are the sentences that every area shares.
func answerSteps() []Definition {
	return []Definition{
		given(`a user`, aUser),
		given(`another user`, anotherUser),
		given(`a group`, aGroup),
		given(`a group with this user as a member`, aGroupWithThisUser),
		when(`Entra looks the user up by its user name`, looksUpByUserName),
		then(`the request succeeds`, requestSucceeds),
		then(`the answer is (\d+)`, answerIs),
		then(`the answer is 204 without a body`, answerIs204Empty),
	}
}

func aUser(ctx context.Context) error {
	w := worldOf(ctx)
	_, err := w.givenUser(ctx, "", w.plainUser("user"))
	return err
}

func anotherUser(ctx context.Context) error {
	w := worldOf(ctx)
	_, err := w.givenUser(ctx, "another", w.plainUser("another"))
	return err
}

func aGroup(ctx context.Context) error {
	_, err := worldOf(ctx).givenGroup(ctx, "")
	return err
}

func aGroupWithThisUser(ctx context.Context) error {
	w := worldOf(ctx)
	g, err := w.givenGroup(ctx, "")
	if err != nil {
		return err
	}
	return w.join(ctx, g, w.user(""))
}

func looksUpByUserName(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindUser("userName", w.user("").Name))
}

func requestSucceeds(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status/100 != 2 {
		return w.wrong(w.act, "a success (200 or 204)")
	}
	return nil
}

func answerIs(ctx context.Context, status int) error {
	w := worldOf(ctx)
	if w.act.Status != status {
		return w.wrong(w.act, "%d %s", status, http.StatusText(status))
	}
	return nil
}

func answerIs204Empty(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusNoContent || len(w.act.Body) > 0 {
		return w.wrong(w.act, "204 No Content without a body")
	}
	return nil
}

// hits is a ListResponse's resources; what is no list is a mismatch.
func (w *World) hits(a scim.Answer) ([]gjson.Result, error) {
	if a.Status != http.StatusOK {
		return nil, w.wrong(a, "200 with a ListResponse")
	}
	doc, err := a.JSON()
	if err != nil {
		return nil, w.wrong(a, "200 with a ListResponse; the answer is no JSON: %v", err)
	}
	if total := scim.Get(doc, "totalResults"); total.Type != gjson.Number {
		return nil, w.wrongPart(a, "totalResults", show(total), "a ListResponse with totalResults as a number (RFC 7644 §3.4.2)")
	}
	found := scim.Get(doc, "Resources")
	if found.Exists() && !found.IsArray() {
		return nil, w.wrongPart(a, "Resources", show(found), "Resources as an array, or left out when nothing is found")
	}
	return found.Array(), nil
}

// onlyHit is the one resource of a list, which must be r.
func (w *World) onlyHit(a scim.Answer, r *Resource) (gjson.Result, error) {
	found, err := w.hits(a)
	if err != nil {
		return gjson.Result{}, err
	}
	if n := a.Get("totalResults").Int(); n != 1 || len(found) != 1 {
		return gjson.Result{}, w.wrong(a, "totalResults 1 and one resource, id %s", r.ID)
	}
	if id := scim.Get(found[0], "id"); id.String() != r.ID {
		return gjson.Result{}, w.wrongPart(a, "id", show(id), "the resource with id %q", r.ID)
	}
	return found[0], nil
}

// noHits wants 200 with totalResults 0; that Resources is left out is legal (RFC 7644 §3.4.2).
func (w *World) noHits(a scim.Answer) error {
	found, err := w.hits(a)
	if err != nil {
		return err
	}
	if n := a.Get("totalResults").Int(); n != 0 || len(found) > 0 {
		return w.wrong(a, "200 with totalResults 0 and no resources")
	}
	return nil
}

// sameJSON compares values as SCIM does: members by name without case, arrays as sets, numbers and strings exactly.
func sameJSON(a, b gjson.Result) bool {
	return reflect.DeepEqual(normal(a), normal(b))
}

func normal(v gjson.Result) any {
	switch {
	case v.IsArray():
		var items []string
		for _, item := range v.Array() {
			items = append(items, quote(normal(item)))
		}
		sort.Strings(items)
		return items
	case v.IsObject():
		out := map[string]any{}
		v.ForEach(func(key, value gjson.Result) bool {
			if !unassigned(value) {
				out[strings.ToLower(key.String())] = normal(value)
			}
			return true
		})
		return out
	}
	return v.Value()
}
