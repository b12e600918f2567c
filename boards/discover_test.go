package boards

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/hashicorp/mdns"
	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"
)

// loopback is this machine's interface to itself.
func loopback(t *testing.T) net.Interface {
	all, err := net.Interfaces()
	require.NoError(t, err)
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 && i.Flags&net.FlagUp != 0 {
			return i
		}
	}
	t.Skip("no loopback interface")
	return net.Interface{}
}

// announce answers queries for a board on loopback, as one on the network does.
func announce(t *testing.T, instance, addr string, port int, texts ...string) {
	zone, err := mdns.NewMDNSService(instance, "_http._tcp", "", "board.local.", port, []net.IP{net.ParseIP(addr)}, texts)
	require.NoError(t, err)
	lo := loopback(t)
	s, err := mdns.NewServer(&mdns.Config{Zone: zone, Iface: &lo, Logger: log.New(io.Discard, "", 0)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Shutdown()) })
}

const briefly = 300 * time.Millisecond

// findHere looks for boards on loopback until it has found so many.
func findHere(t *testing.T, want int) (found []Found) {
	require.Eventually(t, func() bool {
		var err error
		found, err = find(t.Context(), []net.Interface{loopback(t)}, briefly)
		require.NoError(t, err)
		return len(found) >= want
	}, 20*time.Second, time.Millisecond)
	require.Len(t, found, want)
	return found
}

func TestFind(t *testing.T) {
	announce(t, "printer", "127.0.0.9", 80, "model=x")
	announce(t, "httpdlab esp32c3 a1b2c3", "127.0.0.2", 80, "board=esp32c3", "chip=esp32c3", "app=httpdlab")
	announce(t, "httpdlab mine 000001", "127.0.0.3", 8080, "Board=mine", "chip=esp32", "app=httpdlab")
	found := findHere(t, 2)
	require.Equal(t, []Found{
		{"httpdlab esp32c3 a1b2c3", "127.0.0.2:80", "esp32c3", "esp32c3", "httpdlab"},
		{"httpdlab mine 000001", "127.0.0.3:8080", "mine", "esp32", "httpdlab"},
	}, found, "a printer is no board")

	var b bytes.Buffer
	require.NoError(t, writeFound(&b, found))
	require.Regexp(t, `(?m)^esp32c3 +esp32c3 +httpdlab +127\.0\.0\.2:80 +httpdlab esp32c3 a1b2c3$`, b.String())

	here := func(context.Context) ([]Found, error) { return found, nil }
	esp32c3, err := Load("esp32c3")
	require.NoError(t, err)
	target, err := esp32c3.openFound(t.Context(), here)
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.2:80/hello", target.URL)
}

// The firmware's own answers are understood: its C code stands behind a socket.
func TestFindFirmware(t *testing.T) {
	program := pureTest(t)
	lo := loopback(t)
	c, err := net.ListenMulticastUDP("udp4", &lo, &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353})
	require.NoError(t, err)
	done := make(chan struct{})
	t.Cleanup(func() { c.Close(); <-done })
	go func() {
		defer close(done)
		packet := make([]byte, 1500)
		for {
			n, from, err := c.ReadFromUDP(packet)
			if err != nil {
				return
			}
			cmd := exec.Command(program, "answer", "legacy")
			cmd.Stdin = bytes.NewReader(packet[:n])
			if answer, err := cmd.Output(); err == nil && len(answer) > 0 {
				c.WriteToUDP(answer, from)
			}
		}
	}()
	require.Equal(t, []Found{{"httpdlab esp32c3 a1b2c3", "192.168.4.1:80", "esp32c3", "esp32c3", "httpdlab"}}, findHere(t, 1))
}

func TestChoose(t *testing.T) {
	p, err := Load("esp32")
	require.NoError(t, err)
	mine := Found{Name: "a", Addr: "10.0.0.1:80", Board: "esp32", Chip: "esp32"}
	other := Found{Name: "b", Addr: "10.0.0.2:80", Board: "kitchen", Chip: "esp32"}
	third := Found{Name: "c", Addr: "10.0.0.3:80", Board: "esp32c3", Chip: "esp32c3"}

	f, err := p.choose([]Found{third, mine})
	require.NoError(t, err)
	require.Equal(t, mine, f)
	f, err = p.choose([]Found{other})
	require.NoError(t, err)
	require.Equal(t, other, f, "a board of another name with that chip")

	_, err = p.choose([]Found{mine, other})
	require.ErrorIs(t, err, ErrNoAddress)
	require.ErrorContains(t, err, "several: a at 10.0.0.1:80, b at 10.0.0.2:80; choose one")
	_, err = p.choose([]Found{third})
	require.ErrorIs(t, err, ErrNoBoard)
	require.ErrorContains(t, err, "others did: c at 10.0.0.3:80")
	for _, advice := range []string{"power", "same network", "console", "ADDR=192.168.4.1"} {
		require.ErrorContains(t, err, advice)
	}
	require.NotContains(t, err.Error(), "\n", "one line")
}

// Without a board in reach, real hardware is not replaced by a simulation, and
// the answer does not take long.
func TestOpenWithoutBoard(t *testing.T) {
	p, err := Load("esp32s3")
	require.NoError(t, err)
	start := time.Now()
	_, err = p.Open(t.Context(), "", []string{"a simulation, which must not be started"})
	require.ErrorIs(t, err, ErrNoAddress)
	require.ErrorContains(t, err, "ADDR=")
	require.NotContains(t, err.Error(), "\n")
	require.Less(t, time.Since(start), 5*time.Second)

	_, err = p.openFound(t.Context(), func(context.Context) ([]Found, error) { return nil, errors.New("no network") })
	require.ErrorIs(t, err, ErrNoAddress)
	require.ErrorContains(t, err, "no network; give it with --addr")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = find(ctx, []net.Interface{loopback(t)}, time.Minute)
	require.ErrorIs(t, err, context.Canceled)
}

// Records of a service that nobody can reach, or that is no board.
func TestFoundBoard(t *testing.T) {
	_, ok := foundBoard(&mdns.ServiceEntry{Name: "x._http._tcp.local.", InfoFields: []string{"board=esp32"}})
	require.False(t, ok, "no address")
	_, ok = foundBoard(&mdns.ServiceEntry{AddrV4: net.IPv4(1, 2, 3, 4), InfoFields: []string{"boards", "=", dns.TypeToString[dns.TypeA]}})
	require.False(t, ok, "no board")
}
