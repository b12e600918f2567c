package check

import (
	"crypto/tls"
	"encoding/json"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What Repro prints must put exactly the octets on the wire that the case did.
func TestReproSendsTheSameOctets(t *testing.T) {
	var every []byte
	for i := range 256 {
		every = append(every, byte(i))
	}
	for _, octets := range [][]byte{[]byte("GET /%41?'q\\n' HTTP/1.1\r\n\r\n"), every} {
		got, err := exec.Command("/bin/sh", "-c", printf(octets)).Output()
		require.NoError(t, err)
		require.Equal(t, octets, got)
	}
}

func TestReproKeepsPauses(t *testing.T) {
	log := Transcript{Events: []Event{
		{Kind: Dialed}, {Kind: Sent, Bytes: []byte("a")}, {Kind: Received, Bytes: []byte("x")},
		{At: 300 * time.Millisecond, Kind: Sent, Bytes: []byte("b"), Cut: 7},
	}}
	require.Equal(t, "(printf 'a'; sleep 0.30; printf 'b') | nc 10.0.0.1 80  # 7 more octets were sent", log.Repro("nc 10.0.0.1 80"))
	require.Empty(t, (&Transcript{}).Repro("nc 10.0.0.1 80"))
	minus := Transcript{Events: []Event{{Kind: Sent, Bytes: []byte("-n 5%'")}}}
	require.Equal(t, `printf '\055n 5%%\047' | nc ::1 80`, minus.Repro((&Target{Addr: "[::1]:80"}).netcat()))
	require.Equal(t, "openssl s_client -quiet -connect [::1]:443", (&Target{Addr: "[::1]:443", tls: &tls.Config{}}).netcat())
}

// A report can be read again, to the octet.
func TestTranscriptJSONRoundTrip(t *testing.T) {
	var every []byte
	for i := range 256 {
		every = append(every, byte(i), '\\')
	}
	want := Result{ID: "a", Transcript: []*Transcript{{Events: []Event{{At: time.Millisecond, Kind: Sent, Bytes: every, Cut: 3, Note: "n"}}}}}
	b, err := json.Marshal(want)
	require.NoError(t, err)
	var got Result
	require.NoError(t, json.Unmarshal(b, &got))
	require.Equal(t, want, got)
}

func TestTranscriptJSON(t *testing.T) {
	b, err := json.Marshal(Transcript{Events: []Event{{At: 1500 * time.Microsecond, Kind: Sent, Bytes: []byte("a\x00\r\n")}}}.Events)
	require.NoError(t, err)
	require.JSONEq(t, `[{"ms":1.5,"kind":"send","bytes":"a\\000\\r\\n","hex":"61000d0a"}]`, string(b))
}
