using System.Net;
using CoreNode.Foundation;
using CoreNode.Store;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace CoreNode.Api.Access;

/// <summary>
/// Asks <see cref="AccessRules"/> about requests, and answers, counts and logs those that are refused. One for all
/// listeners of a node, whether it answers itself or asks members. Any thread.
/// </summary>
internal sealed class AccessGate
{
    private static readonly TimeSpan s_logInterval = TimeSpan.FromSeconds(10);

    private readonly bool _isAdminInsecure;
    private readonly CorsPolicy _cors;
    private readonly IAuthSwitch _auth;
    private readonly AccessComplaints _complaints;
    private readonly MetricCounter[] _refused;

    /// <summary>Registers the counters of refusals.</summary>
    public AccessGate(
        ApiOptions options, IAuthSwitch auth, MetricRegistry metrics, TimeProvider time, ILoggerFactory loggers)
    {
        _isAdminInsecure = options.IsAdminInsecure;
        _cors = new CorsPolicy(options.CorsOrigins);
        _auth = auth;
        _complaints = new AccessComplaints(s_logInterval, time, loggers.CreateLogger<AccessGate>());
        _refused = Array.ConvertAll(Enum.GetValues<AccessRule>(), rule => metrics.Counter(
            "corenode_access_refused_total",
            "requests refused for what they are and where they came in, by rule",
            $"rule=\"{AccessText.Name(rule)}\""));
    }

    /// <summary>
    /// Answers a request that a rule refuses; null if it is let in. The path is decoded and clean, and may lie in
    /// scratch memory. A body that was not read is still to be passed over.
    /// </summary>
    public Task? Refuse(RequestContext context, ReadOnlySpan<byte> path)
    {
        Surface surface = Surfaces.Of(context.Method, path);
        if (!AccessRules.IsGuarded(surface))
            return null;
        AccessQuestion question = new(
            surface,
            context.Listener,
            context.Caller,
            _auth.IsEnabled,
            context.RequestHeaders.Authorization.Count > 0,
            _isAdminInsecure,
            OriginOf(context.RequestHeaders.Origin),
            HostName.IsNeutral(context.RequestHeaders.Host.ToString()));
        return AccessRules.Judge(question) is { } rule ? Answer(context, question, rule) : null;
    }

    private Task Answer(RequestContext context, in AccessQuestion question, AccessRule rule)
    {
        _refused[(int)rule].Increment();
        _complaints.Refused(rule, question, context.RemoteAddress);
        string text = AccessText.Of(rule, question);
        int status = (int)(AccessRules.WouldUserHelp(rule, question)
            ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden);
        return question.Surface == Surface.WriteGuardedKeys
            ? KeyAnswer.Fail(context, status, KeyError.Of(ErrorCode.Unauthorized, text))
            : context.Message(status, text);
    }

    private PageOrigin OriginOf(StringValues origin)
    {
        if (origin.Count == 0)
            return PageOrigin.None;
        return origin is [{ } one] && _cors.Names(one) ? PageOrigin.Named : PageOrigin.Foreign;
    }
}
