package boards

import (
	"bytes"
	"cmp"
	"io/fs"
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

// pureTest builds the program of the firmware's pure parts, and returns its path.
func pureTest(t *testing.T) string {
	needC(t)
	out, err := exec.Command("make", "-s", "-C", "firmware/check", "out/pure_test").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return "firmware/check/out/pure_test"
}

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
