package provider

import (
	"net/http"
	"regexp"
	"strings"
)

// filterLies are faults of understanding filters.
func filterLies() []Lie {
	empty := func(when func(r *Request) bool) seams {
		return matching(func(r *Request, _ map[string]any, honest bool) bool { return honest && !when(r) })
	}
	everything := func(when func(r *Request) bool) seams {
		return matching(func(r *Request, _ map[string]any, honest bool) bool { return honest || when(r) })
	}
	// unread makes the provider take a filter that it should refuse for none.
	unread := func(when func(r *Request) bool) seams {
		return asking(func(r *Request) {
			if r.Method == http.MethodGet && when(r) {
				r.Filter = ""
				r.Query.Del("filter")
			}
		})
	}
	lowerEq := regexp.MustCompile(` (?:Eq|EQ|eQ) `)
	return []Lie{
		lie("filter-plus-encoding-unparsed", "M-037", "A filter whose blanks are plus signs is ignored.", unread(func(r *Request) bool {
			return strings.Contains(r.RawQuery, "+eq+")
		}), "filter.encoding", "user.query.by-username", "connection.probe.users"),
		lie("filter-percent-encoding-unparsed", "", "A filter whose blanks are %20 is refused.", refusing(func(r *Request) bool { return strings.Contains(r.RawQuery, "%20eq%20") }, 400, "invalidFilter", "not a filter"),
			"filter.encoding", "connection.probe.tools"),
		lie("filter-operator-lowercase-only", "M-038", "Operators in capitals are refused.", refusing(func(r *Request) bool { return lowerEq.MatchString(r.Filter) }, 400, "invalidFilter", "unknown operator"),
			"filter.operator-case"),
		lie("filter-attribute-exact", "", "Attribute names in other letters find nothing.", empty(func(r *Request) bool {
			return strings.HasPrefix(strings.ToLower(r.Filter), "username ") && !strings.HasPrefix(r.Filter, "userName ")
		}), "filter.attribute-case"),
		lie("match-externalid-folded", "", "External ids are compared without regard to case.", matching(func(r *Request, doc map[string]any, honest bool) bool {
			name, value, ok := exactly(r.Filter)
			return honest || ok && name == "externalId" && strings.EqualFold(textOf(doc["externalId"]), value)
		}), "filter.external-id-exact"),
		lie("filter-splits-inside-quotes", "M-039", "A filter is split at and and or, also inside quotes.", refusing(func(r *Request) bool {
			inner := strings.Split(r.Filter, `"`)
			for i := 1; i < len(inner); i += 2 {
				if strings.Contains(inner[i], " and ") || strings.Contains(inner[i], " or ") || strings.Contains(inner[i], " And ") {
					return true
				}
			}
			return false
		}, 400, "invalidFilter", "half a condition"), "filter.special-characters", "filter.special-group-name"),
		lie("str-apostrophe-cuts-value", "M-040", "A value is cut at an apostrophe.", empty(func(r *Request) bool { return strings.Contains(r.Filter, "'") }),
			"filter.special-characters", "filter.special-group-name", "filter.encoding"),
		lie("str-plus-becomes-blank", "", "A plus sign in a value becomes a blank.", empty(func(r *Request) bool { return strings.Contains(r.Filter, "+") }),
			"filter.special-characters", "filter.special-group-name"),
		lie("str-hash-cuts-value", "", "A value is cut at a hash.", empty(func(r *Request) bool { return strings.ContainsAny(r.Filter, "#(") }), "filter.special-characters"),
		lie("str-nonascii-not-found", "", "Values with letters beyond ASCII find nothing.", empty(func(r *Request) bool {
			return strings.ContainsFunc(r.Filter, func(c rune) bool { return c > 0x7f })
		}), "filter.special-characters"),
		lie("str-escaped-quote-no-match", "M-041", "Values with escapes find nothing.", empty(func(r *Request) bool { return strings.Contains(r.Filter, `\`) }), "filter.escaped-quote"),
		lie("str-star-is-wildcard", "M-042", "A star in a value stands for any text.", matching(func(r *Request, doc map[string]any, honest bool) bool {
			name, value, ok := exactly(r.Filter)
			v, _ := member(doc, name)
			return honest || ok && strings.HasSuffix(value, "*") && strings.HasPrefix(strings.ToLower(textOf(v)), strings.ToLower(strings.TrimSuffix(value, "*")))
		}), "filter.star-is-no-wildcard"),
		lie("filter-injectable", "", "A quote in a value ends it, and what follows is a condition.", everything(func(r *Request) bool { return strings.Contains(r.Filter, `\" or `) }),
			"filter.value-is-no-condition"),
		lie("filter-unquoted-ignored", "", "A value without quotes makes the filter be ignored.", unread(func(r *Request) bool {
			return strings.Contains(r.Filter, " eq ") && !strings.Contains(r.Filter, `"`)
		}), "filter.unquoted-value"),
		lie("filter-urn-400", "", "A URN in a filter is refused.", refusing(func(r *Request) bool { return strings.HasPrefix(r.Filter, "urn:") }, 400, "invalidFilter", "unknown attribute"),
			"filter.enterprise-attribute"),
		lie("filter-brackets-400", "", "Conditions in brackets are refused.", refusing(func(r *Request) bool { return strings.Contains(r.Filter, "[") && strings.Contains(r.Filter, " and ") }, 400, "invalidFilter", "not supported"),
			"filter.work-email-rfc"),
		lie("filter-first-email-only", "", "A filter looks at the first address only.", matching(func(r *Request, doc map[string]any, honest bool) bool {
			_, value, ok := exactly(r.Filter)
			list := elements(doc["emails"])
			return honest && !(ok && filterNames(r, "emails.value") && (len(list) == 0 || list[0].(map[string]any)["value"] != value))
		}), "filter.any-email"),
		lie("filter-and-first-only", "", "Only the first of two conditions counts.", matching(func(r *Request, doc map[string]any, honest bool) bool {
			first, _, found := strings.Cut(r.Filter, " and ")
			name, value, ok := exactly(first)
			v, _ := member(doc, name)
			return honest || found && ok && strings.EqualFold(textOf(v), value)
		}), "filter.and"),
		lie("filter-and-400", "", "Two conditions are refused.", refusing(func(r *Request) bool { return strings.Contains(r.Filter, `" and `) && !strings.Contains(r.Filter, "[") }, 400, "invalidFilter", "not supported"),
			"filter.and", "user.query.manager-reference"),
		lie("list-numbers-as-strings", "", "startIndex and itemsPerPage are strings.", answering(func(_ *Request, res *Response) {
			if doc := docOf(res); doc["totalResults"] != nil {
				doc["startIndex"], doc["itemsPerPage"] = "1", "1"
			}
		}), "filter.list-numbers"),
		lie("list-without-numbers", "", "Lists have neither startIndex nor itemsPerPage.", answering(func(_ *Request, res *Response) {
			if doc := docOf(res); doc["totalResults"] != nil {
				delete(doc, "startIndex")
				delete(doc, "itemsPerPage")
			}
		}), "filter.list-numbers"),
		lie("filter-unknown-ignored", "", "A filter that is not understood is ignored.", unread(func(r *Request) bool {
			expr, err := parseFilter(r.Filter)
			return r.Filter != "" && (err != nil || typeOf(r.Kind) != nil && checkFilter(typeOf(r.Kind), expr, nil) != nil)
		}), "filter.unsupported", "filter.unquoted-value"),
		lie("filter-unsupported-500", "M-036", "A filter that is not understood crashes.", answering(func(_ *Request, res *Response) {
			if docOf(res)["scimType"] == "invalidFilter" {
				*res = *fail(500, "", "crashed").response()
			}
		}), "filter.unsupported-error", "filter.unsupported", "answers.no-crash"),
		lie("disc-filter-overclaimed", "M-007", "Filters other than on a name are answered 501.", refusing(func(r *Request) bool {
			name, _, ok := exactly(r.Filter)
			return r.Filter != "" && !(ok && (name == "userName" || name == "displayName"))
		}, 501, "", "not implemented"), "user.query.by-external-id", "user.query.by-work-email", "filter.and"),
		lie("match-active-filter-inverted-column", "M-034", "A filter on active uses the value of the create.", matching(func(r *Request, doc map[string]any, honest bool) bool {
			return honest || filterNames(r, "active eq true") && strings.Contains(strings.ToLower(r.Filter), strings.ToLower(textOf(doc["userName"])))
		}), "filter.active"),
		lie("match-only-first-page", "M-033", "A filter looks at the first twenty users only.", seams{
			handle: asking(func(r *Request) { r.scan = true }).handle,
			match: func(next Matcher) Matcher {
				return func(r *Request, doc map[string]any) bool {
					if r.Filter == "" || r.Kind != "Users" {
						return next(r, doc)
					}
					seen, _ := r.memo.(int)
					r.memo = seen + 1
					return seen < 20 && next(r, doc)
				}
			}}, "filter.later-resources"),
	}
}
