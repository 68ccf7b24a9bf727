// Package scim speaks SCIM over HTTP and judges nothing.
package scim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"
	"golang.org/x/time/rate"

	"github.com/entrant-scim/entrant/internal/exchange"
)

// MediaType is what a request's body is.
const MediaType = "application/scim+json; charset=utf-8"

// Config says where a client points and how it behaves.
type Config struct {
	BaseURL   string // the Tenant URL: any path, with or without a trailing slash; its query rides on every request
	Token     string // bearer
	Headers   map[string]string
	Timeout   time.Duration // of one answer, 0 = 30 s
	Rate      float64       // requests a second, 0 = no limit
	RunID     string        // names that hold it are ours
	Agent     string        // User-Agent, "" = entrant
	Observe   func(context.Context, Request, Answer)
	Transport http.RoundTripper // nil = one of its own
	Journal   *Journal          // nil = none
	Pause     func(context.Context, time.Duration) error
}

// Client sends requests to one target. It is safe for concurrent use. It keeps no cookies, follows no redirects, retries
// nothing but a 429 that names a time, never leaves the target's origin, and changes or deletes nothing that it did not
// create.
type Client struct {
	cfg      Config
	base     *url.URL
	http     *resty.Client
	redactor *exchange.Redactor
	limit    *rate.Limiter
	mu       sync.Mutex
	mine     map[string]bool // "Users/ID": what this run created
	free     map[string]bool // ids of nobody that a rule may ask for
	waits    int
	waited   time.Duration
}

// Request is one request, relative to the Tenant URL.
type Request struct {
	Method, Path, Query string
	Body                []byte
	Header              map[string]string
	Auth                *string // nil: the token; "": no Authorization header; else the header as it is
}

// NoAnswer says that a request got no answer, or only a part of one.
type NoAnswer struct {
	Method, Path string
	Cause        error
}

func (e *NoAnswer) Error() string { return e.Method + " " + e.Path + ": " + cause(e.Cause) }

func (e *NoAnswer) Unwrap() error { return e.Cause }

// cause is a network error in words a person can act on.
func cause(err error) string {
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &dns):
		return "the host name " + dns.Name + " is not known"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed without a whole answer"
	}
	var op *url.Error
	if errors.As(err, &op) {
		err = op.Err
	}
	return err.Error()
}

// NotOurs is a request that would have changed something this run did not create. It is a mistake of Entrant's.
type NotOurs struct{ Method, Path string }

func (e *NotOurs) Error() string {
	return "refused to send " + e.Method + " " + e.Path + ": this run did not create it"
}

// New makes a client. The error says what is wrong with the Tenant URL.
func New(cfg Config) (*Client, error) {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("the Tenant URL %q is no URL with scheme and host", cfg.BaseURL)
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Agent == "" {
		cfg.Agent = "entrant"
	}
	if cfg.Pause == nil {
		cfg.Pause = pause
	}
	if cfg.Transport == nil {
		cfg.Transport = &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout:   10 * time.Second,
			MaxIdleConnsPerHost:   64,
			IdleConnTimeout:       2 * time.Second, // a server may close a kept connection just when a write goes out on it
			ForceAttemptHTTP2:     true,
			DisableCompression:    true, // the recorder unpacks, so that it sees the bytes that came
			ExpectContinueTimeout: time.Second,
		}
	}
	c := &Client{cfg: cfg, base: base, mine: map[string]bool{}, free: map[string]bool{}, redactor: exchange.NewRedactor([]string{cfg.Token}, cfg.RunID)}
	if cfg.Rate > 0 {
		c.limit = rate.NewLimiter(rate.Limit(cfg.Rate), 1)
	}
	recording := &exchange.Transport{Base: cfg.Transport, Redactor: c.redactor, Start: time.Now()}
	c.http = resty.NewWithClient(&http.Client{
		Transport: recording,
		Timeout:   cfg.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}).SetLogger(silence{}).SetAllowGetMethodPayload(true)
	return c, nil
}

// silence keeps resty from writing to stderr by itself.
type silence struct{}

func (silence) Errorf(string, ...any) {}
func (silence) Warnf(string, ...any)  {}
func (silence) Debugf(string, ...any) {}

// BaseURL is the Tenant URL.
func (c *Client) BaseURL() string {
	return strings.TrimSuffix(c.base.Scheme+"://"+c.base.Host+c.base.EscapedPath(), "/")
}

// Token is the bearer token, for the one rule that sends it where it does not belong. The recorder hides it there too.
func (c *Client) Token() string { return c.cfg.Token }

// Throttled tells how often a 429 was obeyed, and how long that took.
func (c *Client) Throttled() (int, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waits, c.waited
}

// address is where a request goes: the path below the Tenant URL, its own query after the Tenant URL's.
func (c *Client) address(r Request) string {
	query := r.Query
	if c.base.RawQuery != "" {
		query = strings.Trim(c.base.RawQuery+"&"+r.Query, "&")
	}
	if query != "" {
		query = "?" + query
	}
	return c.BaseURL() + r.Path + query
}

