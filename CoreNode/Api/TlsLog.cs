using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Foundation;
using CoreNode.Pki;
using CoreNode.Platform.Tls;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api;

/// <summary>
/// Clients whose TLS connection was not served: counted all, told once in a while for each address and reason, because
/// a client that does not find in comes again and again. Any thread.
/// </summary>
internal sealed partial class TlsLog
{
    // Strangers choose their addresses: what is remembered is bounded, and forgotten as a whole.
    private const int MaxRemembered = 1000;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new(); // _said
    private readonly Dictionary<(string Address, TlsFault Fault), long> _said = [];
    private readonly MetricCounter[] _failures;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public TlsLog(MetricRegistry metrics, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _failures = Array.ConvertAll(Enum.GetValues<TlsFault>(), fault => metrics.Counter(
            "corenode_tls_refused_total", "TLS connections of clients that were not served.",
            $"reason=\"{Label(fault)}\""));
    }

    /// <summary>A connection was not served.</summary>
    public void Failed(EndPoint? remote, TlsFault fault, string reason)
    {
        _failures[(int)fault].Increment();
        string address = remote is IPEndPoint ip ? ip.Address.ToString() : remote?.ToString() ?? "";
        if (IsNew(address, fault))
            LogRefused(remote?.ToString() ?? "", Label(fault), reason, Advice(fault));
    }

    /// <summary>What went wrong, for people.</summary>
    public static (TlsFault Fault, string Reason) Explain(
        TlsFailureException failure, TlsCertificates certificates, EndPoint? remote, TimeProvider time)
    {
        ExpectedParty expected = new(remote?.ToString() ?? "the client", IsServer: false);
        if (failure.Message.Contains("did not return a certificate", StringComparison.Ordinal))
            return (TlsFault.Certificate, "it shows no certificate");
        if (failure.Refused is null)
            return (TlsFault.Handshake, failure.Message);
        try
        {
            using X509Certificate2 shown = X509CertificateLoader.LoadCertificate(failure.Refused);
            string? verdict = CertificateCheck.Judge(
                expected, shown, [], certificates.Authorities, time.GetUtcNow());
            return (TlsFault.Certificate, verdict ?? failure.Message);
        }
        catch (CryptographicException e)
        {
            return (TlsFault.Certificate, e.Message);
        }
    }

    private static string Label(TlsFault fault) => fault switch
    {
        TlsFault.NoTls => "no_tls",
        TlsFault.Handshake => "handshake",
        TlsFault.Certificate => "certificate",
        TlsFault.Silent => "silent",
        TlsFault.Left => "left",
        TlsFault.TooMany => "too_many",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault"),
    };

    private static string Advice(TlsFault fault) => fault switch
    {
        TlsFault.NoTls => "let it use https",
        TlsFault.Handshake => "it may not trust this node's certificate: compare its CA with --cert-file",
        TlsFault.Certificate => "give it a client certificate of a CA in --trusted-ca-file",
        TlsFault.Silent or TlsFault.Left => "if it comes again, find out what connects there",
        TlsFault.TooMany => "find out what opens so many connections at once",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault"),
    };

    [LoggerMessage(EventIds.Api + 80, LogLevel.Warning,
        "closed the TLS connection of client {RemoteAddress} ({Fault}): {Reason}; {Advice}")]
    private static partial void Write(ILogger logger, string remoteAddress, string fault, string reason, string advice);

    private void LogRefused(string remoteAddress, string fault, string reason, string advice) =>
        Write(_logger, remoteAddress, fault, reason, advice);

    private bool IsNew(string address, TlsFault fault)
    {
        long now = _time.GetTimestamp();
        lock (_gate)
        {
            if (_said.TryGetValue((address, fault), out long last) && _time.GetElapsedTime(last, now) < s_interval)
                return false;
            if (_said.Count >= MaxRemembered)
                _said.Clear();
            _said[(address, fault)] = now;
            return true;
        }
    }
}
