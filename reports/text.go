package reports

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/entrant-scim/entrant/internal/exchange"
	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// statuses are in the order in which a report shows them.
var statuses = [...]verdict.Status{verdict.Failed, verdict.Finding, verdict.Blocked, verdict.NotRun, verdict.Skipped, verdict.Passed}

// title is a report's first line: it says so when the provider judged was our own.
func title(run verdict.Run) string {
	if run.Target.Builtin {
		return "Entrant: a try on the built-in provider, not on your app"
	}
	return "Entrant: " + oneLine(run.Target.Host)
}

// headline is the verdict in words.
func headline(run verdict.Run) string {
	s := run.Summary
	switch run.Verdict {
	case verdict.Conformant:
		if s.Findings > 0 {
			return "CONFORMANT: no required claim is false; " + count(s.Findings, "recommended claim is", "recommended claims are") + " false"
		}
		return "CONFORMANT: no required claim is false"
	case verdict.PartiallyTested:
		if n := known(run); n > 0 {
			return "PARTIALLY TESTED: " + count(n, "required claim is false, which is known and excused", "required claims are false, which is known and excused")
		}
		return "PARTIALLY TESTED: nothing required is false, but not everything was asked"
	case verdict.NotConformant:
		switch failed, findings := unexcused(run); {
		case failed > 0 && run.Run.Profile == "rfc":
			return "NOT CONFORMANT: the standard demands what this server does not do"
		case failed > 0:
			return "NOT CONFORMANT: Entra will stumble here"
		case findings > 0 && run.Run.FailOn == "should":
			return "NOT CONFORMANT: " + count(findings, "recommended claim is", "recommended claims are") + " false, and --fail-on should counts them"
		}
		return "NOT CONFORMANT: the list of known failures no longer fits"
	}
	if run.Reason == "" {
		return "NOT JUDGED"
	}
	return "NOT JUDGED: " + oneLine(run.Reason)
}

// remarks are what a reader must know beside the headline.
func remarks(run verdict.Run) []string {
	var out []string
	if run.Reason != "" && run.Verdict != verdict.NotJudged {
		out = append(out, oneLine(run.Reason))
	}
	if run.ExitCode == 130 && run.Verdict == verdict.NotConformant {
		out = append(out, "the run was interrupted, so there may be more")
	}
	if run.Run.Selected != "" {
		out = append(out, "selected: "+oneLine(run.Run.Selected))
	}
	if run.Run.Configured != "" {
		out = append(out, "the Tenant URL asks for the "+oneLine(run.Run.Configured)+" dialect")
	}
	if n := run.Run.Throttled; n > 0 {
		out = append(out, fmt.Sprintf("the target asked to wait %s (429); %.1f s were spent waiting", count(n, "time", "times"), run.Run.WaitedMS/1000))
	}
	return out
}

// tally is the counts in one line.
func tally(run verdict.Run) string {
	s := run.Summary
	failed := fmt.Sprintf("%d failed", s.Failed)
	if n := known(run); n > 0 {
		failed += fmt.Sprintf(" (%d known)", n)
	}
	return fmt.Sprintf("%d passed, %s, %s, %d blocked, %d skipped, %d not run; %s in %.1f s", s.Passed, failed,
		count(s.Findings, "finding", "findings"), s.Blocked, s.Skipped, s.NotRun,
		count(len(run.Exchanges), "request", "requests"), run.Run.Ended.Sub(run.Run.Started).Seconds())
}

// unexcused counts the false claims that no list speaks for.
func unexcused(run verdict.Run) (failed, findings int) {
	for _, c := range run.Checks {
		switch {
		case !isFalse(c) || excused(c):
		case c.Status == verdict.Failed:
			failed++
		default:
			findings++
		}
	}
	return failed, findings
}

