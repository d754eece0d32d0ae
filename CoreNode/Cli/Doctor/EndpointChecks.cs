using System.Globalization;
using CoreNode.Api.Client;
using CoreNode.Cli.Members;
using CoreNode.Cli.Pki;

namespace CoreNode.Cli.Doctor;

/// <summary>Looks at nodes through their endpoints.</summary>
internal sealed class EndpointChecks(
    ClientOptions options,
    ICertificateOffice office,
    CertificateChecks certificates,
    DateTimeOffset now,
    bool isNodeExpected)
{
    // A deadline of a key is the time of the member that took the write: what is further off shows.
    private static readonly TimeSpan s_clockWarning = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_clockProblem = TimeSpan.FromSeconds(5);

    /// <summary>All endpoints, in their order.</summary>
    public async Task<IReadOnlyList<Finding>> CheckAsync(CancellationToken cancellation)
    {
        Finding[][] found = await Task.WhenAll(
            options.Endpoints.Select(endpoint => CheckAsync(endpoint, cancellation)));
        return [.. found.SelectMany(static one => one)];
    }

    /// <summary>How far a clock is off.</summary>
    internal static Finding CheckClock(string node, double offsetMs)
    {
        TimeSpan off = TimeSpan.FromMilliseconds(Math.Abs(offsetMs));
        string side = offsetMs < 0 ? "behind" : "ahead of";
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{off.TotalSeconds:0.000} s {side} most members");
        const string advice = "let it be set over the network: timedatectl set-ntp true";
        string what = $"clock of {node}";
        if (off >= s_clockProblem)
            return Finding.Problem(what, text, advice);
        return off >= s_clockWarning ? Finding.Warning(what, text, advice) : Finding.Ok(what, text);
    }

    private async Task<Finding[]> CheckAsync(ClientEndpoint endpoint, CancellationToken cancellation)
    {
        List<Finding> findings = [];
        if (endpoint.BaseUri.Scheme == "https" && endpoint.SocketPath is null)
            findings.Add(await CheckCertificateAsync(endpoint, cancellation));
        try
        {
            findings.AddRange(await AskAsync(endpoint, cancellation));
        }
        catch (ClientConfigurationException wrong)
        {
            findings.Add(Finding.Problem($"node {endpoint}", wrong.Message, "name the right files"));
        }

        return [.. findings];
    }

    private async Task<Finding> CheckCertificateAsync(ClientEndpoint endpoint, CancellationToken cancellation)
    {
        string what = $"certificate of {endpoint}";
        TlsQuestion question = new(
            endpoint.BaseUri, options.CaFile, options.CertFile, options.KeyFile, options.RequestTimeout);
        try
        {
            ShownCertificate shown = await office.LookAsync(question, cancellation);
            if (shown.Complaint is { } complaint)
            {
                return Finding.Problem(what, complaint, Advice(shown)) with { Certificate = shown.Certificate };
            }

            return shown.Certificate is { } good
                ? certificates.CheckDates(what, good, null)
                : Finding.Problem(what, "it showed none", "see what serves there");
        }
        catch (IOException fault)
        {
            return Finding.Problem(what, fault.Message, "name the right files with --cacert, --cert and --key");
        }
    }

    private string Advice(ShownCertificate shown) => shown.Certificate switch
    {
        null => "see whether it serves TLS there",
        { } old when old.Expires <= now => CertificateChecks.Renewal(old, null),
        _ when options.CaFile is null => "name its CA with --cacert",
        _ => "see whether it is the right node, and --cacert its CA",
    };

    private async Task<IReadOnlyList<Finding>> AskAsync(ClientEndpoint endpoint, CancellationToken cancellation)
    {
        string what = $"node {endpoint}";
        using V2Client client = new(options with { Endpoints = [endpoint], Trace = null });
        V2Reply reply = await client.SendAsync(V2Request.Plain("/corenode/v1/status"), cancellation);
        if (reply is V2Reply.Failed { Failures: [{ Fault: not EndpointFault.Unavailable } failure, ..] })
            return [Unreachable(what, failure)];
        if (reply is not V2Reply.Answered answer || NodeStatusJson.Parse(answer.Body) is not { } status)
            return [await AskHealthAsync(what, endpoint, cancellation)];
        string name = status.Name.Length > 0 ? status.Name : status.Id;
        Finding health = status.IsHealthy
            ? Finding.Ok(what, $"member {name} is healthy ({status.Role}, term {status.Term})")
            : Finding.Problem(
                what, $"member {name} is not healthy: {status.Reason}", "see its log, and corenode cluster status");
        return [health, CheckClock($"member {name}", status.ClockOffsetMs)];
    }

    private Finding Unreachable(string what, EndpointFailure failure)
    {
        if (!isNodeExpected)
        {
            return Finding.Warning(
                what,
                $"no node answers on this machine ({failure.Message})",
                "if there is one, name it with --endpoints");
        }

        return Finding.Problem(
            what,
            failure.Message,
            failure.Fault == EndpointFault.Tls
                ? "check --cacert, --cert and --key"
                : "see whether it runs there: systemctl status corenode");
    }

    // Another etcd, or a node that tells its status to administrators only.
    private async Task<Finding> AskHealthAsync(
        string what, ClientEndpoint endpoint, CancellationToken cancellation)
    {
        ListedMember member = new("", "", [], [endpoint.Text]);
        MemberHealth health = await new HealthCheck(options).AskAsync(member, cancellation);
        return health.State switch
        {
            HealthState.Healthy => Finding.Ok(what, "is healthy"),
            HealthState.Unhealthy => Finding.Problem(
                what, $"is not healthy{(health.Reason.Length > 0 ? $": {health.Reason}" : "")}", "see its log"),
            _ => Finding.Problem(what, health.Failures[0].Message, "see what serves there"),
        };
    }
}
