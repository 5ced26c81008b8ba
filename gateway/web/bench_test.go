package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
)

// requests asks a server on loopback for a page, over connections that stay.
func requests(b *testing.B, h http.Handler, path string) {
	server := httptest.NewServer(h)
	defer server.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("User-Agent", phone)
			resp, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				b.Errorf("status %d", resp.StatusCode)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}

// BenchmarkPage measures the page of a batch beside a page of the same size
// that gin serves as it is.
func BenchmarkPage(b *testing.B) {
	gin.SetMode(gin.ReleaseMode)
	w := located(b, 8, 24)
	kept := handler(b, Options{Reader: w, PublicURL: "https://trace.example.cn", Keeper: &moments{}, Scans: counter(b)})
	body := []byte(bodyOf(b, get(b, kept, batchPath)))
	constant := gin.New()
	constant.GET(batchPath, func(c *gin.Context) { c.Data(http.StatusOK, "text/html; charset=utf-8", body) })
	b.Run("constant", func(b *testing.B) { requests(b, constant, batchPath) })
	b.Run("kept", func(b *testing.B) { requests(b, kept, batchPath) })
	// Without a Keeper this world has a new height at every question.
	b.Run("made", func(b *testing.B) {
		requests(b, handler(b, Options{Reader: w, PublicURL: "https://trace.example.cn", Scans: counter(b)}), batchPath)
	})
}
