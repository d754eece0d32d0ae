using CoreNode.Provision.Sources.Web;

namespace CoreNode.Provision.Sources.Clouds;

/// <summary>
/// One look at a metadata service over HTTP: what is missing is null, everything else that is no success is a fault.
/// Redirects are not followed: such services have none, but whoever answers in their place has.
/// </summary>
/// <param name="name">As people know it.</param>
/// <param name="root">Its address.</param>
/// <param name="options">Limits and clock; never a proxy.</param>
internal sealed class MetadataService(string name, Uri root, SourceOptions options) : IDisposable
{
    private readonly WebFetcher _web = new(options, isDirect: true);

    /// <summary>Sent with each request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; set; } = [];

    /// <summary>A header, and its value, that must come back with each answer; null: none.</summary>
    public (string Name, string Value)? Sign { get; init; }

    /// <summary>Asks for a path; null if it is not there.</summary>
    /// <exception cref="SourceException">There is no such answer.</exception>
    public async Task<byte[]?> GetAsync(string path, CancellationToken cancellation)
    {
        WebAnswer answer = await SendAsync(HttpMethod.Get, path, cancellation);
        if (Sign is { } sign && answer.Header(sign.Name) != sign.Value)
            throw new SourceException($"{name}: the answer has no header {sign.Name}: {sign.Value}; it is another's");
        if (answer.IsGood)
            return answer.Body;
        return answer.IsMissing ? null : throw Failure(answer);
    }

    /// <summary>Asks; any status is an answer.</summary>
    /// <exception cref="SourceException">There was none.</exception>
    public Task<WebAnswer> SendAsync(HttpMethod method, string path, CancellationToken cancellation)
    {
        WebRequest request = new(new Uri(root.GetLeftPart(UriPartial.Path).TrimEnd('/') + path))
        {
            Method = method,
            Headers = Headers,
        };
        return _web.SendAsync(request, cancellation);
    }

    /// <summary>What an answer that is no success means.</summary>
    public static SourceException Failure(WebAnswer answer)
    {
        bool isElsewhere = (int)answer.Status is >= 300 and < 400;
        string what = isElsewhere ? " and sends elsewhere: it is no metadata service" : "";
        // 401: a token that is too old; the next attempt takes a new one.
        bool isFinal = !answer.MayChange && !isElsewhere && (int)answer.Status != 401;
        return new SourceException($"{UrlText.Of(answer.At)} answers {answer.StatusText}{what}", isFinal);
    }

    /// <inheritdoc/>
    public void Dispose() => _web.Dispose();
}
