package scim

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
)

// Journal remembers on disk what a run makes on a target, so that it can be removed even after a kill: a line is written
// before each create. It holds no secret. A run that removed everything leaves no journal.
type Journal struct {
	mu   sync.Mutex
	file *os.File
	path string
	open map[string]int // entries not yet struck out: "Users/name" intended, "Users/#id" created
}

// entry is a line of a journal.
type entry struct {
	Act  string `json:"act"` // begin, intend, created, refused, removed
	URL  string `json:"url,omitempty"`
	Run  string `json:"run,omitempty"`
	Kind string `json:"kind,omitempty"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// StateFolder is where journals lie: the user's state folder of the system.
func StateFolder() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "entrant"), nil
	}
	switch runtime.GOOS {
	case "windows":
		if dir := os.Getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, "entrant"), nil
		}
	case "darwin":
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, "Library", "Application Support", "entrant"), nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the user's state folder: %w", err)
	}
	return filepath.Join(home, ".local", "state", "entrant"), nil
}

// OpenJournal begins the journal of a run on the target with this URL.
func OpenJournal(runID, url string) (*Journal, error) {
	dir, err := StateFolder()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the journal's folder: %w", err)
	}
	path := filepath.Join(dir, "run-"+runID+".jsonl")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	j := &Journal{file: file, path: path, open: map[string]int{}}
	return j, j.write(entry{Act: "begin", URL: url, Run: runID})
}

func (j *Journal) write(e entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}

// Intend says that a resource of this name is about to be created.
func (j *Journal) Intend(kind, name string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.open[kind+"/"+name]++
	return j.write(entry{Act: "intend", Kind: kind, Name: name})
}

// Created says that it was, under this id.
func (j *Journal) Created(kind, id, name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.strike(kind + "/" + name)
	j.open[kind+"/#"+id]++
	_ = j.write(entry{Act: "created", Kind: kind, ID: id, Name: name})
}

// Refused says that it was not.
func (j *Journal) Refused(kind, name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.strike(kind + "/" + name)
	_ = j.write(entry{Act: "refused", Kind: kind, Name: name})
}

// Removed says that a resource is gone.
func (j *Journal) Removed(kind, id string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.open, kind+"/#"+id)
	_ = j.write(entry{Act: "removed", Kind: kind, ID: id})
}

func (j *Journal) strike(key string) {
	if j.open[key]--; j.open[key] <= 0 {
		delete(j.open, key)
	}
}

// Close ends the journal, and removes it when nothing is left on the target.
func (j *Journal) Close(leftovers int) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.file.Close(); err != nil {
		return err
	}
	for key := range j.open {
		if strings.Contains(key, "/#") {
			leftovers++
		}
	}
	if leftovers > 0 {
		return nil
	}
	return os.Remove(j.path)
}

// Unfinished is what an interrupted run may have left on its target.
type Unfinished struct {
	Run, URL string
	Path     string              // of the journal
	IDs      map[string][]string // by Users and Groups
	Names    map[string][]string // creates whose answer nobody saw
}

// UnfinishedRuns reads the journals that are there, oldest run first.
func UnfinishedRuns() ([]Unfinished, error) {
	dir, err := StateFolder()
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(dir, "run-*.jsonl"))
	if err != nil {
		return nil, err
	}
	sort.Strings(paths)
	var out []Unfinished
	for _, path := range paths {
		u, err := readJournal(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return out, fmt.Errorf("read the journal %s: %w", path, err)
		}
		out = append(out, u)
	}
	return out, nil
}

func readJournal(path string) (Unfinished, error) {
	u := Unfinished{Path: path, IDs: map[string][]string{}, Names: map[string][]string{}}
	file, err := os.Open(path)
	if err != nil {
		return u, err
	}
	defer file.Close()
	ids, names := map[[2]string]bool{}, map[[2]string]int{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // the last line of a killed run may be half a line
		}
		switch e.Act {
		case "begin":
			u.Run, u.URL = e.Run, e.URL
		case "intend":
			names[[2]string{e.Kind, e.Name}]++
		case "created":
			names[[2]string{e.Kind, e.Name}]--
			ids[[2]string{e.Kind, e.ID}] = true
		case "refused":
			names[[2]string{e.Kind, e.Name}]--
		case "removed":
			delete(ids, [2]string{e.Kind, e.ID})
		}
	}
	for k := range ids {
		u.IDs[k[0]] = append(u.IDs[k[0]], k[1])
	}
	for k, n := range names {
		if n > 0 && k[1] != "" {
			u.Names[k[0]] = append(u.Names[k[0]], k[1])
		}
	}
	return u, lines.Err()
}
