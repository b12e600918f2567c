package load_test

import (
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
)

func ExampleParseArrivals() {
	a, err := load.ParseArrivals("ramp:0..100/10s")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a.At(5*time.Second), "a second after 5 s,", a.Expected(10*time.Second), "requests within 10 s")
	starts := a.Starts(1)
	for range 3 {
		fmt.Println(starts.Next().Round(time.Millisecond))
	}
	// Output:
	// 50 a second after 5 s, 500 requests within 10 s
	// 0s
	// 447ms
	// 632ms
}

func ExampleBuiltIn() {
	s, err := load.BuiltIn("download", 1000)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Title+":", s.Requests[0].Path)
	// Output:
	// bytes from the server, as fast as they come: /bytes?n=1000
}
