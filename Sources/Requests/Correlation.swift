/// The request or loop that a change belongs to.
package enum Correlation {
    @TaskLocal package static var id: String?
}
