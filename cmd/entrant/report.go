package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/entrant-scim/entrant/internal/verdict"
	"github.com/entrant-scim/entrant/reports"
)

// formats are the reports that can be rendered from results.json.
var formats = map[string]func(io.Writer, verdict.Run) error{
	"json": reports.JSON, "junit": reports.JUnit, "html": reports.HTML, "md": reports.Markdown,
	"text": func(w io.Writer, run verdict.Run) error { return reports.Console(w, run, console(w, false)) },
}

func reportCommand() *cobra.Command {
	var from, format string
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Render the results of a run once more",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			render, found := formats[format]
			if !found {
				var names []string
				for name := range formats {
					names = append(names, name)
				}
				slices.Sort(names)
				return misuse("--format %q: there are %s", format, strings.Join(names, ", "))
			}
			if from == "" {
				return misuse("--from names the results.json to render")
			}
			f, err := os.Open(from)
			if err != nil {
				return misuse("the results cannot be read: %v", err)
			}
			defer f.Close()
			run, err := reports.ReadJSON(f)
			if err != nil {
				return misuse("%s: %v", from, err)
			}
			if err := render(cmd.OutOrStdout(), run); err != nil {
				return fmt.Errorf("render: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "results.json of a run")
	cmd.Flags().StringVar(&format, "format", "text", "text, md, html, junit or json")
	return cmd
}
