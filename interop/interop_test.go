//go:build interop

// Package interop judges third-party SCIM servers on loopback, and holds the verdicts against what is known of them.
package interop

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/entrant-scim/entrant/internal/provider"
)

const token = "interop-token"

// entry is a line of expected.yaml: a rule that the server fails, with the commands that show it.
type entry struct {
	Rule     string   `yaml:"rule"`
	Cases    []string `yaml:"cases"` // the rows that fail; none for a plain scenario
	Status   string   `yaml:"status"`
	Decision string   `yaml:"decision"` // who is wrong: server or rule
	Because  string   `yaml:"because"`
	Curl     string   `yaml:"curl"`
	Matches  string   `yaml:"matches"` // the last answer shows the defect
	Lacks    string   `yaml:"lacks"`   // or the last answer lacks what an honest one has
}

// shows tells whether an answer shows the defect.
func (e entry) shows(t *testing.T, answer string) bool {
	t.Helper()
	answer = strings.ReplaceAll(answer, "\r", "")
	if e.Lacks != "" {
		return !regexp.MustCompile(e.Lacks).MatchString(answer)
	}
	return regexp.MustCompile(e.Matches).MatchString(answer)
}

func expected(t *testing.T, server string) []entry {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(server, "expected.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var all []entry
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&all); err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.Because == "" || e.Curl == "" || (e.Matches == "") == (e.Lacks == "") || e.Decision != "server" && e.Decision != "rule" {
			t.Errorf("%s: an entry needs a decision, its reason, commands, and one pattern", e.Rule)
		}
	}
	return all
}

// server is a running third-party server.
type server struct {
	url  string
	cmd  *exec.Cmd
	mu   sync.Mutex
	log  bytes.Buffer
	dead chan struct{}
}

// start runs a command whose first line on stdout is the base URL, and ends it with the test.
func start(t *testing.T, dir string, name string, args ...string) *server {
	t.Helper()
	s := &server{cmd: exec.Command(name, args...), dead: make(chan struct{})}
	s.cmd.Dir = dir
	s.cmd.Env = append(os.Environ(), "TOKEN="+token)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = writer(func(p []byte) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.log.Write(p)
	})
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	lines := bufio.NewReader(out)
	first := make(chan string, 1)
	go func() {
		line, _ := lines.ReadString('\n')
		first <- strings.TrimSpace(line)
		_, _ = io.Copy(s.cmd.Stderr, lines)
		_ = s.cmd.Wait()
		close(s.dead)
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		<-s.dead
	})
	select {
	case s.url = <-first:
	case <-time.After(30 * time.Second):
	}
	if !strings.HasPrefix(s.url, "http://127.0.0.1:") {
		t.Fatalf("%s did not say where it listens, but %q\n%s", name, s.url, s.tail())
	}
	return s
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

// tail is the end of the server's log.
func (s *server) tail() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(s.log.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "\n")
}

func (s *server) died() bool {
	select {
	case <-s.dead:
		return true
	default:
		return false
	}
}

// cache is where servers are installed and built.
func cache(t *testing.T, name string) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".cache", "interop", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// elimity builds github.com/elimity-com/scim with our handler, and gives the way to start it.
func elimity(t *testing.T) func(*testing.T) *server {
	bin := filepath.Join(cache(t, "elimity"), "server")
	run(t, "elimity", "go", "build", "-o", bin, ".")
	return func(t *testing.T) *server { return start(t, ".", bin) }
}

