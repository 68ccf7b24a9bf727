package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/entrant-scim/entrant/internal/suite"
	"github.com/entrant-scim/entrant/internal/verdict"
	"github.com/entrant-scim/entrant/reports"
)

// formats are the reports that can be rendered from results.json, sorted by name.
func formats() []reports.Format {
	text := reports.Format{Name: "text", About: "what a run prints", Render: func(w io.Writer, run verdict.Run) error {
		return reports.Console(w, run, console(w, false))
	}}
	all := append(reports.Formats(), text)
	slices.SortFunc(all, func(a, b reports.Format) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func formatNames() string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func reportCommand() *cobra.Command {
	var from, format, compare string
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Render the results of a run once more, or compare them with older ones",
		Long: `Render the results.json of a run once more (--format), or compare it with the results of an older run (--compare).

The exit code of a comparison is 1 when something is false now that was not false before, known failures aside.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" {
				return misuse("--from names the results.json to render")
			}
			if compare != "" {
				if cmd.Flags().Changed("format") {
					return misuse("--format and --compare: choose one; a comparison is text")
				}
				return compareRuns(cmd.OutOrStdout(), compare, from)
			}
			all := formats()
			i := slices.IndexFunc(all, func(f reports.Format) bool { return f.Name == format })
			if i < 0 {
				return misuse("--format %q: there are %s", format, formatNames())
			}
			run, err := readResults(from)
			if err != nil {
				return err
			}
			switch err := all[i].Render(cmd.OutOrStdout(), run); {
			case errors.Is(err, reports.ErrNotWhole):
				return misuse("--format %s: %v", format, err)
			case err != nil:
				return fmt.Errorf("render: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "results.json of a run")
	cmd.Flags().StringVar(&format, "format", "text", formatNames())
	cmd.Flags().StringVar(&compare, "compare", "", "results.json of an older run, to tell what is new, fixed and still false")
	return cmd
}

func readResults(path string) (verdict.Run, error) {
	f, err := os.Open(path)
	if err != nil {
		return verdict.Run{}, misuse("the results cannot be read: %v", err)
	}
	defer f.Close()
	run, err := reports.ReadJSON(f)
	if err != nil {
		return verdict.Run{}, misuse("%s: %v", path, err)
	}
	return run, nil
}

func compareRuns(w io.Writer, older, newer string) error {
	before, err := readResults(older)
	if err != nil {
		return err
	}
	after, err := readResults(newer)
	if err != nil {
		return err
	}
	c := reports.Compare(before, after)
	if err := c.Text(w); err != nil {
		return fmt.Errorf("print the comparison: %w", err)
	}
	if c.Worse() {
		return exit(suite.ExitNot)
	}
	return nil
}
