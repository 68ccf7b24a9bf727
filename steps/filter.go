package steps

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
)

func filterSteps() []Definition {
	return []Definition{
		given(`a user named "([^"]+)"`, aUserNamed),
		given(`a user with an external id in mixed case`, aUserWithMixedExternalID),
		given(`a group named "([^"]+)"`, aGroupNamed),
		given(`a group named with quotes and a backslash`, aGroupWithQuotes),
		given(`a user with a personnel number of its own`, aUserWithNumber),
		given(`two users with the same display name`, twoOfOneName),
		when(`Entra looks the user up with a filter encoded with (.+)`, looksUpEncoded),
		when(`Entra looks the user up by its user name with the operator (\w+)`, looksUpByOperator),
		when(`Entra looks the user up by the attribute (\w+)`, looksUpByAttribute),
		when(`Entra looks the user up by its external id in lower case`, looksUpByLowerExternalID),
		when(`Entra looks up a user name with a star at its end`, looksUpStar),
		when(`Entra looks up the beginning of the user's name`, looksUpPrefix),
		when(`Entra looks up a user name that looks like a condition`, looksUpCondition),
		when(`a client looks up a user name without quotes`, looksUpUnquoted),
		when(`Entra looks the user up by its personnel number`, looksUpByNumber),
		when(`a client looks the user up by type and value of its address in brackets`, looksUpInBrackets),
		when(`a client looks the user up by its (work|home) address without a type`, looksUpByAnyAddress),
		when(`Entra looks up name and external id of (the user|different users), (name first|external id first)`, looksUpByTwo),
		when(`a client sends a filter with (an unknown operator|an unknown attribute|half a condition)`, sendsBadFilter),
		when(`a client looks up the display name`, looksUpDisplayName),
		when(`a client looks the user up by its name among the active users`, looksUpAmongActive),
		when(`Entra looks up the last of them`, looksUpLast),
		then(`nobody is found, or the filter is refused`, nobodyOrRefused),
		then(`the list has startIndex and itemsPerPage as numbers`, listHasNumbers),
		then(`the last of them is found`, lastFound),
	}
}

// aUserNamed gives the user a name with what the sentence says in it. A server that refuses it at the create is not asked.
func aUserNamed(ctx context.Context, part string) error {
	w := worldOf(ctx)
	res, err := w.create(ctx, "Users", with(w.plainUser("user"), "userName", part+"."+w.name("user")+"@"+w.run.Domain))
	if block, ok := err.(*Block); ok && block.By == ruleUserCreate && res != nil && res.ID == "" {
		return skip(verdict.NotApplicable, "the target takes no user names with %q", part)
	}
	w.users[""] = res
	return err
}

func aUserWithMixedExternalID(ctx context.Context) error {
	w := worldOf(ctx)
	_, err := w.givenUser(ctx, "", with(w.plainUser("user"), "externalId", strings.ToUpper(w.name("Mixed"))))
	return err
}

func (w *World) groupNamed(ctx context.Context, name string) error {
	res, err := w.create(ctx, "Groups", phrase.Object{{Name: "schemas", Value: []string{phrase.GroupSchema}}, {Name: "displayName", Value: name}})
	if block, ok := err.(*Block); ok && block.By == ruleGroupCreate && res != nil && res.ID == "" {
		return skip(verdict.NotApplicable, "the target takes no group of this name")
	}
	w.groups[""] = res
	return err
}

func aGroupNamed(ctx context.Context, name string) error {
	w := worldOf(ctx)
	return w.groupNamed(ctx, name+" "+w.name("group"))
}

func aGroupWithQuotes(ctx context.Context) error {
	w := worldOf(ctx)
	return w.groupNamed(ctx, `Team "Blue" \ `+w.name("group"))
}

func aUserWithNumber(ctx context.Context) error {
	w := worldOf(ctx)
	user := with(w.plainUser("user"), "schemas", []string{phrase.UserSchema, phrase.EnterpriseSchema})
	w.notes["number"] = "007" + w.name("n")
	_, err := w.givenUser(ctx, "", with(user, phrase.EnterpriseSchema, phrase.Object{{Name: "employeeNumber", Value: w.notes["number"]}}))
	return err
}

func twoOfOneName(ctx context.Context) error {
	w := worldOf(ctx)
	if err := w.demand("user:displayName"); err != nil {
		return err
	}
	w.notes["display"] = "Twin " + w.name("twin")
	for _, label := range []string{"", "another"} {
		if _, err := w.givenUser(ctx, label, with(w.plainUser("user"), "displayName", w.notes["display"])); err != nil {
			return err
		}
	}
	return nil
}

