// Package exchange remembers what crossed the wire, never a secret.
package exchange

// Exchange is one recorded request and its answer, redacted when it was recorded.
type Exchange struct {
	N               int               `json:"n"` // from 1, in plan order over a whole run; set by the suite
	Method          string            `json:"method"`
	URL             string            `json:"url"`
	RequestHeaders  map[string]string `json:"requestHeaders"`
	RequestBody     string            `json:"requestBody,omitempty"`
	Status          int               `json:"status"` // 0 when no answer came
	ResponseHeaders map[string]string `json:"responseHeaders,omitempty"`
	ResponseBody    string            `json:"responseBody,omitempty"`
	StartedMS       float64           `json:"startedMs"`  // since the run began
	DurationMS      float64           `json:"durationMs"` // until the last byte of the answer
	Error           string            `json:"error,omitempty"`
	Curl            string            `json:"curl"`
}
