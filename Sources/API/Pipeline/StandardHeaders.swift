import HTTPTypes

extension Reply {
    /// With the headers that every response has.
    func addingStandardHeaders(_ state: RequestState) -> Reply {
        var headers = headers
        headers[.correlationID] = state.correlation.text
        if let rate = state.rate {
            headers[.rateLimitLimit] = String(rate.limit)
            headers[.rateLimitRemaining] = String(rate.remaining)
            headers[.rateLimitReset] = String(rate.resetSeconds)
        }
        // The caller may cache a response with an ETag and must revalidate it each time; other responses are not cached.
        if headers[.cacheControl] == nil {
            headers[.cacheControl] = headers[.eTag] == nil ? "no-store" : "private, no-cache"
        }
        if headers[.contentSecurityPolicy] == nil {
            headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        headers[.xContentTypeOptions] = "nosniff"
        headers[.frameOptions] = "DENY"
        headers[.referrerPolicy] = "no-referrer"
        headers[.strictTransportSecurity] = "max-age=63072000; includeSubDomains"
        if let origin = state.origin, let key = state.key { headers.share(with: origin, of: key) }
        var reply = self
        reply.headers = headers
        return reply
    }
}
