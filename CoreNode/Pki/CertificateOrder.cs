namespace CoreNode.Pki;

/// <summary>A certificate to be made.</summary>
/// <param name="Kind">Member, client or admin.</param>
/// <param name="Name">Its common name; its files are NAME.crt and NAME.key.</param>
public sealed record CertificateOrder(CertificateKind Kind, string Name)
{
    /// <summary>
    /// Host names and addresses; empty: those of the present certificate if it is renewed, else none.
    /// </summary>
    public IReadOnlyList<string> Sans { get; init; } = [];

    /// <summary>How long it is valid; null: as the present one if it is renewed, else the kind's usual time.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>There must be one already, and it is replaced by one with a new key.</summary>
    public bool Renews { get; init; }

    /// <summary>Whatever is there is replaced.</summary>
    public bool Replaces { get; init; }
}
