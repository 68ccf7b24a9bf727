package reports

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// ConsoleOptions fit the summary to a terminal.
type ConsoleOptions struct {
	Width  int // columns, at least 60
	Colour bool
	Quiet  bool // verdict, counts and what is left on the target, no more
}

// Console prints the summary for a person at a terminal.
func Console(w io.Writer, run verdict.Run, o ConsoleOptions) error {
	o.Width = max(o.Width, 60)
	p := &terminal{o: o}
	p.wrapped("", title(run))
	p.verdict(run, headline(run))
	for _, line := range remarks(run) {
		p.wrapped("", line)
	}
	p.wrapped("", tally(run))
	asked := run.Summary != (verdict.Summary{NotRun: run.Summary.NotRun})
	if !o.Quiet && asked {
		p.table(run)
		p.failures(run)
		p.notAsked(run)
		p.observations(run)
	}
	if len(run.Leftovers) > 0 {
		p.head("left on the target (`entrant clean` tries again to remove it):")
		for _, l := range run.Leftovers {
			p.wrapped("  ", join(": ", join(" ", oneLine(l.Path), oneLine(l.Name)), oneLine(l.Reason)))
		}
	}
	if len(run.Whole) > 0 {
		p.head("to make the test whole:")
		for _, line := range run.Whole {
			p.wrapped("  ", oneLine(line))
		}
	}
	if !o.Quiet && asked && (run.Summary.Failed+run.Summary.Findings > 0) {
		p.b.WriteString("\n")
		p.verdict(run, headline(run))
		p.wrapped("", tally(run))
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// terminal writes lines that fit.
type terminal struct {
	b strings.Builder
	o ConsoleOptions
}

// colour paints a text that is made of one word or line, so that no line break stands between the codes.
func (p *terminal) colour(code, s string) string {
	if !p.o.Colour || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func statusColour(s verdict.Status) string {
	switch s {
	case verdict.Passed:
		return "32"
	case verdict.Failed:
		return "1;31"
	case verdict.Finding:
		return "33"
	case verdict.Blocked:
		return "35"
	}
	return "2"
}

func (p *terminal) verdict(run verdict.Run, text string) {
	code := "1;35"
	switch run.Verdict {
	case verdict.Conformant:
		code = "1;32"
	case verdict.PartiallyTested:
		code = "1;33"
	case verdict.NotConformant:
		code = "1;31"
	}
	for _, line := range wrap(text, p.o.Width) {
		p.b.WriteString(p.colour(code, line) + "\n")
	}
}

func (p *terminal) head(text string) {
	p.b.WriteString("\n")
	p.wrapped("", text)
}

// wrapped breaks a text; its lines begin alike.
func (p *terminal) wrapped(indent, text string) {
	for _, line := range wrap(text, p.o.Width-len(indent)) {
		p.b.WriteString(indent + line + "\n")
	}
}

// table has a line an area; a status that no case has gets no column. Where it does not fit, the counts stand in words.
func (p *terminal) table(run verdict.Run) {
	rows := scorecard(run)
	names := 0
	var columns []verdict.Status
	for _, r := range rows {
		names = max(names, columnsOf(r.Area))
	}
	width := 2 + names
	for _, s := range []verdict.Status{verdict.Passed, verdict.Failed, verdict.Finding, verdict.Blocked, verdict.Skipped, verdict.NotRun} {
		for _, r := range rows {
			if r.Counts[s] > 0 {
				columns = append(columns, s)
				width += 2 + len(word(s))
				break
			}
		}
	}
	p.b.WriteString("\n")
	if width > p.o.Width {
		for _, r := range rows {
			var counts []string
			for _, s := range columns {
				if n := r.Counts[s]; n > 0 {
					counts = append(counts, fmt.Sprintf("%d %s", n, word(s)))
				}
			}
			p.wrapped("  ", r.Area+"  "+strings.Join(counts, ", "))
		}
		return
	}
	p.b.WriteString("  " + strings.Repeat(" ", names))
	for _, s := range columns {
		p.b.WriteString("  " + word(s))
	}
	p.b.WriteString("\n")
	for _, r := range rows {
		line := "  " + r.Area + strings.Repeat(" ", names-columnsOf(r.Area))
		for _, s := range columns {
			cell := strings.Repeat(" ", len(word(s)))
			if n := r.Counts[s]; n > 0 {
				cell = p.colour(statusColour(s), fmt.Sprintf("%*d", len(word(s)), n))
			}
			line += "  " + cell
		}
		p.b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// failures shows each false claim in full; what is the same for all cases of a rule stands at the first of them.
func (p *terminal) failures(run verdict.Run) {
	first := map[string]string{}
	for _, status := range []verdict.Status{verdict.Failed, verdict.Finding} {
		for _, c := range run.Checks {
			if c.Status != status || !judged(c) || excused(c) {
				continue
			}
			key := oneLine(c.Key())
			label := "FAILED"
			if status == verdict.Finding {
				label = "FINDING"
			}
			place := fmt.Sprintf("features/%s:%d", oneLine(c.Feature), c.Line)
			head := fmt.Sprintf("%s  %s  (%s)", label, key, c.Level)
			gap := p.o.Width - columnsOf(head) - columnsOf(place)
			p.b.WriteString("\n" + p.colour(statusColour(status), label) + strings.TrimPrefix(head, label))
			if gap >= 2 {
				p.b.WriteString(strings.Repeat(" ", gap) + place + "\n")
			} else {
				p.b.WriteString("\n  " + place + "\n")
			}
			p.wrapped("  ", oneLine(c.Title))
			p.b.WriteString("\n")
			earlier := first[c.Rule]
			if earlier == "" {
				first[c.Rule] = key
			}
			for _, part := range failure(run, c) {
				switch {
				case earlier != "" && part.Label == "because":
				case earlier != "" && part.Label == "fix":
					p.labelled("fix", "as for "+earlier)
				case part.Label == "try":
					p.lines("try", breakCommand(part.Text, p.o.Width-12))
				default:
					p.labelled(part.Label, part.Text)
				}
				if part.Label == "because" && earlier == "" {
					p.sources(c)
				}
			}
		}
	}
}

// sources stand a line each; an address is never broken, so that a terminal makes a link of it.
func (p *terminal) sources(c verdict.Check) {
	for _, s := range citations(c.Mismatch) {
		for _, line := range wrap(s.Text, p.o.Width-12) {
			p.lines("", []string{line})
		}
		if s.URL != "" {
			p.lines("", []string{s.URL})
		}
	}
}

// many is the number of like lines that are shown before the rest is only counted.
const many = 8

// notAsked lists what was not judged, by its cause, and what a known-failing list excuses.
func (p *terminal) notAsked(run verdict.Run) {
	p.group(run, "KNOWN", func(c verdict.Check) (string, string, bool) {
		return "", strings.TrimPrefix(excuse(c), "known: "), excused(c)
	})
	p.group(run, "BLOCKED", func(c verdict.Check) (string, string, bool) {
		return "by " + oneLine(c.BlockedBy), oneLine(c.Reason), c.Status == verdict.Blocked && !excused(c)
	})
	p.group(run, "SKIPPED", func(c verdict.Check) (string, string, bool) {
		return oneLine(c.SkipKind), oneLine(c.Reason), c.Status == verdict.Skipped
	})
	p.group(run, "NOT RUN", func(c verdict.Check) (string, string, bool) {
		return "", oneLine(c.Reason), c.Status == verdict.NotRun
	})
}

// group prints the cases that of takes, under a heading a cause; each case is a line, and of many with one reason the
// first few.
func (p *terminal) group(run verdict.Run, label string, of func(verdict.Check) (cause, reason string, found bool)) {
	type bundle struct {
		cause   string
		reasons []string
		cases   map[string][]verdict.Check
	}
	var all []*bundle
	index := map[string]*bundle{}
	for _, c := range run.Checks {
		cause, reason, found := of(c)
		if !found || !judged(c) {
			continue
		}
		b := index[cause]
		if b == nil {
			b = &bundle{cause: cause, cases: map[string][]verdict.Check{}}
			index[cause] = b
			all = append(all, b)
		}
		if len(b.cases[reason]) == 0 {
			b.reasons = append(b.reasons, reason)
		}
		b.cases[reason] = append(b.cases[reason], c)
	}
	for _, b := range all {
		p.head(strings.TrimSpace(label + " " + b.cause))
		for _, reason := range b.reasons {
			for i, c := range b.cases[reason] {
				if i == many {
					p.wrapped("  ", fmt.Sprintf("and %d more for the same reason", len(b.cases[reason])-i))
					break
				}
				line := oneLine(c.Key())
				if c.Level == profile.Should {
					line += " (should)"
				}
				p.b.WriteString(cutColumns("  "+join(": ", line, reason), p.o.Width) + "\n")
			}
		}
	}
}

func (p *terminal) observations(run verdict.Run) {
	headed := false
	for _, c := range run.Checks {
		if judged(c) {
			continue
		}
		for _, line := range seen(c) {
			if !headed {
				p.head("OBSERVED (counted nowhere)")
				headed = true
			}
			p.b.WriteString(cutColumns("  "+join(": ", oneLine(c.Key()), line), p.o.Width) + "\n")
		}
	}
}

// labelled breaks a text beside its label.
func (p *terminal) labelled(label, text string) { p.lines(label, wrap(text, p.o.Width-12)) }

func (p *terminal) lines(label string, lines []string) {
	for i, line := range lines {
		if i > 0 {
			label = ""
		}
		p.b.WriteString(strings.TrimRight(fmt.Sprintf("  %-9s %s", label, line), " ") + "\n")
	}
}

// wrap breaks a text at blanks; a word that is too long is broken where the line ends. Blanks are kept: they may be the
// evidence.
func wrap(text string, width int) []string {
	var lines []string
	for _, piece := range strings.Split(strings.ReplaceAll(text, "\t", " "), "\n") {
		line, used := "", 0
		for i, word := range strings.Split(piece, " ") {
			need := columnsOf(word)
			switch {
			case i > 0 && used+1+need > width:
				lines = append(lines, line)
				line, used = "", 0
			case i > 0:
				line += " "
				used++
			}
			for _, r := range word {
				n := columnsOf(string(r))
				if used+n > width {
					lines = append(lines, line)
					line, used = "", 0
				}
				line += string(r)
				used += n
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// breakCommand spreads a shell command over lines that end in a backslash, between its words only, so that it can be
// pasted. A newline inside a word would begin a line of the target's making: it becomes visible.
func breakCommand(text string, width int) []string {
	var words []string
	start, quote := 0, rune(0)
	text = strings.ReplaceAll(text, "\n", "\uFFFD")
	for i, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case quote == 0 && r == ' ':
			words = append(words, text[start:i])
			start = i + 1
		}
	}
	words = append(words, text[start:])
	var lines []string
	line := ""
	for i := 0; i < len(words); i++ {
		word := words[i]
		if strings.HasPrefix(word, "-") && i+1 < len(words) && !strings.HasPrefix(words[i+1], "-") { // a flag stays with its value
			i++
			word += " " + words[i]
		}
		if line != "" && columnsOf(line)+1+columnsOf(word)+2 > width {
			lines = append(lines, line+" \\")
			line = "  " + word
			continue
		}
		line = join(" ", line, word)
	}
	return append(lines, line)
}

// columnsOf is the width of a text on a terminal.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x300:
			n++
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff,
			r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
			n += 2
		default:
			n++
		}
	}
	return n
}

func cutColumns(s string, width int) string {
	if columnsOf(s) <= width {
		return s
	}
	n := 0
	for i, r := range s {
		n += columnsOf(string(r))
		if n > width-1 {
			return s[:i] + "…"
		}
	}
	return s
}
