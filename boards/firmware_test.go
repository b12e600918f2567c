package boards

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"
)

// needC skips a test on a machine that cannot compile the firmware's check.
func needC(t *testing.T) {
	for _, program := range []string{"make", "gcc"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s on this machine", program)
		}
	}
}

// checkProgram builds a program of the firmware's check, and returns its path.
func checkProgram(t *testing.T, name string) string {
	needC(t)
	out, err := exec.Command("make", "-s", "-C", "firmware/check", "out/"+name).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return "firmware/check/out/" + name
}

// pureTest is the program of the firmware's pure parts.
func pureTest(t *testing.T) string { return checkProgram(t, "pure_test") }

// The firmware compiles with strict warnings, whatever the network and the
// generation of the IDF, and its pure parts pass their tests.
func TestFirmware(t *testing.T) {
	needC(t)
	out, err := exec.Command("make", "-s", "-C", "firmware/check", "-j2").CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "pure parts pass")
}

// The project stays small. Walking over its files also tells the test cache
// what these tests depend on.
func TestFirmwareIsSmall(t *testing.T) {
	total := int64(0)
	err := filepath.WalkDir("firmware", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "out" || d.Name() == "build") {
			return cmp.Or(err, filepath.SkipDir)
		}
		info, err := os.Stat(path)
		if err == nil && !d.IsDir() {
			total += info.Size()
		}
		return err
	})
	require.NoError(t, err)
	require.Less(t, total, int64(400<<10))
	require.Greater(t, total, int64(40<<10), "the files were not found")
}

// The board serves the same resource under the same tag as we do, and the same pattern.
func TestFirmwareServesWhatWeServe(t *testing.T) {
	program := pureTest(t)
	for what, want := range map[string]string{
		"etag": fileETag + "\n", "resource": string(fileContent), "pattern": string(pattern[:26*55]),
	} {
		got, err := exec.Command(program, what).Output()
		require.NoError(t, err)
		require.Equal(t, want, string(got), what)
	}
}

// firmwareAnswer is what the firmware answers to an mDNS query.
func firmwareAnswer(t *testing.T, program string, q *dns.Msg, legacy bool) *dns.Msg {
	packet, err := q.Pack()
	require.NoError(t, err)
	args := []string{"answer"}
	if legacy {
		args = append(args, "legacy")
	}
	cmd := exec.Command(program, args...)
	cmd.Stdin = bytes.NewReader(packet)
	out, err := cmd.Output()
	require.NoError(t, err)
	if len(out) == 0 {
		return nil
	}
	a := new(dns.Msg)
	require.NoError(t, a.Unpack(out))
	return a
}

// Another DNS implementation understands the firmware, and it that one.
func TestFirmwareAnswersMulticastDNS(t *testing.T) {
	program := pureTest(t)
	instance := `httpdlab\ esp32c3\ a1b2c3._http._tcp.local.`
	for _, x := range []struct {
		name string
		kind uint16
		want int // records
	}{
		{"_http._tcp.local.", dns.TypePTR, 4},
		{"_HTTP._TCP.local.", dns.TypeANY, 4},
		{instance, dns.TypeSRV, 4},
		{instance, dns.TypeTXT, 4},
		{"HTTPDLAB-a1b2c3.local.", dns.TypeA, 4},
		{"_services._dns-sd._udp.local.", dns.TypePTR, 1},
		{"_ipp._tcp.local.", dns.TypePTR, 0},
		{"_http._tcp.local.", dns.TypeA, 0},
		{"httpdlab-a1b2c3.example.", dns.TypeA, 0},
	} {
		q := new(dns.Msg)
		q.SetQuestion(x.name, x.kind)
		for _, legacy := range []bool{false, true} {
			a := firmwareAnswer(t, program, q, legacy)
			if x.want == 0 {
				require.Nil(t, a, x.name)
				continue
			}
			require.Len(t, a.Answer, x.want, x.name)
			require.True(t, a.Response && a.Authoritative)
			require.Equal(t, legacy, a.Id == q.Id, "RFC 6762, 6.7: only an ordinary response repeats the identifier")
			for _, record := range a.Answer {
				h := record.Header()
				require.Equal(t, map[bool]uint32{false: 120, true: 10}[legacy], h.Ttl)
				flush := !legacy && h.Rrtype != dns.TypePTR
				require.Equal(t, flush, h.Class&0x8000 != 0, "RFC 6762, 10.2: the cache-flush bit is for records of our own")
			}
		}
	}
	q := new(dns.Msg)
	q.SetQuestion("_http._tcp.local.", dns.TypePTR)
	text := firmwareAnswer(t, program, q, true).String()
	for _, want := range []string{instance, "httpdlab-a1b2c3.local.", "board=esp32c3", "chip=esp32c3", "app=httpdlab", "192.168.4.1"} {
		require.Contains(t, text, want)
	}
	require.Equal(t, 1, strings.Count(text, "SRV\t0 0 80 "))
}

