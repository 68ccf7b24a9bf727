package steps

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
)

func querySteps() []Definition {
	return []Definition{
		given(`two users with the same external id`, twoWithOneExternalID),
		given(`a user as Entra creates it`, aUserAsEntraCreates),
		given(`a user with a manager`, aUserWithManager),
		given(`a user with a department`, aUserWithDepartment),
		given(`a user with a password`, aUserWithPassword),
		given(`a created user`, aCreatedUser),
		when(`Entra looks the user up by its external id`, looksUpByExternalID),
		when(`Entra looks the user up by its work address`, looksUpByWorkAddress),
		when(`Entra looks the user up by its id`, looksUpByID),
		when(`Entra looks the user up by its user name in capitals`, looksUpInCapitals),
		when(`Entra asks whether the user's manager is (this manager|somebody else)`, asksForManager),
		when(`Entra looks the user up and asks for its user name only`, looksUpForUserName),
		when(`Entra looks the user up without its id and name`, looksUpWithoutName),
		when(`Entra reads the user and asks for (\S+)`, readsAttribute),
		when(`Entra reads the user`, readsUser),
		when(`Entra walks the list of all users`, walksUsers),
		then(`both users are found`, bothFound),
		then(`the answer is a list response with one entry`, isListOfOne),
		then(`the user in the list equals the user that is read`, listEqualsRead),
		then(`only the user is found`, exactlyThisUser),
		then(`the user comes with id and user name, without its name and addresses`, userNameOnly),
		then(`the user comes with its id and user name, without its name`, withoutName),
		then(`only (\S+) is returned beside the minimum`, onlyAttribute),
		then(`the answer is the user with this id`, isThisUser),
		then(`the answer is the user with this id, inactive`, isThisUserInactive),
		then(`the user shows no address and no number that nobody gave it`, nothingInvented),
		then(`the user is in the list`, inTheList),
		then(`neither answer about the user holds its password`, noPassword),
	}
}

func twoWithOneExternalID(ctx context.Context) error {
	w := worldOf(ctx)
	first := w.plainUser("first")
	if _, err := w.givenUser(ctx, "", first); err != nil {
		return err
	}
	shared, _ := first.Get("externalId")
	res, err := w.create(ctx, "Users", with(w.plainUser("second"), "externalId", shared))
	if block, ok := err.(*Block); ok && block.By == ruleUserCreate {
		return skip(verdict.NotApplicable, "the target keeps external ids unique: %s", block.Reason)
	}
	w.users["another"] = res
	return err
}

// aUserAsEntraCreates is a user with every attribute of the default mapping that the target takes.
func aUserAsEntraCreates(ctx context.Context) error {
	w := worldOf(ctx)
	_, err := w.givenUser(ctx, "", w.entraUser("user"))
	return err
}

func aUserWithManager(ctx context.Context) error {
	w := worldOf(ctx)
	boss, err := w.givenUser(ctx, "manager", w.plainUser("manager"))
	if err != nil {
		return err
	}
	report, err := w.givenUser(ctx, "", w.plainUser("report"))
	if err != nil {
		return err
	}
	reports := func(doc gjson.Result) bool {
		return scim.Get(doc, phrase.EnterpriseSchema, "manager", "value").String() == boss.ID
	}
	return w.reach(ctx, ruleManagerSet, report, reports, "a user with a manager",
		phrase.SetManager(phrase.Legacy, report.ID, boss.ID), phrase.SetManagerObject(report.ID, boss.ID))
}

func aUserWithDepartment(ctx context.Context) error {
	w := worldOf(ctx)
	user := with(w.plainUser("user"), "schemas", []string{phrase.UserSchema, phrase.EnterpriseSchema})
	user = with(user, phrase.EnterpriseSchema, phrase.Object{{Name: "department", Value: "Operations"}})
	_, err := w.givenUser(ctx, "", user)
	return err
}

func aUserWithPassword(ctx context.Context) error {
	w := worldOf(ctx)
	user := w.plainUser("user")
	if len(w.run.Can.attributes) > 0 && w.takes("user:password") {
		w.notes["password"] = "Pw-" + uuid.NewString()
		user = append(user, phrase.Member{Name: "password", Value: w.notes["password"]})
	}
	_, err := w.givenUser(ctx, "", user)
	return err
}

