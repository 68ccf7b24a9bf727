package exchange

import (
	"sort"
	"strings"
)

// Curl is a command that repeats an exchange when pasted into a POSIX shell in which ENTRANT_TOKEN is set.
func Curl(x Exchange) string {
	var b strings.Builder
	b.WriteString("curl -sS -i")
	if x.Method != "GET" {
		b.WriteString(" -X " + shell(x.Method))
	}
	b.WriteString(" " + shell(x.URL))
	names := make([]string, 0, len(x.RequestHeaders))
	for name := range x.RequestHeaders {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		switch name {
		case "Accept-Encoding", "Content-Length", "User-Agent":
			continue
		}
		b.WriteString(" -H " + shell(name+": "+x.RequestHeaders[name]))
	}
	if x.RequestBody != "" {
		b.WriteString(" --data-raw " + shell(x.RequestBody))
	}
	return b.String()
}

// shell quotes a word so that a shell sees it as it is, but for the hidden token, which the shell fills in.
func shell(word string) string {
	quoted := "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	return strings.ReplaceAll(quoted, Hidden, `'"`+Hidden+`"'`)
}
