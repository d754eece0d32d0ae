using System.Net;
using System.Security.Cryptography;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Updates.Server;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.UpdateServer;

/// <summary>
/// Finds out who asks, and asks <see cref="ServerAccess"/> about it; answers, counts and logs what is refused. Any
/// thread.
/// </summary>
internal sealed partial class ServerGate
{
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";
    private const int LongestCredential = 512;

    private readonly IUpdateServer _server;
    private readonly UpdateServerSettings _settings;
    private readonly bool _isAdminInsecure;
    private readonly byte[]? _downloadUser;
    private readonly MetricCounter[] _refused;
    private readonly QuietLog _quiet;
    private readonly ILogger<ServerGate> _log;

    /// <summary>Registers the counters of refusals.</summary>
    public ServerGate(
        IUpdateServer server, ApiOptions options, UpdateServerSettings settings, MetricRegistry metrics,
        TimeProvider time, ILoggerFactory loggers)
    {
        _server = server;
        _settings = settings;
        _isAdminInsecure = options.IsAdminInsecure;
        _downloadUser = settings.DownloadUser is { } user ? SHA256.HashData(Encoding.UTF8.GetBytes(user)) : null;
        _log = loggers.CreateLogger<ServerGate>();
        _quiet = new QuietLog(time);
        _refused = Array.ConvertAll(Enum.GetValues<ServerRefusal>(), refusal =>
            refusal == ServerRefusal.None ? new MetricCounter() : metrics.Counter(
                "corenode_update_server_access_refused_total",
                "Requests of the update server refused for who asks, by reason.",
                $"reason=\"{ServerAccess.Name(refusal)}\""));
    }

    /// <summary>Where a request comes from, behind proxies that are trusted; null for the unix socket.</summary>
    public IPAddress? Origin(RequestContext context) =>
        _settings.Proxies.Origin(context.RemoteAddress, context.RequestHeaders["X-Forwarded-For"]);

    /// <summary>Who asks, if the request is let in; else null, and why it is not.</summary>
    public Actor? Find(RequestContext context, bool isChange, out ServerRefusal refusal)
    {
        string? secret = Credential(context, Bearer);
        AccessToken? token = secret is null ? null : _server.Authenticate(secret);
        bool isSocket = context.Listener.Kind == ListenerKind.UnixSocket;
        refusal = ServerAccess.Judge(new ServerQuestion(
            isChange, isSocket, context.Caller.IsMachineAdmin, IsReadable(context.Listener), secret is not null,
            token?.Role, _isAdminInsecure, _settings.IsViewOpen));
        if (refusal != ServerRefusal.None)
            return null;
        string from = Origin(context)?.ToString() ?? "unix socket";
        if (token is not null)
            return new Actor($"token {token.Name}", from);
        return isSocket && context.Caller.IsMachineAdmin
            ? new Actor("local administrator", from)
            : new Actor("anybody", from);
    }

    /// <summary>False for a machine that does not show the user of downloads where one is wanted.</summary>
    public bool MayDownload(RequestContext context) =>
        _downloadUser is null || (Credential(context, Basic) is { } basic && IsDownloadUser(basic));

    /// <summary>Counts a refusal and logs it, unless the same was logged a moment ago.</summary>
    public void Count(RequestContext context, ServerRefusal refusal)
    {
        _refused[(int)refusal].Increment();
        if (_quiet.MaySay((int)refusal, out long unsaid))
        {
            LogRefused(
                Origin(context)?.ToString() ?? "a process of this machine", context.Listener.Name,
                ServerAccess.Name(refusal), unsaid);
        }
    }

    private static bool IsReadable(Listener listener) => !listener.IsLocal && !listener.IsTls;

    private static string? Credential(RequestContext context, string scheme) =>
        context.AuthorizationHeader is { } header && header.Length <= LongestCredential
            && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? header[scheme.Length..].Trim()
            : null;

    // Hashes of equal length, so that the time of the comparison tells nothing.
    private bool IsDownloadUser(string basic)
    {
        Span<byte> shown = stackalloc byte[LongestCredential];
        return Convert.TryFromBase64String(basic, shown, out int length)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(shown[..length]), _downloadUser);
    }

    [LoggerMessage(EventIds.Api + 70, LogLevel.Warning,
        "refused {Remote} at {Listener}: {Reason}, and {Unsaid} before that were not logged")]
    private partial void LogRefused(string remote, string listener, string reason, long unsaid);
}
