package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"unicode"
)

// Redactor knows what must not be recorded: secrets, and other people's data. A resource is ours if this run created it,
// or if one of its names holds the run's id; of any other only the member names and types are kept.
type Redactor struct {
	secrets []string
	runID   string
	mu      sync.RWMutex
	owned   map[string]bool
}

// NewRedactor hides the secrets in every spelling in which they may come back.
func NewRedactor(secrets []string, runID string) *Redactor {
	r := &Redactor{runID: runID, owned: map[string]bool{}}
	for _, s := range secrets {
		if s == "" {
			continue
		}
		quoted, _ := json.Marshal(s)
		r.secrets = append(r.secrets, s, url.QueryEscape(s), url.PathEscape(s), strings.Trim(string(quoted), `"`),
			base64.StdEncoding.EncodeToString([]byte(s)), base64.URLEncoding.EncodeToString([]byte(s)))
	}
	return r
}

// Own says that the resource with this id was created by this run.
func (r *Redactor) Own(id string) {
	if id == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.owned[id] = true
}

// Owns tells whether this run created the resource.
func (r *Redactor) Owns(id string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.owned[id]
}

// Hidden stands where a secret was.
const Hidden = "$ENTRANT_TOKEN"

// Text hides the secrets in a text.
func (r *Redactor) Text(s string) string {
	for _, secret := range r.secrets {
		s = strings.ReplaceAll(s, secret, Hidden)
	}
	return s
}

func (r *Redactor) headers(h http.Header) map[string]string {
	out := map[string]string{}
	for name, values := range h {
		switch name {
		case "Authorization":
			scheme, _, found := strings.Cut(values[0], " ")
			switch {
			case r.Text(values[0]) != values[0]:
				out[name] = r.Text(values[0])
			case found:
				out[name] = scheme + " …"
			default:
				out[name] = scheme
			}
		case "Cookie", "Set-Cookie", "Proxy-Authorization":
			out[name] = "…"
		case NumberHeader, CutHeader:
		default:
			out[name] = r.Text(strings.Join(values, ", "))
		}
	}
	return out
}

// request is a request's body for the record: ours by definition, but for passwords and secrets.
func (r *Redactor) request(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	if bytes.Contains(bytes.ToLower(body), []byte("password")) {
		if v, err := parse(body); err == nil {
			hidePasswords(v)
			body = render(v)
		}
	}
	return r.Text(string(body))
}

// learn takes the id that an answer to a create gave, before the answer is recorded.
func (r *Redactor) learn(method, path string, status int, body []byte) {
	if method != http.MethodPost || status/100 != 2 || !strings.HasSuffix(path, "/Users") && !strings.HasSuffix(path, "/Groups") {
		return
	}
	var created struct {
		ID any `json:"id"`
	}
	if json.Unmarshal(body, &created) == nil {
		if id, ok := created.ID.(string); ok {
			r.Own(id)
		}
	}
}

// answer is an answer's body for the record.
func (r *Redactor) answer(method, path string, body []byte) string {
	if len(body) == 0 {
		return ""
	}
	for _, public := range []string{"/Schemas", "/ServiceProviderConfig", "/ResourceTypes"} {
		if strings.Contains(path, public) {
			return r.Text(string(body))
		}
	}
	v, err := parse(body)
	if err != nil {
		if method == http.MethodPost {
			return r.Text(string(body))
		}
		return r.masked(body)
	}
	if r.ours(body, v) {
		if bytes.Contains(bytes.ToLower(body), []byte("password")) {
			hidePasswords(v)
			return r.Text(string(render(v)))
		}
		return r.Text(string(body))
	}
	return r.Text(string(render(r.hide(v))))
}

// ours tells quickly, for most answers, that nothing in them is anybody else's.
func (r *Redactor) ours(body []byte, v any) bool {
	m, ok := v.(map[string]any)
	if !ok {
		return false
	}
	if list, ok := member(m, "Resources").([]any); ok {
		for _, item := range list {
			o, ok := item.(map[string]any)
			if !ok || !r.mine(o) {
				return false
			}
		}
		return true
	}
	if member(m, "id") == nil && (member(m, "detail") != nil || member(m, "status") != nil || member(m, "totalResults") != nil) {
		return true
	}
	return r.mine(m)
}

// mine tells whether a resource is this run's.
func (r *Redactor) mine(o map[string]any) bool {
	if id, ok := member(o, "id").(string); ok && r.Owns(id) {
		return true
	}
	if r.runID == "" {
		return false
	}
	for _, name := range []string{"userName", "displayName", "externalId"} {
		if s, ok := member(o, name).(string); ok && strings.Contains(strings.ToLower(s), strings.ToLower(r.runID)) {
			return true
		}
	}
	return false
}

func member(o map[string]any, name string) any {
	if v, found := o[name]; found {
		return v
	}
	for k, v := range o {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return nil
}

// hide keeps names and types of what is not ours.
func (r *Redactor) hide(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return blank(v, "")
	}
	out := map[string]any{}
	for k, inner := range m {
		switch strings.ToLower(k) {
		case "resources":
			list, ok := inner.([]any)
			if !ok {
				out[k] = blank(inner, k)
				continue
			}
			items := make([]any, len(list))
			for i, item := range list {
				if o, ok := item.(map[string]any); ok && r.mine(o) {
					hidePasswords(o)
					items[i] = o
				} else {
					items[i] = blank(item, "")
				}
			}
			out[k] = items
		case "schemas", "totalresults", "startindex", "itemsperpage":
			out[k] = inner
		default:
			out[k] = blank(inner, k)
		}
	}
	return out
}

// blank replaces the values of a tree: strings by "…", ids by a short hash.
func blank(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, inner := range v {
			if strings.EqualFold(k, "schemas") || strings.EqualFold(k, "resourceType") {
				out[k] = inner
				continue
			}
			out[k] = blank(inner, k)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = blank(inner, name)
		}
		return out
	case string:
		if strings.EqualFold(name, "id") {
			sum := sha256.Sum256([]byte(v))
			return hex.EncodeToString(sum[:4])
		}
		return "…"
	case json.Number:
		return json.Number("0")
	}
	return v
}

func hidePasswords(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if strings.EqualFold(k, "password") {
				v[k] = "…"
				continue
			}
			hidePasswords(inner)
		}
	case []any:
		for _, inner := range v {
			hidePasswords(inner)
		}
	}
}

// masked is the beginning of a body that is no JSON, its letters and digits hidden.
func (r *Redactor) masked(body []byte) string {
	s := []rune(r.Text(string(bytes.ToValidUTF8(body[:min(len(body), 200)], []byte("?")))))
	for i, c := range s {
		if unicode.IsLetter(c) {
			s[i] = 'x'
		} else if unicode.IsDigit(c) {
			s[i] = '0'
		}
	}
	return string(s)
}

func parse(body []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err
}

func render(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n")
}
