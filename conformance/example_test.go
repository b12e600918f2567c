package conformance_test

import (
	"context"
	"fmt"

	"github.com/httpdlab/httpdlab/conformance"
	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/mutant"
)

// A server that does not mind a missing Host, and what one case says about it.
func Example() {
	server, err := mutant.Start(mutant.Fault{Name: "tolerates: host missing", Tolerate: "host missing"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	result, err := conformance.Run(context.Background(), conformance.Options{
		Targets: []string{server.URL},
		Select:  []string{"rfc9112/3.2/missing-host"},
		Done:    func(_ string, r check.Result) { fmt.Println(r.Verdict, r.ID+": "+r.Reason) },
	})
	fmt.Println(result.Exit(), err)
	// Output:
	// FAIL rfc9112/3.2/missing-host: expected a refusal with 400, got HTTP/1.1 200 OK
	// 1 <nil>
}
