package scim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// fixture is a client on a server that answers as the test says.
func fixture(t *testing.T, cfg Config, handle http.HandlerFunc) (*Client, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	cfg.BaseURL, cfg.Token = server.URL+cfg.BaseURL, "t0ken"
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c, server
}

func TestRequestAsItIs(t *testing.T) {
	var got *http.Request
	var body string
	c, _ := fixture(t, Config{BaseURL: "/any/path/?tenant=7"}, func(w http.ResponseWriter, r *http.Request) {
		got = r
		b := make([]byte, 100)
		n, _ := r.Body.Read(b)
		body = string(b[:n])
	})
	if _, err := c.Do(context.Background(), Request{Method: "POST", Path: "/Users", Query: "filter=a%20eq%20%22b+c%22", Body: []byte(`{"a":"<é>"}`)}); err != nil {
		t.Fatal(err)
	}
	if got.RequestURI != "/any/path/Users?tenant=7&filter=a%20eq%20%22b+c%22" {
		t.Errorf("asked for %s", got.RequestURI)
	}
	if body != `{"a":"<é>"}` || got.Header.Get("Content-Type") != MediaType || got.Header.Get("Accept") != "application/scim+json" || got.Header.Get("Authorization") != "Bearer t0ken" {
		t.Errorf("sent %q with %v", body, got.Header)
	}
	none := ""
	if _, err := c.Do(context.Background(), Request{Method: "GET", Path: "/Users", Auth: &none}); err != nil || got.Header.Get("Authorization") != "" || got.Header.Get("Content-Type") != "" {
		t.Errorf("sent %v, %v", got.Header, err)
	}
}

// TestFences holds what a provisioning service would not do.
func TestFences(t *testing.T) {
	var seen []string
	c, _ := fixture(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Method+" "+r.URL.Path+" "+r.Header.Get("Cookie"))
		w.Header().Set("Set-Cookie", "a=b")
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "http://127.0.0.1:1/elsewhere", http.StatusFound)
		case "/busy":
			w.WriteHeader(503)
		}
	})
	ctx := context.Background()
	if a, err := c.Do(ctx, Request{Method: "GET", Path: "/moved"}); err != nil || a.Status != 302 || a.Header.Get("Location") == "" {
		t.Errorf("a redirect is %d, %v", a.Status, err)
	}
	if a, err := c.Do(ctx, Request{Method: "POST", Path: "/busy"}); err != nil || a.Status != 503 {
		t.Errorf("a 503 is %d, %v", a.Status, err)
	}
	if want := "GET /moved ,POST /busy "; strings.Join(seen, ",") != want {
		t.Errorf("sent %q, want %q: no redirect, no retry, no cookie", seen, want)
	}
	var notOurs *NotOurs
	for _, m := range []string{"PUT", "PATCH", "DELETE"} {
		if _, err := c.Do(ctx, Request{Method: m, Path: "/Users/theirs"}); !errors.As(err, &notOurs) {
			t.Errorf("%s of what is not ours: %v", m, err)
		}
	}
	c.Created("Users", "mine", "n")
	c.AllowUnknown("nobody")
	for _, id := range []string{"mine", "nobody"} {
		if _, err := c.Do(ctx, Request{Method: "DELETE", Path: "/Users/" + id}); err != nil {
			t.Errorf("delete %s: %v", id, err)
		}
	}
	if _, err := c.Do(ctx, Request{Method: "DELETE", Path: "/Groups/mine"}); !errors.As(err, &notOurs) {
		t.Errorf("a user's id is no group's: %v", err)
	}
}

