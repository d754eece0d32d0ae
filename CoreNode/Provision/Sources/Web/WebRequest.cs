namespace CoreNode.Provision.Sources.Web;

/// <summary>What is asked of a server.</summary>
internal sealed class WebRequest(Uri url)
{
    /// <summary>Where; user and password in it become a header.</summary>
    public Uri Url { get; } = url;

    /// <summary>How.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>What it carries besides.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>A redirect is gone after; otherwise it is the answer.</summary>
    public bool FollowsRedirects { get; init; }
}
