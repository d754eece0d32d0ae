using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace CoreNode.Api;

/// <summary>
/// The three headers that etcd puts on every answer so that browsers may call it: for all origins, or for a listed one
/// that asks.
/// </summary>
internal sealed class CorsPolicy
{
    private static readonly StringValues s_methods = "POST, GET, OPTIONS, PUT, DELETE";
    private static readonly StringValues s_headers = "accept, content-type, authorization";
    private static readonly StringValues s_anyOrigin = "*";

    private readonly HashSet<string>? _origins;
    private readonly HashSet<string> _named;

    /// <summary>An empty list allows everybody, as "*" does.</summary>
    public CorsPolicy(IReadOnlyList<string> origins)
    {
        _named = new HashSet<string>(origins.Where(static o => o != "*"), StringComparer.Ordinal);
        _origins = origins.Count == 0 || origins.Contains("*") ? null : _named;
    }

    /// <summary>True if the operator wrote this very origin, which "*" does not.</summary>
    public bool Names(string origin) => _named.Contains(origin);

    /// <summary>Adds what the policy says to an answer.</summary>
    public void Apply(RequestContext context)
    {
        StringValues origin = s_anyOrigin;
        if (_origins is not null)
        {
            origin = context.RequestHeaders.Origin;
            if (origin.Count == 0 || !_origins.Contains(origin[0]!))
                return;
            origin = origin[0];
        }

        IHeaderDictionary headers = context.Headers;
        headers.AccessControlAllowHeaders = s_headers;
        headers.AccessControlAllowMethods = s_methods;
        headers.AccessControlAllowOrigin = origin;
    }
}
