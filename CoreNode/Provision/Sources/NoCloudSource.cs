using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Drives;
using CoreNode.Provision.Sources.Web;

namespace CoreNode.Provision.Sources;

/// <summary>A server that has NoCloud's files below a URL that somebody named.</summary>
/// <param name="seed">http or https: the folder; its query is part of both requests.</param>
/// <param name="hostname">The machine's name, which counts more than that of its files; empty: none.</param>
/// <param name="options">Limits, TLS, proxies.</param>
public sealed class NoCloudSource(Uri seed, string hostname, SourceOptions options) : IDataSource
{
    /// <inheritdoc/>
    public string Name => $"NoCloud {UrlText.Of(seed)}";

    /// <inheritdoc/>
    public async Task<UserData?> FetchAsync(CancellationToken cancellation)
    {
        using WebFetcher web = new(options, isDirect: false);
        byte[]? metadata = await GetAsync(web, NoCloudFiles.MetadataFile, cancellation);
        byte[]? user = await GetAsync(web, NoCloudFiles.UserFile, cancellation);
        UserData? told = NoCloudFiles.Read(user, metadata, Name);
        return hostname.Length == 0 ? told : (told ?? new UserData(Name, default)) with { Hostname = hostname };
    }

    private async Task<byte[]?> GetAsync(WebFetcher web, string file, CancellationToken cancellation)
    {
        UriBuilder at = new(seed) { Path = $"{seed.AbsolutePath.TrimEnd('/')}/{file}" };
        WebAnswer answer = await web.SendAsync(new WebRequest(at.Uri) { FollowsRedirects = true }, cancellation);
        if (answer.IsGood)
            return answer.Body;
        return answer.IsMissing
            ? null
            : throw new SourceException($"{UrlText.Of(answer.At)} answers {answer.StatusText}", !answer.MayChange);
    }
}
