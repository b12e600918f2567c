// Package server is a small, fast and strict HTTP/1.1 server in the model of ESP-IDF's esp_http_server: a
// configuration with every limit in it, handlers registered for a URI and a method, one request object for
// reading and responding, sessions with a context.
//
//	s, err := server.New(server.DefaultConfig())
//	if err != nil {
//		log.Fatal(err)
//	}
//	s.Handle("GET", "/hello", func(r *server.Request) error {
//		return r.SendString("Hello World!")
//	})
//	log.Fatal(s.ListenAndServe())
//
// A registered path is literal, or has {name} segments, or ends with * for any tail or ? for an optional last
// character: /user/{id}, /tree/*, /path/?. Literal paths win over the others, which are tried in the order in
// which they were registered.
//
// Handlers of requests that are there in whole run on the event loop that has the connection, one after the other:
// they must not wait. A handler that does is registered with URI.Blocking and runs on a goroutine of its own, as
// does every handler whose request is still on its way. A handler that reads or sends more than is possible at once
// moves there by itself.
//
// What Request's methods return as []byte are views of the received bytes, valid until the handler returns.
package server
