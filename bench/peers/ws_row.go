package main

import (
	"fmt"
	"strings"
)

// socketPath is where WebSocket servers echo.
const socketPath = "/ws"

const deflated = " with permessage-deflate, level 1, without context takeover"

// socketRows are tables of their own: one message is a request there.
var socketRows = []row{
	socketRow("ws-20", "WebSocket, 20 bytes", strings.Repeat("x", 20), 1, false),
	socketRow("ws-20x16", "WebSocket, 20 bytes, 16 messages under way on each connection", strings.Repeat("x", 20), 16, false),
	socketRow("ws-4k", "WebSocket, 4 KB", string(alphabet(4<<10)), 1, false),
	textRow("ws-text-20", "WebSocket, text of 20 bytes", strings.Repeat("x", 20), 1),
	textRow("ws-text-20x16", "WebSocket, text of 20 bytes, 16 messages under way on each connection", strings.Repeat("x", 20), 16),
	textRow("ws-text-4k", "WebSocket, text of 4 KB", string(alphabet(4<<10)), 1),
	socketRow("ws-deflate", "WebSocket, 1 KB of JSON"+deflated, jsonText(1<<10), 1, true),
	socketRow("ws-deflate-4k", "WebSocket, 4 KB of text"+deflated, prose(4<<10), 1, true),
	socketRow("ws-deflate-64k", "WebSocket, 64 KB of text"+deflated, prose(64<<10), 1, true),
}

func socketRow(name, title, message string, depth int, deflate bool) row {
	return row{
		name: name, title: title + ", 64 connections", target: socketPath, content: message,
		connections: 64, depth: depth, shorter: 4, socket: true, deflate: deflate,
	}
}

// textRow is one whose messages are to be UTF-8, which most servers look at.
func textRow(name, title, message string, depth int) row {
	r := socketRow(name, title, message, depth, false)
	r.text = true
	return r
}

// unit is what the row counts.
func (r *row) unit() string {
	if r.socket {
		return "message"
	}
	return "request"
}

// jsonText is what sensors report, n bytes of it.
func jsonText(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, `{"id":%d,"sensor":"room-%d","temperature":%d.%d,"humidity":%d,"ok":%v},`, 1000+i*37, i*7%10, 18+i*5%9, i*3%10, 40+i*13%30, i%3 != 0)
	}
	return b.String()[:n]
}

// proseWords make a text whose words repeat as a language's do, the first ones
// most often.
const proseWords = "the of and to in a is that for it as was with be by on not he his but at are this have from or had " +
	"an they which one you were all her she there would their we him been has when who will more no if " +
	"out so said what up its about into than them can only other new some could time these two may then " +
	"do first any my now such like our over man me even most made after also did many before must through " +
	"back years where much your way well down should because each just those people how too little state " +
	"good very make world still own see men work long get here between both life being under never day " +
	"same another know while last might us great old year off come since against go came right used take " +
	"three"

// prose is n bytes of such a text.
func prose(n int) string {
	words := strings.Fields(proseWords)
	var b strings.Builder
	for x := uint32(1); b.Len() < n; {
		x = x*1664525 + 1013904223
		i := int(x>>8) % len(words) * (int(x>>20) % len(words)) / len(words)
		b.WriteString(words[i])
		b.WriteByte(' ')
	}
	return b.String()[:n]
}
