package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// Container says which image to start, and how it is reached.
type Container struct {
	Image      string            // a name that the engine knows or can pull
	Dockerfile string            // or a folder with a Dockerfile
	Port       int               // on which the app listens
	Path       string            // of the SCIM endpoint, such as /scim/v2
	Env        map[string]string // for the app
	TokenEnv   string            // the variable in which the app gets its token, "" = none
	Within     time.Duration     // how long the app may take to answer, 0 = 60 s
	Log        string            // the file that takes what the container printed, "" = none
}

// NoEngine says that there is no container engine to be had. It is a mistake of the call: exit 2.
type NoEngine struct{ Cause error }

func (e *NoEngine) Error() string {
	where := os.Getenv("DOCKER_HOST")
	if where == "" {
		where = "the default socket (DOCKER_HOST is not set)"
	}
	return fmt.Sprintf("no container engine answers at %s: %v; start one, or judge a running app by --url", where, e.Cause)
}

func (e *NoEngine) Unwrap() error { return e.Cause }

// NotReady says that a container did not come to answer: the target cannot be judged.
type NotReady struct {
	Cause error
	Tail  string // the end of what it printed
}

func (e *NotReady) Error() string {
	text := fmt.Sprintf("the container did not answer: %v. Check the port, the path and the app's own log", e.Cause)
	if e.Tail != "" {
		text += "; its last words were: " + e.Tail
	}
	return text
}

func (e *NotReady) Unwrap() error { return e.Cause }

// quiet keeps testcontainers from writing to stderr by itself.
type quiet struct{}

func (quiet) Printf(string, ...any) {}

// engine asks whether there is a container engine. Some calls of the library panic without one.
func engine(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &NoEngine{fmt.Errorf("%v", p)}
		}
	}()
	p, err := testcontainers.NewDockerProvider(testcontainers.WithLogger(quiet{}))
	if err != nil {
		return &NoEngine{err}
	}
	defer p.Close()
	if err := p.Health(ctx); err != nil {
		return &NoEngine{err}
	}
	return nil
}

// openContainer starts an image and waits until the app answers; 401 counts, since it is an answer. The container is
// terminated by Close, also when the context is over.
func openContainer(ctx context.Context, c Container, token string) (*Target, error) {
	if err := engine(ctx); err != nil {
		return nil, err
	}
	within := c.Within
	if within == 0 {
		within = time.Minute
	}
	env := map[string]string{}
	for k, v := range c.Env {
		env[k] = v
	}
	if c.TokenEnv != "" {
		env[c.TokenEnv] = token
	}
	port := fmt.Sprintf("%d/tcp", c.Port)
	path := "/" + strings.Trim(c.Path, "/")
	options := []testcontainers.ContainerCustomizer{
		testcontainers.WithLogger(quiet{}),
		testcontainers.WithExposedPorts(port),
		testcontainers.WithEnv(env),
		testcontainers.WithWaitStrategyAndDeadline(within, wait.ForHTTP(strings.TrimSuffix(path, "/")+"/ServiceProviderConfig").WithPort(port).
			WithStatusCodeMatcher(func(status int) bool { return status < 500 }).WithPollInterval(200*time.Millisecond).WithStartupTimeout(within)),
	}
	if c.Dockerfile != "" {
		options = append(options, testcontainers.WithDockerfile(testcontainers.FromDockerfile{Context: c.Dockerfile}))
	}
	running, err := testcontainers.Run(ctx, c.Image, options...)
	end := func() {
		if running == nil {
			return
		}
		saveLog(running, c.Log)
		_ = testcontainers.TerminateContainer(running, testcontainers.StopTimeout(3*time.Second))
	}
	if err != nil {
		tail := lastWords(running)
		end()
		return nil, &NotReady{first(err), tail}
	}
	base, err := running.PortEndpoint(ctx, port, "http")
	if err != nil {
		end()
		return nil, &NotReady{err, ""}
	}
	return &Target{Kind: "container", BaseURL: strings.TrimSuffix(base+path, "/"), Token: token, close: end}, nil
}

// first is the first line of an error, which the library makes long.
func first(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(line)
}

func logOf(c *testcontainers.DockerContainer) []byte {
	if c == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := c.Logs(ctx)
	if err != nil {
		return nil
	}
	defer out.Close()
	data, _ := io.ReadAll(io.LimitReader(out, 4<<20))
	return data
}

func lastWords(c *testcontainers.DockerContainer) string {
	lines := strings.Split(strings.TrimSpace(string(bytes.ToValidUTF8(logOf(c), nil))), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

func saveLog(c *testcontainers.DockerContainer, file string) {
	if file != "" {
		_ = os.WriteFile(file, logOf(c), 0o600)
	}
}
