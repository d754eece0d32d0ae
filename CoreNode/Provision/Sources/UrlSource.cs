using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Web;

namespace CoreNode.Provision.Sources;

/// <summary>A URL that somebody named.</summary>
/// <param name="url">http or https; user and password in it are sent to its own server only.</param>
/// <param name="accept">Header of that name; empty: none.</param>
/// <param name="options">Limits, TLS, proxies.</param>
public sealed class UrlSource(Uri url, string accept, SourceOptions options) : IDataSource
{
    /// <summary>What Ignition asks for.</summary>
    public const string IgnitionAccept = "application/vnd.coreos.ignition+json;version=3.5.0, */*;q=0.1";

    /// <inheritdoc/>
    public string Name => $"URL {UrlText.Of(url)}";

    /// <inheritdoc/>
    public async Task<UserData?> FetchAsync(CancellationToken cancellation)
    {
        using WebFetcher web = new(options, isDirect: false);
        WebRequest request = new(url)
        {
            FollowsRedirects = true,
            Headers = accept.Length == 0 ? [] : [new("Accept", accept)],
        };
        WebAnswer answer = await web.SendAsync(request, cancellation);
        if (!answer.IsGood)
        {
            // Somebody named it: that nothing is there is a mistake of theirs, and no word that there is no
            // configuration.
            throw new SourceException($"{UrlText.Of(answer.At)} answers {answer.StatusText}", !answer.MayChange);
        }

        return answer.Body.Length == 0 ? null : new UserData(Name, answer.Body);
    }
}
