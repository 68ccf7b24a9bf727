package provider

import (
	"strings"
)

// discoveryLies are faults of what the provider tells of itself.
func discoveryLies() []Lie {
	on := func(kind string, change func(r *Request, res *Response)) seams {
		return answering(func(r *Request, res *Response) {
			if strings.EqualFold(r.Kind, kind) && res.Status == 200 {
				change(r, res)
			}
		})
	}
	// schemas changes each schema that is listed or read.
	schemas := func(change func(doc map[string]any)) seams {
		return on("Schemas", func(_ *Request, res *Response) {
			found, isList := docOf(res)["Resources"].([]any)
			if !isList {
				change(docOf(res))
			}
			for _, s := range found {
				change(s.(map[string]any))
			}
		})
	}
	// attributes changes each attribute and sub-attribute.
	var each func(list any, path string, change func(path string, a map[string]any))
	each = func(list any, path string, change func(string, map[string]any)) {
		for _, a := range elements(list) {
			o := a.(map[string]any)
			name := path + textOf(o["name"])
			change(name, o)
			each(o["subAttributes"], name+".", change)
		}
	}
	attributes := func(change func(path string, a map[string]any)) seams {
		return schemas(func(doc map[string]any) { each(doc["attributes"], textOf(doc["id"])+":", change) })
	}
	without := func(urns ...string) seams {
		return on("Schemas", func(_ *Request, res *Response) {
			doc := docOf(res)
			kept := []any{}
			found, ok := doc["Resources"].([]any)
			if !ok {
				return
			}
			for _, s := range found {
				if !strings.Contains(strings.Join(urns, " "), textOf(s.(map[string]any)["id"])) {
					kept = append(kept, s)
				}
			}
			doc["Resources"], doc["totalResults"] = kept, len(kept)
		})
	}
	dropAttribute := func(urn, name string) seams {
		return schemas(func(doc map[string]any) {
			if doc["id"] != urn {
				return
			}
			kept := []any{}
			for _, a := range elements(doc["attributes"]) {
				if a.(map[string]any)["name"] != name {
					kept = append(kept, a)
				}
			}
			doc["attributes"] = kept
		})
	}
	return []Lie{
		lie("disc-lists-as-bare-array", "M-005", "Schemas and resource types come as a bare list.", answering(func(r *Request, res *Response) {
			if found, ok := docOf(res)["Resources"]; ok && (r.Kind == "Schemas" || r.Kind == "ResourceTypes") {
				res.Doc = found
			}
		}), "discovery.schemas.list", "discovery.types.list"),
		lie("disc-schema-items-without-schemas", "M-006", "Schemas do not name their own schema.", schemas(func(doc map[string]any) { delete(doc, "schemas") }), "discovery.schemas.document"),
		lie("disc-spc-misspelt-members", "M-008", "The configuration has misspelt and missing members.", on("ServiceProviderConfig", func(_ *Request, res *Response) {
			doc := docOf(res)
			doc["bulk"] = supported(false)
			scheme := doc["authenticationSchemes"].([]any)[0].(map[string]any)
			scheme["specURI"] = scheme["specUri"]
			delete(scheme, "specUri")
		}), "discovery.config.document"),
		inRFC(lie("disc-locations-dead", "M-009", "Locations of resource types lead nowhere.", on("ResourceTypes", func(_ *Request, res *Response) {
			for _, t := range elements(docOf(res)["Resources"]) {
				meta := t.(map[string]any)["meta"].(map[string]any)
				meta["location"] = strings.Replace(textOf(meta["location"]), "/ResourceTypes/", "/ResourceTypes/ResourceTypes/", 1)
			}
		}), "discovery.types.by-name")),
		lie("disc-enterprise-not-advertised", "M-010", "The enterprise extension is stored and not listed.", without(enterpriseSchema), "discovery.schemas.enterprise"),
		lie("disc-user-not-listed", "", "The schema of users is not listed.", without(userSchema), "discovery.schemas.user", "discovery.schemas.external-id"),
		lie("disc-group-not-listed", "", "The schema of groups is not listed.", without(groupSchema), "discovery.schemas.group"),
		lie("disc-without-multivalued", "", "Attributes do not tell whether they have several values.", attributes(func(_ string, a map[string]any) { delete(a, "multiValued") }), "discovery.schemas.characteristics"),
		lie("disc-keywords-capitalised", "", "Types are written with a capital letter.", attributes(func(_ string, a map[string]any) {
			if a["type"] == "complex" {
				a["type"] = "Complex"
			}
		}), "discovery.schemas.keywords", "discovery.schemas.references"),
		lie("disc-nulls", "", "Members without a value are null.", attributes(func(_ string, a map[string]any) {
			if a["canonicalValues"] == nil {
				a["canonicalValues"] = nil
			}
		}), "discovery.schemas.no-nulls"),
		lie("disc-without-types", "", "Types of addresses are not listed.", attributes(func(_ string, a map[string]any) { delete(a, "canonicalValues") }), "discovery.schemas.canonical-types"),
		lie("disc-without-parts", "", "Complex attributes do not list their parts.", attributes(func(path string, a map[string]any) {
			if strings.HasSuffix(path, ":roles") || strings.HasSuffix(path, ":ims") {
				delete(a, "subAttributes")
			}
		}), "discovery.schemas.sub-attributes"),
		lie("disc-external-id-not-listed", "", "externalId is stored and not listed.", dropAttribute(userSchema, "externalId"), "discovery.schemas.external-id"),
		lie("disc-title-not-listed", "", "title is stored and not listed.", dropAttribute(userSchema, "title"), "discovery.schemas.stored"),
		lie("disc-members-simple", "", "members are listed as a string.", attributes(func(path string, a map[string]any) {
			if strings.HasSuffix(path, ":members") {
				a["type"] = "string"
				delete(a, "subAttributes")
			}
		}), "discovery.schemas.references"),
		lie("disc-extension-oddly-named", "", "The id of the app's own extension says nothing of users.", answering(func(r *Request, res *Response) {
			if r.Kind != "Schemas" && r.Kind != "ResourceTypes" {
				return
			}
			for _, d := range elements(docOf(res)["Resources"]) {
				doc := d.(map[string]any)
				if doc["id"] == badgeSchema {
					doc["id"] = "urn:entrant:badge"
				}
				for _, e := range elements(doc["schemaExtensions"]) {
					if x := e.(map[string]any); x["schema"] == badgeSchema {
						x["schema"] = "urn:entrant:badge"
					}
				}
			}
		}), "discovery.schemas.extension-names"),
		lie("disc-schema-by-id-501", "", "A single schema cannot be read.", refusing(func(r *Request) bool { return r.Kind == "Schemas" && r.ID != "" }, 501, "", "not implemented"),
			"discovery.schemas.by-id", "discovery.schemas.unknown"),
		lie("disc-schema-unknown-200", "", "A schema that nobody knows is answered with that of users.", asking(func(r *Request) {
			if r.Kind == "Schemas" && strings.Contains(r.ID, "nobody") {
				r.ID = userSchema
			}
		}), "discovery.schemas.unknown"),
		inRFC(lie("disc-schemas-paged", "", "The list of schemas is paged.", on("Schemas", func(r *Request, res *Response) {
			if found, ok := docOf(res)["Resources"].([]any); ok && r.Query.Get("startIndex") == "2" {
				docOf(res)["Resources"] = found[1:2]
			}
		}), "discovery.schemas.not-paged")),
		lie("disc-patch-undeclared", "", "PATCH works and is declared unsupported.", on("ServiceProviderConfig", func(_ *Request, res *Response) { docOf(res)["patch"] = supported(false) }),
			"discovery.config.patch-and-filter"),
		lie("disc-config-as-list", "", "The configuration comes in a list.", on("ServiceProviderConfig", func(_ *Request, res *Response) {
			res.Doc = map[string]any{"schemas": []any{listSchema}, "totalResults": 1, "Resources": []any{res.Doc}}
		}), "discovery.config.document", "discovery.config.patch-and-filter"),
		lie("disc-types-unknown-schema", "", "A resource type names a schema that is not listed.", on("ResourceTypes", func(_ *Request, res *Response) {
			if found := elements(docOf(res)["Resources"]); len(found) > 0 {
				found[0].(map[string]any)["schema"] = "urn:entrant:other:2.0:User"
			}
		}), "discovery.types.list"),
	}
}
