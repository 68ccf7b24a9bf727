package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/entrant-scim/entrant/internal/provider"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"entrant": func() { os.Exit(Main()) }})
}

const scriptToken = "scr1pt-t0ken"

// TestScripts runs the command as people do: each script is a story with its exit codes and words.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_STATE_HOME", e.Getenv("WORK")+"/state")
			return os.WriteFile(e.Getenv("WORK")+"/token", []byte(scriptToken+"\n"), 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serveKind,
			"exits": exits,
			"empty": isEmpty,
			"holds": holds,
			"held":  waitUntilHeld,
		},
		UpdateScripts: false,
	})
}

// serveKind starts a server and sets URL: serve provider [lie…], html, nothing, refuse, forbid, close, dead, moved.
func serveKind(ts *testscript.TestScript, _ bool, args []string) {
	var h http.Handler
	path := ""
	switch args[0] {
	case "provider":
		p, err := provider.New(provider.Options{Tokens: []string{scriptToken}, Lies: args[1:]})
		ts.Check(err)
		h, path = p, provider.BasePath
		held.Store(ts.Getenv("WORK"), p)
	case "slow":
		p, err := provider.New(provider.Options{Tokens: []string{scriptToken}})
		ts.Check(err)
		held.Store(ts.Getenv("WORK"), p)
		h, path = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { time.Sleep(30 * time.Millisecond); p.ServeHTTP(w, r) }), provider.BasePath
	case "html":
		h = answer(200, "text/html", "<html>Welcome</html>")
	case "nothing":
		h = answer(404, "text/plain", "not found")
	case "refuse":
		h = answer(401, "application/json", "{}")
	case "forbid":
		h = answer(403, "application/json", "{}")
	case "moved":
		h = http.RedirectHandler("https://elsewhere.example/", http.StatusFound)
	case "close":
		h = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
				_ = c.Close()
			}
		})
	case "dead":
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		ts.Setenv("URL", "http://"+l.Addr().String()+"/scim")
		ts.Check(l.Close())
		return
	default:
		ts.Fatalf("serve what? %v", args)
	}
	server := httptest.NewServer(h)
	ts.Defer(server.Close)
	ts.Setenv("URL", server.URL+path)
}

// held are the providers of the scripts, by their folders.
var held sync.Map

func holder(ts *testscript.TestScript) *provider.Provider {
	p, found := held.Load(ts.Getenv("WORK"))
	if !found {
		ts.Fatalf("no provider is served")
	}
	return p.(*provider.Provider)
}

func answer(status int, contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
}

// exits runs entrant and wants its exit code: exits 2 run --url x. No run may end in a stack trace or print the token.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("entrant", args[1:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	out, errOut := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	if code != args[0] {
		ts.Fatalf("entrant %s: exit %s, want %s\n%s\n%s", strings.Join(args[1:], " "), code, args[0], out, errOut)
	}
	for _, bad := range []string{"goroutine ", "panic:", scriptToken} {
		if strings.Contains(out+errOut, bad) {
			ts.Fatalf("entrant %s prints %q", strings.Join(args[1:], " "), bad)
		}
	}
}

// isEmpty wants a provider without users and groups.
func isEmpty(ts *testscript.TestScript, neg bool, _ []string) {
	users, groups := holder(ts).Holdings(scriptToken)
	if (users+groups == 0) == neg {
		ts.Fatalf("the provider holds %d users and %d groups", users, groups)
	}
}

// waitUntilHeld waits until a run has made something on the provider.
func waitUntilHeld(ts *testscript.TestScript, _ bool, _ []string) {
	for range 600 {
		if users, _ := holder(ts).Holdings(scriptToken); users > 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("nothing was made on the provider")
}

// holds looks for a text in a file, or with ! for its absence: holds out/junit.xml '<failure'.
func holds(ts *testscript.TestScript, neg bool, args []string) {
	if strings.Contains(ts.ReadFile(args[0]), args[1]) == neg {
		ts.Fatalf("%s: looking for %q (absent: %t)", args[0], args[1], neg)
	}
}
