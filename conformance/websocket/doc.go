// Package websocket is what cases about WebSocket are written in: a plain client whose every bit can be wrong, a strict
// reader of what the server says, and the grades of RFC 6455 suites. It shares nothing with the server that it judges.
//
// # How to write a case
//
// A case is a check.Case whose Script comes from Script, made of steps:
//
//	check.Case{
//		Section: "5.5.2", Name: "ping-is-answered",
//		Rule:   "A Ping MUST be answered with a Pong of the same payload.",
//		Script: websocket.Script(websocket.Open, websocket.Echo(websocket.Ping("hi")), websocket.Bye),
//	}
//
// Frames are values: Text("hi"), Binary, Cont, Ping, Pong, Close(1000, "bye"), EmptyClose, Op(3, ""). Methods make them wrong:
// NotFinal (FIN=0), Reserved(bits), Unmasked, MaskedBy(key), Written(In64Bits), Claiming(length), HeaderOnly. The same values
// say what is awaited: Receive(Text("hi")) compares opcode and every octet.
//
// Steps that send: Send (one write), SendEach (a write a frame), Chop (n octets a write), Drip (with pauses), SendOctets
// (anything). Steps that read: Receive, Echo (send, and receive what an echo owes), Silence. Bye ends a case about something
// else. A step of your own is a func(*Conn) error: Next reads a message, ReadFrame a frame, check.Wrong and check.Broken end the
// case, Conn.Weak and Conn.Note go on, check.Skipf gives up without a verdict.
//
// A hostile case ends with Fails(1002), which grades as the catalogue does, and has a Neighbour, a valid exchange that differs in
// the offence alone; without one its refusals would prove nothing, and the runner says so. After each such case the runner asks a
// fresh connection to echo (Suite.Alive = websocket.Alive).
//
//	check.Case{
//		Section: "5.1", Name: "unmasked-text",
//		Rule:      "The server MUST close the connection upon a frame that is not masked.",
//		Neighbour: websocket.Neighbour(websocket.Open, websocket.Echo(websocket.Text("hi"))),
//		Script:    websocket.Script(websocket.Open, websocket.Send(websocket.Text("hi").Unmasked()), websocket.Fails(1002)),
//	}
//
// A case for many stimuli lists their names in Each; Table pairs them with steps.
//
// # Faults of the server's own frames
//
// ReadFrame judges each frame of the server by itself (Kinds lists for what), and Next also how frames follow each other. A
// fault ends any case with its sentence; with Conn.Lenient it is only put into Conn.Faults, for cases that look for one kind.
// Frames, octets in hex, pauses and the handshake stand in the transcript.
//
// # Extensions
//
// OpenWith(Handshake{Extensions: []string{"permessage-deflate"}}) offers, Extensions(c.Response) reads the answer. Conn.Allowed =
// RSV1 lets the server set that bit on the first frame of a data message; Message.RSV says whether it did, and Message.Payload is as
// it came, so that the case inflates and checks UTF-8 itself. Text("…").Reserved(RSV1) sends it.
package websocket
