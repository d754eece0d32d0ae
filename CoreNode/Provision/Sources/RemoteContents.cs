using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Provision.Ignition;
using CoreNode.Provision.Model;
using CoreNode.Provision.Sources.Web;

namespace CoreNode.Provision.Sources;

/// <summary>
/// Fetches contents that a configuration only names: http, https and data, packed or not, and checks their hashes. A
/// server that does not answer, or with a fault of its own (5xx), is asked again, as Ignition does, but never without
/// an end. For one machine and one caller at a time.
/// </summary>
public sealed class RemoteContents : IDisposable
{
    private readonly SourceOptions _options;
    private readonly RemoteLimits _limits;
    private readonly CancellationTokenSource _together;
    private FetchOptions? _asWanted;
    private WebFetcher? _web;
    private long _bytes;

    /// <summary>Ready to fetch; the limit for all contents together begins.</summary>
    public RemoteContents(SourceOptions options, RemoteLimits limits)
    {
        (_options, _limits) = (options, limits);
        _together = new CancellationTokenSource(limits.Together, options.Time);
    }

    /// <summary>A content, unpacked and checked.</summary>
    /// <param name="wanted">Which.</param>
    /// <param name="fetching">How.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">It cannot be had, or is not what was wanted; nothing secret is told.</exception>
    public async Task<ReadOnlyMemory<byte>> FetchAsync(
        RemoteContent wanted, FetchOptions fetching, CancellationToken cancellation)
    {
        try
        {
            return await CheckedAsync(wanted, fetching, cancellation);
        }
        catch (SourceException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _web?.Dispose();
        _together.Dispose();
    }

    private async Task<ReadOnlyMemory<byte>> CheckedAsync(
        RemoteContent wanted, FetchOptions fetching, CancellationToken cancellation)
    {
        byte[] content = wanted.Source.Scheme == "data"
            ? Decoded(wanted.Source)
            : await LoadAsync(wanted, fetching, cancellation);
        string name = UrlText.Of(wanted.Source);
        if (wanted.IsGzip)
        {
            content = Gzip.Expand(content, _limits.MostBytes, out string problem)
                ?? throw new SourceException($"{name}: {problem}", isFinal: true);
        }

        if (!IgnitionContents.HasHash(content, wanted.Hash))
            throw new SourceException($"{name} has another hash than the configuration says", isFinal: true);
        _bytes += content.Length;
        return _bytes <= _limits.MostBytesTogether
            ? content
            : throw new SourceException(
                $"{name}: with it all contents have more than {_limits.MostBytesTogether} bytes", isFinal: true);
    }

    private static byte[] Decoded(Uri source) => DataUrl.Decode(source.OriginalString, out string problem)
        ?? throw new SourceException(problem, isFinal: true);

    private async Task<byte[]> LoadAsync(
        RemoteContent wanted, FetchOptions fetching, CancellationToken cancellation)
    {
        WebFetcher web = await WebAsync(fetching, cancellation);
        TimeSpan limit = fetching.TotalLimit is { } own && own < _limits.One ? own : _limits.One;
        using CancellationTokenSource one = new(limit, _options.Time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(one.Token, _together.Token, cancellation);
        SourceException? last = null;
        try
        {
            for (TimeSpan pause = _limits.FirstPause; ; pause = Longer(pause))
            {
                try
                {
                    return await AskAsync(web, wanted, any.Token);
                }
                catch (SourceException refused) when (!refused.IsFinal)
                {
                    last = refused;
                }

                await Task.Delay(pause, _options.Time, any.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            string what = one.IsCancellationRequested ? $"{limit.TotalSeconds:0.#} s"
                : $"{_limits.Together.TotalSeconds:0.#} s for all contents together";
            throw new SourceException(
                $"{last?.Message ?? UrlText.Of(wanted.Source)}; given up after {what}", isFinal: true, last);
        }
    }

    private TimeSpan Longer(TimeSpan pause) => 2 * pause < _limits.LongestPause ? 2 * pause : _limits.LongestPause;

    private static async Task<byte[]> AskAsync(
        WebFetcher web, RemoteContent wanted, CancellationToken cancellation)
    {
        WebAnswer answer = await web.SendAsync(
            new WebRequest(wanted.Source) { Headers = wanted.Headers, FollowsRedirects = true }, cancellation);
        return answer.IsGood ? answer.Body
            : throw new SourceException($"{UrlText.Of(answer.At)} answers {answer.StatusText}", !answer.MayChange);
    }

    // One for as long as the wishes are the same, so that its connections are used again.
    private async Task<WebFetcher> WebAsync(FetchOptions fetching, CancellationToken cancellation)
    {
        if (_web is not null && ReferenceEquals(_asWanted, fetching))
            return _web;
        SourceOptions options = _options with
        {
            Limits = _options.Limits with
            {
                Bytes = _limits.MostBytes,
                Whole = _limits.One,
                Head = fetching.HeaderLimit,
            },
        };
        if ((fetching.HttpProxy ?? fetching.HttpsProxy) is not null)
            options = options with { Proxies = new RemoteProxy(fetching) };
        if (fetching.Authorities.Count > 0)
        {
            X509Certificate2Collection authorities = await AuthoritiesAsync(fetching, cancellation);
            options = options with { Tls = () => RemoteTrust.With(authorities, _options.Tls) };
        }

        _web?.Dispose();
        (_web, _asWanted) = (new WebFetcher(options, isDirect: false), fetching);
        return _web;
    }

    // Fetched as if there were none besides the system's.
    private async Task<X509Certificate2Collection> AuthoritiesAsync(
        FetchOptions fetching, CancellationToken cancellation)
    {
        FetchOptions without = fetching with { Authorities = [] };
        X509Certificate2Collection authorities = [];
        foreach (ContentPart part in fetching.Authorities)
        {
            ReadOnlyMemory<byte> pem = part.Remote is { } remote
                ? await CheckedAsync(remote, without, cancellation)
                : part.Content;
            string name = part.Remote is null ? "a certificate authority" : UrlText.Of(part.Remote.Source);
            int before = authorities.Count;
            try
            {
                authorities.ImportFromPem(Encoding.UTF8.GetString(pem.Span));
            }
            catch (CryptographicException broken)
            {
                throw new SourceException($"{name}: a certificate in it cannot be read", isFinal: true, broken);
            }

            if (authorities.Count == before)
                throw new SourceException($"{name}: there is no certificate as PEM in it", isFinal: true);
        }

        return authorities;
    }
}
