//go:build unix

package suite_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/entrant-scim/entrant/internal/scim"
	"github.com/entrant-scim/entrant/internal/suite"
	"github.com/entrant-scim/entrant/internal/verdict"
	"github.com/entrant-scim/entrant/steps"
)

// cost is what something took: wall time, and the CPU time of this process.
type cost struct{ wall, cpu time.Duration }

func measure(do func()) cost {
	begun, used := time.Now(), cpuTime()
	do()
	return cost{time.Since(begun), cpuTime() - used}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// startProvider serves the built-in provider in another process, so that its CPU is not counted.
func startProvider(b *testing.B) string {
	dir := b.TempDir()
	bin := filepath.Join(dir, "entrant")
	if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/entrant").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte(token), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(bin, "provider", "--token-file", filepath.Join(dir, "token"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// BenchmarkRun measures a whole run, and the same chains replayed by a bare net/http client at the same parallelism: each
// case's requests in their order, ids taken from the answers. What is left is Entrant's own cost.
func BenchmarkRun(b *testing.B) {
	plan := planOf(b, "entra")
	for _, parallel := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("parallel=%d", parallel), func(b *testing.B) {
			const rounds = 7
			url := startProvider(b)
			var runs, replays []cost
			var requests, cases int
			for i := range rounds {
				var run verdict.Run
				runs = append(runs, measure(func() {
					breaches := steps.NewBreaches()
					client, err := scim.New(scim.Config{BaseURL: url, Token: token, RunID: fmt.Sprintf("b%d%d", parallel, i), Observe: breaches.Observe})
					if err != nil {
						b.Fatal(err)
					}
					res := suite.Run(context.Background(), plan, suite.Options{Client: client, Breaches: breaches, RunID: fmt.Sprintf("b%d%d", parallel, i), Parallel: parallel})
					suite.Conclude(&run, plan, res, "must", false)
				}))
				if run.Verdict != verdict.Conformant {
					b.Fatalf("the run is %s: %s", run.Verdict, run.Reason)
				}
				requests, cases = len(run.Exchanges), len(run.Checks)
				replays = append(replays, measure(func() { replay(b, run, url, parallel) }))
				if n := users(b, url); n != 0 {
					b.Fatalf("the replay left %d users", n)
				}
			}
			r, p := median(runs), median(replays)
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(requests), "requests")
			b.ReportMetric(float64(cases), "cases")
			b.ReportMetric(ms(r.wall), "run-wall-ms")
			b.ReportMetric(ms(p.wall), "bare-wall-ms")
			b.ReportMetric(ms(r.cpu), "run-cpu-ms")
			b.ReportMetric(ms(p.cpu), "bare-cpu-ms")
			b.ReportMetric(float64(r.cpu)/float64(p.cpu), "cpu-ratio")
			b.ReportMetric(float64((r.cpu-p.cpu).Microseconds())/float64(requests), "own-µs/request")
		})
	}
}

func median(all []cost) cost {
	pick := func(of func(cost) time.Duration) time.Duration {
		var d []time.Duration
		for _, c := range all {
			d = append(d, of(c))
		}
		sort.Slice(d, func(i, j int) bool { return d[i] < d[j] })
		return d[len(d)/2]
	}
	return cost{pick(func(c cost) time.Duration { return c.wall }), pick(func(c cost) time.Duration { return c.cpu })}
}

// replay sends what a run sent, and drops the answers but for the ids in them.
func replay(b *testing.B, run verdict.Run, url string, parallel int) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	chains := make(chan verdict.Check)
	var wg sync.WaitGroup
	for range parallel {
		wg.Go(func() {
			for c := range chains {
				chain(b, client, run, c, url)
			}
		})
	}
	for _, c := range run.Checks {
		chains <- c
	}
	close(chains)
	wg.Wait()
	client.CloseIdleConnections()
}

func chain(b *testing.B, client *http.Client, run verdict.Run, c verdict.Check, url string) {
	var ids []string              // old, new, old, new
	made := map[string][]string{} // ids of a body's creates: of several at once, another may win this time
	for _, n := range c.Exchanges {
		x := run.Exchanges[n-1]
		swap := strings.NewReplacer(ids...)
		req, err := http.NewRequest(x.Method, swap.Replace(x.URL), strings.NewReader(swap.Replace(x.RequestBody)))
		if err != nil {
			b.Error(err)
			return
		}
		for name, value := range x.RequestHeaders {
			req.Header.Set(name, strings.ReplaceAll(value, "$ENTRANT_TOKEN", token))
		}
		req.Header.Del("Accept-Encoding")
		res, err := client.Do(req)
		if err != nil {
			b.Error(err)
			return
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			b.Error(err)
			return
		}
		if x.Method != http.MethodPost {
			continue
		}
		var old, now struct{ ID string }
		_ = json.Unmarshal(body, &now)
		if res.StatusCode == http.StatusCreated {
			made[x.RequestBody] = append(made[x.RequestBody], now.ID)
		}
		_ = json.Unmarshal([]byte(x.ResponseBody), &old)
		if x.Status == http.StatusCreated && len(made[x.RequestBody]) > 0 {
			ids = append(ids, old.ID, made[x.RequestBody][0])
			made[x.RequestBody] = made[x.RequestBody][1:]
		}
	}
}

// users counts what is on the provider.
func users(b *testing.B, url string) int {
	req, _ := http.NewRequest(http.MethodGet, url+"/Users?count=0", nil)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	var list struct{ TotalResults int }
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil {
		b.Fatal(err)
	}
	return list.TotalResults
}
