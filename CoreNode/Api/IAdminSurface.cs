namespace CoreNode.Api;

/// <summary>
/// What is administered over HTTP and is not the store's: units, and what later modules bring. Whether whoever asks may
/// is judged before (<see cref="Access.AccessRules"/>); its answers carry no CORS header. Called for several requests
/// at once, on the thread that serves the sockets: it may do no more there than look at the path.
/// </summary>
internal interface IAdminSurface
{
    /// <summary>Called once, before the first request: what never ends by itself ends when that fires.</summary>
    void Bind(CancellationToken stopping);

    /// <summary>
    /// Answers a request for a path of this surface, whatever its method; null for any other. Path (decoded) and query
    /// lie in scratch memory and are gone once this returns.
    /// </summary>
    Task? Answer(RequestContext context, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query);
}
