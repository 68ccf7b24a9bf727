package provider

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"
)

// answerLies are faults of every answer.
func answerLies() []Lie {
	onError := func(change func(res *Response)) seams {
		return answering(func(_ *Request, res *Response) {
			if isError(res) && docOf(res) != nil {
				change(res)
			}
		})
	}
	return []Lie{
		lie("http-reply-application-json", "M-128", "Answers are application/json.", answering(func(_ *Request, res *Response) { res.Header.Set("Content-Type", "application/json") }),
			"answers.media-type", "answers.error-media-type"),
		lie("err-plain-text", "M-124", "Errors are plain text.", onError(func(res *Response) { plain(res, "text/plain", textOf(docOf(res)["detail"])) }),
			"answers.error-media-type", "answers.error-body", "user.read.not-found-error"),
		lie("err-status-as-number", "M-120", "status in an error is a number.", onError(func(res *Response) { docOf(res)["status"] = res.Status }), "answers.error-body"),
		lie("err-nested-in-response", "M-121", "Errors are wrapped in an object of the vendor's.", onError(func(res *Response) {
			res.Doc = map[string]any{"status": docOf(res)["status"], "response": docOf(res)}
		}), "answers.error-body", "user.read.not-found-error"),
		lie("err-scimtype-invented", "M-122", "scimType is a word of the vendor's.", onError(func(res *Response) { docOf(res)["scimType"] = "schemaViolated" }), "user.create.duplicate-error"),
		lie("err-body-status-differs", "M-125", "status in an error is always 500.", onError(func(res *Response) { docOf(res)["status"] = "500" }), "answers.error-body", "user.create.duplicate-error"),
		lie("body-with-bom", "", "Answers begin with a byte order mark.", answering(func(_ *Request, res *Response) {
			if res.Doc != nil && !isError(res) {
				data, _ := json.Marshal(res.Doc)
				res.Doc, res.Raw = nil, append([]byte("\xef\xbb\xbf"), data...)
			}
		}), "answers.json", "user.create.accepted"),
		lie("rep-items-without-schemas", "M-140", "Entries of lists do not name their schemas.", answering(func(_ *Request, res *Response) {
			found, _ := docOf(res)["Resources"].([]any)
			for _, u := range found {
				delete(u.(map[string]any), "schemas")
			}
		}), "answers.schemas"),
		lie("list-lowercase-resources-key", "M-035", "Resources is called resources.", answering(func(_ *Request, res *Response) {
			if doc := docOf(res); doc["Resources"] != nil {
				doc["resources"] = doc["Resources"]
				delete(doc, "Resources")
			}
		}), "answers.spelling"),
		lie("rep-list-poisoned", "M-141", "Once there is a user without an address, lists of users crash.", answering(func(r *Request, res *Response) {
			found, _ := docOf(res)["Resources"].([]any)
			for _, u := range found {
				if r.Kind == "Users" && u.(map[string]any)["emails"] == nil && u.(map[string]any)["name"] == nil {
					*res = *fail(500, "", "crashed").response()
					return
				}
			}
		}), "user.create.names-in-any-case", "answers.no-crash"),
		lie("leak-stack-trace", "M-149", "Errors hold a stack trace.", onError(func(res *Response) {
			docOf(res)["detail"] = textOf(docOf(res)["detail"]) + " at com.vendor.scim.UserService.find(UserService.java:87) SELECT * FROM users"
		}), "answers.no-internals"),
		lie("leak-internal-attributes", "M-150", "Users show hashes and tokens.", showing(func(_ *Request, kind string, doc map[string]any) {
			if kind == "Users" {
				doc["passwordHash"], doc["resetToken"] = "c2NyeXB0", "d9b1"
			}
		}), "answers.no-secrets"),
		lie("answers-late", "", "The twentieth answer takes more than five seconds.", func() seams {
			var n atomic.Int64
			return asking(func(*Request) {
				if n.Add(1) == 20 {
					time.Sleep(5200 * time.Millisecond)
				}
			})
		}(), "answers.in-time"),
		lie("scale-429-without-retry-after", "M-146", "More than five hundred requests are refused without a time to wait.", func() seams {
			var n atomic.Int64
			return seams{handle: func(next Handler) Handler {
				return func(r *Request) *Response {
					if c := n.Add(1); c > 500 && c%7 == 0 && r.Method == http.MethodGet {
						res := respond(429, map[string]any{"message": "Too many requests"})
						res.Header.Set("Content-Type", "application/json")
						return res
					}
					return next(r)
				}
			}}
		}(), "answers.retry-after", "answers.error-media-type"),
	}
}
