import HTTPTypes
import Testing

@testable import API

@Suite struct RouteTableTests {
    private static func route(_ method: HTTPRequest.Method, _ path: String) -> Route {
        Route(method, path, "\(method) \(path)", access: .open) { _ in Reply(.ok) }
    }

    private let table = RouteTable([
        route(.get, "/"), route(.get, "/a"), route(.post, "/a"), route(.get, "/a/{id}"), route(.patch, "/a/{id}"),
        route(.post, "/a/search"), route(.get, "/a/{id}/b/{name}"), route(.get, "/a/fixed/{name}"),
        route(.put, "/b/{id}/{external_id}"),
    ])

    private func find(_ method: HTTPRequest.Method, _ path: String) -> String {
        switch table.match(path, method) {
        case .route(let route, let parameters):
            ([route.operation] + parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: " ")
        case .otherMethods(let routes): "not " + routes.map(\.operation).sorted().joined(separator: ", ")
        case .none: "none"
        }
    }

    @Test func `a path has its route with the values in it, and HEAD is answered as GET is`() {
        #expect(find(.get, "/") == "GET /")
        #expect(find(.post, "/a") == "POST /a")
        #expect(find(.head, "/a/7") == "GET /a/{id} id=7")
        #expect(find(.get, "/a/7/b/x.y") == "GET /a/{id}/b/{name} id=7 name=x.y")
    }

    @Test func `a name is preferred to a parameter, unless the path continues otherwise`() {
        #expect(find(.get, "/a/fixed/x") == "GET /a/fixed/{name} name=x")
        #expect(find(.get, "/a/fixed") == "GET /a/{id} id=fixed")
        #expect(find(.get, "/a/fixed/b/x") == "GET /a/{id}/b/{name} id=fixed name=x")
    }

    @Test func `a path with other methods is told from one that does not exist`() {
        #expect(find(.delete, "/a") == "not GET /a, POST /a")
        #expect(find(.get, "/a/search") == "not POST /a/search", "search is no id")
        #expect(find(.head, "/a/search") == "not POST /a/search")
        #expect(find(.post, "/a/7") == "not GET /a/{id}, PATCH /a/{id}")
        #expect(find(.get, "/c") == "none" && find(.get, "/a/7/c") == "none")
        #expect(table.routes(ofTarget: "/a?x=/b").map(\.operation).sorted() == ["GET /a", "POST /a"])
    }

    @Test(arguments: ["/a/", "//a", "/a//7", "/a/.", "/a/..", "/./a", "/a/%37", "/a\\7", "a", "", "/A"])
    func `another spelling of a path is not found`(path: String) {
        #expect(find(.get, path) == "none")
    }

    @Test func `a parameter that may contain any text is decoded, and no other one`() {
        #expect(find(.put, "/b/7/x%2Fy%20%C3%A8") == "PUT /b/{id}/{external_id} external_id=x/y è id=7")
        #expect(find(.put, "/b/7/x+y") == "PUT /b/{id}/{external_id} external_id=x+y id=7")
        #expect(find(.get, "/b/7/x%2Fy") == "not PUT /b/{id}/{external_id}")
        for path in ["/b/%37/x", "/%62/7/x", "/b/7/%", "/b/7/%2", "/b/7/%zz", "/b/7/%FF", "/b/7/..", "/b%2F7/x"] {
            #expect(find(.put, path) == "none" && find(.get, path) == "none", "\(path)")
        }
    }

    @Test func `three dots and a dot in a name are plain`() {
        #expect(find(.get, "/a/...") == "GET /a/{id} id=...")
        #expect(find(.get, "/a/.b") == "GET /a/{id} id=.b")
    }
}
