package reports

import (
	"fmt"
	"image/color"
)

// hue is a colour of the plots. In a page it is a CSS variable, so that one SVG
// serves light and dark; in a file of its own it is the light value.
type hue struct {
	name  string
	light color.RGBA
}

// The palette follows Okabe and Ito, who chose it to be told apart by
// colour-blind eyes, darkened where white needs more contrast. page.css has the
// same values and their dark counterparts.
var (
	paper  = hue{"page", rgb(0xffffff)}
	ink    = hue{"ink", rgb(0x1b2430)}
	muted  = hue{"muted", rgb(0x566270)}
	rule   = hue{"rule", rgb(0xe2e6eb)}
	axis   = hue{"axis", rgb(0xa6b0bb)}
	band   = hue{"band", rgb(0xf3f5f8)}
	warm   = hue{"warm", rgb(0xe6eaef)}
	blue   = hue{"blue", rgb(0x0072b2)}
	red    = hue{"red", rgb(0xc44d00)}
	green  = hue{"green", rgb(0x00795a)}
	purple = hue{"purple", rgb(0xa8487f)}
	amber  = hue{"amber", rgb(0x946600)}
	sky    = hue{"sky", rgb(0x4a94c8)}
	navy   = hue{"navy", rgb(0x0b3a5c)}
	hues   = []hue{paper, ink, muted, rule, axis, band, warm, blue, red, green, purple, amber, sky, navy}
)

func rgb(x uint32) color.RGBA {
	return color.RGBA{uint8(x >> 16), uint8(x >> 8), uint8(x), 255}
}

// hex is the light value as the SVG writer puts it.
func (h hue) hex() string {
	return fmt.Sprintf("#%02X%02X%02X", h.light.R, h.light.G, h.light.B)
}
