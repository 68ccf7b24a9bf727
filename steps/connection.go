package steps

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
)

func connectionSteps() []Definition {
	return []Definition{
		when(`Entra tests the connection`, testsConnection),
		when(`Entra tests the connection five times in a row and five times at once`, testsConnectionOften),
		when(`Entra looks up a group that nobody has`, probesGroups),
		when(`Microsoft's onboarding tool asks for (one user|one group|a missing user|the schemas)`, toolAsks),
		when(`somebody asks for (users|groups) (without a token|with a wrong token|with a user name and password|with an empty token)`, strangerAsks),
		when(`somebody changes the user with a wrong token`, strangerChanges),
		when(`Entra looks the user up with (\S+) in the address`, looksUpWithParameter),
		then(`nobody is found`, nobodyFound),
		then(`every time nobody is found`, nobodyFoundEver),
		then(`the request is refused as not authenticated`, refused),
		then(`the request is refused as not authenticated or as malformed`, refusedOrMalformed),
		then(`the request is refused and the user is unchanged`, refusedUnchanged),
		then(`the refusal names the Bearer scheme`, namesBearer),
		then(`the answer is a SCIM error for (\d+)`, isSCIMError),
		then(`exactly this user is found`, exactlyThisUser),
	}
}

func testsConnection(ctx context.Context) error {
	return worldOf(ctx).send(ctx, phrase.FindUser("userName", uuid.NewString()))
}

func testsConnectionOften(ctx context.Context) error {
	w := worldOf(ctx)
	for range 5 {
		if err := testsConnection(ctx); err != nil {
			return err
		}
	}
	return w.atOnce(ctx, 5, func(int) phrase.Request { return phrase.FindUser("userName", uuid.NewString()) })
}

// atOnce sends n requests in parallel; their answers become acts in the order of their numbers.
func (w *World) atOnce(ctx context.Context, n int, one func(i int) phrase.Request) error {
	answers, errs := w.parallel(ctx, n, one)
	for i, err := range errs {
		if err := w.acted(answers[i], err); err != nil {
			return err
		}
	}
	return nil
}

func (w *World) parallel(ctx context.Context, n int, one func(i int) phrase.Request) ([]scim.Answer, []error) {
	answers, errs := make([]scim.Answer, n), make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { answers[i], errs[i] = w.do(ctx, one(i)) })
	}
	wg.Wait()
	return answers, errs
}

func probesGroups(ctx context.Context) error {
	return worldOf(ctx).send(ctx, phrase.FindGroup("displayName", uuid.NewString()))
}

// toolAsks sends what Microsoft's onboarding tool sends, byte for byte (CONN-07).
func toolAsks(ctx context.Context, what string) error {
	w := worldOf(ctx)
	r := map[string]phrase.Request{
		"one user":       {Path: "/Users", Query: "count=1"},
		"one group":      {Path: "/Groups", Query: "count=1"},
		"a missing user": {Path: "/Users", Query: "filter=userName%20eq%20%22" + uuid.NewString() + "%22"},
		"the schemas":    {Path: "/Schemas"},
	}[what]
	r.Method = http.MethodGet
	if what == "one group" {
		if err := w.demand("groups"); err != nil {
			return err
		}
	}
	return w.send(ctx, r)
}

// authorization is the header of somebody who has no right to be here.
func authorization(how string) string {
	return map[string]string{
		"without a token":               "",
		"with a wrong token":            "Bearer " + strings.ReplaceAll(uuid.NewString(), "-", ""),
		"with a user name and password": "Basic " + base64.StdEncoding.EncodeToString([]byte("entrant:"+uuid.NewString())),
		"with an empty token":           "Bearer",
	}[how]
}

func strangerAsks(ctx context.Context, what, how string) error {
	w := worldOf(ctx)
	ask := phrase.FindUser("userName", uuid.NewString())
	if u := w.users[""]; u != nil {
		ask = phrase.FindUser("userName", u.Name)
	}
	if what == "groups" {
		if err := w.demand("groups"); err != nil {
			return err
		}
		ask = phrase.FindGroup("displayName", uuid.NewString())
	}
	header := authorization(how)
	return w.acted(w.request(ctx, scim.Request{Method: ask.Method, Path: ask.Path, Query: ask.Query, Auth: &header}))
}

