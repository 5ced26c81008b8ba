package web

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/index"
	"github.com/grainledger/grainledger/record"
)

const batchPath = "/01/" + retailGTIN + "/10/" + retailBatch

func handler(t testing.TB, opt Options) http.Handler {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	if err := Register(r, opt); err != nil {
		t.Fatal(err)
	}
	return r
}

// get asks for a path; headers are names and values in turn.
func get(t testing.TB, h http.Handler, path string, headers ...string) *http.Response {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w.Result()
}

func bodyOf(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAnswers(t *testing.T) {
	h := handler(t, Options{Reader: season(t, 8, 24), PublicURL: "https://trace.example.cn"})
	for _, c := range []struct {
		path   string
		status int
		where  string // Location
		has    string
	}{
		{batchPath, 200, "", "批号 2026010100"},
		{batchPath + "?lang=en&17=270101", 200, "", "Batch 2026010100"},
		{"/01/6901234567809/10/2026010100", 301, batchPath, ""},
		{"/01/6901234567809/10/2026010100?lang=en", 301, batchPath + "?lang=en", ""},
		{"/01/06901234567808/10/2026010100", 400, "", "商品条码不正确"},
		{"/01/0690123456780/10/2026010100", 400, "", "商品条码不正确"},
		{"/01/06901234567809/10/a%20b", 400, "", "生产批号不正确"},
		{"/01/06901234567809/10/" + strings.Repeat("x", 21), 400, "", "生产批号不正确"},
		{"/01/06901234567809/10/UNKNOWN", 404, "", "没有查到这一批"},
		{"/01/06901234567809/10/UNKNOWN?lang=en", 404, "", "This batch is not known"},
		{"/01/06901234567809", 400, "", "还差生产批号"},
		{"/lots/W-A-00", 200, "", "批次 W-A-00"},
		{"/lots/" + retailLot, 302, batchPath, ""},
		{"/lots/NO-SUCH", 404, "", "没有查到这一批"},
		{"/lots/%3Cscript%3E", 400, "", "&lt;script&gt;"},
		{"/", 200, "", "这袋粮，从哪里来？"},
		{"/?lang=en", 200, "", "Where did this grain come from?"},
		{"/?gtin=6901234567809&batch=2026010100&lot=", 303, batchPath, ""},
		{"/?gtin=690 1234 567809&batch=+2026010100+", 303, batchPath, ""},
		{"/?lot=W-A-00", 303, "/lots/W-A-00", ""},
		{"/?gtin=123&batch=1", 400, "", "商品条码不正确"},
		{"/?gtin=6901234567809&batch=", 400, "", "生产批号不正确"},
		{"/?lot=%22%3E%3Cb%3E", 400, "", "批次编号不正确"},
		{"/?after=forged", 302, "/", ""},
		{batchPath + "/qr.png?size=abc", 400, "", "图片尺寸不正确"},
		{"/01/06901234567808/10/x/qr.svg", 400, "", "商品条码不正确"},
		{"/web/none.css", 404, "", ""},
	} {
		r := get(t, h, strings.ReplaceAll(c.path, " ", "%20"))
		body := bodyOf(t, r)
		if r.StatusCode != c.status || r.Header.Get("Location") != c.where || !strings.Contains(body, c.has) {
			t.Errorf("%s: %d %q, want %d %q with %q", c.path, r.StatusCode, r.Header.Get("Location"), c.status, c.where, c.has)
		}
	}
}

// A lot that is no retail batch shows no weight: it may be what a depot holds.
func TestLotShowsNoStock(t *testing.T) {
	w := season(t, 2, 4)
	w.traces["W-A-00"] = w.traces[retailLot]
	h := handler(t, Options{Reader: w, PublicURL: "https://trace.example.cn"})
	body := bodyOf(t, get(t, h, "/lots/W-A-00"))
	mustHave(t, body, "晚粳稻谷", "批次 W-A-00")
	mustLack(t, body, "24.556", " 吨", "qr.svg")
}

func TestHeaders(t *testing.T) {
	h := handler(t, Options{Reader: season(t, 8, 24), PublicURL: "https://trace.example.cn"})
	r := get(t, h, batchPath)
	for name, want := range map[string]string{
		"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff", "Content-Language": "zh-CN",
		"Cache-Control": "private, no-cache", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if again := get(t, h, batchPath, "If-None-Match", "W/"+r.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("the same page again: %d, want 304", again.StatusCode)
	}
	if other := get(t, h, batchPath+"?lang=en", "If-None-Match", r.Header.Get("ETag")); other.StatusCode != 200 {
		t.Errorf("the page in another language: %d, want 200", other.StatusCode)
	}
	body := bodyOf(t, r)
	mustLack(t, body, "<script>", " onclick=", "style=", "http://")
}

func TestLanguage(t *testing.T) {
	h := handler(t, Options{Reader: season(t, 1, 1), PublicURL: "https://trace.example.cn"})
	for _, c := range []struct{ query, cookie, accept, want string }{
		{"", "", "", "zh-CN"},
		{"", "", "en-US,en;q=0.9", "en"},
		{"", "", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"},
		{"", "", "de;q=1,en;q=0.3,zh;q=0.2", "en"},
		{"", "", "fr", "en"},
		{"", "", "*", "zh-CN"},
		{"", "", ";;q=9,,", "zh-CN"},
		{"", "en", "zh", "en"},
		{"", "xx", "zh", "zh-CN"},
		{"?lang=zh", "en", "en", "zh-CN"},
		{"?lang=xx", "en", "zh", "en"},
	} {
		r := get(t, h, "/"+c.query, "Accept-Language", c.accept, "Cookie", "lang="+c.cookie)
		if got := r.Header.Get("Content-Language"); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	set := get(t, h, "/?lang=en").Header.Get("Set-Cookie")
	for _, part := range []string{"lang=en", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(set, part) {
			t.Errorf("cookie %q lacks %s", set, part)
		}
	}
	if set := get(t, h, "/").Header.Get("Set-Cookie"); set != "" {
		t.Errorf("a visit without a choice sets %q", set)
	}
}

// What goes wrong inside stays inside.
func TestFailure(t *testing.T) {
	h := handler(t, Options{Reader: &world{err: errors.New("disk on fire at /var/lib")}, PublicURL: "https://trace.example.cn"})
	for _, path := range []string{"/", batchPath, "/lots/X"} {
		r := get(t, h, path)
		body := bodyOf(t, r)
		if r.StatusCode != 503 || r.Header.Get("Retry-After") == "" || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", path, r.StatusCode, r.Header)
		}
		mustHave(t, body, "暂时查不到")
		mustLack(t, body, "disk", "/var/lib")
	}
}

func TestAssets(t *testing.T) {
	s := testSite(t, &world{})
	h := handler(t, Options{Reader: &world{}, PublicURL: "https://trace.example.cn"})
	r := get(t, h, "/web/"+s.assets["style.css"].name)
	if r.StatusCode != 200 || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") ||
		!strings.HasPrefix(r.Header.Get("Content-Type"), "text/css") {
		t.Errorf("style sheet: %d %v", r.StatusCode, r.Header)
	}
	old := get(t, h, "/web/style.000000000000.css")
	if old.StatusCode != 200 || old.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("style sheet of another version: %d %v", old.StatusCode, old.Header)
	}
}

// Behind a path prefix every address of the page keeps the prefix.
func TestPrefix(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	if err := Register(r.Group("/trace"), Options{Reader: season(t, 1, 1), PublicURL: "https://grain.example.cn/trace/"}); err != nil {
		t.Fatal(err)
	}
	body := bodyOf(t, get(t, r, "/trace"+batchPath))
	mustHave(t, body, "https://grain.example.cn/trace"+batchPath, `href="/trace/"`, `src="/trace`+batchPath+`/qr.svg"`)
	mustLack(t, body, `href="/web`, `src="/web`, `src="/01`)
}

func TestPaging(t *testing.T) {
	w := season(t, 1, 1)
	for i := range 20 {
		l := w.retail[0]
		l.Batch = strings.Repeat("B", i+1)
		l.LotState.Record = record.SM3([]byte(l.Batch))
		w.retail = append(w.retail, l)
	}
	h := handler(t, Options{Reader: w, PublicURL: "https://trace.example.cn"})
	first := bodyOf(t, get(t, h, "/"))
	mustHave(t, first, `href="/?after=more"`, "2026010100")
	second := bodyOf(t, get(t, h, "/?after=more"))
	mustHave(t, second, "回到最新", strings.Repeat("B", 20))
	mustLack(t, second, "更早的批次")
}

func TestOptions(t *testing.T) {
	for _, u := range []string{"", "trace.example.cn", "ftp://x", "https://x/?a=b", "https://x/#y", "https://a:b@x"} {
		if err := Register(gin.New(), Options{Reader: &world{}, PublicURL: u}); err == nil {
			t.Errorf("PublicURL %q is taken", u)
		}
	}
	if err := Register(gin.New(), Options{PublicURL: "https://x"}); err == nil {
		t.Error("no Reader is taken")
	}
}

func FuzzAddress(f *testing.F) {
	f.Add(retailGTIN, retailBatch)
	f.Add("6901234567809", "<b>")
	h := handler(f, Options{Reader: &world{lots: map[string]*index.Lot{}}, PublicURL: "https://trace.example.cn"})
	f.Fuzz(func(t *testing.T, gtin, batch string) {
		r := get(t, h, "/01/"+url.PathEscape(gtin)+"/10/"+url.PathEscape(batch))
		if r.StatusCode >= 500 {
			t.Errorf("%q %q: %d", gtin, batch, r.StatusCode)
		}
	})
}