// Do sends a request. Any HTTP answer is an Answer; the error is a *NoAnswer, a *NotOurs, or the context's.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	if err := c.allowed(r); err != nil {
		return Answer{}, err
	}
	kind := strings.Trim(r.Path, "/")
	creates := r.Method == http.MethodPost && (kind == "Users" || kind == "Groups")
	if creates && c.cfg.Journal != nil {
		if err := c.cfg.Journal.Intend(kind, nameOf(kind, r.Body)); err != nil {
			return Answer{}, fmt.Errorf("journal the create: %w", err)
		}
	}
	for try := 0; ; try++ {
		a, err := c.once(ctx, r)
		if err != nil {
			return a, err
		}
		wait, asked := retryAfter(a)
		if !asked || try == 3 {
			c.keep(kind, creates, r, a)
			if c.cfg.Observe != nil {
				c.cfg.Observe(ctx, r, a)
			}
			return a, nil
		}
		c.mu.Lock()
		c.waits++
		c.waited += wait
		c.mu.Unlock()
		if err := c.cfg.Pause(ctx, wait); err != nil {
			return a, err
		}
	}
}

// retryAfter is how long a 429 wants us to wait, 30 s at most.
func retryAfter(a Answer) (time.Duration, bool) {
	if a.Status != http.StatusTooManyRequests {
		return 0, false
	}
	value := a.Header.Get("Retry-After")
	wait := time.Duration(-1)
	if seconds, err := strconv.Atoi(value); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = max(0, time.Until(at))
	}
	if wait < 0 {
		return 0, false
	}
	return min(wait, 30*time.Second), true
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) once(ctx context.Context, r Request) (Answer, error) {
	if c.limit != nil {
		if err := c.limit.Wait(ctx); err != nil {
			return Answer{}, ctxError(ctx, err)
		}
	}
	req := c.http.R().SetContext(ctx).SetHeader("Accept", "application/scim+json").SetHeader("Accept-Encoding", "gzip").SetHeader("User-Agent", c.cfg.Agent)
	for name, value := range c.cfg.Headers {
		req.SetHeader(name, value)
	}
	switch {
	case r.Auth == nil:
		req.SetHeader("Authorization", "Bearer "+c.cfg.Token)
	case *r.Auth != "":
		req.SetHeader("Authorization", *r.Auth)
	}
	if r.Body != nil {
		req.SetHeader("Content-Type", MediaType).SetBody(r.Body)
	}
	for name, value := range r.Header {
		req.Header.Set(name, value)
	}
	begun := time.Now()
	res, err := req.Execute(r.Method, c.address(r))
	if err != nil {
		if ctx.Err() != nil {
			return Answer{}, ctx.Err()
		}
		return Answer{Request: r}, &NoAnswer{Method: r.Method, Path: r.Path, Cause: err}
	}
	a := Answer{Request: r, Status: res.StatusCode(), Header: res.Header(), Body: res.Body(), Took: time.Since(begun)}
	a.Exchange, _ = strconv.Atoi(a.Header.Get(exchange.NumberHeader))
	a.Cut = a.Header.Get(exchange.CutHeader) != ""
	a.Header.Del(exchange.NumberHeader)
	a.Header.Del(exchange.CutHeader)
	return a, nil
}

func ctxError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Created says that a resource was made by this run: it may be changed and deleted, and shown in reports.
func (c *Client) Created(kind, id, name string) {
	c.redactor.Own(id)
	c.mu.Lock()
	c.mine[kind+"/"+id] = true
	c.mu.Unlock()
	if c.cfg.Journal != nil {
		c.cfg.Journal.Created(kind, id, name)
	}
}

// AllowUnknown lets a rule send writes to an id that nobody has.
func (c *Client) AllowUnknown(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free[id] = true
}

// keep notes what an answer made or removed.
func (c *Client) keep(kind string, creates bool, r Request, a Answer) {
	switch {
	case creates && a.Status/100 == 2:
		if id := a.Get("id").String(); id != "" {
			c.Created(kind, id, nameOf(kind, r.Body))
		}
	case creates && a.Status/100 == 4:
		if c.cfg.Journal != nil {
			c.cfg.Journal.Refused(kind, nameOf(kind, r.Body))
		}
	case r.Method == http.MethodDelete && (a.Status/100 == 2 || a.Status == http.StatusNotFound || a.Status == http.StatusGone):
		if c.cfg.Journal != nil {
			kind, id := Split(r.Path)
			c.cfg.Journal.Removed(kind, id)
		}
	}
}

// allowed refuses writes to what this run did not create.
func (c *Client) allowed(r Request) error {
	if !slices.Contains([]string{http.MethodPut, http.MethodPatch, http.MethodDelete}, r.Method) {
		return nil
	}
	kind, id := Split(r.Path)
	c.mu.Lock()
	defer c.mu.Unlock()
	if kind != "Users" && kind != "Groups" || id == "" || !c.mine[kind+"/"+id] && !c.free[id] {
		return &NotOurs{r.Method, r.Path}
	}
	return nil
}

// Split takes a path apart: /Users/9f2c is Users and 9f2c.
func Split(path string) (kind, id string) {
	kind, id, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if plain, err := url.PathUnescape(id); err == nil {
		id = plain
	}
	return kind, id
}

func nameOf(kind string, body []byte) string {
	if kind == "Users" {
		return Get(parsed(body), "userName").String()
	}
	return Get(parsed(body), "displayName").String()
}
