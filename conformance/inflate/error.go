package inflate

import "fmt"

// Problem is what is wrong with a stream.
type Problem string

const (
	Truncated        Problem = "the input ends inside a block"
	ReservedType     Problem = "the block type is 3, which is reserved"
	LengthMismatch   Problem = "NLEN is not the complement of LEN"
	TooManyLengths   Problem = "more than 286 literal and length codes"
	TooManyDistances Problem = "more than 30 distance codes"
	NothingToRepeat  Problem = "the first code length repeats the one before it"
	RepeatTooLong    Problem = "a repeated code length runs over the end of the code lengths"
	BadCode          Problem = "the code lengths make no prefix code"
	NoSuchCode       Problem = "the bits are no code"
	ReservedLength   Problem = "the length symbol is 286 or 287, which are reserved"
	ReservedDistance Problem = "the distance symbol is 30 or 31, which are reserved"
	DistanceTooFar   Problem = "a back reference begins before the first octet"
	TooLarge         Problem = "the data exceeds its limit"
)

// Error is a malformed stream and the place where that shows.
type Error struct {
	Problem Problem
	Bit     int // from the start of the message
}

// Offset is the octet of the message in which the problem shows.
func (e *Error) Offset() int { return e.Bit / 8 }

func (e *Error) Error() string {
	return fmt.Sprintf("inflate octet %d, bit %d: %s", e.Bit/8, e.Bit%8, string(e.Problem))
}
