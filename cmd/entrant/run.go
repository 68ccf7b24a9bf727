package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/entrant-scim/entrant/features"
	"github.com/entrant-scim/entrant/fixtures"
	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/suite"
	"github.com/entrant-scim/entrant/internal/target"
	"github.com/entrant-scim/entrant/internal/verdict"
	"github.com/entrant-scim/entrant/reports"
	"github.com/entrant-scim/entrant/steps"
)

// runFlags are the flags of run.
type runFlags struct {
	url, tokenFile string
	out            string
	profile        string
	rules, tags    []string
	dialect        string
	parallel       int
	rate           float64
	timeout        time.Duration
	seed           uint64
	shuffle        bool
	failOn         string
	known          string
	dryRun, keep   bool
	quiet          bool
	mailDomain     string
	format         string
	image          target.Container
	env            []string
}

func runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Judge a SCIM API",
		Long: `Judge the SCIM API at --url, or, without a target, the built-in provider.

The exit code is 0 when no required claim failed, 1 when one did, 2 when the command is wrong, 3 when the target
could not be judged, 4 for a defect of Entrant, 130 when interrupted.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.url, "url", "", "the Tenant URL, as in Entra's portal")
	flags.StringVar(&f.tokenFile, "token-file", "", "a file with the Secret Token; - reads standard input (or set ENTRANT_TOKEN)")
	flags.StringVar(&f.image.Image, "image", "", "start this container image and judge the app in it")
	flags.StringVar(&f.image.Dockerfile, "dockerfile", "", "build the image of this folder and judge the app in it")
	flags.IntVar(&f.image.Port, "port", 8080, "the port on which the app in the container listens")
	flags.StringVar(&f.image.Path, "path", "/scim/v2", "the path of the SCIM endpoint in the container")
	flags.StringArrayVar(&f.env, "env", nil, "NAME=VALUE for the container (may be repeated)")
	flags.StringVar(&f.image.TokenEnv, "token-env", "", "the variable in which the app in the container gets the token")
	flags.DurationVar(&f.image.Within, "start-within", time.Minute, "how long the app in the container may take to answer")
	flags.StringVar(&f.out, "out", filepath.Join("reports", "latest"), "the folder for results.json, junit.xml, report.html and report.md")
	flags.StringVar(&f.profile, "profile", "entra", "the point of view: "+strings.Join(profile.Profiles, " or "))
	flags.StringSliceVar(&f.rules, "rule", nil, "only rules that fit this pattern, such as 'user.disable.*' (may be repeated)")
	flags.StringSliceVar(&f.tags, "tags", nil, "only scenarios with one of these tags, such as @groups")
	flags.StringVar(&f.dialect, "dialect", "", "legacy, flag or both: how Entra phrases PATCH (default both)")
	flags.IntVar(&f.parallel, "parallel", 0, "scenarios at a time (default 4; 1 for a URL that is not loopback)")
	flags.Float64Var(&f.rate, "rate", -1, "requests a second (default 25 for a URL that is not loopback, else unlimited)")
	flags.DurationVar(&f.timeout, "timeout", 30*time.Second, "how long to wait for one answer")
	flags.Uint64Var(&f.seed, "seed", 1, "the seed of --shuffle")
	flags.BoolVar(&f.shuffle, "shuffle", false, "run the scenarios in an order drawn by the seed")
	flags.StringVar(&f.failOn, "fail-on", "must", "must or should: the level from which a false claim fails the run")
	flags.StringVar(&f.known, "known-failing", "", "a YAML list of failures that are known: rule, reason, expires")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print the plan and send nothing")
	flags.BoolVar(&f.keep, "keep", false, "leave the users and groups that were made on the target")
	flags.BoolVar(&f.quiet, "quiet", false, "print nothing but the summary")
	flags.StringVar(&f.mailDomain, "mail-domain", "entrant.example", "the domain of the user names and mail addresses that are made")
	flags.StringVar(&f.format, "format", "text", "text or json: what is printed on standard output")
	return cmd
}

func run(cmd *cobra.Command, f runFlags) error {
	switch {
	case f.failOn != "must" && f.failOn != "should":
		return misuse("--fail-on %q: there are must and should", f.failOn)
	case f.format != "text" && f.format != "json":
		return misuse("--format %q: there are text and json", f.format)
	case f.parallel < 0:
		return misuse("--parallel %d: at least one scenario runs at a time", f.parallel)
	case f.timeout <= 0:
		return misuse("--timeout %s: an answer needs some time", f.timeout)
	}
	book, err := profile.Load(fixtures.FS)
	if err != nil {
		return fmt.Errorf("read the rules: %w", err)
	}
	where, err := aim(cmd, f)
	if err != nil {
		return err
	}
	if f.dialect == "" && where.Dialect != "" {
		fmt.Fprintf(cmd.ErrOrStderr(), "the Tenant URL asks for the %s dialect; both are judged, since provision on demand ignores the flag (--dialect chooses one)\n", where.Dialect)
	}
	plan, err := suite.NewPlan(features.FS, book, suite.Selection{Profile: f.profile, Rules: f.rules, Tags: f.tags, Dialect: f.dialect})
	if err != nil {
		return err
	}
	if f.dryRun {
		return printPlan(cmd.OutOrStdout(), plan)
	}
	if err := reports.CheckDir(f.out); err != nil {
		return misuse("%v", err)
	}
	known, err := readKnown(f.known)
	if err != nil {
		return err
	}
	result, err := judge(cmd, f, plan, where, known)
	if err != nil {
		return err
	}
	if err := reports.Write(f.out, result); err != nil {
		return fmt.Errorf("write the reports: %w", err)
	}
	if f.format == "json" {
		err = reports.JSON(cmd.OutOrStdout(), result)
	} else {
		err = reports.Console(cmd.OutOrStdout(), result, console(cmd.OutOrStdout(), f.quiet))
		fmt.Fprintf(cmd.ErrOrStderr(), "reports: %s\n", filepath.Join(f.out, "report.html"))
	}
	if err != nil {
		return fmt.Errorf("print the summary: %w", err)
	}
	if result.ExitCode != 0 {
		return exit(result.ExitCode)
	}
	return nil
}

// aim reads where to point and with which token. Nothing given means the built-in provider; anything that shows that a
// target was meant, without one, is a mistake, never a green verdict on our own provider.
func aim(cmd *cobra.Command, f runFlags) (target.Config, error) {
	token, fromEnv := os.LookupEnv("ENTRANT_TOKEN")
	if f.tokenFile != "" {
		var data []byte
		var err error
		if f.tokenFile == "-" {
			data, err = io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1<<20))
		} else {
			data, err = os.ReadFile(f.tokenFile)
		}
		if err != nil {
			return target.Config{}, misuse("the token cannot be read: %v; --token-file names a file that holds nothing but the Secret Token", err)
		}
		token = string(data)
	}
	if f.image.Image != "" || f.image.Dockerfile != "" {
		return contained(f, token)
	}
	if f.url == "" {
		if f.tokenFile != "" || fromEnv || f.known != "" || cmd.Flags().Changed("url") {
			return target.Config{}, misuse("there is a token, a known-failing list or an empty --url, but no target; give --url the Tenant URL, or leave both out to try the built-in provider")
		}
		return target.Config{}, nil
	}
	cfg, err := target.Parse(f.url)
	if err != nil {
		return target.Config{}, misuse("%v", err)
	}
	if f.tokenFile == "" && !fromEnv {
		return target.Config{}, misuse("no token for %s; give --token-file, or set ENTRANT_TOKEN to the Secret Token", cfg.Host())
	}
	if cfg.Token, err = target.CleanToken(token); err != nil {
		return target.Config{}, misuse("%v", err)
	}
	return cfg, nil
}

// contained is a target in a container.
func contained(f runFlags, token string) (target.Config, error) {
	c := f.image
	switch {
	case f.url != "":
		return target.Config{}, misuse("--url and a container: choose one")
	case c.Image != "" && c.Dockerfile != "":
		return target.Config{}, misuse("--image and --dockerfile: choose one")
	case c.Port < 1 || c.Port > 65535:
		return target.Config{}, misuse("--port %d is no port", c.Port)
	}
	c.Env = map[string]string{}
	for _, e := range f.env {
		name, value, found := strings.Cut(e, "=")
		if !found || name == "" {
			return target.Config{}, misuse("--env %q: it is written NAME=VALUE", e)
		}
		c.Env[name] = value
	}
	c.Log = filepath.Join(f.out, "container.log")
	clean, err := target.CleanToken(token)
	if err != nil {
		return target.Config{}, misuse("%v", err)
	}
	return target.Config{Image: &c, Token: clean}, nil
}

// judge opens the target, runs the plan and concludes.
func judge(cmd *cobra.Command, f runFlags, plan *suite.Plan, where target.Config, known []suite.Known) (verdict.Run, error) {
	ctx := cmd.Context()
	id := runID()
	v := verdict.Run{
		SchemaVersion: verdict.SchemaVersion, Tool: tool(),
		Run: verdict.Setting{ID: id, Started: time.Now().UTC(), Seed: f.seed, Profile: plan.Profile, Dialect: dialectWord(f.dialect), Parallel: max(f.parallel, 1),
			FailOn: f.failOn, Selected: selected(f), Configured: where.Dialect},
	}
	if where.Image != nil {
		if err := os.MkdirAll(f.out, 0o755); err != nil {
			return v, misuse("the output folder cannot be made: %v", err)
		}
	}
	at, err := target.Open(ctx, where)
	var none *target.NoEngine
	var mute *target.NotReady
	switch {
	case errors.As(err, &none):
		return v, misuse("%v", none)
	case errors.As(err, &mute):
		v.Target = verdict.Target{Kind: "container", Host: where.Image.Image + where.Image.Dockerfile}
		v.Run.Ended = time.Now().UTC()
		suite.Conclude(&v, plan, suite.Unasked(plan, verdict.NoAnswer, mute.Error()), f.failOn, ctx.Err() != nil)
		return v, nil
	case err != nil:
		return v, fmt.Errorf("open the target: %w", err)
	}
	defer at.Close()
	local := at.Builtin || where.Loopback() || where.Image != nil
	if f.parallel == 0 {
		f.parallel = 1
		if local {
			f.parallel = 4
		}
	}
	if f.rate < 0 {
		f.rate = 0
		if !local {
			f.rate = 25
		}
	}
	journal, err := scim.OpenJournal(id, at.BaseURL)
	if err != nil {
		return verdict.Run{}, misuse("the journal of what is made on the target cannot be kept: %v; it lies in the user's state folder, which XDG_STATE_HOME names", err)
	}
	breaches := steps.NewBreaches()
	client, err := scim.New(scim.Config{BaseURL: at.BaseURL, Token: at.Token, Timeout: f.timeout, Rate: f.rate, RunID: id, Journal: journal, Observe: breaches.Observe})
	if err != nil {
		return verdict.Run{}, misuse("%v", err)
	}
	progress := newProgress(cmd.ErrOrStderr(), len(plan.Cases), f.quiet)
	v.Run.Parallel = f.parallel
	v.Target = verdict.Target{Kind: at.Kind, Host: hostOf(at.BaseURL), Builtin: at.Builtin}
	res := suite.Run(ctx, plan, suite.Options{Client: client, Breaches: breaches, RunID: id, Domain: f.mailDomain, Parallel: f.parallel,
		Seed: f.seed, Shuffle: f.shuffle, Keep: f.keep, Done: progress.done})
	progress.end()
	v.Run.Ended = time.Now().UTC()
	throttled, waited := client.Throttled()
	v.Run.Throttled, v.Run.WaitedMS = throttled, float64(waited.Milliseconds())
	if len(known) > 0 {
		all, err := suite.AllCases(features.FS, plan.Book)
		if err != nil {
			return v, fmt.Errorf("read the features: %w", err)
		}
		suite.Excuse(&res, all, known, time.Now())
	}
	for _, line := range res.Stale {
		fmt.Fprintf(cmd.ErrOrStderr(), "entrant: %s\n", line)
	}
	suite.Conclude(&v, plan, res, f.failOn, ctx.Err() != nil)
	if err := journal.Close(len(res.Leftovers)); err != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "entrant: close the journal: %v\n", err)
	}
	for _, bug := range res.Bugs {
		fmt.Fprintf(cmd.ErrOrStderr(), "entrant: a defect of Entrant, please report it: %s\n", bug)
	}
	return v, nil
}

func runID() string {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func dialectWord(d string) string {
	if d == "" {
		return "both"
	}
	return d
}

// selected is the selection in words, empty for a whole profile.
func selected(f runFlags) string {
	var parts []string
	if len(f.rules) > 0 {
		parts = append(parts, "rules "+strings.Join(f.rules, ", "))
	}
	if len(f.tags) > 0 {
		parts = append(parts, "tags "+strings.Join(f.tags, ", "))
	}
	if f.dialect != "" && f.dialect != "both" {
		parts = append(parts, "dialect "+f.dialect)
	}
	return strings.Join(parts, "; ")
}

func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}

func printPlan(w io.Writer, plan *suite.Plan) error {
	for _, c := range plan.Cases {
		fmt.Fprintf(w, "%-6s %-52s %s\n", c.Level, c.Key(), c.Title)
	}
	fmt.Fprintf(w, "%d cases, nothing sent\n", len(plan.Cases))
	if len(plan.Cases) == 0 {
		return exit(suite.ExitNotJudged)
	}
	return nil
}

// console looks at the terminal that w is, if it is one.
func console(w io.Writer, quiet bool) reports.ConsoleOptions {
	o := reports.ConsoleOptions{Width: 100, Quiet: quiet}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		o.Colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			o.Width = min(max(width, 60), 120)
		}
	}
	return o
}

// progress tells how far a run is: one line that is rewritten on a terminal, nothing else in a pipe.
type progress struct {
	w           io.Writer
	total, seen int
	live        bool
}

func newProgress(w io.Writer, total int, quiet bool) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, total: total, live: ok && !quiet && term.IsTerminal(int(f.Fd()))}
}

func (p *progress) done(c verdict.Check) {
	p.seen++
	if p.live {
		fmt.Fprintf(p.w, "\r\x1b[K%d of %d  %s", p.seen, p.total, c.Feature)
	}
}

func (p *progress) end() {
	if p.live {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