// looksUpEncoded sends the encodings of the catalogue's appendix B that are legal in a URI.
func looksUpEncoded(ctx context.Context, encoding string) error {
	w := worldOf(ctx)
	filter := "userName eq " + phrase.Quote(w.user("").Name)
	plus := url.QueryEscape(filter)
	percent := strings.ReplaceAll(plus, "+", "%20")
	encoded, found := map[string]string{
		"%20 for blanks":     percent,
		"+ for blanks":       plus,
		"a raw at sign":      strings.ReplaceAll(percent, "%40", "@"),
		"lower-case escapes": strings.NewReplacer("%2B", "%2b", "%40", "%40").Replace(percent),
	}[encoding]
	if !found {
		return fmt.Errorf("no encoding %q", encoding)
	}
	return w.send(ctx, phrase.RawFilter("Users", encoded))
}

func looksUpByOperator(ctx context.Context, operator string) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Filter("Users", "userName "+operator+" "+phrase.Quote(w.user("").Name)))
}

func looksUpByAttribute(ctx context.Context, attribute string) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindUser(attribute, w.user("").Name))
}

func looksUpByLowerExternalID(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindUser("externalId", strings.ToLower(scim.Get(w.user("").Sent, "externalId").String())))
}

func looksUpStar(ctx context.Context) error {
	w := worldOf(ctx)
	name, _, _ := strings.Cut(w.user("").Name, "@")
	return w.send(ctx, phrase.FindUser("userName", name+"*"))
}

func looksUpPrefix(ctx context.Context) error {
	w := worldOf(ctx)
	name, _, _ := strings.Cut(w.user("").Name, "@")
	return w.send(ctx, phrase.FindUser("userName", name))
}

// looksUpCondition puts a condition that every user fulfils into the value (FLT-25).
func looksUpCondition(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindUser("userName", `x" or userName pr or userName eq "y`))
}

func looksUpUnquoted(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Filter("Users", "userName eq "+w.user("").Name))
}

func looksUpByNumber(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindUser(phrase.EnterpriseSchema+":employeeNumber", w.notes["number"]))
}

func looksUpInBrackets(ctx context.Context) error {
	w := worldOf(ctx)
	address := scim.Get(w.user("").Sent, "emails", "0", "value").String()
	return w.send(ctx, phrase.Filter("Users", `emails[type eq "work" and value eq `+phrase.Quote(address)+`]`))
}

func looksUpByAnyAddress(ctx context.Context, kind string) error {
	w := worldOf(ctx)
	i := map[string]string{"work": "0", "home": "1"}[kind]
	return w.send(ctx, phrase.FindUser("emails.value", scim.Get(w.user("").Sent, "emails", i, "value").String()))
}

func looksUpByTwo(ctx context.Context, whom, order string) error {
	w := worldOf(ctx)
	other := w.user("")
	if whom == "different users" {
		other = w.user("another")
	}
	name, external := "userName eq "+phrase.Quote(w.user("").Name), "externalId eq "+phrase.Quote(scim.Get(other.Sent, "externalId").String())
	if order == "external id first" {
		name, external = external, name
	}
	return w.send(ctx, phrase.Filter("Users", name+" and "+external))
}

func sendsBadFilter(ctx context.Context, what string) error {
	filter := map[string]string{"an unknown operator": `userName xx "a"`, "an unknown attribute": `shoeSize eq "43"`, "half a condition": `userName eq`}[what]
	return worldOf(ctx).send(ctx, phrase.Filter("Users", filter))
}

func looksUpDisplayName(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindUser("displayName", w.notes["display"]))
}

func looksUpAmongActive(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.Filter("Users", "userName eq "+phrase.Quote(w.user("").Name)+" and active eq true"))
}

func looksUpLast(ctx context.Context) error {
	w := worldOf(ctx)
	return w.send(ctx, phrase.FindUser("userName", w.crowd[len(w.crowd)-1].Name))
}

// nobodyOrRefused: a filter that is not understood must never be ignored, since whoever is returned is linked (FLT-16).
func nobodyOrRefused(ctx context.Context) error {
	w := worldOf(ctx)
	if w.act.Status == http.StatusBadRequest {
		return nil
	}
	if w.act.Status/100 == 2 {
		if found := w.act.Get("Resources").Array(); len(found) > 0 {
			return w.wrongPart(w.act, "Resources", fmt.Sprintf("of %d users", len(found)), "400 with scimType invalidFilter, or an empty list: a filter that is not understood is never ignored")
		}
	}
	if w.act.Status != http.StatusOK {
		return w.wrong(w.act, "400 with scimType invalidFilter, or 200 with an empty list")
	}
	return w.noHits(w.act)
}

func listHasNumbers(ctx context.Context) error {
	w := worldOf(ctx)
	if _, err := w.onlyHit(w.act, w.user("")); err != nil {
		return err
	}
	for _, name := range []string{"startIndex", "itemsPerPage"} {
		if got := w.act.Get(name); got.Type != gjson.Number {
			return w.wrongPart(w.act, name, show(got), "%s as a number", name)
		}
	}
	return nil
}

func lastFound(ctx context.Context) error {
	w := worldOf(ctx)
	_, err := w.onlyHit(w.act, w.crowd[len(w.crowd)-1])
	return err
}
