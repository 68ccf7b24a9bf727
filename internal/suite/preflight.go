package suite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/verdict"
	"github.com/entrant-scim/entrant/steps"
)

// preflight asks what Entra's Test Connection asks, a look-up of a user that nobody has, and reads what the target says
// of itself. why is empty when the target can be judged; else it says in one sentence what stands in the way, and what
// to do about it.
func preflight(ctx context.Context, client *scim.Client) (can steps.Capabilities, cause, why string) {
	can, err := steps.Discover(ctx, client)
	if err != nil {
		return can, verdict.NoAnswer, unanswered(client, err)
	}
	query := "filter=" + strings.ReplaceAll(url.QueryEscape(fmt.Sprintf("userName eq %q", uuid.NewString())), "+", "%20")
	a, err := client.Do(ctx, scim.Request{Method: http.MethodGet, Path: "/Users", Query: query})
	if err != nil {
		return can, verdict.NoAnswer, unanswered(client, err)
	}
	switch {
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		return can, verdict.RefusedCredentials, fmt.Sprintf("the target refuses the token: GET /Users answered %d. Check that the Secret Token is whole, not expired, and meant for this Tenant URL", a.Status)
	case a.Status/100 == 3:
		return can, verdict.NotSCIM, fmt.Sprintf("GET /Users is redirected (%d) to %s. Entra does not follow redirects: use the address that answers itself as the Tenant URL", a.Status, a.Header.Get("Location"))
	case a.Status == http.StatusNotFound && can.Documents["/ServiceProviderConfig"] == http.StatusNotFound && can.Documents["/Schemas"] == http.StatusNotFound:
		return can, verdict.NotSCIM, "nothing is there: /Users, /ServiceProviderConfig and /Schemas all answer 404. Check the path of the Tenant URL; it often ends in /scim or /scim/v2"
	}
	a.Body = bytes.TrimPrefix(a.Body, []byte("\xef\xbb\xbf")) // judged by answers.json
	doc, err := a.JSON()
	if err != nil {
		kind := a.Header.Get("Content-Type")
		if kind == "" {
			kind = "no media type"
		}
		return can, verdict.NotSCIM, fmt.Sprintf("this is not SCIM: GET /Users answered %d with %s (%v). Check that the Tenant URL is the SCIM endpoint and not the app's web page", a.Status, kind, err)
	}
	if !isSCIM(doc) {
		return can, verdict.NotSCIM, fmt.Sprintf("this is not SCIM: GET /Users answered %d with JSON that is neither a list of resources nor a SCIM error. Check the path of the Tenant URL", a.Status)
	}
	return can, "", ""
}

// isSCIM is lenient: a list without its schemas, or an error of another shape with a status, is still a server to judge.
func isSCIM(doc gjson.Result) bool {
	if scim.Get(doc, "Resources").Exists() || scim.Get(doc, "totalResults").Exists() {
		return true
	}
	for _, s := range scim.Get(doc, "schemas").Array() {
		if strings.HasPrefix(strings.ToLower(s.String()), "urn:ietf:params:scim:") {
			return true
		}
	}
	return scim.Get(doc, "detail").Exists() || scim.Get(doc, "scimType").Exists()
}

func unanswered(client *scim.Client, err error) string {
	var silent *scim.NoAnswer
	if errors.As(err, &silent) {
		return fmt.Sprintf("the target does not answer: %v. Check host and port of the Tenant URL, that the app is running, and that this machine may reach it", silent)
	}
	return err.Error()
}
