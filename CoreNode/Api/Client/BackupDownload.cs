namespace CoreNode.Api.Client;

/// <summary>A download of the whole state that has begun. Dispose it at the end.</summary>
/// <param name="Endpoint">Who sends it.</param>
/// <param name="Response">The answer.</param>
/// <param name="Body">The bytes of the file; a connection that breaks before its end is an exception.</param>
public sealed record BackupDownload(ClientEndpoint Endpoint, HttpResponseMessage Response, Stream Body) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Body.Dispose();
        Response.Dispose();
    }
}
