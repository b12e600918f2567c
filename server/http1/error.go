package http1

// Error says what is wrong with a message; 0 is no error. It is a plain number
// that knows its text and its status code, so that refusing costs nothing.
type Error uint8

const (
	ErrMethod                Error = iota + 1 // the method is not a token
	ErrMethodTooLong                          // no method is that long
	ErrTarget                                 // the request-target follows no form
	ErrTargetTooLong                          // the request-target exceeds its limit
	ErrVersion                                // the HTTP-version is malformed
	ErrVersionMajor                           // the major version is not 1
	ErrBareCR                                 // a CR that no LF follows
	ErrBareLF                                 // an LF without its CR
	ErrControl                                // a control character
	ErrFieldName                              // a field name that is not a token followed by a colon
	ErrFold                                   // a line that continues the one before, or starts with white space
	ErrHeadTooLong                            // the head exceeds its limit
	ErrTooManyFields                          // more fields than there is room for
	ErrHostMissing                            // HTTP/1.1 without Host
	ErrHostRepeated                           // more than one Host
	ErrHost                                   // Host is not host [":" port]
	ErrLength                                 // Content-Length is not a number
	ErrLengthRepeated                         // more than one Content-Length
	ErrLengthTooLarge                         // Content-Length exceeds 63 bits
	ErrLengthAndCoding                        // Content-Length and Transfer-Encoding together
	ErrCoding                                 // Transfer-Encoding is malformed, or not chunked once
	ErrCodingUnknown                          // a transfer coding other than chunked
	ErrCodingVersion                          // Transfer-Encoding in HTTP/1.0
	ErrExpect                                 // an expectation other than 100-continue
	ErrStatus                                 // the status line is malformed
	ErrChunkSize                              // a chunk size that is no hexadecimal number below 2^63
	ErrChunkExtension                         // a malformed chunk extension
	ErrChunkExtensionTooLong                  // chunk extensions outweigh the data
	ErrChunkEnd                               // chunk data does not end with CR LF
	ErrTrailer                                // a malformed trailer field
	ErrTrailerTooLong                         // the trailer section exceeds its limit
	ErrUnwritable                             // a CR, LF, NUL or another byte that a head cannot carry
)

var errorTable = [...]struct {
	status int
	text   string
}{
	0:                        {200, "no error"},
	ErrMethod:                {400, "the method is not a token"},
	ErrMethodTooLong:         {501, "the method is too long to be one"},
	ErrTarget:                {400, "the request-target is malformed"},
	ErrTargetTooLong:         {414, "the request-target is too long"},
	ErrVersion:               {400, "the HTTP version is malformed"},
	ErrVersionMajor:          {505, "the HTTP version is not 1.x"},
	ErrBareCR:                {400, "a CR without LF"},
	ErrBareLF:                {400, "an LF without CR"},
	ErrControl:               {400, "a control character in the head"},
	ErrFieldName:             {400, "a field line does not start with a name and a colon"},
	ErrFold:                  {400, "a field line starts with white space"},
	ErrHeadTooLong:           {431, "the head is too long"},
	ErrTooManyFields:         {431, "too many fields"},
	ErrHostMissing:           {400, "Host is missing"},
	ErrHostRepeated:          {400, "Host occurs more than once"},
	ErrHost:                  {400, "Host is malformed"},
	ErrLength:                {400, "Content-Length is not a number"},
	ErrLengthRepeated:        {400, "Content-Length occurs more than once"},
	ErrLengthTooLarge:        {413, "Content-Length is too large"},
	ErrLengthAndCoding:       {400, "both Content-Length and Transfer-Encoding"},
	ErrCoding:                {400, "Transfer-Encoding is not chunked exactly once"},
	ErrCodingUnknown:         {501, "an unknown transfer coding"},
	ErrCodingVersion:         {400, "Transfer-Encoding in HTTP/1.0"},
	ErrExpect:                {417, "an unknown expectation"},
	ErrStatus:                {400, "the status line is malformed"},
	ErrChunkSize:             {400, "a malformed chunk size"},
	ErrChunkExtension:        {400, "a malformed chunk extension"},
	ErrChunkExtensionTooLong: {413, "chunk extensions are too long"},
	ErrChunkEnd:              {400, "chunk data does not end with CR LF"},
	ErrTrailer:               {400, "a malformed trailer field"},
	ErrTrailerTooLong:        {431, "the trailer section is too long"},
	ErrUnwritable:            {500, "a byte that a head cannot carry"},
}

// Error returns a short text; it makes Error an error.
func (e Error) Error() string {
	if int(e) >= len(errorTable) {
		return "unknown error"
	}
	return errorTable[e].text
}

// Status returns the status code that answers a request with this error,
// 200 for no error.
func (e Error) Status() int {
	if int(e) >= len(errorTable) {
		return 500
	}
	return errorTable[e].status
}
