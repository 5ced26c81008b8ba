package resolver

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/grainledger/grainledger/gateway/gs1"
)

// linkset answers with all links of a batch (RFC 9264).
func (v *Resolver) linkset(c *gin.Context, l *gs1.Link, relations []relation) {
	set := map[string]any{"anchor": v.public + l.Path(), "itemDescription": "Retail batch on the grain ledger"}
	for _, r := range relations {
		set[vocabulary+r.name] = r.targets
	}
	set[vocabulary+"defaultLink"] = relations[0].targets[:1]
	set[vocabulary+"defaultLinkMulti"] = relations[0].targets
	c.Header("Link", "<https://ref.gs1.org/standards/resolver/linkset-context>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"")
	c.Header("Vary", "Accept")
	c.Header("Access-Control-Allow-Origin", "*") // public data, which the standard wants readable from any page
	media := linksetType
	if !accepts(c.GetHeader("Accept"), media) && accepts(c.GetHeader("Accept"), "application/json") {
		media = "application/json"
	}
	write(c, http.StatusOK, media, map[string]any{"linkset": []any{set}})
}

// description is the file by which resolvers are found.
type description struct {
	ResolverRoot                string     `json:"resolverRoot"`
	SupportedPrimaryKeys        []string   `json:"supportedPrimaryKeys"`
	Name                        string     `json:"name"`
	SupportedLinkType           []linkType `json:"supportedLinkType"`
	LinkTypeDefaultCanBeLinkset bool       `json:"linkTypeDefaultCanBeLinkset"`
	ActiveLinkTypes             []string   `json:"gl:activeLinkTypes"`
}

type linkType struct {
	Namespace string `json:"namespace"`
	Prefix    string `json:"prefix"`
}

// describe is /.well-known/gs1resolver.
func (v *Resolver) describe(c *gin.Context) {
	c.Header("Access-Control-Allow-Origin", "*")
	write(c, http.StatusOK, "application/json", &description{
		ResolverRoot: v.public, SupportedPrimaryKeys: []string{gs1.AIGTIN}, Name: "GrainLedger",
		SupportedLinkType:           []linkType{{vocabulary, "gs1:"}},
		LinkTypeDefaultCanBeLinkset: false,
		ActiveLinkTypes:             []string{"gs1:pip", "gs1:traceability", "gs1:certificationInfo", "gs1:recallStatus"},
	})
}