// aCreatedUser is a user that no read has checked: the read is what is judged.
func aCreatedUser(ctx context.Context) error {
	w := worldOf(ctx)
	a, err := w.do(ctx, phrase.Create("Users", w.plainUser("user")))
	if err != nil {
		return err
	}
	if w.users[""] = w.last(); w.last().ID == "" {
		return blocked(ruleUserCreate, "creating a user for this check was answered %s", w.got(a))
	}
	return nil
}

func looksUpByExternalID(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindUser("externalId", scim.Get(w.user("").Sent, "externalId").String()))
}

func looksUpByWorkAddress(ctx context.Context) error {
	w := worldOf(ctx)
	address := scim.Get(w.user("").Sent, "emails", "0", "value")
	if !address.Exists() {
		return skip(verdict.NotOffered, "the target takes no mail addresses")
	}
	return w.send(ctx, phrase.FindUser(`emails[type eq "work"].value`, address.String()))
}

func looksUpByID(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindUser("id", w.user("").ID))
}

func looksUpInCapitals(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindUser("userName", strings.ToUpper(w.user("").Name)))
}

func asksForManager(ctx context.Context, who string) error {
	w := worldOf(ctx)
	manager := w.user("manager").ID
	if who == "somebody else" {
		manager = w.user("").ID
	}
	return w.send(ctx, phrase.ReferenceQuery("Users", w.user("").ID, "manager", manager))
}

func looksUpForUserName(ctx context.Context) error {
	w := worldOf(ctx)
	r := phrase.FindUser("userName", w.user("").Name)
	r.Query += "&attributes=userName"
	return w.send(ctx, r)
}

func looksUpWithoutName(ctx context.Context) error {
	w := worldOf(ctx)
	r := phrase.FindUser("userName", w.user("").Name)
	r.Query += "&excludedAttributes=id,name"
	return w.send(ctx, r)
}

func readsAttribute(ctx context.Context, attribute string) error {
	w := worldOf(ctx)
	if strings.Contains(attribute, "department") {
		if err := w.demand("user:department"); err != nil {
			return err
		}
	}
	r := phrase.Read("Users", w.user("").ID)
	r.Query = "attributes=" + attribute
	return w.send(ctx, r)
}

func readsUser(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Read("Users", w.user("").ID))
}