func TestAdopts(t *testing.T) {
	c, _ := fixture(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			w.WriteHeader(201)
			fmt.Fprint(w, `{"id":"a/b"}`)
		}
	})
	if _, err := c.Do(context.Background(), Request{Method: "POST", Path: "/Users", Body: []byte(`{"userName":"x"}`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(context.Background(), Request{Method: "DELETE", Path: "/Users/a%2Fb"}); err != nil {
		t.Errorf("what was created is ours: %v", err)
	}
}

func TestObeys429(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	var pauses []time.Duration
	c, _ := fixture(t, Config{Pause: func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil }}, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked[r.URL.Path]++
		switch {
		case r.URL.Path == "/once" && asked["/once"] == 1:
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(429)
		case r.URL.Path == "/ever":
			w.Header().Set("Retry-After", "9999")
			w.WriteHeader(429)
		case r.URL.Path == "/bare":
			w.WriteHeader(429)
		}
	})
	for path, want := range map[string]int{"/once": 200, "/ever": 429, "/bare": 429} {
		if a, err := c.Do(context.Background(), Request{Method: "GET", Path: path}); err != nil || a.Status != want {
			t.Errorf("%s: %d, %v", path, a.Status, err)
		}
	}
	if asked["/once"] != 2 || asked["/ever"] != 4 || asked["/bare"] != 1 {
		t.Errorf("asked %v", asked)
	}
	n, waited := c.Throttled()
	if n != 4 || waited != 7*time.Second+3*30*time.Second || len(pauses) != 4 {
		t.Errorf("obeyed %d times, %s, %v", n, waited, pauses)
	}
}

func TestNoAnswer(t *testing.T) {
	c, server := fixture(t, Config{Timeout: 50 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow":
			time.Sleep(200 * time.Millisecond)
		case "/cut":
			hijacked, _, _ := w.(http.Hijacker).Hijack()
			_ = hijacked.Close()
		}
	})
	var silent *NoAnswer
	for path, want := range map[string]string{"/slow": "no answer in time", "/cut": "closed"} {
		if _, err := c.Do(context.Background(), Request{Method: "POST", Path: path}); !errors.As(err, &silent) || !strings.Contains(silent.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	server.Close()
	if _, err := c.Do(context.Background(), Request{Method: "GET", Path: "/Users"}); !errors.As(err, &silent) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("a dead port: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Do(ctx, Request{Method: "GET", Path: "/Users"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
}

func TestGet(t *testing.T) {
	a := Answer{Body: []byte(`{"UserName":"a","urn:x:2.0:User":{"dept.name":"d"},"emails":[{"value":"e"}],"n":null,"username":"b"}`)}
	for want, path := range map[string][]string{`"a"`: {"UserName"}, `"b"`: {"username"}, `"d"`: {"URN:X:2.0:user", "dept.name"}, `"e"`: {"emails", "0", "VALUE"}, `null`: {"n"}, ``: {"emails", "1", "value"}} {
		if got := a.Get(path...); got.Raw != want {
			t.Errorf("%v is %s, want %s", path, got.Raw, want)
		}
	}
	for body, want := range map[string]string{"": "empty", "<html>{\"a\":1}": "HTML", "\xef\xbb\xbf{}": "byte order mark", `{"a":`: "not valid", `{}{}`: "not valid"} {
		if _, err := (Answer{Body: []byte(body)}).JSON(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestJournal(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	j, err := OpenJournal("r1", "http://h/scim")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "lost"} {
		if err := j.Intend("Users", name); err != nil {
			t.Fatal(err)
		}
	}
	j.Created("Users", "1", "a")
	j.Created("Users", "2", "b")
	j.Removed("Users", "1")
	runs, err := UnfinishedRuns()
	if err != nil || len(runs) != 1 {
		t.Fatalf("%v, %v", runs, err)
	}
	if u := runs[0]; u.Run != "r1" || u.URL != "http://h/scim" || fmt.Sprint(u.IDs) != "map[Users:[2]]" || fmt.Sprint(u.Names) != "map[Users:[lost]]" {
		t.Errorf("an interrupted run left %+v", u)
	}
	if err := j.Close(0); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(runs[0].Path); err != nil {
		t.Errorf("the journal is gone although a user is left: %v", err)
	}
	clean, err := OpenJournal("r2", "http://h/scim")
	if err != nil {
		t.Fatal(err)
	}
	_ = clean.Intend("Users", "c")
	clean.Created("Users", "3", "c")
	clean.Removed("Users", "3")
	if err := clean.Close(0); err != nil {
		t.Fatal(err)
	}
	if runs, _ := UnfinishedRuns(); len(runs) != 1 {
		t.Errorf("a clean run leaves a journal: %v", runs)
	}
}
