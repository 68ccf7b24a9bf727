package scim

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// Answer is what a target answered, unredacted.
type Answer struct {
	Request  Request
	Status   int
	Header   http.Header
	Body     []byte
	Exchange int // its number in the scenario's recorder
	Took     time.Duration
	Cut      bool // the body was longer than what is read
}

// JSON is the body as one JSON document. The error says what it is instead.
func (a Answer) JSON() (gjson.Result, error) {
	body := bytes.TrimSpace(a.Body)
	switch {
	case len(body) == 0:
		return gjson.Result{}, errors.New("the body is empty")
	case a.Cut:
		return gjson.Result{}, errors.New("the body is longer than what is read")
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return gjson.Result{}, errors.New("the body begins with a byte order mark")
	case gjson.ValidBytes(body):
		return gjson.ParseBytes(body), nil
	case body[0] == '<':
		return gjson.Result{}, errors.New("the body is HTML or XML")
	}
	return gjson.Result{}, errors.New("the body is not valid JSON")
}

// Get is the value at a path of member names, or an absent one. See the function Get.
func (a Answer) Get(path ...string) gjson.Result {
	doc, err := a.JSON()
	if err != nil {
		return gjson.Result{}
	}
	return Get(doc, path...)
}

// Get walks member names, compared without case as SCIM's attribute names are (RFC 7643 §2.1), and indexes of arrays
// ("0"). A name is taken as it is: a URN with dots is one name. An exact spelling goes before another.
func Get(v gjson.Result, path ...string) gjson.Result {
	for _, name := range path {
		switch {
		case v.IsArray():
			i, err := strconv.Atoi(name)
			items := v.Array()
			if err != nil || i < 0 || i >= len(items) {
				return gjson.Result{}
			}
			v = items[i]
		case v.IsObject():
			var exact, folded gjson.Result
			v.ForEach(func(key, value gjson.Result) bool {
				if key.Str == name {
					exact = value
					return false
				}
				if !folded.Exists() && strings.EqualFold(key.Str, name) {
					folded = value
				}
				return true
			})
			if v = exact; !v.Exists() {
				v = folded
			}
		default:
			return gjson.Result{}
		}
	}
	return v
}

func parsed(body []byte) gjson.Result {
	if !gjson.ValidBytes(body) {
		return gjson.Result{}
	}
	return gjson.ParseBytes(body)
}
