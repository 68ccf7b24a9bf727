package steps

import (
	"context"
	"net/http"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
)

func pagingSteps() []Definition {
	return []Definition{
		given(`(\d+) users of one display name`, usersOfOneName),
		given(`(\d+) groups`, severalGroups),
		when(`Entra reads page (\d+) of them, (\d+) a page`, readsPage),
		when(`Entra reads them from (-?\d+) on, (-?\d+) a page`, readsFrom),
		when(`Entra walks through them, (\d+) a page`, walksThrough),
		when(`Entra walks through all (users|groups)`, walksAll),
		then(`the page begins at (\d+) and has (\d+) entries`, pageIs),
		then(`every page tells the total of (\d+)`, everyTotal),
		then(`each of them is met once`, metOnce),
		then(`each of (?:them|the groups) is met once on the way`, metOnceOnTheWay),
		then(`the page has (\d+) entries, as from 1 on`, pageAsFromOne),
		then(`the total is (\d+) and there are no entries`, totalOnly),
		then(`the total is (\d+) and all of them are there`, totalAndAll),
		then(`itemsPerPage is (\d+)`, itemsPerPageIs),
	}
}

// usersOfOneName are told from all others by their name, so that a page of them does not depend on what else is there.
func usersOfOneName(ctx context.Context, n int) error {
	w := worldOf(ctx)
	if err := w.demand("user:displayName"); err != nil {
		return err
	}
	w.notes["display"] = "Crew " + w.name("crew")
	for range n {
		u, err := w.givenUser(ctx, "crowd", with(w.plainUser("user"), "displayName", w.notes["display"]))
		if err != nil {
			return err
		}
		w.crowd = append(w.crowd, u)
	}
	return nil
}

func severalGroups(ctx context.Context, n int) error {
	w := worldOf(ctx)
	for range n {
		g, err := w.givenGroup(ctx, "crowd")
		if err != nil {
			return err
		}
		w.crowd = append(w.crowd, g)
	}
	return nil
}

func (w *World) page(ctx context.Context, start, count int) error {
	r := phrase.FindUser("displayName", w.notes["display"])
	r.Query += "&" + phrase.Page(start, count)
	return w.send(ctx, r)
}

func readsPage(ctx context.Context, page, count int) error {
	return worldOf(ctx).page(ctx, (page-1)*count+1, count)
}

func readsFrom(ctx context.Context, start, count int) error {
	return worldOf(ctx).page(ctx, start, count)
}

func walksThrough(ctx context.Context, count int) error {
	w := worldOf(ctx)
	for start := 1; start <= len(w.crowd); start += count {
		if err := w.page(ctx, start, count); err != nil {
			return err
		}
	}
	return nil
}

// walksAll reads five pages of 200 at most (design: no more is read than a claim needs).
func walksAll(ctx context.Context, kind string) error {
	w := worldOf(ctx)
	path := map[string]string{"users": "/Users", "groups": "/Groups"}[kind]
	start := 1
	for range 5 {
		query := phrase.Page(start, 200)
		if kind == "groups" {
			query = "excludedAttributes=members&" + query
		}
		if err := w.send(ctx, phrase.Request{Method: http.MethodGet, Path: path, Query: query}); err != nil {
			return err
		}
		n := len(w.act.Get("Resources").Array())
		start += n
		if n == 0 || int64(start) > w.act.Get("totalResults").Int() {
			break
		}
	}
	return nil
}

func (w *World) wantNumber(a scim.Answer, name string, want int) error {
	if got := a.Get(name); got.Type != gjson.Number || got.Int() != int64(want) {
		return w.wrongPart(a, name, show(got), "%s %d", name, want)
	}
	return nil
}

func pageIs(ctx context.Context, start, count int) error {
	w := worldOf(ctx)
	found, err := w.hits(w.act)
	if err != nil {
		return err
	}
	if err := w.wantNumber(w.act, "startIndex", start); err != nil {
		return err
	}
	if len(found) != count {
		return w.wrongPart(w.act, "Resources", "of "+strconv.Itoa(len(found)), "%d entries, since there are more", count)
	}
	return nil
}

func everyTotal(ctx context.Context, total int) error {
	w := worldOf(ctx)
	for _, a := range w.acts {
		if _, err := w.hits(a); err != nil {
			return err
		}
		if err := w.wantNumber(a, "totalResults", total); err != nil {
			return err
		}
	}
	return nil
}

// met counts how often each of the scenario's own is on the pages.
func (w *World) met() (map[string]int, error) {
	seen := map[string]int{}
	for _, a := range w.acts {
		found, err := w.hits(a)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			seen[scim.Get(r, "id").String()]++
		}
	}
	return seen, nil
}

func metOnce(ctx context.Context) error {
	w := worldOf(ctx)
	seen, err := w.met()
	if err != nil {
		return err
	}
	for _, r := range w.crowd {
		if n := seen[r.ID]; n != 1 {
			return w.wrongPart(w.act, "the resource "+r.ID, "on "+strconv.Itoa(n)+" pages", "each resource on one page exactly")
		}
	}
	return nil
}

// metOnceOnTheWay allows for what others do meanwhile: a resource that is missed or met twice is looked for in a second walk.
func metOnceOnTheWay(ctx context.Context) error {
	w := worldOf(ctx)
	if int64(len(w.acts)*200) < w.act.Get("totalResults").Int() {
		return skip(verdict.NotApplicable, "the target has more resources than a check may walk through: %d", w.act.Get("totalResults").Int())
	}
	first := metOnce(ctx)
	if first == nil {
		return nil
	}
	w.acts = nil
	kind := "users"
	if w.crowd[0].Kind == "Groups" {
		kind = "groups"
	}
	if err := walksAll(ctx, kind); err != nil {
		return err
	}
	return metOnce(ctx)
}

func pageAsFromOne(ctx context.Context, count int) error {
	w := worldOf(ctx)
	found, err := w.hits(w.act)
	if err != nil {
		return err
	}
	if len(found) != count {
		return w.wrongPart(w.act, "Resources", "of "+strconv.Itoa(len(found)), "%d entries, as from 1 on (RFC 7644 §3.4.2.4)", count)
	}
	return nil
}

func totalOnly(ctx context.Context, total int) error {
	w := worldOf(ctx)
	found, err := w.hits(w.act)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return w.wrongPart(w.act, "Resources", "of "+strconv.Itoa(len(found)), "no entries")
	}
	return w.wantNumber(w.act, "totalResults", total)
}

func totalAndAll(ctx context.Context, total int) error {
	w := worldOf(ctx)
	if _, err := w.hits(w.act); err != nil {
		return err
	}
	if err := w.wantNumber(w.act, "totalResults", total); err != nil {
		return err
	}
	return metOnce(ctx)
}

func itemsPerPageIs(ctx context.Context, n int) error {
	w := worldOf(ctx)
	if _, err := w.hits(w.act); err != nil {
		return err
	}
	return w.wantNumber(w.act, "itemsPerPage", n)
}
