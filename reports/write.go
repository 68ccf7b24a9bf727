package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/entrant-scim/entrant/internal/verdict"
)

// renderers are the reports of every run, by file name.
var renderers = []struct {
	name   string
	render func(io.Writer, verdict.Run) error
}{{"results.json", JSON}, {"junit.xml", JUnit}, {"report.html", HTML}, {"report.md", Markdown}}

// manifest names the files that a run wrote; only they are ever replaced.
const manifest = ".entrant"

// CheckDir says, before a run, whether its reports may be written into a folder: files there that no run wrote are never
// replaced.
func CheckDir(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the output folder: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("the output folder %s is a file; give --out a folder", dir)
	}
	own := map[string]bool{}
	if data, err := os.ReadFile(filepath.Join(dir, manifest)); err == nil {
		for _, name := range strings.Fields(string(data)) {
			own[name] = true
		}
	}
	for _, r := range renderers {
		if _, err := os.Lstat(filepath.Join(dir, r.name)); err == nil && !own[r.name] {
			return fmt.Errorf("%s was not written by entrant, so it is not replaced; give --out another folder, or move the file away", filepath.Join(dir, r.name))
		}
	}
	return nil
}

// Write puts the reports of a run into a folder, which it makes. Each file is replaced as a whole or not at all.
func Write(dir string, run verdict.Run) error {
	if err := CheckDir(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var names []string
	for _, r := range renderers {
		names = append(names, r.name)
	}
	if err := replace(dir, manifest, []byte(strings.Join(names, "\n")+"\n")); err != nil {
		return err
	}
	for _, r := range renderers {
		var b bytes.Buffer
		if err := r.render(&b, run); err != nil {
			return fmt.Errorf("render %s: %w", r.name, err)
		}
		if err := replace(dir, r.name, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func replace(dir, name string, data []byte) error {
	tmp, err := os.CreateTemp(dir, name+".*.tmp")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return fmt.Errorf("write %s: %w", filepath.Join(dir, name), err)
	}
	return nil
}
