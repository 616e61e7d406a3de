import Foundation

/// URLs that the simulator posts to or sends a browser to.
enum WebLink {
    static func isUsable(_ text: String) -> Bool {
        guard text.utf8.count <= 2_048, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), let url = URL(string: text)
        else {
            return false
        }
        return ["http", "https"].contains(url.scheme?.lowercased()) && url.host?.isEmpty == false
    }
}
