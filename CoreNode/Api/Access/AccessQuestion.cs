namespace CoreNode.Api.Access;

/// <summary>Everything that decides whether a request is let in; see <see cref="AccessRules"/>.</summary>
/// <param name="Surface">What it is about.</param>
/// <param name="Listener">Where it came in.</param>
/// <param name="Caller">What the connection proves.</param>
/// <param name="IsAuthOn">Users and roles decide further.</param>
/// <param name="HasCredentials">The request names a user; whether that is right is seen later.</param>
/// <param name="IsAdminInsecure">The node runs with --insecure-admin.</param>
/// <param name="Origin">Whether a web page asks.</param>
/// <param name="IsHostNeutral">The Host header is an address or localhost, or there is none.</param>
internal readonly record struct AccessQuestion(
    Surface Surface,
    Listener Listener,
    Caller Caller,
    bool IsAuthOn,
    bool HasCredentials,
    bool IsAdminInsecure,
    PageOrigin Origin,
    bool IsHostNeutral);
