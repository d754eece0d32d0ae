using System.Security.Cryptography;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// The page at "/": three small files inside the executable, served as they are. Nothing of it comes from elsewhere,
/// and a browser is told not to fetch, run or frame anything else.
/// </summary>
internal sealed class PageFiles
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly byte[] _html = Load("index.html");
    private readonly byte[] _css = Load("page.css");
    private readonly byte[] _script = Load("page.js");
    private readonly string _tag;

    /// <summary>Reads them.</summary>
    public PageFiles()
    {
        Span<byte> hash = stackalloc byte[32];
        using var all = IncrementalHash.CreateHash(
            HashAlgorithmName.SHA256);
        all.AppendData(_html);
        all.AppendData(_css);
        all.AppendData(_script);
        all.GetHashAndReset(hash);
        _tag = $"\"{Convert.ToHexStringLower(hash[..8])}\"";
    }

    /// <summary>Answers a request for one of them; null for any other path.</summary>
    public Task? Answer(RequestContext context, ReadOnlySpan<byte> path)
    {
        if (path.SequenceEqual("/"u8))
            return Send(context, _html, "text/html; charset=utf-8");
        if (path.SequenceEqual("/page.css"u8))
            return Send(context, _css, "text/css; charset=utf-8");
        return path.SequenceEqual("/page.js"u8)
            ? Send(context, _script, "text/javascript; charset=utf-8")
            : null;
    }

    private Task Send(RequestContext context, byte[] file, string type)
    {
        if (context.Method is not ("GET" or "HEAD"))
            return context.MethodNotAllowed("GET, HEAD");
        context.Headers.ContentSecurityPolicy = Policy;
        context.Headers.XContentTypeOptions = "nosniff";
        context.Headers["Referrer-Policy"] = "no-referrer";
        context.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        context.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        context.Headers.CacheControl = "no-cache";
        context.Headers.ETag = _tag;
        if (context.RequestHeaders.IfNoneMatch.ToString() == _tag)
        {
            context.Status = 304;
            return Task.CompletedTask;
        }

        context.Headers.ContentType = type;
        return context.Answer(file);
    }

    private static byte[] Load(string name)
    {
        using Stream file = typeof(PageFiles).Assembly.GetManifestResourceStream("CoreNode.UpdateServerPage." + name)
            ?? throw new InvalidOperationException($"{name} is not in the executable");
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