// exchange has the firmware's handlers answer requests, each METHOD, target,
// body and fields, on one connection. open tells whether it stays so.
func exchange(t *testing.T, requests ...[]string) (answers string, open bool) {
	var args []string
	for i, q := range requests {
		if i > 0 {
			args = append(args, "--")
		}
		args = append(args, q...)
	}
	cmd := exec.Command(checkProgram(t, "exchange"), args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%v: %s", requests, said.String())
	}
	return string(out), err == nil
}

// parseAnswer reads one response, and nothing may follow it.
func parseAnswer(t *testing.T, method, text string) (*http.Response, string) {
	r := bufio.NewReader(strings.NewReader(text))
	a, err := http.ReadResponse(r, &http.Request{Method: method})
	require.NoError(t, err, text)
	body, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	require.Zero(t, r.Buffered(), "bytes behind the response to %s", method)
	return a, string(body)
}

// The firmware's handlers answer as our own server does, request by request.
func TestFirmwareKeepsTheContract(t *testing.T) {
	for _, x := range contractRows {
		if x.path == "/hello" && x.method != "GET" || len(x.body) > 100_000 || strings.Contains(x.body, "\x00") {
			continue // its server answers HEAD and 405, and an argument has bounds
		}
		text, open := exchange(t, []string{x.method, x.path, x.body, "Content-Type: text/plain; charset=x"})
		a, body := parseAnswer(t, x.method, text)
		require.True(t, open, x.path)
		require.Equal(t, x.status, a.StatusCode, x.path)
		require.Equal(t, x.mediaType, a.Header.Get("Content-Type"), x.path)
		require.Equal(t, x.answer, body, x.path)
	}
	for _, x := range fileRows {
		if x.name == "tag on a second line" {
			continue // esp_http_server shows the first field of a name only
		}
		text, _ := exchange(t, append([]string{"GET", "/file", ""}, x.fields...))
		a, body := parseAnswer(t, "GET", text)
		require.Equal(t, x.status, a.StatusCode, x.name)
		require.Equal(t, x.body, body, x.name)
		require.Equal(t, fileETag, a.Header.Get("ETag"), x.name)
	}
}

func TestFirmwareConnections(t *testing.T) {
	text, open := exchange(t, []string{"POST", "/adder", "5"}, []string{"POST", "/adder", " 7\n"}, []string{"POST", "/adder", "-3"})
	require.True(t, open)
	require.Regexp(t, `(?s)\r\n\r\n5HTTP.*\r\n\r\n12HTTP.*\r\n\r\n9$`, text, "the sum is the connection's")

	text, open = exchange(t, []string{"HEAD", "/file", ""}, []string{"HEAD", "/echo", ""}, []string{"GET", "/empty", ""})
	require.True(t, open)
	require.Equal(t, 3, strings.Count(text, "HTTP/1.1 "))
	require.True(t, strings.HasSuffix(text, "HTTP/1.1 204 No Content\r\n\r\n"), "RFC 9110, 8.6: a 204 has no Content-Length")

	text, open = exchange(t, []string{"GET", "/events?n=3&ms=20", ""})
	require.True(t, open)
	_, body := parseAnswer(t, "GET", text)
	require.Equal(t, "id: 0\ndata: {\"n\":0,\"uptime_ms\":0}\n\nid: 1\ndata: {\"n\":1,\"uptime_ms\":20}\n\nid: 2\ndata: {\"n\":2,\"uptime_ms\":40}\n\n", body)

	text, open = exchange(t, []string{"POST", "/sink", "abc", "Content-Length: 10"})
	require.False(t, open, "a body that does not come")
	require.Contains(t, text, "408 Request Timeout")
}

// A message goes back as it came: whole, empty, in fragments. One that is too
// long ends the connection.
func TestFirmwareWebSocket(t *testing.T) {
	text, open := exchange(t, []string{"GET", "/ws", ""}, []string{"FIN1", "/ws", "hi"}, []string{"FIN2", "/ws", ""},
		[]string{"FRAME1", "/ws", "he"}, []string{"FIN0", "/ws", "llo"})
	require.True(t, open)
	require.Equal(t, "frame 1 final 1 length 2:hiframe 2 final 1 length 0:frame 1 final 0 length 2:heframe 0 final 1 length 3:llo", text)
	text, open = exchange(t, []string{"FIN1", "/ws", strings.Repeat("x", 16<<10+1)})
	require.False(t, open)
	require.Equal(t, "frame 8 final 1 length 2:\x03\xf1", text, "RFC 6455, 7.4.1: 1009")
}

// What the firmware tells of itself is what we read.
func TestFirmwareInfoAndHeap(t *testing.T) {
	text, _ := exchange(t, []string{"GET", "/info", ""})
	_, body := parseAnswer(t, "GET", text)
	var info Info
	require.NoError(t, json.Unmarshal([]byte(body), &info))
	require.Equal(t, Info{"esp32c3", "esp32c3", "ESP-IDF v6.0", "httpdlab", "0123456789abcdef", 1, 160, "panic", 1, 0, -51, 6, "none", 7, 512, 1024}, info)
	text, _ = exchange(t, []string{"GET", "/heap", ""})
	_, body = parseAnswer(t, "GET", text)
	require.Equal(t, &Heap{0, 1, 200000, 100000, 199999, 300000}, parseHeap(body), "and what its console says")
}
