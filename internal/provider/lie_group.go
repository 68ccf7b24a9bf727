package provider

import (
	"net/http"
	"strings"
)

// groupLies are faults of groups, but for their members.
func groupLies() []Lie {
	posting := func(when func(o map[string]any) bool) func(*Request) bool {
		return func(r *Request) bool { return creates(r, "Groups") && when(bodyOf(r)) }
	}
	renames := func(c *change, op operation) bool {
		_, found := sets(op, "displayName")
		return onGroups(c) && found
	}
	patching := func(r *Request) bool { return r.Method == http.MethodPatch && r.Kind == "Groups" }
	return []Lie{
		lie("patch-groups-501", "M-052", "Groups take no PATCH.", refusing(patching, 501, "", "not implemented"), "group.rename.dialect", "group.members.add-one", "group.patch.answer"),
		lie("group-create-drops-externalid", "", "The external id of a group is not stored.", storing(func(r *Request, _ *record, doc map[string]any) {
			if r.Kind == "Groups" {
				delete(doc, "externalId")
			}
		}), "group.create.accepted", "group.query.by-external-id", "group.external-id.change"),
		lie("unknown-schema-400", "", "A create that names an unknown schema is refused.", refusing(posting(func(o map[string]any) bool {
			list, _ := o["schemas"].([]any)
			return len(list) > 1
		}), 400, "invalidSyntax", "unknown schema"), "group.create.microsoft-schema"),
		lie("group-empty-members-400", "", "A group with an empty list of members is refused.", refusing(posting(func(o map[string]any) bool {
			list, ok := o["members"].([]any)
			return ok && len(list) == 0
		}), 400, "invalidValue", "members may not be empty"), "group.create.empty-members"),
		lie("group-create-single-member-400", "M-093", "A group with one member is refused.", refusing(posting(func(o map[string]any) bool {
			list, _ := o["members"].([]any)
			return len(list) == 1
		}), 400, "invalidValue", "a group has two members at least"), "group.create.with-member"),
		lie("group-create-members-echoed-only", "M-094", "Members of a create are echoed and not stored.", storing(func(r *Request, before *record, doc map[string]any) {
			if before == nil {
				delete(doc, "members")
			}
		}), "group.create.with-member"),
		lie("group-dup-accepted", "", "A group name that is taken is accepted.", seams{commit: func(next Committer) Committer {
			return func(r *Request, before, after *record) *scimError {
				if before == nil && r.Kind == "Groups" {
					delete(r.tenant.kinds["Groups"].byName, strings.ToLower(textOf(after.doc["displayName"])))
				}
				return next(r, before, after)
			}
		}}, "group.create.duplicate"),
		lie("group-nameless-accepted", "", "A group without a name is accepted.", asking(func(r *Request) {
			if o := bodyOf(r); creates(r, "Groups") && o["displayName"] == nil {
				o["displayName"] = "Group " + newID()
			}
		}), "group.create.without-name"),
		lie("group-read-501", "", "A group cannot be read by its id.", refusing(func(r *Request) bool { return reads(r, "Groups") && r.RawQuery == "" }, 501, "", "not implemented"),
			"group.read.by-id"),
		lie("group-excluded-empty-list", "", "Members that are excluded are shown as an empty list.", answering(func(r *Request, res *Response) {
			if !strings.Contains(r.Query.Get("excludedAttributes"), "members") || res.Status != 200 {
				return
			}
			found, isList := docOf(res)["Resources"].([]any)
			if !isList {
				docOf(res)["members"] = []any{}
			}
			for _, g := range found {
				g.(map[string]any)["members"] = []any{}
			}
		}), "group.read.without-members", "group.query.without-members"),
		lie("excluded-members-ignored", "", "excludedAttributes is ignored for groups.", asking(func(r *Request) {
			if r.Kind == "Groups" {
				r.Query.Del("excludedAttributes")
			}
		}), "group.read.without-members", "group.query.without-members"),
		lie("excluded-after-filter-ignored", "", "excludedAttributes after the filter is ignored.", asking(func(r *Request) {
			if strings.Index(r.RawQuery, "excludedAttributes") > strings.Index(r.RawQuery, "filter=") {
				r.Query.Del("excludedAttributes")
			}
		}), "group.query.without-members"),
		lie("group-read-no-members", "", "A group is read without its members, though they are declared as returned by default.", answering(func(r *Request, res *Response) {
			if reads(r, "Groups") && r.Query.Get("attributes") == "" {
				delete(docOf(res), "members")
			}
		}), "group.read.members"),
		lie("group-unknown-500", "", "A read of a group that is gone crashes.", answering(func(r *Request, res *Response) {
			if reads(r, "Groups") && res.Status == 404 {
				*res = *fail(500, "", "crashed").response()
			}
		}), "group.read.unknown", "group.delete.gone"),
		lie("match-group-filter-refused", "M-030", "Groups cannot be filtered by name.", refusing(func(r *Request) bool { return queries(r, "Groups") && filterNames(r, "displayName") }, 400, "invalidFilter", "not supported"),
			"group.query.by-name", "connection.probe.groups", "group.rename.dialect"),
		lie("case-displayname-filter-exact", "M-047", "Group names are compared with regard to case in filters.", matching(func(r *Request, doc map[string]any, honest bool) bool {
			name, value, ok := exactly(r.Filter)
			return honest && !(ok && r.Kind == "Groups" && name == "displayName" && doc["displayName"] != value)
		}), "group.query.case-insensitive"),
		lie("group-rename-400", "M-110", "A new name of a group as a string is refused.", failing(func(c *change, op operation) bool { return onGroups(c) && pathIs(op, "displayName") }, 400, "invalidValue"),
			"group.rename.dialect"),
		lie("group-rename-ignored", "M-111", "A new name of a group is passed over.", dropping(renames), "group.rename.dialect"),
		lie("group-rename-empties-members", "M-112", "A group that is renamed loses its members.", seams{apply: func(next Applier) Applier {
			return func(c *change, op operation) *scimError {
				if renames(c, op) {
					delete(c.doc, "members")
				}
				return next(c, op)
			}
		}}, "group.rename.keeps-members"),
		lie("pathless-group-rename-empties", "M-074", "A group that is renamed without a path loses its members.", seams{apply: func(next Applier) Applier {
			return func(c *change, op operation) *scimError {
				if renames(c, op) && !op.HasPath {
					delete(c.doc, "members")
				}
				return next(c, op)
			}
		}}, "group.rename.keeps-members"),
		lie("group-externalid-patch-ignored", "", "A new external id of a group is passed over.", dropping(func(c *change, op operation) bool {
			_, found := sets(op, "externalId")
			return onGroups(c) && found
		}), "group.external-id.change"),
		lie("group-delete-disables-members", "", "Deleting a group disables its members.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				if r.Method == http.MethodDelete && r.Kind == "Groups" {
					r.tenant.mu.Lock()
					if rec := r.tenant.kinds["Groups"].byID[r.ID]; rec != nil {
						for _, id := range memberIDs(rec.doc) {
							if u := r.tenant.kinds["Users"].byID[id]; u != nil {
								u.doc["active"] = false
							}
						}
					}
					r.tenant.mu.Unlock()
				}
				return next(r)
			}
		}}, "group.delete.keeps-users"),
		lie("user-groups-stale", "", "The groups of a user are always empty.", showing(func(_ *Request, kind string, doc map[string]any) {
			if kind == "Users" {
				doc["groups"] = []any{}
			}
		}), "group.members.user-groups"),
	}
}
