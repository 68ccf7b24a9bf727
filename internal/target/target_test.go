package target

import (
	"context"
	"net/http"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for raw, want := range map[string]Config{
		"https://h/scim/v2":                     {URL: "https://h/scim/v2"},
		" https://h/scim/v2/ ":                  {URL: "https://h/scim/v2/"},
		"https://h/x?tenant=7":                  {URL: "https://h/x?tenant=7"},
		"https://h/x/?aadOptscim062020":         {URL: "https://h/x/", Dialect: "flag"},
		"https://h/x?a=b&aadOptscim062020=&c=d": {URL: "https://h/x?a=b&c=d", Dialect: "flag"},
		"https://h/x?AzureAdScimPatch2017":      {URL: "https://h/x", Dialect: "legacy"},
		"http://localhost:8080":                 {URL: "http://localhost:8080"},
	} {
		got, err := Parse(raw)
		if err != nil || got.URL != want.URL || got.Dialect != want.Dialect {
			t.Errorf("%s: %+v, %v", raw, got, err)
		}
	}
	for raw, want := range map[string]string{
		"app.example/scim": "no scheme", "": "no scheme", "ftp://h/x": "ftp", "https://": "no host", "https://u:p@h/": "user name",
		"https://h/scim/Users": "leave /Users out", "https://h/scim/groups/": "leave /groups out", "https://h/#x": "fragment", "http://[::1/": "cannot be read",
	} {
		if _, err := Parse(raw); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", raw, err, want)
		}
	}
	for raw, want := range map[string]bool{"http://127.0.0.1:1/": true, "http://localhost/": true, "http://[::1]:2/": true, "https://127.example/": false, "https://10.0.0.1/": false} {
		if c, err := Parse(raw); err != nil || c.Loopback() != want {
			t.Errorf("%s: loopback %t, %v", raw, c.Loopback(), err)
		}
	}
}

func TestCleanToken(t *testing.T) {
	if got, err := CleanToken("abc.def-1\r\n"); err != nil || got != "abc.def-1" {
		t.Errorf("%q, %v", got, err)
	}
	for raw, want := range map[string]string{"": "empty", "\n": "empty", "Bearer abc": "Bearer", "bearer abc\n": "Bearer", "ab\ncd": "line break", "ab cd": "blank", "abé": "header"} {
		if _, err := CleanToken(raw); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", raw, err)
		} else if secret := strings.TrimSpace(raw); secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("the error prints the token: %v", err)
		}
	}
}

func TestEmbedded(t *testing.T) {
	at, err := Open(context.Background(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer at.Close()
	req, _ := http.NewRequest("GET", at.BaseURL+"/Users", nil)
	req.Header.Set("Authorization", "Bearer "+at.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != 200 || !at.Builtin {
		t.Fatalf("%v, %v", res, err)
	}
	_ = res.Body.Close()
}
