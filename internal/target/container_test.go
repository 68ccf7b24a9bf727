package target

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// image is a folder with an image built FROM scratch around our own provider, since no registry is needed for it.
func image(t *testing.T, cmd string) string {
	t.Helper()
	if err := engine(context.Background()); err != nil {
		if os.Getenv("ENTRANT_CONTAINERS") == "demanded" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED: %v", err)
	}
	dir := t.TempDir()
	build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "entrant"), "../../cmd/entrant")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, text := range map[string]string{"token": "c0ntainer-token\n", "Dockerfile": "FROM scratch\nCOPY entrant token /\nENTRYPOINT [\"/entrant\"]\nCMD " + cmd + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const serves = `["provider", "--token-file", "/token", "--addr", "0.0.0.0:8080"]`

func TestContainer(t *testing.T) {
	dir := image(t, serves)
	log := filepath.Join(t.TempDir(), "container.log")
	at, err := Open(context.Background(), Config{Token: "c0ntainer-token", Image: &Container{Dockerfile: dir, Port: 8080, Path: "scim/v2/", Log: log}})
	if err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequest("GET", at.BaseURL+"/Users", nil)
	req.Header.Set("Authorization", "Bearer "+at.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != 200 || at.Kind != "container" {
		t.Errorf("%v, %v", res, err)
	}
	if err == nil {
		_ = res.Body.Close()
	}
	at.Close()
	if data, err := os.ReadFile(log); err != nil || !strings.Contains(string(data), "/scim/v2") {
		t.Errorf("the container's log: %q, %v", data, err)
	}
	if _, err := http.DefaultClient.Do(req); err == nil {
		t.Error("the container answers after it was closed")
	}
}

// TestContainerNotReady: a crash at the start and a wrong port are told by what the container said, and nothing is left.
func TestContainerNotReady(t *testing.T) {
	for name, c := range map[string]struct {
		cmd  string
		port int
		want string
	}{"crash": {`["provider", "--token-file", "/missing"]`, 8080, "the tokens cannot be read"}, "wrong port": {serves, 9090, "did not answer"}} {
		t.Run(name, func(t *testing.T) {
			dir := image(t, c.cmd)
			begun := time.Now()
			_, err := Open(context.Background(), Config{Token: "x", Image: &Container{Dockerfile: dir, Port: c.port, Path: "/scim/v2", Within: 6 * time.Second}})
			var mute *NotReady
			if !errors.As(err, &mute) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v", err)
			}
			if took := time.Since(begun); took > 40*time.Second {
				t.Errorf("it took %s to say so", took)
			}
		})
	}
}

func TestNoEngine(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
	_, err := Open(context.Background(), Config{Token: "x", Image: &Container{Image: "app", Port: 8080}})
	var none *NoEngine
	if err == nil {
		t.Fatal("a container without an engine")
	}
	if errors.As(err, &none) && !strings.Contains(err.Error(), "unix:///nowhere/docker.sock") {
		t.Errorf("the endpoint is not named: %v", err)
	}
}
