using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CoreNode.Foundation;
using CoreNode.Platform;
using Microsoft.Extensions.Logging;

namespace CoreNode.Pki;

/// <summary>
/// The certificates of one kind of listener, read from PEM files and read again when these change. The files are
/// looked at once a second at most, by whoever asks first; everybody else gets what is there. Any thread.
/// </summary>
public sealed class CertificateSource : ICertificateSource
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    // The kernel's clock for files moves in steps: a file may change again without another stamp right after it did.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_reminder = TimeSpan.FromDays(1);

    private readonly TlsFiles _files;
    private readonly CertificateUse _use;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MetricCounter _reloads;
    private readonly MetricCounter _failures;
    private readonly Lock _gate = new(); // _stamps, _refused, _isRefusalTold, _nextReminder
    private Stamps? _stamps;
    private Stamps? _refused;
    private bool _isRefusalTold;
    private DateTimeOffset _nextReminder;
    private long _nextLook;
    private volatile CertificateSet _set;

    /// <summary>Reads the files for the first time.</summary>
    /// <exception cref="IOException">
    /// They cannot be used: missing, unreadable, no PEM, a key of another certificate, an encrypted key, expired or
    /// not yet valid. One line that names flag and file and says what to do.
    /// </exception>
    public CertificateSource(
        TlsFiles files, CertificateUse use, MetricRegistry metrics, TimeProvider time,
        ILogger<CertificateSource> logger)
    {
        _files = files;
        _use = use;
        _time = time;
        _logger = logger;
        // Not the stamps of this look: what changes right after it might have the same.
        _set = CertificateSet.Read(files, use, time.GetUtcNow());
        _nextLook = NextLook();
        metrics.Gauge(
            "corenode_tls_certificate_expiry_seconds",
            "When the own certificate expires, since 1970.",
            () => Refreshed().Expires.ToUnixTimeSeconds(),
            use.Label());
        _reloads = metrics.Counter(
            "corenode_tls_reloads_total", "Times that changed certificate files were taken into use.", use.Label());
        _failures = metrics.Counter(
            "corenode_tls_reload_failures_total",
            "Times that changed certificate files could not be used and the ones before stayed.", use.Label());
        lock (_gate)
            RemindOfRenewal();
    }

    /// <inheritdoc/>
    public TlsCertificates Current => Refreshed().Certificates;

    private CertificateSet Refreshed()
    {
        long next = Volatile.Read(ref _nextLook);
        bool isDue = _time.GetTimestamp() >= next;
        if (isDue && Interlocked.CompareExchange(ref _nextLook, NextLook(), next) == next && _gate.TryEnter())
        {
            try
            {
                Refresh();
            }
            finally
            {
                _gate.Exit();
            }
        }

        return _set;
    }

    private long NextLook() =>
        _time.GetTimestamp() + (long)(s_interval.TotalSeconds * _time.TimestampFrequency);

    private void Refresh()
    {
        ReadChanges();
        RemindOfRenewal();
    }

    // Also said by the doctor and by a metric; whoever looks at neither may look at the log.
    private void RemindOfRenewal()
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (now < _set.RenewFrom || now < _nextReminder)
            return;
        _nextReminder = now + s_reminder;
        _logger.CertificateEnds(_files.CertFile, _set.Name, _set.ExpiresText);
    }

    private void ReadChanges()
    {
        Stamps stamps = Look();
        if (stamps == _stamps)
        {
            _refused = null;
            return;
        }

        DateTimeOffset now = _time.GetUtcNow();
        try
        {
            CertificateSet read = CertificateSet.Read(_files, _use, now);
            _stamps = stamps.AreSettled(now - s_settled) ? stamps : null;
            _refused = null;
            if (Same(read.Certificates, _set.Certificates))
                return;
            _set = read;
            _reloads.Increment();
            _logger.CertificatesReloaded(_files.CertFile, read.Name, read.ExpiresText);
        }
        catch (Exception fault) when (fault is IOException or CryptographicException)
        {
            Refuse(stamps, fault.Message);
        }
    }

    // Certificate and key are replaced one after the other: only what is wrong at a second look, too, is told, once.
    private void Refuse(Stamps stamps, string reason)
    {
        bool isSecondLook = _refused == stamps;
        if (!isSecondLook)
            _isRefusalTold = false;
        _refused = stamps;
        if (!isSecondLook || _isRefusalTold)
            return;
        _isRefusalTold = true;
        _failures.Increment();
        _logger.CertificatesNotReloaded(reason, _set.Name, _set.ExpiresText);
    }

    private Stamps Look() => new(
        FileStamp.Of(_files.CertFile),
        FileStamp.Of(_files.KeyFile),
        _files.TrustedCaFile is { } file ? FileStamp.Of(file) : null);

    private static bool Same(TlsCertificates one, TlsCertificates other) =>
        Same(one.Own.TargetCertificate, other.Own.TargetCertificate)
        && Same(one.Own.IntermediateCertificates, other.Own.IntermediateCertificates)
        && one.Authorities is null == other.Authorities is null
        && Same([.. one.Authorities ?? []], [.. other.Authorities ?? []]);

    private static bool Same(IList<X509Certificate2> one, IList<X509Certificate2> other)
    {
        bool isSame = one.Count == other.Count;
        for (int i = 0; i < one.Count && isSame; i++)
            isSame = Same(one[i], other[i]);
        return isSame;
    }

    private static bool Same(X509Certificate2 one, X509Certificate2 other) =>
        one.RawDataMemory.Span.SequenceEqual(other.RawDataMemory.Span);

    private readonly record struct Stamps(FileStamp? Certificate, FileStamp? Key, FileStamp? Authorities)
    {
        public bool AreSettled(DateTimeOffset before)
        {
            long limit = before.ToUnixTimeMilliseconds() * 1_000_000;
            return Certificate?.ChangedNs < limit && Key?.ChangedNs < limit
                && (Authorities is null || Authorities.Value.ChangedNs < limit);
        }
    }
}
