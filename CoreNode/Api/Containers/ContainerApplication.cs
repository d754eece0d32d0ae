using System.Security.Cryptography;
using System.Text;
using CoreNode.Api.Access;
using CoreNode.Api.Auth;
using CoreNode.Store;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace CoreNode.Api.Containers;

/// <summary>
/// Lets containers at the keys: who shows the token reads and writes below /v2/keys, guarded keys excepted, and nothing
/// else is served. What is let in is answered as from anybody without a name. Any thread.
/// </summary>
internal sealed class ContainerApplication(IHttpApplication<RequestContext> inner, string token)
    : IHttpApplication<RequestContext>
{
    private const string Bearer = "Bearer ";
    private const int LongestCredential = 512;

    private readonly byte[] _token = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <inheritdoc/>
    public RequestContext CreateContext(IFeatureCollection contextFeatures) => inner.CreateContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(RequestContext context, Exception? exception) =>
        inner.DisposeContext(context, exception);

    /// <inheritdoc/>
    public Task ProcessRequestAsync(RequestContext context)
    {
        if (!IsTokenShown(context.AuthorizationHeader))
        {
            return RefuseAsync(
                context, 401, "the token of this machine's containers is needed: Authorization: Bearer TOKEN, or any "
                + "user's name with it as the password");
        }

        // What cannot be read is refused there; what is not clean is redirected, and comes again.
        if (context.TryParseTarget(RequestScratch.Current, out RequestTarget target))
        {
            if (!ApiApplication.IsKey(target.Path))
                return RefuseAsync(context, 403, "containers are served /v2/keys here, and nothing else");
            string method = context.Method is "GET" or "HEAD" ? "PUT" : context.Method;
            if (GuardedKeys.AreTouched(method, target.Path[KeysEndpoint.PrefixLength..]))
                return RefuseAsync(
                    context, 403, "containers neither read nor write keys below /_coreos.com and /coreos.com");
        }

        context.RequestHeaders.Authorization = default;
        return inner.ProcessRequestAsync(context);
    }

    private static async Task RefuseAsync(RequestContext context, int status, string reason)
    {
        context.HasHadItsTurn();
        // Not on the thread that applies writes, which may have read this request ahead.
        await Task.Yield();
        Task answered = KeyAnswer.Fail(context, status, KeyError.Of(ErrorCode.Unauthorized, reason));
        if (context.CanHaveBody && context.Body == BodyState.Waiting)
            await ApiApplication.PassBodyAsync(context, answered);
        else
            await answered;
    }

    // Hashes of equal length, so that the time of the comparison tells nothing.
    private bool IsTokenShown(string? header)
    {
        if (header is null || header.Length > LongestCredential)
            return false;
        string shown = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim()
            : BasicCredential.TryParse(header, out BasicCredential basic) ? Encoding.UTF8.GetString(basic.Password)
            : "";
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown)), _token);
    }
}
