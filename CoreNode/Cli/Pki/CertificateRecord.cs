namespace CoreNode.Cli.Pki;

/// <summary>A certificate as the command line shows it.</summary>
public sealed record CertificateRecord
{
    /// <summary>"ca", "member", "client", "admin", or "other" for those of another maker.</summary>
    public required string Kind { get; init; }

    /// <summary>Common name.</summary>
    public required string Name { get; init; }

    /// <summary>Whole subject.</summary>
    public required string Subject { get; init; }

    /// <summary>Who signed it.</summary>
    public required string Issuer { get; init; }

    /// <summary>Serial number, hexadecimal.</summary>
    public required string Serial { get; init; }

    /// <summary>Host names and addresses that it stands for.</summary>
    public required IReadOnlyList<string> Sans { get; init; }

    /// <summary>Valid from then on.</summary>
    public required DateTimeOffset Begins { get; init; }

    /// <summary>Valid until then.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>It should be renewed from then on.</summary>
    public required DateTimeOffset RenewFrom { get; init; }
}
