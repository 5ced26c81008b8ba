package api

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// answer ends a request with a JSON document.
func answer(c *gin.Context, v any) { write(c, http.StatusOK, "application/json", v) }

// write encodes v: an empty list is [], and a member that may be left out is
// left out when it is zero.
func write(c *gin.Context, status int, mediaType string, v any) {
	body, err := json.Marshal(v, jsonv1.OmitEmptyWithLegacySemantics(true))
	if err != nil {
		c.Abort()
		_ = c.Error(err) // for the log
		c.Data(http.StatusInternalServerError, "application/problem+json",
			[]byte(`{"type":"`+problemURN+`internal_error","title":"The gateway failed.","status":500,"reason":"internal_error","requestId":""}`))
		return
	}
	send(c, status, mediaType, body)
}

// send ends a request with an answer that is encoded.
func send(c *gin.Context, status int, mediaType string, body []byte) {
	c.Header("Cache-Control", "no-store")
	c.Data(status, mediaType, body)
}
