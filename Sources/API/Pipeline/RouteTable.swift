import Foundation
import HTTPTypes

/// Finds the route of a request. It is made once, from the list of routes.
struct RouteTable: Sendable {
    enum Match {
        case route(Route, parameters: [String: String])
        /// The path exists, with these routes of other methods.
        case otherMethods([Route])
        case none
    }

    private let routes: [Route]
    /// The routes of paths without a parameter: `/v1/positions/search` is never an id of `/v1/positions/{id}`.
    private let fixed: [String: [Route]]
    private let root: Node

    /// The routes below a part of a path.
    private struct Node: Sendable {
        var names: [Substring: Node] = [:]
        /// What follows a parameter. In an array, because a structure cannot contain itself.
        var parameter: [Node] = []
        var routes: [Route] = []

        mutating func insert(_ route: Route, below path: ArraySlice<Substring>) {
            guard let name = path.first else { return routes.append(route) }
            if name.hasPrefix("{") {
                var node = parameter.first ?? Node()
                node.insert(route, below: path.dropFirst())
                parameter = [node]
            } else {
                names[name, default: Node()].insert(route, below: path.dropFirst())
            }
        }

        /// The routes of a path. A name is preferred to a parameter.
        func find(_ path: ArraySlice<Substring>) -> [Route] {
            guard let name = path.first else { return routes }
            let rest = path.dropFirst()
            if let found = names[name]?.find(rest), !found.isEmpty { return found }
            return parameter.first?.find(rest) ?? []
        }
    }

    init(_ routes: [Route]) {
        self.routes = routes
        fixed = Dictionary(grouping: routes.filter { $0.parameterCount == 0 }, by: \.path)
        var root = Node()
        for route in routes where route.parameterCount > 0 {
            root.insert(route, below: ArraySlice(route.path.split(separator: "/")))
        }
        self.root = root
    }

    func match(_ path: String, _ method: HTTPRequest.Method) -> Match {
        // Other spellings of a path are not accepted, because a firewall in front might read them differently.
        guard Self.isPlain(path) else { return .none }
        if let routes = fixed[path] {
            return routes.first { $0.answers(method) }.map { .route($0, parameters: [:]) } ?? .otherMethods(routes)
        }
        let segments = path.split(separator: "/")
        if let route = root.find(segments[...]).first(where: { $0.answers(method) }) {
            return route.parameters(of: segments).map { .route(route, parameters: $0) } ?? Match.none
        }
        let others = matching(segments).filter { $0.parameters(of: segments) != nil }
        return others.isEmpty ? .none : .otherMethods(others)
    }

    /// The routes of the path of a request that was rejected before it was read.
    func routes(ofTarget target: String) -> [Route] { matching(target.prefix { $0 != "?" }.split(separator: "/")) }

    private func matching(_ path: [Substring]) -> [Route] {
        let matching = routes.filter { $0.matches(path) }
        // The fixed path `/a/b` wins over `/a/{id}`.
        let fewest = matching.map(\.parameterCount).min()
        return matching.filter { $0.parameterCount == fewest }
    }

    /// Whether a path is spelled as in the contract: no empty or dotted segment, no trailing slash. An encoded character is accepted only
    /// in a parameter that may contain any text.
    private static func isPlain(_ path: String) -> Bool {
        if path == "/" { return true }
        guard path.utf8.first == UInt8(ascii: "/") else { return false }
        var length = 0
        var dots = 0
        for byte in path.utf8.dropFirst() {
            switch byte {
            case UInt8(ascii: "/"):
                guard length > 0, dots < length || dots > 2 else { return false }
                (length, dots) = (0, 0)
            case UInt8(ascii: "\\"): return false
            default:
                length += 1
                if byte == UInt8(ascii: ".") { dots += 1 }
            }
        }
        return length > 0 && (dots < length || dots > 2)
    }
}

extension Route {
    /// A route for GET answers HEAD as well.
    fileprivate func answers(_ method: HTTPRequest.Method) -> Bool {
        self.method == method || method == .head && self.method == .get
    }

    /// The parameters that may contain any text. Callers percent-encode it; all other values have no character that needs it.
    private static let encodedParameters: Set<String> = ["external_id"]

    /// The values of the names in braces; `nil` for a path with an encoded character elsewhere, or with an invalid code.
    fileprivate func parameters(of path: [Substring]) -> [String: String]? {
        var values: [String: String] = [:]
        for (template, segment) in zip(self.path.split(separator: "/"), path) {
            let name = template.hasPrefix("{") ? String(template.dropFirst().dropLast()) : nil
            guard segment.utf8.contains(UInt8(ascii: "%")) else {
                if let name { values[name] = String(segment) }
                continue
            }
            guard let name, Self.encodedParameters.contains(name), let text = String(segment).removingPercentEncoding
            else {
                return nil
            }
            values[name] = text
        }
        return values
    }
}