func strangerChanges(ctx context.Context) error {
	w := worldOf(ctx)
	change := phrase.SetPlain("Users", w.user("").ID, "active", false)
	header := authorization("with a wrong token")
	return w.acted(w.request(ctx, scim.Request{Method: change.Method, Path: change.Path, Body: change.Body, Auth: &header}))
}

func looksUpWithParameter(ctx context.Context, parameter string) error {
	w := worldOf(ctx)
	r := phrase.FindUser("userName", w.user("").Name)
	r.Query = parameter + "&" + r.Query
	return w.send(ctx, r)
}

func nobodyFound(ctx context.Context) error {
	w := worldOf(ctx)
	return w.noHits(w.act)
}

func nobodyFoundEver(ctx context.Context) error {
	w := worldOf(ctx)
	for _, a := range w.acts {
		if err := w.noHits(a); err != nil {
			return err
		}
	}
	return nil
}

func refused(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusUnauthorized {
		return w.wrong(w.act, "401 Unauthorized")
	}
	return w.tellsNothing()
}

func refusedOrMalformed(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusUnauthorized && w.act.Status != http.StatusBadRequest {
		return w.wrong(w.act, "401 Unauthorized (400 is legal for a malformed header, RFC 6750 §3.1)")
	}
	return w.tellsNothing()
}

// tellsNothing wants a refusal without resources in it.
func (w *World) tellsNothing() error {
	if found := w.act.Get("Resources"); len(found.Array()) > 0 {
		return w.wrongPart(w.act, "Resources", show(found), "a refusal without any resource")
	}
	return nil
}

func refusedUnchanged(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusUnauthorized {
		return w.wrong(w.act, "401 Unauthorized, and the user unchanged")
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	if got := read.Get("active"); got.Type == gjson.False {
		return w.wrongState(read, "active", show(got), "active true: the request had no right to change it")
	}
	return nil
}

func namesBearer(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusUnauthorized {
		return w.wrong(w.act, "401 Unauthorized with WWW-Authenticate: Bearer")
	}
	for _, line := range w.act.Header.Values("WWW-Authenticate") {
		for _, challenge := range strings.Split(line, ",") {
			if scheme, _, _ := strings.Cut(strings.TrimSpace(challenge), " "); strings.EqualFold(scheme, "Bearer") {
				return nil
			}
		}
	}
	return w.wrongPart(w.act, "WWW-Authenticate", quote(w.act.Header.Values("WWW-Authenticate")), "a header WWW-Authenticate with the scheme Bearer")
}

// isSCIMError wants the error message of RFC 7644 §3.12: its schema, and status as a string.
func isSCIMError(ctx context.Context, status int) error {
	w := worldOf(ctx)
	if w.act.Status != status {
		return w.wrong(w.act, "%d with a SCIM error", status)
	}
	return w.scimError(w.act)
}

const errorSchema = "urn:ietf:params:scim:api:messages:2.0:Error"

func (w *World) scimError(a scim.Answer) error {
	doc, err := a.JSON()
	if err != nil {
		return w.wrong(a, "a SCIM error with schemas %s; the answer is no JSON: %v", errorSchema, err)
	}
	for _, s := range scim.Get(doc, "schemas").Array() {
		if strings.EqualFold(s.String(), errorSchema) {
			if got := scim.Get(doc, "status"); strings.Trim(got.Raw, `"`) != strconv.Itoa(a.Status) {
				return w.wrongPart(a, "status", show(got), "status %q as in the status line", strconv.Itoa(a.Status))
			}
			return nil
		}
	}
	return w.wrongPart(a, "schemas", show(scim.Get(doc, "schemas")), "schemas with %s", errorSchema)
}

func exactlyThisUser(ctx context.Context) error {
	w := worldOf(ctx)
	_, err := w.onlyHit(w.act, w.user(""))
	return err
}
