namespace CoreNode.Pki;

/// <summary>Words for <see cref="CertificateUse"/>.</summary>
internal static class CertificateUses
{
    /// <summary>The full name of a flag: "--peer-cert-file".</summary>
    public static string Flag(this CertificateUse use, string name) =>
        use == CertificateUse.Peers ? $"--peer-{name}" : $"--{name}";

    /// <summary>The label of its metrics.</summary>
    public static string Label(this CertificateUse use) =>
        use == CertificateUse.Peers ? "use=\"peer\"" : "use=\"client\"";
}
