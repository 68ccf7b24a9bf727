// Package target says where a run points: a URL, a container, or the built-in provider.
package target

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/entrant-scim/entrant/internal/provider"
)

// Config says which target to open. The zero value is the built-in provider.
type Config struct {
	URL     string // the Tenant URL without Entra's own switches
	Token   string
	Dialect string // the dialect that the Tenant URL asks for, if it does
	Image   *Container
	parsed  *url.URL
}

// Host is the target's host and port.
func (c Config) Host() string {
	if c.parsed == nil {
		return ""
	}
	return c.parsed.Host
}

// Loopback tells whether the target is on this machine.
func (c Config) Loopback() bool {
	if c.parsed == nil {
		return false
	}
	if strings.EqualFold(c.parsed.Hostname(), "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(c.parsed.Hostname())
	return err == nil && addr.IsLoopback()
}

// switches are Entra's own words in a Tenant URL, with the dialect they choose. They are never sent.
var switches = map[string]string{"aadoptscim062020": "flag", "azureadscimpatch2017": "legacy"}

// Parse takes a Tenant URL as Entra's portal does: any path, with or without a trailing slash, with a query. The error
// says what is wrong with it and what to do.
func Parse(raw string) (Config, error) {
	raw = strings.TrimSpace(raw)
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return Config{}, fmt.Errorf("the Tenant URL cannot be read: %v", errors.Unwrap(err))
	case u.User != nil:
		return Config{}, errors.New("the Tenant URL holds a user name or password; take it out and give the token by --token-file or ENTRANT_TOKEN")
	case u.Scheme == "" || u.Host == "" && u.Scheme != "http" && u.Scheme != "https":
		return Config{}, fmt.Errorf("the Tenant URL %q has no scheme; it begins with https:// (or http:// on this machine)", raw)
	case u.Scheme != "http" && u.Scheme != "https":
		return Config{}, fmt.Errorf("the Tenant URL %q begins with %s://; SCIM is spoken over https (or http on this machine)", raw, u.Scheme)
	case u.Hostname() == "":
		return Config{}, fmt.Errorf("the Tenant URL %q names no host", raw)
	case u.Fragment != "":
		return Config{}, fmt.Errorf("the Tenant URL has a fragment (#%s), which is never sent; leave it out", u.Fragment)
	}
	last := u.Path[strings.LastIndex(strings.TrimRight(u.Path, "/"), "/")+1:]
	for _, endpoint := range []string{"users", "groups", "schemas", "serviceproviderconfig", "resourcetypes"} {
		if strings.EqualFold(strings.Trim(last, "/"), endpoint) {
			return Config{}, fmt.Errorf("the Tenant URL ends in /%s; it is the address above that, as in Entra's portal: leave /%s out", strings.Trim(last, "/"), strings.Trim(last, "/"))
		}
	}
	c := Config{}
	var kept []string
	for _, part := range strings.Split(u.RawQuery, "&") {
		name, _, _ := strings.Cut(part, "=")
		if dialect, found := switches[strings.ToLower(name)]; found {
			c.Dialect = dialect
			continue
		}
		if part != "" {
			kept = append(kept, part)
		}
	}
	u.RawQuery = strings.Join(kept, "&")
	u.ForceQuery = false
	c.URL, c.parsed = u.String(), u
	return c, nil
}

// CleanToken takes a Secret Token as people paste it: line ends at its end are cut off, anything else that is no token
// is an error that says what to do.
func CleanToken(raw string) (string, error) {
	token := strings.TrimRight(raw, "\r\n")
	switch {
	case strings.TrimSpace(token) == "":
		return "", errors.New("the token is empty; put the Secret Token into the file or into ENTRANT_TOKEN")
	case len(token) > 7 && strings.EqualFold(token[:7], "bearer "):
		return "", errors.New(`the token begins with "Bearer "; give the Secret Token alone, the word is added when it is sent`)
	case strings.ContainsAny(token, "\r\n"):
		return "", errors.New("the token has a line break in it; give the Secret Token alone, on one line")
	case strings.ContainsFunc(token, unicode.IsSpace):
		return "", errors.New("the token has a blank in it; give the Secret Token alone")
	case strings.ContainsFunc(token, func(r rune) bool { return r < 0x20 || r > 0x7e }):
		return "", errors.New("the token has characters in it that no header can carry; copy it anew")
	}
	return token, nil
}

// Target is an open target.
type Target struct {
	Kind    string // url, container or embedded
	BaseURL string
	Token   string
	Builtin bool
	close   func()
}

// Open makes a target ready. Without a URL and a container it serves the built-in provider on loopback. The error is a
// *NoEngine or a *NotReady where a container was meant.
func Open(ctx context.Context, cfg Config) (*Target, error) {
	if cfg.Image != nil {
		return openContainer(ctx, *cfg.Image, cfg.Token)
	}
	if cfg.URL != "" {
		return &Target{Kind: "url", BaseURL: cfg.URL, Token: cfg.Token, close: func() {}}, nil
	}
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return nil, fmt.Errorf("make a token: %w", err)
	}
	token := hex.EncodeToString(b[:])
	p, err := provider.New(provider.Options{Tokens: []string{token}})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	server := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }()
	return &Target{Kind: "embedded", BaseURL: "http://" + l.Addr().String() + provider.BasePath, Token: token, Builtin: true,
		close: func() { _ = server.Close() }}, nil
}

// Close lets go of the target.
func (t *Target) Close() { t.close() }
