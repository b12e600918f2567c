package server

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clientsVariable makes the test program many clients: in a process of their own they neither take a test's descriptors
// nor the time that it measures.
const clientsVariable = "HTTPDLAB_TEST_CLIENTS"

// startClients has a child be that many clients; it returns when they have begun.
func startClients(t testing.TB, role, addr string, how any) (end func()) {
	text, err := json.Marshal(how)
	require.NoError(t, err)
	_, line, end := startSelf(t, clientsVariable+"="+role, addr, string(text))
	require.Equal(t, "begun", line)
	return end
}

// clientsAsChild is the child's side of startClients; it ends with standard input.
func clientsAsChild(role string) {
	var err error
	addr, how := os.Args[1], []byte(os.Args[2])
	switch role {
	case "idle":
		var count int
		if err = json.Unmarshal(how, &count); err == nil {
			err = idle(addr, count)
		}
	case "attack":
		var a attack
		if err = json.Unmarshal(how, &a); err == nil {
			a.untilInputEnds(addr)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// idle opens connections that are used once, and keeps them.
func idle(addr string, count int) error {
	buf := make([]byte, 1000)
	for range count {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(20 * time.Second))
		if _, err = conn.Write([]byte(plainGet)); err == nil {
			_, err = conn.Read(buf)
		}
		if err != nil {
			return err
		}
	}
	fmt.Println("begun")
	io.Copy(io.Discard, os.Stdin)
	return nil
}

func (a attack) untilInputEnds(addr string) {
	stop := make(chan struct{})
	var attackers sync.WaitGroup
	a.begin(addr, stop, &attackers)
	fmt.Println("begun")
	io.Copy(io.Discard, os.Stdin)
	close(stop)
	attackers.Wait()
}

// allowDescriptors raises what this process and its children may have to count, as far as it may, and returns the limit.
func allowDescriptors(t testing.TB, count int) int {
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	if limit.Max < uint64(count) { // only a privileged process may
		raised := syscall.Rlimit{Cur: uint64(count), Max: uint64(count)}
		if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised) == nil {
			limit = raised
		}
	}
	return int(limit.Max)
}
