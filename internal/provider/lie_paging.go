package provider

import (
	"net/http"
	"slices"
	"strconv"
)

// pagingLies are faults of long lists.
func pagingLies() []Lie {
	listed := func(change func(r *Request, doc map[string]any, found []any)) seams {
		return answering(func(r *Request, res *Response) {
			doc := docOf(res)
			if found, ok := doc["Resources"].([]any); ok && (r.Kind == "Users" || r.Kind == "Groups") {
				change(r, doc, found)
			}
		})
	}
	start := func(r *Request) int {
		n, _ := strconv.Atoi(r.Query.Get("startIndex"))
		return n
	}
	return []Lie{
		lie("page-zero-based", "M-114", "startIndex is counted from zero.", asking(func(r *Request) {
			if n := start(r); n > 0 {
				r.Query.Set("startIndex", strconv.Itoa(n+1))
			}
		}), "paging.start", "paging.walk", "paging.walk-all"),
		inRFC(lie("page-items-echo-count", "M-115", "itemsPerPage is the count that was asked for.", listed(func(r *Request, doc map[string]any, _ []any) {
			if n, err := strconv.Atoi(r.Query.Get("count")); err == nil {
				doc["itemsPerPage"] = n
			}
		}), "paging.items-per-page")),
		lie("page-startindex-ignored", "M-116", "startIndex is ignored.", asking(func(r *Request) { r.Query.Del("startIndex") }), "paging.start", "paging.walk", "paging.beyond-end"),
		lie("page-beyond-end-last-item", "M-117", "A page beyond the end holds the last entry.", asking(func(r *Request) {
			if start(r) == 99 {
				r.Query.Set("startIndex", "5")
			}
		}), "paging.beyond-end"),
		lie("page-beyond-end-error", "M-118", "A page beyond the end is answered 404.", answering(func(r *Request, res *Response) {
			if found, ok := docOf(res)["Resources"].([]any); ok && len(found) == 0 && start(r) > 1 {
				*res = *fail(404, "", "there is no such page").response()
			}
		}), "paging.beyond-end"),
		lie("page-order-random", "M-119", "The order of a list changes from page to page.", seams{handle: func(next Handler) Handler {
			return func(r *Request) *Response {
				if r.Method != http.MethodGet || r.ID != "" || r.Kind != "Users" && r.Kind != "Groups" || !r.Query.Has("startIndex") {
					return next(r)
				}
				from, count := max(start(r), 1), r.Query.Get("count")
				r.Query.Del("startIndex")
				r.Query.Del("count")
				res := next(r)
				doc := docOf(res)
				found, ok := doc["Resources"].([]any)
				if !ok {
					return res
				}
				n, err := strconv.Atoi(count)
				if err != nil || n > len(found) {
					n = len(found)
				}
				if n > 0 && (from-1)/n%2 == 1 {
					slices.Reverse(found)
				}
				first := min(from-1, len(found))
				page := found[first:min(first+max(n, 0), len(found))]
				doc["Resources"], doc["startIndex"], doc["itemsPerPage"] = page, from, len(page)
				return res
			}
		}}, "paging.walk"),
		lie("page-total-of-page", "", "totalResults is the number of entries of the page.", listed(func(_ *Request, doc map[string]any, found []any) { doc["totalResults"] = len(found) }),
			"paging.total", "paging.count-zero"),
		lie("page-one-short", "", "A page has one entry less than was asked for.", listed(func(r *Request, doc map[string]any, found []any) {
			if n, err := strconv.Atoi(r.Query.Get("count")); err == nil && n > 1 && len(found) == n {
				doc["Resources"], doc["itemsPerPage"] = found[:n-1], n-1
			}
		}), "paging.count", "paging.walk", "paging.start-below-one"),
		lie("page-start-below-one-400", "", "A start below 1 is refused.", refusing(func(r *Request) bool { return r.Query.Has("startIndex") && start(r) < 1 }, 400, "invalidValue", "startIndex begins at 1"), "paging.start-below-one"),
		lie("page-count-zero-all", "", "A count of zero is read as no limit.", asking(func(r *Request) {
			if r.Query.Get("count") == "0" {
				r.Query.Del("count")
			}
		}), "paging.count-zero"),
		inRFC(lie("page-count-negative-400", "", "A negative count is refused.", refusing(func(r *Request) bool { return r.Query.Get("count") == "-1" }, 400, "invalidValue", "count is not negative"), "paging.count-negative")),
		lie("page-count-large-400", "", "A large count is refused.", refusing(func(r *Request) bool { return r.Query.Get("count") == "100000" }, 400, "tooMany", "at most 200 entries a page"), "paging.count-large"),
		lie("page-walk-one-a-name", "", "Lists without a filter show one user of each display name.", listed(func(r *Request, doc map[string]any, found []any) {
			if r.Query.Has("filter") {
				return
			}
			seen := map[string]bool{}
			kept := slices.DeleteFunc(slices.Clone(found), func(v any) bool {
				m, _ := v.(map[string]any)
				name := textOf(m["displayName"])
				again := name != "" && seen[name]
				seen[name] = true
				return again
			})
			doc["Resources"], doc["totalResults"], doc["itemsPerPage"] = kept, len(kept), len(kept)
		}), "paging.walk-all"),
		lie("page-groups-twice", "", "Lists of groups show each twice.", listed(func(r *Request, doc map[string]any, found []any) {
			if r.Kind == "Groups" && !r.Query.Has("filter") {
				doc["Resources"] = append(append([]any{}, found...), found...)
			}
		}), "paging.groups"),
	}
}
