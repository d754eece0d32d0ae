using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CoreNode.Provision.Sources;

/// <summary>TLS with certificate authorities that count besides the system's.</summary>
internal static class RemoteTrust
{
    /// <summary>Settings of a connection.</summary>
    /// <param name="authorities">Those that count as well.</param>
    /// <param name="otherwise">Settings without them; null: the framework's.</param>
    public static SslClientAuthenticationOptions With(
        X509Certificate2Collection authorities, Func<SslClientAuthenticationOptions>? otherwise)
    {
        SslClientAuthenticationOptions options = otherwise?.Invoke() ?? new SslClientAuthenticationOptions();
        RemoteCertificateValidationCallback? system = options.RemoteCertificateValidationCallback;
        options.RemoteCertificateValidationCallback = (sender, shown, chain, errors) =>
            (system is null ? errors == SslPolicyErrors.None : system(sender, shown, chain, errors))
            || IsSigned(authorities, shown as X509Certificate2, chain, errors);
        return options;
    }

    // A wrong name stays wrong, whoever signed it.
    private static bool IsSigned(
        X509Certificate2Collection authorities, X509Certificate2? shown, X509Chain? sent, SslPolicyErrors errors)
    {
        if (shown is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using X509Chain chain = new();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        foreach (X509ChainElement element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(shown);
    }
}
