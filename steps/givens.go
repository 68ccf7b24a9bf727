package steps

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/phrase"
	"github.com/entrant-scim/entrant/internal/scim"
)

// The rules that judge what a Given needs. A Given that does not come about blocks its scenario and names one of them.
const (
	ruleUserCreate  = "user.create.accepted"
	ruleUserRead    = "user.read.by-id"
	ruleUserDelete  = "user.delete.accepted"
	ruleUserDisable = "user.disable.accepted"
	ruleGroupCreate = "group.create.accepted"
	ruleGroupRead   = "group.read.by-id"
	ruleGroupDelete = "group.delete.accepted"
	ruleMembersAdd  = "group.members.add-one"
	ruleManagerSet  = "user.manager.set"
	ruleRetryAfter  = "answers.retry-after"
)

// plainUser is what a Given creates: the attributes that every app has, each in its plainest form.
func (w *World) plainUser(word string) phrase.Object {
	name := w.name(word)
	user := phrase.Object{
		{Name: "schemas", Value: []string{phrase.UserSchema}},
		{Name: "userName", Value: name + "@" + w.run.Domain},
		{Name: "externalId", Value: name},
		{Name: "active", Value: true},
	}
	if w.takes("user:displayName") {
		user = append(user, phrase.Member{Name: "displayName", Value: "Given " + name})
	}
	if w.takes("user:name.givenName") {
		user = append(user, phrase.Member{Name: "name", Value: phrase.Object{{Name: "givenName", Value: "Given"}, {Name: "familyName", Value: name}}})
	}
	if w.takes("user:emails.value") {
		user = append(user, phrase.Member{Name: "emails", Value: []phrase.Object{{{Name: "type", Value: "work"}, {Name: "value", Value: "mail." + name + "@" + w.run.Domain}, {Name: "primary", Value: true}}}})
	}
	return user
}

// with sets a member of an object, in place of one that is there.
func with(o phrase.Object, name string, value any) phrase.Object {
	for i := range o {
		if o[i].Name == name {
			o[i].Value = value
			return o
		}
	}
	return append(o, phrase.Member{Name: name, Value: value})
}

// givenUser creates a user under a name of the sentence ("" for "a user"), and checks by a read that it is there.
// A target that refuses it is asked once more with userName alone, before the scenario is blocked.
func (w *World) givenUser(ctx context.Context, label string, attributes phrase.Object) (*Resource, error) {
	res, err := w.create(ctx, "Users", attributes)
	if errors.As(err, new(*Block)) && len(attributes) > 2 && res != nil && res.ID == "" {
		name, _ := attributes.Get("userName")
		minimal := phrase.Object{attributes[0], {Name: "userName", Value: name}, {Name: "active", Value: true}}
		again, second := w.create(ctx, "Users", minimal)
		if second == nil {
			w.observe("the user was created with userName alone: %v", err)
			res, err = again, nil
		}
	}
	if err != nil {
		return nil, err
	}
	w.users[label] = res
	return res, nil
}

// givenUserWith is givenUser for a user who must have n values of an attribute; where they are not there, the rule about
// storing them stands in the way.
func (w *World) givenUserWith(ctx context.Context, attributes phrase.Object, attribute string, n int, rule string) error {
	u, err := w.givenUser(ctx, "", attributes)
	if err != nil {
		return err
	}
	read, err := w.do(ctx, phrase.Read("Users", u.ID))
	if err != nil {
		return err
	}
	if len(read.Get(attribute).Array()) != n {
		return w.unreached(rule, read, "a read of a user created with %s for this check", attribute)
	}
	return nil
}

// givenGroup creates a group without members, and checks by a read that it is there.
func (w *World) givenGroup(ctx context.Context, label string) (*Resource, error) {
	name := w.name("group")
	res, err := w.create(ctx, "Groups", phrase.Object{
		{Name: "schemas", Value: []string{phrase.GroupSchema}}, {Name: "displayName", Value: name}, {Name: "externalId", Value: name}})
	if err != nil {
		return nil, err
	}
	w.groups[label] = res
	return res, nil
}

// create is a Given's POST and the read that shows its effect. What stands in the way blocks.
func (w *World) create(ctx context.Context, kind string, attributes phrase.Object) (*Resource, error) {
	createRule, readRule := ruleUserCreate, ruleUserRead
	if kind == "Groups" {
		createRule, readRule = ruleGroupCreate, ruleGroupRead
	}
	a, err := w.do(ctx, phrase.Create(kind, attributes))
	if err != nil {
		return nil, err
	}
	res := w.last()
	if a.Status/100 != 2 {
		return res, w.unreached(createRule, a, "creating %s for this check", article(kind))
	}
	if res.ID == "" {
		return res, blocked(createRule, "creating %s for this check gave no id: %s", article(kind), w.got(a))
	}
	read, err := w.do(ctx, phrase.Read(kind, res.ID))
	if err != nil {
		return res, err
	}
	if read.Status != http.StatusOK {
		return res, w.unreached(readRule, read, "a read of %s created for this check", article(kind))
	}
	return res, nil
}

func article(kind string) string {
	return "a " + strings.ToLower(strings.TrimSuffix(kind, "s"))
}

