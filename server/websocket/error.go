package websocket

// Error says what is wrong with a handshake or a frame; 0 is no error. It is a
// plain number that knows its text, the status code that refuses the handshake
// and the close code that ends the connection.
type Error uint8

const (
	ErrMethod          Error = iota + 1 // the method is not GET
	ErrHTTPVersion                      // older than HTTP/1.1
	ErrHost                             // not exactly one Host
	ErrUpgrade                          // Upgrade does not name websocket
	ErrConnection                       // Connection does not name upgrade
	ErrKey                              // not one Sec-WebSocket-Key of 16 bytes in base64
	ErrVersion                          // not one Sec-WebSocket-Version of 13
	ErrProtocol                         // Sec-WebSocket-Protocol is malformed, or names what nobody offered
	ErrExtension                        // Sec-WebSocket-Extensions is malformed, or names what nobody offered
	ErrOrigin                           // the Origin is not welcome
	ErrStatus                           // the server answered with another status than 101
	ErrAccept                           // Sec-WebSocket-Accept does not fit the key
	ErrUnwritable                       // a byte that a head cannot carry
	ErrReserved                         // a reserved bit that no extension defines
	ErrOpcode                           // a reserved opcode
	ErrUnmasked                         // a client's frame without mask
	ErrMasked                           // a server's frame with mask
	ErrLength                           // a length in more bytes than it needs, or beyond 63 bits
	ErrControlLength                    // a control frame of more than 125 bytes
	ErrControlFragment                  // a fragmented control frame
	ErrContinuation                     // a continuation of nothing
	ErrInterleaved                      // a new message inside a fragmented one
	ErrTooLarge                         // the message exceeds its limit
	ErrUTF8                             // a text that is not UTF-8
	ErrCloseLength                      // a Close with one byte of payload
	ErrCloseCode                        // a close code that must not be sent
	ErrDeflate                          // not a DEFLATE stream
)

var errorTable = [...]struct {
	status, code int
	text         string
}{
	0:                  {101, 1000, "no error"},
	ErrMethod:          {405, 1002, "the method is not GET"},
	ErrHTTPVersion:     {400, 1002, "WebSocket needs HTTP/1.1"},
	ErrHost:            {400, 1002, "there is not exactly one Host"},
	ErrUpgrade:         {426, 1002, "Upgrade does not name websocket"},
	ErrConnection:      {400, 1002, "Connection does not name upgrade"},
	ErrKey:             {400, 1002, "there is not exactly one Sec-WebSocket-Key of 16 bytes in base64"},
	ErrVersion:         {426, 1002, "there is not exactly one Sec-WebSocket-Version, of 13"},
	ErrProtocol:        {400, 1002, "Sec-WebSocket-Protocol is malformed or was not offered"},
	ErrExtension:       {400, 1010, "Sec-WebSocket-Extensions is malformed or was not offered"},
	ErrOrigin:          {403, 1008, "the Origin is not welcome here"},
	ErrStatus:          {400, 1002, "the status is not 101"},
	ErrAccept:          {400, 1002, "Sec-WebSocket-Accept does not fit the key"},
	ErrUnwritable:      {500, 1011, "a byte that a head cannot carry"},
	ErrReserved:        {400, 1002, "a reserved bit is set"},
	ErrOpcode:          {400, 1002, "a reserved opcode"},
	ErrUnmasked:        {400, 1002, "a frame of a client is not masked"},
	ErrMasked:          {400, 1002, "a frame of a server is masked"},
	ErrLength:          {400, 1002, "a length is not in its shortest form"},
	ErrControlLength:   {400, 1002, "a control frame is longer than 125 bytes"},
	ErrControlFragment: {400, 1002, "a control frame is fragmented"},
	ErrContinuation:    {400, 1002, "a continuation without a start"},
	ErrInterleaved:     {400, 1002, "a message starts inside another one"},
	ErrTooLarge:        {400, 1009, "the message is too large"},
	ErrUTF8:            {400, 1007, "a text is not UTF-8"},
	ErrCloseLength:     {400, 1002, "a close of one byte"},
	ErrCloseCode:       {400, 1002, "a close code that must not be sent"},
	ErrDeflate:         {400, 1007, "the compressed data is corrupt"},
}

// Error returns a short text; it makes Error an error.
func (e Error) Error() string {
	if int(e) >= len(errorTable) {
		return "unknown error"
	}
	return errorTable[e].text
}

// Status returns the HTTP status code that refuses a handshake with this
// error, 101 for no error.
func (e Error) Status() int {
	if int(e) >= len(errorTable) {
		return 500
	}
	return errorTable[e].status
}

// Code returns the close code that ends a connection with this error (RFC 6455,
// 7.4.1), 1000 for no error.
func (e Error) Code() int {
	if int(e) >= len(errorTable) {
		return InternalError
	}
	return errorTable[e].code
}
