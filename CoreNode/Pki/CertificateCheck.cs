using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Pki;

/// <summary>
/// Judges what the other side of a TLS connection shows. Pure: the handshake's own chain goes in, one line for people
/// comes out. Use: give <see cref="Policy"/> to the handshake as its CertificateChainPolicy and answer its callback
/// with <c>Judge(…) is null</c>; then the chain is built once only.
/// </summary>
public static class CertificateCheck
{
    private const string ExtendedKeyUsage = "2.5.29.37";
    private const string AnyUse = "2.5.29.37.0";
    internal const string ServerUse = "1.3.6.1.5.5.7.3.1";
    internal const string ClientUse = "1.3.6.1.5.5.7.3.2";

    // Judged here instead: Go takes the use "any" for every use, .NET does not.
    private const X509ChainStatusFlags JudgedHere = X509ChainStatusFlags.NotValidForUsage;

    /// <summary>
    /// How a chain is built: up to one of these authorities only (null: the system's), nothing fetched, no revocation
    /// lists. One policy may serve many handshakes one after the other, not two at a time.
    /// </summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection? authorities)
    {
        X509ChainPolicy policy = new()
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return policy;
    }

    /// <summary>
    /// What is wrong with the other side's certificate, in one line that names the other side; null if nothing is.
    /// </summary>
    /// <param name="expected">Who it must be.</param>
    /// <param name="shown">What it has shown; null for nothing.</param>
    /// <param name="chain">The chain that the handshake built by <see cref="Policy"/>.</param>
    /// <param name="errors">
    /// What the handshake found. Only "nothing was shown" is taken from it: its names are matched by other rules.
    /// </param>
    public static string? Judge(
        ExpectedParty expected, X509Certificate2? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (shown is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return expected.MustShow ? NothingShown(expected) : null;
        string whose = $"{expected.Peer} shows a certificate ({Name(shown)}) that";
        if (chain is null || chain.ChainElements.Count == 0)
            return $"{whose} cannot be checked";
        return JudgeChain(expected, whose, chain)
            ?? JudgeUse(expected, whose, chain)
            ?? JudgeName(expected, whose, shown);
    }

    /// <summary>Judges without a handshake: builds the chain from what was shown.</summary>
    /// <param name="expected">Who it must be.</param>
    /// <param name="shown">The certificate.</param>
    /// <param name="intermediates">What came with it.</param>
    /// <param name="authorities">Who may have signed it; null for the system's.</param>
    /// <param name="moment">The time that is valid for its dates.</param>
    public static string? Judge(
        ExpectedParty expected, X509Certificate2 shown, X509Certificate2Collection intermediates,
        X509Certificate2Collection? authorities, DateTimeOffset moment)
    {
        using X509Chain chain = new() { ChainPolicy = Policy(authorities) };
        chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        chain.ChainPolicy.VerificationTime = moment.LocalDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.Build(shown);
        return Judge(expected, shown, chain, SslPolicyErrors.None);
    }

    /// <summary>A certificate's subject for people: "CN=node-a, O=corenode:members".</summary>
    public static string Name(X509Certificate2 certificate) =>
        certificate.Subject.Length == 0 ? $"serial {certificate.SerialNumber}" : certificate.Subject;

    private static string NothingShown(ExpectedParty expected) => expected.IsServer
        ? $"{expected.Peer} shows no certificate"
        : $"{expected.Peer} shows no certificate; who connects here needs one that is signed by a CA of "
            + $"{expected.AuthoritiesFlag}";

    private static string? JudgeChain(ExpectedParty expected, string whose, X509Chain chain)
    {
        foreach (X509ChainElement element in chain.ChainElements)
        {
            foreach (X509ChainStatus status in element.ChainElementStatus)
            {
                if (Explain(expected, chain, element, status) is { } complaint)
                    return $"{whose} {complaint}";
            }
        }

        // What concerns the chain as a whole, such as that it ends nowhere.
        foreach (X509ChainStatus status in chain.ChainStatus)
        {
            if (Explain(expected, chain, chain.ChainElements[^1], status) is { } complaint)
                return $"{whose} {complaint}";
        }

        return null;
    }

    private static string? Explain(
        ExpectedParty expected, X509Chain chain, X509ChainElement element, X509ChainStatus status)
    {
        X509ChainStatusFlags flags = status.Status & ~JudgedHere;
        if (flags == X509ChainStatusFlags.NoError)
            return null;
        bool isOwn = ReferenceEquals(element, chain.ChainElements[0]);
        string whose = isOwn ? "" : $"was signed by {Name(element.Certificate)}, which ";
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
            return whose + Dates(chain, element.Certificate);
        if (flags.HasFlag(X509ChainStatusFlags.PartialChain) || flags.HasFlag(X509ChainStatusFlags.UntrustedRoot))
            return IsAnchor(chain, element.Certificate) ? null : Untrusted(expected, chain);
        if (flags.HasFlag(X509ChainStatusFlags.NotSignatureValid))
            return whose + "has a wrong signature: it was changed, or another CA of that name has signed it";
        return $"{whose}is not accepted: {status.StatusInformation.Trim()}";
    }

    // As in Go, whatever is in the file of authorities is trusted, also if it is signed by somebody itself. What was
    // built below it has been verified with its key.
    private static bool IsAnchor(X509Chain chain, X509Certificate2 last) =>
        chain.ChainPolicy.TrustMode == X509ChainTrustMode.CustomRootTrust
        && ReferenceEquals(last, chain.ChainElements[^1].Certificate)
        && chain.ChainPolicy.CustomTrustStore.Any(a => a.RawDataMemory.Span.SequenceEqual(last.RawDataMemory.Span));

    private static string Untrusted(ExpectedParty expected, X509Chain chain)
    {
        X509Certificate2 last = chain.ChainElements[^1].Certificate;
        bool isSelfSigned = last.IssuerName.RawData.AsSpan().SequenceEqual(last.SubjectName.RawData);
        string where = chain.ChainPolicy.TrustMode == X509ChainTrustMode.CustomRootTrust
            ? $"in {expected.AuthoritiesFlag}"
            : $"among this system's CAs (name its CA with {expected.AuthoritiesFlag})";
        return isSelfSigned && chain.ChainElements.Count == 1
            ? $"is signed by itself, and is not {where}"
            : $"is signed by {(last.Issuer.Length == 0 ? "a CA without name" : last.Issuer)}, which is not {where}";
    }

    private static string Dates(X509Chain chain, X509Certificate2 certificate)
    {
        DateTime moment = chain.ChainPolicy.VerificationTimeIgnored
            ? TimeProvider.System.GetUtcNow().UtcDateTime
            : chain.ChainPolicy.VerificationTime.ToUniversalTime();
        return moment < certificate.NotBefore.ToUniversalTime()
            ? $"is not valid before {Moment(certificate.NotBefore)}; it is {Moment(moment)} here: compare the clocks"
            : $"expired on {Moment(certificate.NotAfter)}; it is {Moment(moment)} here: renew it, or compare the "
                + "clocks";
    }

    private static string? JudgeUse(ExpectedParty expected, string whose, X509Chain chain)
    {
        string wanted = expected.IsServer ? ServerUse : ClientUse;
        foreach (X509ChainElement element in chain.ChainElements)
        {
            X509EnhancedKeyUsageExtension? uses =
                element.Certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
            if (uses is null)
                continue;
            bool isMeant = uses.EnhancedKeyUsages.OfType<Oid>().Any(use => use.Value == wanted || use.Value == AnyUse);
            if (!isMeant)
            {
                string whom = ReferenceEquals(element, chain.ChainElements[0])
                    ? "" : $"was signed by {Name(element.Certificate)}, which ";
                string use = expected.IsServer ? "serverAuth" : "clientAuth";
                return $"{whose} {whom}is not for {(expected.IsServer ? "server" : "client")} authentication: its "
                    + $"extended key usage ({ExtendedKeyUsage}) lacks {use}";
            }
        }

        return null;
    }

    private static string? JudgeName(ExpectedParty expected, string whose, X509Certificate2 shown)
    {
        if (expected.Name is not { Length: > 0 } wanted || CertificateNames.Matches(shown, wanted))
            return null;
        return $"{whose} is not for {wanted}: it is for {CertificateNames.Text(shown)}; "
            + $"issue it with --san {wanted}, or ask for a name that it has";
    }

    private static string Moment(DateTime moment) =>
        moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