// walksUsers reads the list page by page, five pages or 1,000 users at most (design: no more is read than a claim needs).
func walksUsers(ctx context.Context) error {
	w := worldOf(ctx)
	start := 1
	for range 5 {
		r := phrase.Request{Method: http.MethodGet, Path: "/Users", Query: phrase.Page(start, 200)}
		if err := w.send(ctx, r); err != nil {
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

func bothFound(ctx context.Context) error {
	w := worldOf(ctx)
	found, err := w.hits(w.act)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, r := range found {
		seen[scim.Get(r, "id").String()] = true
	}
	if len(found) != 2 || !seen[w.user("").ID] || !seen[w.user("another").ID] {
		return w.wrong(w.act, "both users that were created with this external id, %s and %s", w.user("").ID, w.user("another").ID)
	}
	return nil
}

const listSchema = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

func isListOfOne(ctx context.Context) error {
	w := worldOf(ctx)
	if _, err := w.onlyHit(w.act, w.user("")); err != nil {
		return err
	}
	for _, s := range w.act.Get("schemas").Array() {
		if s.String() == listSchema {
			return nil
		}
	}
	return w.wrongPart(w.act, "schemas", show(w.act.Get("schemas")), "schemas with %s", listSchema)
}

func listEqualsRead(ctx context.Context) error {
	w := worldOf(ctx)
	found, err := w.onlyHit(w.act, w.user(""))
	if err != nil {
		return err
	}
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	doc, err := read.JSON()
	if err != nil {
		return w.wrong(read, "a JSON document: %v", err)
	}
	var wrong error
	doc.ForEach(func(key, want gjson.Result) bool {
		name := key.String()
		if strings.EqualFold(name, "meta") || strings.EqualFold(name, "schemas") || unassigned(want) {
			return true
		}
		if got := scim.Get(found, name); !sameJSON(got, want) {
			wrong = w.wrongPart(w.act, name, show(got), "%s %s, as the read by id shows it", name, show(want))
			return false
		}
		return true
	})
	return wrong
}

func userNameOnly(ctx context.Context) error {
	w := worldOf(ctx)
	found, err := w.onlyHit(w.act, w.user(""))
	if err != nil {
		return err
	}
	if !scim.Get(found, "userName").Exists() {
		return w.wrongPart(w.act, "userName", "absent", "the userName that was asked for")
	}
	for _, name := range []string{"name", "emails"} {
		if got := scim.Get(found, name); got.Exists() {
			return w.wrongPart(w.act, name, show(got), "no %s, since attributes=userName asks for userName only", name)
		}
	}
	return nil
}

func withoutName(ctx context.Context) error {
	w := worldOf(ctx)
	found, err := w.onlyHit(w.act, w.user(""))
	if err != nil {
		return err
	}
	if !scim.Get(found, "userName").Exists() {
		return w.wrongPart(w.act, "userName", "absent", "the userName, which was not excluded")
	}
	if got := scim.Get(found, "name"); got.Exists() {
		return w.wrongPart(w.act, "name", show(got), "no name, since excludedAttributes names it")
	}
	return nil
}

func onlyAttribute(ctx context.Context, attribute string) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusOK {
		return w.wrong(w.act, "200 with %s and the minimum set", attribute)
	}
	got := w.act.Get("name", "givenName")
	rest := []string{"displayName", "emails"}
	if strings.Contains(attribute, "department") {
		got = w.act.Get(phrase.EnterpriseSchema, "department")
		rest = append(rest, "name")
	}
	if unassigned(got) {
		return w.wrongPart(w.act, attribute, show(got), "%s, which was asked for", attribute)
	}
	for _, name := range rest {
		if v := w.act.Get(name); v.Exists() {
			return w.wrongPart(w.act, name, show(v), "no %s, since attributes names %s only", name, attribute)
		}
	}
	return nil
}

func isThisUser(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status != http.StatusOK {
		return w.wrong(w.act, "200 with the user that was created")
	}
	if _, err := w.act.JSON(); err != nil {
		return w.wrong(w.act, "the user as JSON: %v", err)
	}
	if id := w.act.Get("id"); id.Type != gjson.String || id.String() != w.user("").ID {
		return w.wrongPart(w.act, "id", show(id), "id %q (a string), as the answer to the create gave it", w.user("").ID)
	}
	if name := w.act.Get("userName"); !strings.EqualFold(name.String(), w.user("").Name) {
		return w.wrongPart(w.act, "userName", show(name), "userName %q", w.user("").Name)
	}
	return nil
}

func isThisUserInactive(ctx context.Context) error {
	w := worldOf(ctx)
	if err := isThisUser(ctx); err != nil {
		return err
	}
	if got := w.act.Get("active"); got.Type != gjson.False {
		return w.wrongPart(w.act, "active", show(got), "active false (a boolean)")
	}
	return nil
}

func nothingInvented(ctx context.Context) error {
	w := worldOf(ctx)
	if err := isThisUser(ctx); err != nil {
		return err
	}
	for _, name := range []string{"addresses", "phoneNumbers"} {
		if got := w.act.Get(name); !unassigned(got) {
			return w.wrongPart(w.act, name, show(got), "no %s, since none was sent", name)
		}
	}
	return nil
}

func inTheList(ctx context.Context) error {
	w := worldOf(ctx)
	seen := 0
	for _, a := range w.acts {
		found, err := w.hits(a)
		if err != nil {
			return err
		}
		for _, r := range found {
			seen++
			if scim.Get(r, "id").String() == w.user("").ID {
				return nil
			}
		}
	}
	if int64(seen) < w.act.Get("totalResults").Int() && len(w.act.Get("Resources").Array()) > 0 {
		return skip(verdict.NotApplicable, "the target has more users than a check may walk through: %d of %d seen", seen, w.act.Get("totalResults").Int())
	}
	return w.wrong(w.act, "the disabled user %s among the users of the list", w.user("").ID)
}

func noPassword(ctx context.Context) error {
	w := worldOf(ctx)
	read, err := w.read(ctx, w.user(""))
	if err != nil {
		return err
	}
	password := w.notes["password"]
	for _, a := range []scim.Answer{w.act, read} {
		doc, err := a.JSON()
		if err != nil {
			return w.wrong(a, "a JSON document: %v", err)
		}
		user := doc
		if list := scim.Get(doc, "Resources"); list.IsArray() {
			user = scim.Get(doc, "Resources", "0")
		}
		if scim.Get(user, "password").Exists() || password != "" && bytes.Contains(a.Body, []byte(password)) {
			return w.wrongPart(a, "password", "in the answer", "no password, neither its name nor its value (RFC 7643 §4.1.1)")
		}
	}
	return nil
}
