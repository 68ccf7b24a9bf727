package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/suite"
)

func cleanCommand() *cobra.Command {
	var f runFlags
	var only string
	cmd := &cobra.Command{
		Use:   "clean",
		Short: "Remove what an interrupted run left on its target",
		Long: `Remove the users and groups that an interrupted run left on its target. What they are is known from the journal that
every run keeps in the user's state folder until it has removed them itself.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			runs, err := scim.UnfinishedRuns()
			if err != nil {
				return misuse("%v", err)
			}
			var left int
			var seen bool
			for _, u := range runs {
				if only != "" && u.Run != only {
					continue
				}
				seen = true
				n, err := cleanRun(cmd, f, u)
				if err != nil {
					return err
				}
				left += n
			}
			if !seen {
				if only != "" {
					return misuse("there is no unfinished run %q", only)
				}
				fmt.Fprintln(cmd.OutOrStdout(), "nothing to clean: no run was left unfinished")
			}
			if left > 0 {
				return exit(suite.ExitNotJudged)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&only, "run", "", "clean this run only")
	cmd.Flags().StringVar(&f.tokenFile, "token-file", "", "a file with the Secret Token of the target; - reads standard input (or set ENTRANT_TOKEN)")
	return cmd
}

// cleanRun removes what one run left and returns how much is still there.
func cleanRun(cmd *cobra.Command, f runFlags, u scim.Unfinished) (int, error) {
	f.url = u.URL
	where, err := aim(cmd, f)
	if err != nil {
		return 0, err
	}
	client, err := scim.New(scim.Config{BaseURL: where.URL, Token: where.Token, RunID: u.Run})
	if err != nil {
		return 0, misuse("%v", err)
	}
	ctx := cmd.Context()
	left := 0
	for _, kind := range []string{"Groups", "Users"} {
		ids := u.IDs[kind]
		for _, name := range u.Names[kind] {
			found, err := search(ctx, client, kind, name, u.Run)
			if err != nil {
				return 0, fmt.Errorf("look for %s: %w", name, err)
			}
			ids = append(ids, found...)
		}
		for _, id := range ids {
			client.Created(kind, id, "")
			a, err := client.Do(ctx, scim.Request{Method: http.MethodDelete, Path: "/" + kind + "/" + url.PathEscape(id)})
			switch {
			case err != nil:
				fmt.Fprintf(cmd.ErrOrStderr(), "%s/%s: %v\n", kind, id, err)
				left++
			case a.Status/100 == 2:
				fmt.Fprintf(cmd.OutOrStdout(), "removed %s/%s\n", kind, id)
			case a.Status == http.StatusNotFound:
			default:
				fmt.Fprintf(cmd.ErrOrStderr(), "%s/%s: DELETE answered %d\n", kind, id, a.Status)
				left++
			}
		}
	}
	if left > 0 {
		return left, nil
	}
	if err := os.Remove(u.Path); err != nil {
		return 0, fmt.Errorf("remove the journal: %w", err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "run %s on %s is clean\n", u.Run, where.Host())
	return 0, nil
}

// search finds what a create whose answer nobody saw may have made: its name holds the run's id.
func search(ctx context.Context, client *scim.Client, kind, name, run string) ([]string, error) {
	if !strings.Contains(name, run) {
		return nil, nil
	}
	attribute := map[string]string{"Users": "userName", "Groups": "displayName"}[kind]
	a, err := client.Do(ctx, scim.Request{Method: http.MethodGet, Path: "/" + kind, Query: "filter=" + url.QueryEscape(fmt.Sprintf("%s eq %q", attribute, name))})
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range a.Get("Resources").Array() {
		if strings.EqualFold(scim.Get(r, attribute).String(), name) {
			ids = append(ids, scim.Get(r, "id").String())
		}
	}
	return ids, nil
}
