package provider

import (
	"net/http"
	"strconv"
	"strings"
)

// Variants are all legal differences that the provider can show.
func Variants() []Variant {
	return []Variant{
		{Name: "patch-answers-204", Ref: "N-01", Summary: "PATCH answers 204 without a body.", seams: seams{
			handle: after(func(r *Request, res *Response) {
				if r.Method == http.MethodPatch && res.Status == 200 {
					res.Status, res.Doc = 204, nil
				}
			})}},
		{Name: "empty-list-without-resources", Ref: "N-03", Summary: "Resources is left out when nothing is found.", seams: seams{
			handle: after(func(_ *Request, res *Response) {
				if doc, ok := res.Doc.(map[string]any); ok && doc["totalResults"] == 0 {
					delete(doc, "Resources")
				}
			})}},
		{Name: "extra-attributes-and-headers", Ref: "N-05", Summary: "Resources carry attributes and a schema of the vendor's, answers a header.", seams: seams{
			shape: func(next Shaper) Shaper {
				return func(r *Request, kind string, rec *record) map[string]any {
					doc := next(r, kind, rec)
					const urn = "urn:vendor:params:scim:schemas:extension:extra:2.0:User"
					doc["schemas"] = append(doc["schemas"].([]any), urn)
					doc[urn] = map[string]any{"plan": "gold"}
					return doc
				}
			},
			handle: after(func(_ *Request, res *Response) { res.Header.Set("X-Vendor", "yes") })}},
		{Name: "ids-are-digit-strings", Ref: "N-11", Summary: "Ids are digits in a JSON string.", seams: seams{
			commit: func(next Committer) Committer {
				return func(r *Request, before, after *record) *scimError {
					if before == nil {
						r.tenant.next++
						after.id = strconv.Itoa(100000 + r.tenant.next)
					}
					return next(r, before, after)
				}
			}}},
		{Name: "unknown-attributes-ignored", Ref: "N-13", Summary: "Unknown attributes are ignored everywhere, also as the path of a PATCH.", seams: seams{
			apply: func(next Applier) Applier {
				return func(c *change, op operation) *scimError {
					err := next(c, op)
					if err != nil && err.scimType == "invalidPath" && !strings.Contains(op.Path, "[") && !strings.Contains(op.Path, "..") {
						return nil
					}
					return err
				}
			}}},
		{Name: "remove-non-member-ok", Ref: "N-15", Summary: "Removing somebody who is no member is answered 204.", seams: seams{
			handle: after(func(r *Request, res *Response) {
				if r.Method == http.MethodPatch && r.Kind == "Groups" && res.Status == 200 {
					res.Status, res.Doc = 204, nil
				}
			})}},
		{Name: "startindex-below-one", Ref: "N-19", Summary: "A startIndex below 1 is read as 1, a negative count as 0.", seams: seams{}},
		{Name: "server-defaults-added", Ref: "N-23", Summary: "The server adds defaults: a derived display name, a locale.", seams: seams{
			commit: func(next Committer) Committer {
				return func(r *Request, before, after *record) *scimError {
					if before == nil && r.Kind == "Users" {
						if after.doc["displayName"] == nil {
							after.doc["displayName"] = after.doc["userName"]
						}
						if after.doc["locale"] == nil {
							after.doc["locale"] = "en-GB"
						}
					}
					return next(r, before, after)
				}
			}}},
	}
}

// after is a handle seam that changes the answer.
func after(change func(*Request, *Response)) func(Handler) Handler {
	return func(next Handler) Handler {
		return func(r *Request) *Response {
			res := next(r)
			change(r, res)
			return res
		}
	}
}
