package provider

import "strings"

// discovery answers /ServiceProviderConfig, /ResourceTypes and /Schemas, true to what the provider does (RFC 7644 §4).
func discovery(r *Request) *Response {
	switch strings.ToLower(r.Kind) {
	case "serviceproviderconfig":
		return respond(200, serviceProviderConfig(r.base))
	case "resourcetypes":
		return oneOrAll(r, resourceTypeDocs(r.base))
	}
	return oneOrAll(r, schemaDocs(r.base))
}

func oneOrAll(r *Request, docs []any) *Response {
	if r.ID == "" {
		if r.Filter != "" {
			return fail(403, "", "these documents cannot be filtered").response()
		}
		return respond(200, map[string]any{"schemas": []any{listSchema}, "totalResults": len(docs), "startIndex": 1, "itemsPerPage": len(docs), "Resources": docs})
	}
	for _, d := range docs {
		if strings.EqualFold(textOf(d.(map[string]any)["id"]), r.ID) {
			return respond(200, d)
		}
	}
	return fail(404, "", "there is no document "+brief(r.ID)).response()
}

func supported(b bool, more ...any) map[string]any {
	out := map[string]any{"supported": b}
	for i := 0; i < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

func serviceProviderConfig(base string) map[string]any {
	return map[string]any{
		"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"patch":   supported(true), "bulk": supported(false, "maxOperations", 0, "maxPayloadSize", 0), "filter": supported(true, "maxResults", most),
		"changePassword": supported(false), "sort": supported(false), "etag": supported(true),
		"authenticationSchemes": []any{map[string]any{"type": "oauthbearertoken", "name": "Bearer token", "primary": true,
			"description": "A bearer token in the Authorization header.", "specUri": "https://www.rfc-editor.org/rfc/rfc6750"}},
		"meta": map[string]any{"resourceType": "ServiceProviderConfig", "location": base + "/ServiceProviderConfig"},
	}
}

func resourceTypeDocs(base string) []any {
	var out []any
	for _, rt := range resourceTypes {
		doc := map[string]any{"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}, "id": rt.Name, "name": rt.Name,
			"description": rt.Core.Description, "endpoint": "/" + rt.Kind, "schema": rt.Core.ID,
			"meta": map[string]any{"resourceType": "ResourceType", "location": base + "/ResourceTypes/" + rt.Name}}
		var extensions []any
		for _, e := range rt.Extensions {
			extensions = append(extensions, map[string]any{"schema": e.ID, "required": false})
		}
		if extensions != nil {
			doc["schemaExtensions"] = extensions
		}
		out = append(out, doc)
	}
	return out
}

func schemaDocs(base string) []any {
	var out []any
	for _, rt := range resourceTypes {
		for _, s := range append([]schema{rt.Core}, rt.Extensions...) {
			out = append(out, map[string]any{"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:Schema"}, "id": s.ID, "name": s.Name,
				"description": s.Description, "attributes": attributeDocs(s.Attributes),
				"meta": map[string]any{"resourceType": "Schema", "location": base + "/Schemas/" + s.ID}})
		}
	}
	return out
}

func attributeDocs(attributes []attribute) []any {
	out := []any{}
	for _, a := range attributes {
		doc := map[string]any{"name": a.Name, "type": a.Type, "multiValued": a.Multi, "description": a.Description, "required": a.Required,
			"mutability": orElse(a.Mutability, "readWrite"), "returned": orElse(a.Returned, "default")}
		if a.Type == "string" || a.Type == "reference" || a.Type == "binary" {
			doc["caseExact"], doc["uniqueness"] = a.Exact, orElse(a.Uniqueness, "none")
		}
		if len(a.Canonical) > 0 {
			doc["canonicalValues"] = list(a.Canonical)
		}
		if len(a.References) > 0 {
			doc["referenceTypes"] = list(a.References)
		}
		if len(a.Subs) > 0 {
			doc["subAttributes"] = attributeDocs(a.Subs)
		}
		out = append(out, doc)
	}
	return out
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func list(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}