// scimmy installs scimmy from its registry, and gives the way to start it.
func scimmy(t *testing.T) func(*testing.T) *server {
	dir := cache(t, "scimmy")
	for _, name := range []string{"package.json", "package-lock.json", "server.mjs"} {
		data, err := os.ReadFile(filepath.Join("scimmy", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run(t, dir, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	return func(t *testing.T) *server { return start(t, dir, "node", "server.mjs") }
}

func TestElimity(t *testing.T) { judge(t, "elimity", elimity(t)) }

func TestScimmy(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("npm is not installed, and CI demands it")
		}
		t.Skip("SKIPPED: npm is not installed, so scimmy is not judged")
	}
	judge(t, "scimmy", scimmy(t))
}

// judge holds a server against its expected.yaml: with curl alone, and with Entrant.
func judge(t *testing.T, name string, start func(*testing.T) *server) {
	want := expected(t, name)
	t.Run("curl", func(t *testing.T) {
		s := start(t)
		for _, e := range want {
			if answer := curl(t, e, s.url); !e.shows(t, answer) {
				t.Errorf("%s: the last answer does not show the defect:\n%s", e.Rule, answer)
			}
		}
	})
	t.Run("curl on an honest server", func(t *testing.T) {
		p, err := provider.New(provider.Options{Tokens: []string{token}})
		if err != nil {
			t.Fatal(err)
		}
		honest := httptest.NewServer(p)
		defer honest.Close()
		for _, e := range want {
			if answer := curl(t, e, honest.URL+provider.BasePath); e.shows(t, answer) {
				t.Errorf("%s: the commands accuse an honest server:\n%s", e.Rule, answer)
			}
		}
	})
	t.Run("Entrant", func(t *testing.T) {
		bin := filepath.Join(cache(t, "entrant"), "entrant")
		run(t, "..", "go", "build", "-o", bin, "./cmd/entrant")
		for try := 1; ; try++ {
			s := start(t)
			got, lost := entrant(t, bin, s.url)
			if (lost || s.died()) && try < 3 {
				t.Logf("the server lost a request (ended: %t); once more\n%s", s.died(), s.tail())
				continue
			}
			compare(t, want, got)
			if t.Failed() {
				t.Logf("the server's log:\n%s", s.tail())
			}
			return
		}
	})
}

// curl runs an entry's commands and gives the last answer.
func curl(t *testing.T, e entry, url string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", e.Curl)
	cmd.Env = append(os.Environ(), "URL="+url, "TOKEN="+token)
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v", e.Rule, err)
	}
	return string(out)
}

// entrant judges a server and gives what is wrong, "rule case" → status, and whether an answer was lost on the way.
func entrant(t *testing.T, bin, url string) (wrong map[string]string, lost bool) {
	t.Helper()
	dir := t.TempDir()
	tokenFile := filepath.Join(dir, "token")
	if err := os.WriteFile(tokenFile, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "run", "--url", url, "--token-file", tokenFile, "--out", filepath.Join(dir, "out"), "--quiet")
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "state"))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && (exit.ExitCode() == 1 || exit.ExitCode() == 3)) {
		t.Fatalf("entrant: %v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "out", "results.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var results struct {
		Checks []struct{ Rule, Case, Status, BlockedBy, Reason string }
	}
	if err := json.Unmarshal(data, &results); err != nil {
		t.Fatal(err)
	}
	if len(results.Checks) < 200 {
		t.Fatalf("only %d cases were judged\n%s", len(results.Checks), out)
	}
	wrong = map[string]string{}
	for _, c := range results.Checks {
		if c.BlockedBy == "no-answer" || c.Status == "not-run" {
			lost = true
			t.Logf("%s %s: %s", c.Rule, c.Case, c.Reason)
		}
		if c.Status != "passed" && c.Status != "skipped" {
			wrong[strings.TrimSpace(c.Rule+" "+c.Case)] = c.Status
		}
	}
	return wrong, lost
}

// compare is red when a result is missing or new.
func compare(t *testing.T, want []entry, got map[string]string) {
	t.Helper()
	known := map[string]string{}
	for _, e := range want {
		if len(e.Cases) == 0 {
			known[e.Rule] = e.Status
		}
		for _, c := range e.Cases {
			known[e.Rule+" "+c] = e.Status
		}
	}
	var lines []string
	for key, status := range got {
		if known[key] != status {
			lines = append(lines, fmt.Sprintf("new: %s is %s, expected.yaml says %q", key, status, known[key]))
		}
	}
	for key, status := range known {
		if _, found := got[key]; !found {
			lines = append(lines, fmt.Sprintf("missing: %s should be %s", key, status))
		}
	}
	slices.Sort(lines)
	for _, line := range lines {
		t.Error(line)
	}
}
