package web

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"strconv"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// decodeQR reads a code with a library that has nothing to do with ours.
func decodeQR(t *testing.T, img image.Image) *gozxing.Result {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

const codeText = "https://trace.example.cn" + batchPath

func TestPNG(t *testing.T) {
	h := handler(t, Options{Reader: &world{}, PublicURL: "https://trace.example.cn/"})
	for query, width := range map[string]int{"": 480, "?size=1": 120, "?size=300": 300, "?size=999999": 2000} {
		r := get(t, h, batchPath+"/qr.png"+query)
		img, err := png.Decode(r.Body)
		if err != nil || r.Header.Get("Content-Type") != "image/png" {
			t.Fatalf("%s: %v %v", query, r.Header, err)
		}
		if w := img.Bounds().Dx(); w > width || w < width/2 {
			t.Errorf("%s: %d pixels wide, want at most %d", query, w, width)
		}
		got := decodeQR(t, img)
		if got.GetText() != codeText {
			t.Errorf("%s: holds %q", query, got.GetText())
		}
		if level := got.GetResultMetadata()[gozxing.ResultMetadataType_ERROR_CORRECTION_LEVEL]; level != "M" {
			t.Errorf("%s: error correction %v", query, level)
		}
	}
}

func TestSVG(t *testing.T) {
	h := handler(t, Options{Reader: &world{}, PublicURL: "https://trace.example.cn"})
	r := get(t, h, batchPath+"/qr.svg")
	img := drawn(t, bodyOf(t, r))
	if got := decodeQR(t, img).GetText(); got != codeText || r.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("%s holds %q", r.Header.Get("Content-Type"), got)
	}
	for i := range 4 { // the quiet zone
		for x := range img.Bounds().Dx() {
			if img.GrayAt(x, i*8).Y == 0 || img.GrayAt(i*8, x).Y == 0 {
				t.Fatalf("dark at the edge, module %d", i)
			}
		}
	}
	tag := r.Header.Get("ETag")
	if again := get(t, h, batchPath+"/qr.svg", "If-None-Match", tag); again.StatusCode != 304 {
		t.Errorf("again: %d", again.StatusCode)
	}
	if c := get(t, h, batchPath+"/qr.svg?lang=en").Header.Get("Set-Cookie"); c != "" {
		t.Errorf("the image sets a cookie: %s", c)
	}
}

var (
	viewBox = regexp.MustCompile(`viewBox="0 0 (\d+) (\d+)"`)
	stroke  = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`)
)

// drawn paints the strokes of our SVG, eight pixels to a module.
func drawn(t *testing.T, svg string) *image.Gray {
	t.Helper()
	box := viewBox.FindStringSubmatch(svg)
	if box == nil {
		t.Fatal("no viewBox")
	}
	n := number(t, box[1])
	img := image.NewGray(image.Rect(0, 0, n*8, n*8))
	copy(img.Pix, bytes.Repeat([]byte{255}, len(img.Pix)))
	for _, m := range stroke.FindAllStringSubmatch(svg, -1) {
		x, y, run := number(t, m[1]), number(t, m[2]), number(t, m[3])
		for py := y * 8; py < y*8+8; py++ {
			for px := x * 8; px < (x+run)*8; px++ {
				img.SetGray(px, py, color.Gray{})
			}
		}
	}
	return img
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
