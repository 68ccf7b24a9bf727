package reports

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/entrant-scim/entrant/internal/exchange"
	"github.com/entrant-scim/entrant/internal/verdict"
)

//go:embed report.html.tmpl report.css report.js
var page embed.FS

const (
	// htmlBody is the longest body of an exchange in the page.
	htmlBody = 16 << 10
	// htmlBudget is how much of exchanges the page holds; results.json has them all.
	htmlBudget = 4 << 20
	// htmlDepth is the deepest JSON that is indented: the blanks of deeper ones would outgrow the page.
	htmlDepth = 40
)

type htmlPage struct {
	Run       verdict.Run
	Title     string
	Headline  string
	Icon      string
	Remarks   []string
	Tally     string
	Statuses  []htmlStatus // those that occur
	Areas     []scores
	Broken    []htmlRule // false claims, by rule
	Groups    []htmlGroup
	Microsoft []htmlMicrosoft
	Seconds   string
	CSS       template.CSS
	JS        template.JS
	CSP       string
}

type htmlStatus struct {
	Status verdict.Status
	Icon   string
	Word   string
	Count  int
}

// htmlRule is a rule that was found false, with what all of its cases share.
type htmlRule struct {
	Rule      string
	Status    verdict.Status // of its worst case
	Level     string
	Because   string
	Fix       string
	Citations []citation
	Cases     []htmlCase
}

// htmlGroup is cases under a heading: blocked by one cause, skipped, passed.
type htmlGroup struct {
	Head  string
	Cases []htmlCase
}

type htmlCase struct {
	verdict.Check
	ID        string
	Area      string
	Icon      string
	Word      string
	Parts     []part
	Why       string
	Seen      []string
	Exchanges []htmlExchange
	Left      int // exchanges that the page had no room for
	Open      bool
}

type htmlExchange struct {
	exchange.Exchange
	Answer   string
	Deed     bool // the one that the mismatch is about
	Sent     string
	Received string
	Outgoing []string
	Incoming []string
}

type htmlMicrosoft struct {
	Test   string
	Counts []htmlStatus
}

