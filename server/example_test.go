package server_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/server"
)

// The simple program of the original's documentation: a greeting, an echo, and a resource that can be switched off.
func Example_simple() {
	s := startExample()
	defer s.Stop(context.Background())

	hello := func(r *server.Request) error {
		if host := r.Field("Host"); host != nil {
			r.SetField("X-Host-Length", strconv.Itoa(len(host)))
		}
		if value, ok := r.QueryValue("query1"); ok {
			return r.SendString("query1 is " + string(value))
		}
		return r.SendString(r.UserContext().(string))
	}
	echo := func(r *server.Request) error {
		buf := make([]byte, 100)
		for {
			n, err := r.Read(buf)
			if err == io.EOF {
				return r.SendChunk(nil)
			}
			if err != nil {
				return err // the connection is closed
			}
			if err := r.SendChunk(buf[:n]); err != nil {
				return err
			}
		}
	}
	notFound := func(r *server.Request, status int) error {
		if string(r.Path()) == "/hello" {
			return r.SendError(status, "/hello is not available") // and the connection stays
		}
		r.SendError(status, "some 404 message")
		return server.ErrClose
	}
	ctrl := func(r *server.Request) error {
		switch body, err := r.Body(); {
		case err != nil:
			return err
		case string(body) == "0":
			s.UnregisterPath("/hello")
			s.HandleError(404, notFound)
		default:
			s.Register(server.URI{Path: "/hello", Method: "GET", Handler: hello, UserContext: "Hello World!"})
			s.HandleError(404, nil)
		}
		return r.Send(nil)
	}
	s.Register(server.URI{Path: "/hello", Method: "GET", Handler: hello, UserContext: "Hello World!"})
	s.Handle("POST", "/echo", echo)
	s.Handle("PUT", "/ctrl", ctrl)

	ask(s, "GET", "/hello", "")
	ask(s, "GET", "/hello?query1=a%20value", "")
	ask(s, "POST", "/echo", "some content")
	ask(s, "PUT", "/ctrl", "0")
	ask(s, "GET", "/hello", "")
	// Output:
	// 200 Hello World!
	// 200 query1 is a value
	// 200 some content
	// 200
	// 404 /hello is not available
}

// The persistent sockets program: each connection has an adder of its own, which ends with it.
func Example_persistentSockets() {
	s := startExample()
	defer s.Stop(context.Background())

	s.Handle("POST", "/adder", func(r *server.Request) error {
		sum, _ := r.Context().(*int)
		if sum == nil {
			sum = new(int)
			r.SetContext(sum, func(any) { fmt.Println("the adder is freed") })
		}
		body, err := r.Body()
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(string(body))
		if err != nil {
			return r.SendError(400, "not a number")
		}
		*sum += n
		return r.SendString(strconv.Itoa(*sum))
	})

	for _, n := range []string{"5", "10", "x", "-3"} {
		ask(s, "POST", "/adder", n)
	}
	client.CloseIdleConnections()
	for s.OpenSockets() > 0 {
		time.Sleep(time.Millisecond)
	}
	// Output:
	// 200 5
	// 200 15
	// 400 not a number
	// 200 12
	// the adder is freed
}

// An asynchronous request is answered by a worker while the server serves others.
func ExampleRequest_Async() {
	jobs := make(chan *server.Request, 10)
	go func() {
		for r := range jobs {
			r.Complete(r.SendString("done by a worker"))
		}
	}()
	defer close(jobs)
	s := startExample()
	defer s.Stop(context.Background()) // no handler runs after that
	s.Handle("GET", "/long", func(r *server.Request) error {
		if err := r.Async(); err != nil {
			return r.Fail(503)
		}
		jobs <- r
		return nil
	})
	ask(s, "GET", "/long", "")
	// Output: 200 done by a worker
}

// Server-sent events, until the peer leaves.
func ExampleRequest_StartEvents() {
	s := startExample()
	defer s.Stop(context.Background())
	s.Handle("GET", "/events", func(r *server.Request) error {
		events, err := r.StartEvents()
		for n := 0; err == nil && n < 2; n++ {
			err = events.Send(server.Message{ID: strconv.Itoa(n), Data: "tick"})
		}
		return err
	})
	ask(s, "GET", "/events", "")
	// Output:
	// 200 id: 0
	// data: tick
	//
	// id: 1
	// data: tick
}

func startExample() *server.Server {
	cfg := server.DefaultConfig()
	cfg.Addr = "127.0.0.1:0"
	s, err := server.New(cfg)
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Start(); err != nil {
		log.Fatal(err)
	}
	return s
}

var client = &http.Client{Transport: &http.Transport{}}

// ask prints the status and the content of the response to a request.
func ask(s *server.Server, method, path, content string) {
	req, err := http.NewRequest(method, "http://"+s.Addr().String()+path, strings.NewReader(content))
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, body)))
}
