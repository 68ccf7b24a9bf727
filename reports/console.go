package reports

import (
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// ConsoleOptions fit the summary to a terminal.
type ConsoleOptions struct {
	Width  int // columns, at least 60
	Colour bool
	Quiet  bool // verdict and counts only
}

type painter struct {
	w io.Writer
	o ConsoleOptions
}

func (p painter) colour(code, s string) string {
	if !p.o.Colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

var statusColour = map[verdict.Status]string{verdict.Passed: "32", verdict.Failed: "1;31", verdict.Finding: "33", verdict.Blocked: "35", verdict.Skipped: "2", verdict.NotRun: "2"}

// Console prints the summary for a person at a terminal.
func Console(w io.Writer, run verdict.Run, o ConsoleOptions) error {
	o.Width = max(o.Width, 60)
	var b strings.Builder
	p := painter{&b, o}
	fmt.Fprintf(&b, "%s\n", title(run))
	code := map[verdict.Conclusion]string{verdict.Conformant: "1;32", verdict.PartiallyTested: "1;33", verdict.NotConformant: "1;31", verdict.NotJudged: "1;35"}[run.Verdict]
	p.wrapped(0, p.colour(code, plainText(headline(run))))
	if run.Run.Selected != "" {
		fmt.Fprintf(&b, "selected: %s\n", plainText(run.Run.Selected))
	}
	if !o.Quiet && run.Summary != (verdict.Summary{NotRun: run.Summary.NotRun}) {
		p.areas(run)
		p.failures(run, verdict.Failed, "FAILED")
		p.failures(run, verdict.Finding, "FINDING")
		p.grouped(run)
	}
	for _, l := range run.Leftovers {
		fmt.Fprintf(&b, "left on the target: %s (%s): %s\n", l.Path, plainText(l.Name), plainText(l.Reason))
	}
	if len(run.Leftovers) > 0 {
		fmt.Fprintln(&b, "`entrant clean` tries again to remove it.")
	}
	for i, line := range run.Whole {
		if i == 0 {
			fmt.Fprintln(&b, "to make the test whole:")
		}
		p.wrapped(2, line)
	}
	if run.Run.Throttled > 0 {
		fmt.Fprintf(&b, "the target asked to wait %d times (429); %.1f s were spent waiting\n", run.Run.Throttled, run.Run.WaitedMS/1000)
	}
	s := run.Summary
	fmt.Fprintf(&b, "%d passed, %d failed, %d findings, %d blocked, %d skipped, %d not run; %d requests in %.1f s\n",
		s.Passed, s.Failed, s.Findings, s.Blocked, s.Skipped, s.NotRun, len(run.Exchanges), run.Run.Ended.Sub(run.Run.Started).Seconds())
	_, err := io.WriteString(w, b.String())
	return err
}

// areas is a line a feature.
func (p painter) areas(run verdict.Run) {
	counts := map[string]map[verdict.Status]int{}
	var names []string
	width := 0
	for _, c := range run.Checks {
		if !judged(c) {
			continue
		}
		a := area(c)
		if counts[a] == nil {
			counts[a] = map[verdict.Status]int{}
			names = append(names, a)
			width = max(width, len(a))
		}
		counts[a][c.Status]++
	}
	fmt.Fprintln(p.w)
	for _, a := range names {
		var parts []string
		for _, s := range []verdict.Status{verdict.Passed, verdict.Failed, verdict.Finding, verdict.Blocked, verdict.Skipped, verdict.NotRun} {
			if n := counts[a][s]; n > 0 {
				parts = append(parts, p.colour(statusColour[s], fmt.Sprintf("%d %s", n, s)))
			}
		}
		fmt.Fprintf(p.w, "  %-*s  %s\n", width, a, strings.Join(parts, ", "))
	}
	fmt.Fprintln(p.w)
}

func (p painter) failures(run verdict.Run, status verdict.Status, word string) {
	for _, c := range run.Checks {
		if c.Status != status || !judged(c) {
			continue
		}
		known := ""
		if c.Known {
			known = "  known: " + oneLine(c.KnownReason)
		}
		fmt.Fprintf(p.w, "%s  %s  (%s)%s\n", p.colour(statusColour[status], word), c.Key(), c.Level, known)
		fmt.Fprintf(p.w, "  %s  features/%s:%d\n", plainText(c.Title), c.Feature, c.Line)
		for _, part := range failure(c, curlOf(run, c)) {
			p.labelled(part[0], part[1])
		}
		fmt.Fprintln(p.w)
	}
}

// grouped lists what could not be asked, by its cause.
func (p painter) grouped(run verdict.Run) {
	by := map[string][]verdict.Check{}
	for _, c := range run.Checks {
		switch {
		case !judged(c):
		case c.Status == verdict.Blocked:
			by["BLOCKED by "+c.BlockedBy] = append(by["BLOCKED by "+c.BlockedBy], c)
		case c.Status == verdict.Skipped:
			by["SKIPPED, "+c.SkipKind] = append(by["SKIPPED, "+c.SkipKind], c)
		case c.Status == verdict.NotRun:
			by["NOT RUN"] = append(by["NOT RUN"], c)
		}
	}
	var heads []string
	for h := range by {
		heads = append(heads, h)
	}
	sort.Strings(heads)
	for _, h := range heads {
		fmt.Fprintf(p.w, "%s\n", h)
		for i, c := range by[h] {
			if i == 8 {
				fmt.Fprintf(p.w, "  and %d more\n", len(by[h])-i)
				break
			}
			line := "  " + c.Key()
			if c.Reason != "" {
				line += ": " + oneLine(c.Reason)
			}
			if c.Level == profile.Should {
				line += " (should)"
			}
			fmt.Fprintln(p.w, cut(line, p.o.Width))
		}
	}
	if len(heads) > 0 {
		fmt.Fprintln(p.w)
	}
}

func (p painter) labelled(label, text string) {
	lines := wrap(plainText(text), p.o.Width-12)
	if label == "try" {
		lines = []string{plainText(text)} // a command is pasted, so it is not broken
	}
	for i, line := range lines {
		head := ""
		if i == 0 {
			head = label
		}
		fmt.Fprintf(p.w, "  %-9s %s\n", head, line)
	}
}

func (p painter) wrapped(indent int, text string) {
	for _, line := range wrap(text, p.o.Width-indent) {
		fmt.Fprintf(p.w, "%s%s\n", strings.Repeat(" ", indent), line)
	}
}

// wrap breaks a text at blanks; a word that is too long is broken where the line ends.
func wrap(text string, width int) []string {
	var lines []string
	line := []rune{}
	for _, word := range strings.Fields(text) {
		w := []rune(word)
		if len(line) > 0 && len(line)+1+len(w) > width {
			lines = append(lines, string(line))
			line = nil
		}
		for len(w) > width {
			lines = append(lines, string(w[:width]))
			w = w[width:]
		}
		if len(line) > 0 {
			line = append(line, ' ')
		}
		line = append(line, w...)
	}
	if len(line) > 0 || len(lines) == 0 {
		lines = append(lines, string(line))
	}
	return lines
}
