package reports

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/entrant-scim/entrant/internal/exchange"
	"github.com/entrant-scim/entrant/internal/verdict"
)

type harFile struct {
	Log harLog `json:"log"`
}

type harLog struct {
	Version string     `json:"version"`
	Creator harCreator `json:"creator"`
	Pages   []harPage  `json:"pages"`
	Entries []harEntry `json:"entries"`
	Comment string     `json:"comment"`
}

type harCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harPage struct {
	Started string   `json:"startedDateTime"`
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Timings struct{} `json:"pageTimings"`
	Comment string   `json:"comment,omitempty"`
}

type harEntry struct {
	Page     string      `json:"pageref,omitempty"`
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Comment  string      `json:"comment,omitempty"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []harPair    `json:"cookies"`
	Headers     []harPair    `json:"headers"`
	Query       []harPair    `json:"queryString"`
	PostData    *harPostData `json:"postData,omitempty"`
	HeadersSize int          `json:"headersSize"`
	BodySize    int          `json:"bodySize"`
}

type harPostData struct {
	MimeType string    `json:"mimeType"`
	Params   []harPair `json:"params"`
	Text     string    `json:"text"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
}

type harContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
}

// HAR writes the exchanges of a run as an HTTP Archive 1.2, which browsers' developer tools open: a page a case. They were
// redacted when they were recorded.
func HAR(w io.Writer, run verdict.Run) error {
	f := harFile{harLog{Version: "1.2", Creator: harCreator{"Entrant", oneLine(run.Tool.Version)}, Pages: []harPage{}, Entries: []harEntry{}, Comment: title(run) + ". " + headline(run)}}
	pageOf := map[int]string{}
	for _, c := range run.Checks {
		var first *exchange.Exchange
		for _, x := range exchangesOf(run, c) {
			if _, found := pageOf[x.N]; !found {
				pageOf[x.N] = oneLine(c.Key())
			}
			if first == nil || x.StartedMS < first.StartedMS {
				first = &x
			}
		}
		if first != nil {
			f.Log.Pages = append(f.Log.Pages, harPage{Started: harTime(run, first.StartedMS), ID: oneLine(c.Key()), Title: oneLine(c.Key()) + " (" + word(c.Status) + "): " + oneLine(c.Title), Comment: title(run)})
		}
	}
	for _, x := range run.Exchanges {
		f.Log.Entries = append(f.Log.Entries, harEntryOf(run, x, pageOf[x.N]))
	}
	return indented(w, f)
}

func harTime(run verdict.Run, ms float64) string {
	return run.Run.Started.UTC().Add(time.Duration(ms * float64(time.Millisecond))).Format("2006-01-02T15:04:05.000Z")
}

func harEntryOf(run verdict.Run, x exchange.Exchange, page string) harEntry {
	took := max(x.DurationMS, 0)
	e := harEntry{Page: page, Started: harTime(run, x.StartedMS), Time: took, Timings: harTimings{Wait: took},
		Request: harRequest{Method: x.Method, URL: harURL(x.URL), HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: harPairs(x.RequestHeaders), Query: harQuery(x.URL),
			HeadersSize: -1, BodySize: len(x.RequestBody)},
		Response: harResponse{Status: x.Status, StatusText: http.StatusText(x.Status), HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: harPairs(x.ResponseHeaders),
			Content:     harContent{Size: len(x.ResponseBody), MimeType: header(x.ResponseHeaders, "Content-Type"), Text: x.ResponseBody},
			RedirectURL: header(x.ResponseHeaders, "Location"), HeadersSize: -1, BodySize: -1}}
	if x.Status/100 != 3 {
		e.Response.RedirectURL = ""
	}
	if x.RequestBody != "" {
		e.Request.PostData = &harPostData{MimeType: header(x.RequestHeaders, "Content-Type"), Params: []harPair{}, Text: x.RequestBody}
	}
	if e.Request.URL != x.URL {
		e.Comment = "the URL as it was sent: " + oneLine(x.URL)
	}
	if x.Error != "" {
		e.Comment = join("; ", "no answer: "+oneLine(x.Error), e.Comment)
	}
	return e
}

// harURL is an address as the format demands it: what may not stand in a URI is escaped, whatever was sent.
func harURL(address string) string {
	start := 0
	if i := strings.Index(address, "://"); i >= 0 {
		start = len(address)
		if j := strings.IndexAny(address[i+3:], "/?"); j >= 0 {
			start = i + 3 + j
		}
	}
	var b strings.Builder
	for i := range len(address) {
		c := address[i]
		_, err := strconv.ParseUint(address[min(i+1, len(address)):min(i+3, len(address))], 16, 8)
		bare := c == '%' && (err != nil || i+2 >= len(address))
		if c <= ' ' || c >= 0x7f || bare || strings.IndexByte("\"<>\\^`{|}", c) >= 0 || i >= start && strings.IndexByte("[]#", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func harPairs(headers map[string]string) []harPair {
	out := []harPair{}
	for name, value := range headers {
		out = append(out, harPair{name, value})
	}
	slices.SortFunc(out, func(a, b harPair) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// harQuery is the query in its order, decoded as far as it can be.
func harQuery(address string) []harPair {
	out := []harPair{}
	_, query, found := strings.Cut(address, "?")
	if !found || query == "" {
		return out
	}
	for _, piece := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(piece, "=")
		out = append(out, harPair{decoded(name), decoded(value)})
	}
	return out
}

func decoded(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}

func header(headers map[string]string, name string) string {
	for k, v := range headers {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}
