package profile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/goccy/go-yaml"
)

// Expectation is a row of the catalogue of what Entra expects: the only place where levels are argued.
type Expectation struct {
	ID      string   `yaml:"id" json:"id"`
	Text    string   `yaml:"text" json:"text"`
	Entra   Level    `yaml:"entra" json:"entra"`
	Gallery Level    `yaml:"gallery" json:"gallery"`
	RFC     Level    `yaml:"rfc" json:"rfc"`
	Weak    Level    `yaml:"weak" json:"weak,omitempty"` // of the row's second claim
	Sources []string `yaml:"sources" json:"sources"`
	Excused string   `yaml:"excused" json:"excused,omitempty"` // why no rule can ask for it
}

// Source is a document that expectations and rules stand on.
type Source struct {
	ID   string `yaml:"id" json:"id"`
	Name string `yaml:"name" json:"name"`
	URL  string `yaml:"url" json:"url"`
}

// excuses are the reasons for which an expectation may have no rule.
var excuses = []string{"", "attestation", "information", "not-on-the-wire", "superseded"}

// LoadExpectations reads expectations.yaml. The error joins every mistake found.
func LoadExpectations(fsys fs.FS) ([]Expectation, error) {
	var all []Expectation
	if err := strict(fsys, "expectations.yaml", &all); err != nil {
		return nil, err
	}
	var errs []error
	seen := map[string]bool{}
	for _, e := range all {
		if seen[e.ID] {
			errs = append(errs, fmt.Errorf("expectation %s is there twice", e.ID))
		}
		seen[e.ID] = true
		if e.Text == "" || len(e.Sources) == 0 || !slices.Contains(excuses, e.Excused) {
			errs = append(errs, fmt.Errorf("expectation %s needs a text, sources, and no excuse beside %v", e.ID, excuses[1:]))
		}
		levels := []Level{e.Entra, e.Gallery, e.RFC}
		if e.Weak != "" {
			levels = append(levels, e.Weak)
		}
		for _, l := range levels {
			if !slices.Contains([]Level{Must, Should, May, Off}, l) {
				errs = append(errs, fmt.Errorf("expectation %s has the unknown level %q", e.ID, l))
			}
		}
	}
	return all, errors.Join(errs...)
}

// LoadSources reads sources.yaml. The error joins every mistake found.
func LoadSources(fsys fs.FS) ([]Source, error) {
	var all []Source
	if err := strict(fsys, "sources.yaml", &all); err != nil {
		return nil, err
	}
	var errs []error
	seen := map[string]bool{}
	for _, s := range all {
		if seen[s.ID] {
			errs = append(errs, fmt.Errorf("source %s is there twice", s.ID))
		}
		seen[s.ID] = true
		if s.ID == "" || s.Name == "" || s.URL == "" {
			errs = append(errs, fmt.Errorf("source %q needs an id, a name and an address", s.ID))
		}
	}
	return all, errors.Join(errs...)
}

func strict(fsys fs.FS, name string, into any) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(into); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}