// HTML writes the run as one file for a browser: offline, readable without JavaScript. Bodies are hostile: html/template
// escapes all of them, and the page may run nothing but its own script.
func HTML(w io.Writer, run verdict.Run) error {
	css, err := page.ReadFile("report.css")
	if err != nil {
		return err
	}
	js, err := page.ReadFile("report.js")
	if err != nil {
		return err
	}
	t, err := template.New("report.html.tmpl").Funcs(template.FuncMap{"plain": oneLine, "icon": icon, "ms": func(f float64) string { return fmt.Sprintf("%.1f ms", f) }}).ParseFS(page, "report.html.tmpl")
	if err != nil {
		return err
	}
	p := htmlPage{Run: run, Title: title(run), Headline: headline(run), Remarks: remarks(run), Tally: tally(run), Areas: scorecard(run),
		Seconds: fmt.Sprintf("%.1f", run.Run.Ended.Sub(run.Run.Started).Seconds()), CSS: template.CSS(css), JS: template.JS(js),
		CSP: "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" + hash(css) + "'; script-src 'sha256-" + hash(js) + "'"}
	p.Icon = map[verdict.Conclusion]string{verdict.Conformant: "✓", verdict.PartiallyTested: "◐", verdict.NotConformant: "✗"}[run.Verdict]
	if p.Icon == "" {
		p.Icon = "?"
	}
	p.fill(run)
	return t.Execute(w, p)
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func icon(s verdict.Status) string {
	switch s {
	case verdict.Passed:
		return "✓"
	case verdict.Failed:
		return "✗"
	case verdict.Finding:
		return "!"
	case verdict.Blocked:
		return "⊘"
	case verdict.Skipped:
		return "–"
	}
	return "○"
}

func (p *htmlPage) fill(run verdict.Run) {
	counts := map[verdict.Status]int{}
	rules := map[string]int{}
	groups := map[string]int{}
	budget := htmlBudget
	kinds := map[string]int{} // the order of the headings
	add := func(kind int, head string, h htmlCase) {
		i, found := groups[head]
		if !found {
			i = len(p.Groups)
			groups[head] = i
			kinds[head] = kind
			p.Groups = append(p.Groups, htmlGroup{Head: head})
		}
		p.Groups[i].Cases = append(p.Groups[i].Cases, h)
	}
	opened := map[string]bool{}
	for _, c := range run.Checks {
		h := htmlCase{Check: c, ID: oneLine(c.Key()), Area: area(c), Icon: icon(c.Status), Word: word(c.Status)}
		if !judged(c) {
			h.Icon, h.Word, h.Seen = "i", "observed", seen(c)
			add(9, "Observed (counted nowhere)", h)
			continue
		}
		counts[c.Status]++
		if c.Status == verdict.Failed || c.Status == verdict.Finding || c.Status == verdict.Blocked {
			h.exchanges(run, c, &budget)
		}
		switch {
		case excused(c):
			h.Parts, h.Why = failure(run, c), excuse(c)
			add(0, "Known, and excused", h)
		case isFalse(c):
			for _, part := range failure(run, c) {
				if part.Label != "because" && part.Label != "fix" {
					h.Parts = append(h.Parts, part)
				}
			}
			i, found := rules[c.Rule]
			if !found {
				i = len(p.Broken)
				rules[c.Rule] = i
				r := htmlRule{Rule: oneLine(c.Rule), Status: c.Status, Level: string(c.Level), Citations: citations(c.Mismatch)}
				if c.Mismatch != nil {
					r.Because, r.Fix = oneLine(c.Mismatch.Because), oneLine(c.Mismatch.Fix)
				}
				p.Broken = append(p.Broken, r)
			}
			if c.Status == verdict.Failed {
				p.Broken[i].Status = verdict.Failed
			}
			h.Open = !opened[c.Rule]
			opened[c.Rule] = true
			p.Broken[i].Cases = append(p.Broken[i].Cases, h)
		case c.Status == verdict.Blocked:
			h.Why = why(c)
			add(1, "Blocked by "+oneLine(c.BlockedBy), h)
		case c.Status == verdict.NotRun:
			h.Why = why(c)
			add(2, "Not run", h)
		case c.Status == verdict.Skipped:
			h.Why = why(c)
			add(3, "Skipped: "+skipWord(c.SkipKind), h)
		default:
			add(4, "Passed", h)
		}
	}
	sort.SliceStable(p.Broken, func(i, j int) bool {
		return p.Broken[i].Status == verdict.Failed && p.Broken[j].Status != verdict.Failed
	})
	sort.SliceStable(p.Groups, func(i, j int) bool { return kinds[p.Groups[i].Head] < kinds[p.Groups[j].Head] })
	p.Statuses = countsOf(counts)
	p.microsoft(run)
}

func skipWord(kind string) string {
	switch kind {
	case verdict.NotOffered:
		return "the target does not offer it"
	case verdict.NotApplicable:
		return "it does not apply to this run"
	case verdict.NoInput:
		return "this run was not given what it needs"
	case verdict.Consent:
		return "it was not allowed"
	}
	return oneLine(kind)
}

func countsOf(counts map[verdict.Status]int) []htmlStatus {
	var out []htmlStatus
	for _, s := range statuses {
		if n := counts[s]; n > 0 {
			out = append(out, htmlStatus{Status: s, Icon: icon(s), Word: word(s), Count: n})
		}
	}
	return out
}

// microsoft counts the cases behind each of Microsoft's own tests.
func (p *htmlPage) microsoft(run verdict.Run) {
	counts := map[string]map[verdict.Status]int{}
	var tests []string
	for _, c := range run.Checks {
		if !judged(c) {
			continue
		}
		for _, test := range c.MicrosoftTests {
			if counts[test] == nil {
				counts[test] = map[verdict.Status]int{}
				tests = append(tests, test)
			}
			counts[test][c.Status]++
		}
	}
	slices.Sort(tests)
	for _, test := range tests {
		p.Microsoft = append(p.Microsoft, htmlMicrosoft{Test: oneLine(test), Counts: countsOf(counts[test])})
	}
}

// exchanges takes what the page has room for.
func (h *htmlCase) exchanges(run verdict.Run, c verdict.Check, budget *int) {
	about, found := deed(run, c)
	for _, x := range exchangesOf(run, c) {
		e := htmlExchange{Exchange: x, Deed: found && x.N == about.N, Answer: fmt.Sprint(x.Status), Sent: pretty(x.RequestBody), Received: pretty(x.ResponseBody),
			Outgoing: headerLines(x.RequestHeaders), Incoming: headerLines(x.ResponseHeaders)}
		e.Curl = command(x)
		if x.Error != "" {
			e.Answer = oneLine(x.Error)
		}
		size := len(e.Sent) + len(e.Received) + len(e.Curl) + 1000
		if size > *budget {
			h.Left++
			continue
		}
		*budget -= size
		h.Exchanges = append(h.Exchanges, e)
	}
}

func headerLines(headers map[string]string) []string {
	var out []string
	for name, value := range headers {
		out = append(out, cut(oneLine(name+": "+value), 1000))
	}
	slices.Sort(out)
	return out
}

// pretty indents a JSON body; anything else stays as it is. A long body is cut, and says so.
func pretty(body string) string {
	if len(body) > htmlBody {
		return strings.ToValidUTF8(plainText(body[:htmlBody]), "\uFFFD") + fmt.Sprintf("\n… cut from %d bytes; results.json has the whole", len(body))
	}
	depth, deepest := 0, 0
	for _, r := range body {
		switch r {
		case '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ']', '}':
			depth--
		}
	}
	var b bytes.Buffer
	if deepest > htmlDepth || json.Indent(&b, []byte(body), "", "  ") != nil {
		return plainText(body)
	}
	return plainText(strings.TrimSpace(b.String()))
}
