// Package house holds the tests of the house's rules: who may import what.
package house

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/entrant-scim/entrant"

// ours says which packages of ours each package may import. What is not named may import none.
var ours = map[string][]string{
	"cmd/entrant":       {"features", "fixtures", "internal/profile", "internal/provider", "internal/scim", "internal/suite", "internal/target", "internal/verdict", "reports", "steps", "internal/exchange"},
	"features":          {},
	"fixtures":          {},
	"steps":             {"internal/exchange", "internal/phrase", "internal/profile", "internal/scim", "internal/verdict"},
	"reports":           {"internal/verdict", "internal/profile", "internal/exchange"},
	"internal/profile":  {},
	"internal/exchange": {},
	"internal/scim":     {"internal/exchange"},
	"internal/verdict":  {"internal/exchange", "internal/profile"},
	"internal/suite":    {"features", "internal/exchange", "internal/profile", "internal/scim", "internal/verdict", "steps"},
	"internal/target":   {"internal/provider"},
	"internal/provider": {},
	"internal/phrase":   {},
	"internal/house":    {},
	"interop":           {},
}

// fenced says who alone may import a foreign module.
var fenced = map[string][]string{
	"github.com/cucumber/godog":                   {"steps", "internal/suite"},
	"github.com/go-resty/resty/v2":                {"internal/scim"},
	"github.com/tidwall/gjson":                    {"internal/scim", "steps", "internal/suite"},
	"github.com/testcontainers/testcontainers-go": {"internal/target"},
	"github.com/spf13/cobra":                      {"cmd/entrant"},
	"github.com/scim2/filter-parser/v2":           {"internal/provider"},
	"github.com/goccy/go-yaml":                    {"internal/profile", "cmd/entrant"},
}

// alone says which foreign modules a package may import, where that is less than the fences allow.
var alone = map[string][]string{
	"internal/provider": {"github.com/scim2/filter-parser/v2"},
	"internal/phrase":   {},
	"features":          {},
	"fixtures":          {},
	"reports":           {},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for dec.More() {
		var p listed
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// foreign is an import that is neither ours nor the standard library's.
func foreign(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".") && !strings.HasPrefix(path, module)
}

func TestImports(t *testing.T) {
	all := packages(t)
	if len(all) < 10 {
		t.Fatalf("go list shows only %d packages", len(all))
	}
	for _, p := range all {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		allowed, known := ours[name]
		if !known {
			t.Errorf("%s has no place in the house", name)
		}
		for _, i := range p.Imports {
			if inner, found := strings.CutPrefix(i, module+"/"); found && !slices.Contains(allowed, inner) {
				t.Errorf("%s must not import %s", name, inner)
			}
			if !foreign(i) {
				continue
			}
			for mod, who := range fenced {
				if (i == mod || strings.HasPrefix(i, mod+"/")) && !slices.Contains(who, name) {
					t.Errorf("%s must not import %s", name, i)
				}
			}
			if few, found := alone[name]; found && !slices.ContainsFunc(few, func(m string) bool { return i == m || strings.HasPrefix(i, m+"/") }) {
				t.Errorf("%s must not import %s", name, i)
			}
		}
	}
}
