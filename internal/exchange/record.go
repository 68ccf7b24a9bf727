package exchange

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Recorder keeps the exchanges of one scenario. It is safe for concurrent use.
type Recorder struct {
	mu  sync.Mutex
	all []Exchange
}

// NewRecorder is an empty recorder.
func NewRecorder() *Recorder { return &Recorder{} }

// Exchanges are what was recorded, in order of sending, numbered from 1.
func (r *Recorder) Exchanges() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Exchange(nil), r.all...)
}

func (r *Recorder) begin(x Exchange) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	x.N = len(r.all) + 1
	r.all = append(r.all, x)
	return x.N
}

func (r *Recorder) end(n int, change func(*Exchange)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.all[n-1])
}

type recorderKey struct{}

// WithRecorder makes the transport record into r what is sent with this context.
func WithRecorder(ctx context.Context, r *Recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, r)
}

// NumberHeader is set on an answer by the transport: the exchange's number in its recorder. It never comes from the wire.
const NumberHeader = "Entrant-Exchange"

// CutHeader is set on an answer whose body was longer than the transport's limit.
const CutHeader = "Entrant-Cut"

// Transport records every request and answer that passes, redacted. The body of the answer is read whole here, up to
// Limit bytes, and unpacked, so that what is recorded is what is judged.
type Transport struct {
	Base     http.RoundTripper
	Redactor *Redactor
	Start    time.Time // of the run
	Limit    int64     // bytes of an answer's body; 0 = 8 MiB
}

// RoundTrip sends one request. A body that breaks off is an error, as no answer is.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		var err error
		if sent, err = io.ReadAll(req.Body); err != nil {
			return nil, fmt.Errorf("read the request's body: %w", err)
		}
		_ = req.Body.Close()
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	rec, _ := req.Context().Value(recorderKey{}).(*Recorder)
	if rec == nil {
		rec = NewRecorder()
	}
	begun := time.Now()
	x := Exchange{Method: req.Method, URL: t.Redactor.Text(req.URL.String()), RequestHeaders: t.Redactor.headers(req.Header),
		RequestBody: t.Redactor.request(sent), StartedMS: ms(begun.Sub(t.Start))}
	x.Curl = Curl(x)
	n := rec.begin(x)
	res, err := t.Base.RoundTrip(req)
	var body []byte
	var cut bool
	if err == nil {
		body, cut, err = t.read(res)
	}
	took := time.Since(begun)
	if err != nil {
		rec.end(n, func(x *Exchange) { x.Error, x.DurationMS = t.Redactor.Text(err.Error()), ms(took) })
		return nil, err
	}
	status := res.StatusCode
	t.Redactor.learn(req.Method, req.URL.Path, status, body)
	headers, text := t.Redactor.headers(res.Header), t.Redactor.answer(req.Method, req.URL.Path, body)
	rec.end(n, func(x *Exchange) {
		x.Status, x.ResponseHeaders, x.ResponseBody, x.DurationMS = status, headers, text, ms(took)
	})
	res.Body = io.NopCloser(bytes.NewReader(body))
	res.ContentLength = int64(len(body))
	res.Header.Set(NumberHeader, fmt.Sprint(n))
	if cut {
		res.Header.Set(CutHeader, "true")
	}
	return res, nil
}

// read takes the body of an answer, unpacked, up to the limit.
func (t *Transport) read(res *http.Response) (body []byte, cut bool, err error) {
	limit := t.Limit
	if limit == 0 {
		limit = 8 << 20
	}
	defer res.Body.Close()
	var from io.Reader = res.Body
	if strings.EqualFold(res.Header.Get("Content-Encoding"), "gzip") {
		unpacked, err := gzip.NewReader(res.Body)
		if err == io.EOF {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("unpack the answer: %w", err)
		}
		from = unpacked
		res.Header.Del("Content-Encoding")
	}
	body, err = io.ReadAll(io.LimitReader(from, limit+1))
	if err != nil {
		return nil, false, fmt.Errorf("the answer's body broke off after %d bytes: %w", len(body), err)
	}
	if int64(len(body)) > limit {
		return body[:limit], true, nil
	}
	return body, false, nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
