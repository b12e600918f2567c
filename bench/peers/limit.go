package main

import (
	"strconv"
	"strings"
)

// limitServer is a program of the user's that only knows one path, as a mark
// for what the kernel allows.
func limitServer(command, path string) rival {
	return rival{
		name: "limit", version: func() string { return "" }, paths: []string{path},
		command: func(_ string, port int) ([]string, error) {
			words := strings.Fields(command)
			if _, err := installed(words[0]); err != nil {
				return nil, err
			}
			number, placed := strconv.Itoa(port), false
			for i, w := range words {
				placed = placed || strings.Contains(w, "{port}")
				words[i] = strings.ReplaceAll(w, "{port}", number)
			}
			if !placed {
				words = append(words, number)
			}
			return words, nil
		},
	}
}
