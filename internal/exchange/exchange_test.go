package exchange

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const canary = `c4n-ary+"token/=`

// TestCurl runs commands through a shell whose curl prints its arguments.
func TestCurl(t *testing.T) {
	dir := t.TempDir()
	fake := "#!/bin/sh\nfor a in \"$@\"; do printf '%s\\0' \"$a\"; done\n"
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(fake), 0o755); err != nil {
		t.Fatal(err)
	}
	body := "@file it's \"quoted\" $HOME `id` \\ \n line\tend"
	x := Exchange{Method: "PATCH", URL: "http://127.0.0.1/Users/a'b?filter=x%20eq", RequestBody: body,
		RequestHeaders: map[string]string{"Authorization": "Bearer " + Hidden, "Content-Type": "application/scim+json", "User-Agent": "entrant"}}
	cmd := exec.Command("sh", "-c", Curl(x))
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "ENTRANT_TOKEN=s3cr et$")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	want := []string{"-sS", "-i", "-X", "PATCH", x.URL, "-H", "Authorization: Bearer s3cr et$", "-H", "Content-Type: application/scim+json", "--data-raw", body}
	if !slices.Equal(got, want) {
		t.Errorf("the shell sees\n%q\nwant\n%q", got, want)
	}
}

// TestRecord records a request and its answer, and looks for what must not be there.
func TestRecord(t *testing.T) {
	r := NewRedactor([]string{canary}, "run1")
	r.Own("mine")
	quoted, _ := json.Marshal(canary)
	answers := map[string]string{
		"/Users/mine":   `{"id":"mine","userName":"entrant-run1-1","password":"hunter2","nickName":"kept"}`,
		"/Users/theirs": `{"schemas":["s"],"id":"theirs","userName":"jane@corp.example","active":true,"n":41,"emails":[{"value":"jane@corp.example"}]}`,
		"/Users":        `{"schemas":["l"],"totalResults":2,"Resources":[{"id":"mine","userName":"u"},{"id":"x","userName":"jane@corp.example"}]}`,
		"/Schemas":      `{"Resources":[{"id":"urn:x","name":"kept"}]}`,
		"/echo":         `{"detail":` + string(quoted) + `}`,
		"/html":         `<h1>Jane 42</h1>`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Set-Cookie", "session=secret")
		fmt.Fprint(w, answers[req.URL.Path])
	}))
	defer server.Close()
	tr := &Transport{Base: http.DefaultTransport, Redactor: r, Start: time.Now()}
	get := func(path string) (Exchange, string) {
		rec := NewRecorder()
		req, _ := http.NewRequestWithContext(WithRecorder(context.Background(), rec), "POST", server.URL+path, strings.NewReader(`{"password":"hunter2","x":`+string(quoted)+`}`))
		req.Header.Set("Authorization", "Bearer "+canary)
		res, err := tr.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		var raw bytes.Buffer
		_, _ = raw.ReadFrom(res.Body)
		return rec.Exchanges()[0], raw.String()
	}
	for path, want := range map[string]string{
		"/Users/mine":   `{"id":"mine","nickName":"kept","password":"…","userName":"entrant-run1-1"}`,
		"/Users/theirs": `{"active":true,"emails":[{"value":"…"}],"id":"` + short("theirs") + `","n":0,"schemas":["s"],"userName":"…"}`,
		"/Users":        `{"Resources":[{"id":"mine","userName":"u"},{"id":"` + short("x") + `","userName":"…"}],"schemas":["l"],"totalResults":2}`,
		"/Schemas":      answers["/Schemas"],
		"/echo":         `{"detail":"$ENTRANT_TOKEN"}`,
	} {
		x, raw := get(path)
		if x.ResponseBody != want {
			t.Errorf("%s is recorded as\n%s\nwant\n%s", path, x.ResponseBody, want)
		}
		if raw != answers[path] {
			t.Errorf("%s is handed on as %s", path, raw)
		}
		all, _ := json.Marshal(x)
		for _, secret := range []string{canary, "hunter2", "session=secret", strings.Trim(string(quoted), `"`)} {
			if strings.Contains(string(all), secret) {
				t.Errorf("%s: the record holds %q: %s", path, secret, all)
			}
		}
		if x.Status != 200 || x.Method != "POST" || x.N != 1 || !strings.Contains(x.Curl, "$ENTRANT_TOKEN") {
			t.Errorf("%s: %+v", path, x)
		}
	}
	req, _ := http.NewRequest("GET", server.URL+"/html", nil)
	rec := NewRecorder()
	if _, err := tr.RoundTrip(req.WithContext(WithRecorder(context.Background(), rec))); err != nil {
		t.Fatal(err)
	}
	if got := rec.Exchanges()[0].ResponseBody; got != "<x0>xxxx 00</x0>" {
		t.Errorf("a body that is no JSON is recorded as %q", got)
	}
}

func short(id string) string { return blank(id, "id").(string) }

// TestBodies records what a body may come to: packed, too long, broken off.
func TestBodies(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch req.URL.Path {
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			fmt.Fprint(z, `{"totalResults":0}`)
			_ = z.Close()
		case "/long":
			fmt.Fprint(w, strings.Repeat("x", 100))
		case "/half":
			w.Header().Set("Content-Length", "50")
			fmt.Fprint(w, `{"id":`)
		}
	}))
	defer server.Close()
	tr := &Transport{Base: &http.Transport{DisableCompression: true}, Redactor: NewRedactor(nil, ""), Limit: 64}
	get := func(path string) (*http.Response, Exchange, error) {
		rec := NewRecorder()
		req, _ := http.NewRequestWithContext(WithRecorder(context.Background(), rec), "GET", server.URL+path, nil)
		res, err := tr.RoundTrip(req)
		return res, rec.Exchanges()[0], err
	}
	if _, x, err := get("/gzip"); err != nil || x.ResponseBody != `{"totalResults":0}` {
		t.Errorf("gzip: %q, %v", x.ResponseBody, err)
	}
	if res, _, err := get("/long"); err != nil || res.ContentLength != 64 || res.Header.Get(CutHeader) == "" {
		t.Errorf("a long body is not cut: %v", err)
	}
	if _, x, err := get("/half"); err == nil || x.Error == "" {
		t.Errorf("half a body passes: %v, %q", err, x.Error)
	}
}