// reach is a Given's change: it sends the plainest phrasing, looks whether the state is there, tries the other phrasings
// in turn, and blocks when none of them brings it about.
func (w *World) reach(ctx context.Context, rule string, r *Resource, there func(gjson.Result) bool, what string, ways ...phrase.Request) error {
	var last scim.Answer
	for i, way := range ways {
		a, err := w.do(ctx, way)
		if err != nil {
			return err
		}
		last = a
		read, err := w.do(ctx, phrase.Read(r.Kind, r.ID))
		if err != nil {
			return err
		}
		if read.Status == http.StatusTooManyRequests {
			last = read
		}
		if doc, err := read.JSON(); err == nil && read.Status == http.StatusOK && there(doc) {
			if i > 0 {
				w.observe("%s was reached by %s", what, w.sent(a))
			}
			return nil
		}
	}
	return w.unreached(rule, last, "%s could not be reached for this check: %s", what, w.sent(last))
}

// disable is the Given's way to a disabled user.
func (w *World) disable(ctx context.Context, r *Resource) error {
	inactive := func(doc gjson.Result) bool {
		v := scim.Get(doc, "active")
		return v.Type == gjson.False || strings.EqualFold(v.String(), "false")
	}
	return w.reach(ctx, ruleUserDisable, r, inactive, "a disabled user",
		phrase.SetPlain(r.Kind, r.ID, "active", false), phrase.Disable(phrase.Legacy, r.ID))
}

// forget deletes a resource of this scenario for good. A read that still shows it blocks; any other answer for an id that
// is gone is what the scenario goes on to judge.
func (w *World) forget(ctx context.Context, r *Resource) error {
	rule, gone := ruleUserDelete, "user.delete.not-found-by-id"
	if r.Kind == "Groups" {
		rule, gone = ruleGroupDelete, "group.delete.gone"
	}
	a, err := w.do(ctx, phrase.Delete(r.Kind, r.ID))
	if err != nil {
		return err
	}
	if a.Status/100 != 2 {
		return w.unreached(rule, a, "deleting %s for this check", article(r.Kind))
	}
	read, err := w.do(ctx, phrase.Read(r.Kind, r.ID))
	if err != nil {
		return err
	}
	if read.Status == http.StatusOK && read.Get("id").String() == r.ID {
		return blocked(gone, "%s deleted for this check can still be read: %s", article(r.Kind), w.got(read))
	}
	r.gone = true
	return nil
}

// unreached blocks a scenario by the rule that judges the answer. A server that is too busy is judged by how it says so.
func (w *World) unreached(rule string, a scim.Answer, format string, args ...any) error {
	if a.Status == http.StatusTooManyRequests {
		rule = ruleRetryAfter
	}
	return blocked(rule, "%s was answered %s", fmt.Sprintf(format, args...), w.got(a))
}

// join makes users members of a group, one operation a member.
func (w *World) join(ctx context.Context, g *Resource, users ...*Resource) error {
	for _, u := range users {
		var last scim.Answer
		read, ok, err := w.hasMember(ctx, g, u.ID)
		if err != nil {
			return err
		}
		for _, way := range []phrase.Request{phrase.AddMemberPlain(g.ID, u.ID), phrase.AddMembers(phrase.Legacy, g.ID, u.ID)} {
			if ok {
				break
			}
			if last, err = w.do(ctx, way); err != nil {
				return err
			}
			if read, ok, err = w.hasMember(ctx, g, u.ID); err != nil {
				return err
			}
		}
		if read.Status == http.StatusTooManyRequests {
			last = read
		}
		if !ok {
			return w.unreached(ruleMembersAdd, last, "making a user a member of a group for this check")
		}
	}
	return nil
}

// members reads a group's member ids. A server may return members only when asked (returned: request): they are asked
// for by name when the plain read has none.
func (w *World) members(ctx context.Context, g *Resource) (scim.Answer, []string, error) {
	a, err := w.do(ctx, phrase.Read(g.Kind, g.ID))
	if err != nil {
		return a, nil, err
	}
	if a.Status == http.StatusOK && !a.Get("members").Exists() {
		asked := phrase.Read(g.Kind, g.ID)
		asked.Query = "attributes=members"
		if b, err := w.do(ctx, asked); err != nil {
			return b, nil, err
		} else if b.Status == http.StatusOK && b.Get("members").Exists() {
			a = b
		}
	}
	var ids []string
	for _, m := range a.Get("members").Array() {
		ids = append(ids, scim.Get(m, "value").String())
	}
	return a, ids, nil
}

func (w *World) hasMember(ctx context.Context, g *Resource, id string) (scim.Answer, bool, error) {
	a, ids, err := w.members(ctx, g)
	return a, slices.Contains(ids, id), err
}

// user is the scenario's user of that label; a sentence that names one nobody made is a defect of the feature.
func (w *World) user(label string) *Resource {
	if r := w.users[label]; r != nil {
		return r
	}
	panic(fmt.Sprintf("no user %q in this scenario", label))
}

func (w *World) group(label string) *Resource {
	if r := w.groups[label]; r != nil {
		return r
	}
	panic(fmt.Sprintf("no group %q in this scenario", label))
}
