package reports

import (
	"strings"
	"unicode/utf8"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// title is a report's first line: it says so when the provider judged was our own.
func title(run verdict.Run) string {
	if run.Target.Builtin {
		return "Entrant: a try on the built-in provider, not on your app"
	}
	return "Entrant: " + run.Target.Host
}

// headline is the verdict in words.
func headline(run verdict.Run) string {
	switch run.Verdict {
	case verdict.Conformant:
		return "CONFORMANT: no required claim is false"
	case verdict.PartiallyTested:
		return "PARTIALLY TESTED: nothing required is false, but not everything was asked"
	case verdict.NotConformant:
		return "NOT CONFORMANT: Entra will stumble here"
	}
	return "NOT JUDGED: " + run.Reason
}

// failure is one false claim in lines with labels; a part that is missing is left out.
func failure(c verdict.Check, curl string) [][2]string {
	m := c.Mismatch
	if m == nil {
		return nil
	}
	var out [][2]string
	for _, part := range [][2]string{{"sent", m.Sent}, {"received", m.Received}, {"expected", m.Expected}, {"because", m.Because}, {"fix", m.Fix}, {"source", m.Source}, {"try", curl}} {
		if part[1] != "" {
			out = append(out, part)
		}
	}
	return out
}

// curlOf is the command of the last exchange of a check that changed something, or else of the last one.
func curlOf(run verdict.Run, c verdict.Check) string {
	curl := ""
	for _, n := range c.Exchanges {
		if n < 1 || n > len(run.Exchanges) {
			continue
		}
		x := run.Exchanges[n-1]
		if c.Mismatch != nil && strings.HasPrefix(c.Mismatch.Sent, x.Method+" ") && pathIn(c.Mismatch.Sent, x.URL) {
			curl = x.Curl
		}
	}
	return curl
}

func pathIn(sent, url string) bool {
	fields := strings.Fields(sent)
	return len(fields) > 1 && strings.HasSuffix(url, fields[1])
}

// plainText keeps what may stand in a report and on a terminal: control characters become visible.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 || r == utf8.RuneError || r == 0xfffe || r == 0xffff:
			return '\uFFFD'
		case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069: // would turn the direction of what follows
			return '\uFFFD'
		}
		return r
	}, s)
}

func oneLine(s string) string { return strings.Join(strings.Fields(plainText(s)), " ") }

// area is the part of the product that a check is about: the feature's folder and file in words.
func area(c verdict.Check) string {
	name := strings.TrimSuffix(c.Feature, ".feature")
	return strings.ReplaceAll(name, "/", ": ")
}

// judged tells observations, which are counted nowhere, from claims.
func judged(c verdict.Check) bool { return c.Level != profile.May }

func cut(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}
