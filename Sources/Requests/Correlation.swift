/// The id of the request or background job that causes a change.
package enum Correlation {
    @TaskLocal package static var id: String?
}