// known counts the failed cases that a list excuses.
func known(run verdict.Run) int {
	n := 0
	for _, c := range run.Checks {
		if excused(c) && c.Status == verdict.Failed {
			n++
		}
	}
	return n
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// isFalse tells whether a check found its claim false.
func isFalse(c verdict.Check) bool {
	return judged(c) && (c.Status == verdict.Failed || c.Status == verdict.Finding)
}

// excused tells whether a known-failing list speaks for a check that did not come out well.
func excused(c verdict.Check) bool {
	return c.Known && (c.Status == verdict.Failed || c.Status == verdict.Finding || c.Status == verdict.Blocked)
}

// excuse is what the known-failing list says.
func excuse(c verdict.Check) string {
	if reason := oneLine(c.KnownReason); reason != "" {
		return "known: " + reason
	}
	return "known: no reason was given"
}

// judged tells claims from observations, which are counted nowhere.
func judged(c verdict.Check) bool { return c.Level != profile.May }

// word is a status as people say it.
func word(s verdict.Status) string {
	if s == verdict.NotRun {
		return "not run"
	}
	return string(s)
}

// why says in one line why a case was not asked.
func why(c verdict.Check) string {
	reason := oneLine(c.Reason)
	switch {
	case c.Status == verdict.Blocked && c.BlockedBy != "":
		return join(": ", "blocked by "+oneLine(c.BlockedBy), reason)
	case c.Status == verdict.Skipped:
		return join(": ", oneLine(c.SkipKind), reason)
	case reason == "":
		return word(c.Status)
	}
	return reason
}

// seen is what an observation recorded, one line each.
func seen(c verdict.Check) []string {
	var out []string
	for _, o := range c.Observed {
		out = append(out, oneLine(o))
	}
	if len(out) == 0 && c.Status != verdict.Passed {
		out = append(out, why(c))
	}
	return out
}

func join(between string, parts ...string) string {
	var full []string
	for _, p := range parts {
		if p != "" {
			full = append(full, p)
		}
	}
	return strings.Join(full, between)
}

// part is one labelled piece of a failure.
type part struct {
	Label string // sent, received, expected, because, fix, try
	Text  string
}

// wire is the longest piece of an exchange in a report's text; results.json has the whole.
const wire = 1500

// failure is one false claim in labelled pieces, always in the same order; a piece that is missing is left out.
func failure(run verdict.Run, c verdict.Check) []part {
	m := c.Mismatch
	if m == nil {
		return nil
	}
	x, found := deed(run, c)
	short := func(s string) string {
		s = plainText(s)
		if utf8.RuneCountInString(s) <= wire {
			return s
		}
		where := "results.json has the whole"
		if found {
			where = fmt.Sprintf("exchange %d of results.json has the whole", x.N)
		}
		return cut(s, wire) + " (cut from " + count(len(s), "byte", "bytes") + "; " + where + ")"
	}
	parts := []part{{"sent", short(m.Sent)}, {"received", short(m.Received)}, {"expected", short(m.Expected)}, {"because", plainText(m.Because)}, {"fix", plainText(m.Fix)}}
	if found {
		parts = append(parts, part{"try", command(x)})
	}
	var out []part
	for _, p := range parts {
		if p.Text != "" {
			out = append(out, p)
		}
	}
	return out
}

// command is an exchange as a shell command, or where to find it when it is too long to be pasted.
func command(x exchange.Exchange) string {
	if len(x.Curl) > 4*wire {
		return fmt.Sprintf("the command of exchange %d in results.json, %d bytes long", x.N, len(x.Curl))
	}
	return plainText(x.Curl)
}

// citation is a source with its address.
type citation struct {
	Text string
	URL  string // empty when it is no web address
}

// citations reads the sources of a mismatch: "RFC 7644 §3.5.2 <https://…>; …".
func citations(m *verdict.Mismatch) []citation {
	if m == nil || strings.TrimSpace(m.Source) == "" {
		return nil
	}
	var out []citation
	rest := m.Source
	for rest != "" {
		var one string
		if end := strings.Index(rest, ">; "); end >= 0 {
			one, rest = rest[:end+1], rest[end+3:]
		} else {
			one, rest = rest, ""
		}
		c := citation{Text: oneLine(one)}
		if i := strings.LastIndex(one, " <"); i >= 0 && strings.HasSuffix(one, ">") {
			url := one[i+2 : len(one)-1]
			if (strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")) && !strings.ContainsAny(url, " \t\n<>\"`") && url == plainText(url) {
				c = citation{Text: oneLine(one[:i]), URL: url}
			}
		}
		out = append(out, c)
	}
	return out
}

// deed is the exchange that a mismatch is about: the last one that fits what it says was sent, with the status that it
// says was received if there is one; or else the last one with that method and that status.
func deed(run verdict.Run, c verdict.Check) (exchange.Exchange, bool) {
	if c.Mismatch == nil {
		return exchange.Exchange{}, false
	}
	sent, status := strings.Fields(c.Mismatch.Sent), -1
	if len(sent) == 0 {
		return exchange.Exchange{}, false
	}
	if received := strings.Fields(c.Mismatch.Received); len(received) > 0 {
		if n, err := strconv.Atoi(received[0]); err == nil {
			status = n
		}
	}
	best, rank := exchange.Exchange{}, 0
	all := exchangesOf(run, c)
	for i := len(all) - 1; i >= 0; i-- {
		x := all[i]
		if x.Method != sent[0] {
			continue
		}
		n := 0
		if len(sent) > 1 && strings.HasSuffix(x.URL, sent[1]) {
			n = 2
		}
		if x.Status == status {
			n++
		}
		if n > rank {
			best, rank = x, n
		}
	}
	return best, rank > 0
}

// exchangesOf are the exchanges of a check.
func exchangesOf(run verdict.Run, c verdict.Check) []exchange.Exchange {
	var out []exchange.Exchange
	for _, n := range c.Exchanges {
		if n >= 1 && n <= len(run.Exchanges) && run.Exchanges[n-1].N == n {
			out = append(out, run.Exchanges[n-1])
			continue
		}
		for _, x := range run.Exchanges {
			if x.N == n {
				out = append(out, x)
				break
			}
		}
	}
	return out
}

// area is the part of the product that a check is about: the feature's folder and file in words.
func area(c verdict.Check) string {
	folder, file, found := strings.Cut(strings.TrimSuffix(oneLine(c.Feature), ".feature"), "/")
	if !found || folder == file {
		return folder
	}
	return folder + ": " + strings.ReplaceAll(file, "-", " ")
}

// scores are the counts of an area.
type scores struct {
	Area   string
	Counts map[verdict.Status]int
	Total  int
}

// scorecard is a row an area, in the order of the run.
func scorecard(run verdict.Run) []scores {
	var out []scores
	index := map[string]int{}
	for _, c := range run.Checks {
		if !judged(c) {
			continue
		}
		i, found := index[c.Feature]
		if !found {
			i = len(out)
			index[c.Feature] = i
			out = append(out, scores{Area: area(c), Counts: map[verdict.Status]int{}})
		}
		out[i].Counts[c.Status]++
		out[i].Total++
	}
	return out
}

// plainText keeps what may stand in a report and on a terminal. What would move the cursor, change the direction or the
// look of what follows, or be illegal in XML becomes U+FFFD.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\u200c' || r == '\u200d': // the joiners belong to scripts and emoji
			return r
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029, r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef, unicode.Is(unicode.Cf, r):
			return utf8.RuneError
		}
		return r
	}, s)
}

func oneLine(s string) string { return strings.Join(strings.Fields(plainText(s)), " ") }

// cut keeps the beginning of a text.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	return string(runes[:max(n-1, 0)]) + "…"
}
